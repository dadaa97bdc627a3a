// Occupancy of one core: which warp slots are taken, by which workgroup, and when a workgroup is complete.
// All slots of a workgroup are given back together, when its last warp has ended, so the slot of its warp 0 names it uniquely.
//
// Latency: a placed workgroup counts against available_o from the next cycle; a completed one is offered on release_* from the
// cycle after its last warp_done, is in available_o in the cycle of release_ready_i, and its slots can be taken from the next on.
// Invariants: only free slots are taken; only warps that run can end; available_o never exceeds the slots free in the next cycle.
module warp_slots
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   clear_i,          // every slot is free again
  input  logic [WarpBits:0]      group_warps_i,    // warps of every workgroup of this launch, stable

  // A workgroup is placed on this core: its warps are counted, their slots are taken one by one afterwards.
  output logic [WarpBits:0]      available_o,      // slots, those that are given back in this cycle included
  input  logic                   place_i,

  // Its warps start.
  output warp_id_t               free_slot_o,      // lowest free slot
  input  logic                   take_i,           // free_slot_o is taken ...
  input  logic                   take_first_i,     // ... for warp 0 of the workgroup, with this scratchpad allocation,
  input  logic [ScratchBits-1:0] take_base_i,
  input  logic [1:0]             take_buffers_i,   // and these buffers of accumulators,
  input  warp_id_t               take_group_i,     // ... for the workgroup of this name (for warp 0: free_slot_o)
  input  logic                   starting_i,       // take_group_i has started but has warps that have not

  // Its warps end.
  input  logic                   warp_done_valid_i,
  input  warp_id_t               warp_done_i,
  output logic                   running_o,        // some warp runs

  // It is complete: its slots and its scratchpad allocation are given back, but not while `hold_i` says no.
  input  logic [Warps-1:0]       hold_i,           // by name of the workgroup: something of it is under way outside of the core
  output warp_id_t               release_group_o,
  output logic                   release_valid_o,
  input  logic                   release_ready_i,
  output logic [ScratchBits-1:0] release_base_o,
  output logic [1:0]             release_buffers_o
);

  typedef logic [Warps-1:0] warp_mask_t;

  warp_mask_t             taken_d, taken_q;
  warp_mask_t             running_d, running_q;
  warp_mask_t             complete_d, complete_q;    // by name of the workgroup
  warp_id_t [Warps-1:0]   group_d, group_q;          // per taken slot
  logic [WarpBits:0]      available_d, available_q;
  logic [1:0]             buffers [Warps];           // by name of the workgroup
  logic [ScratchBits-1:0] bases [Warps];             // by name of the workgroup

  warp_mask_t             take_bit, done_bit, done_members, release_bit, release_members;
  warp_id_t               done_group, release_group;
  logic                   release_fire, group_done;

  lowest_one #(
    .Width(Warps)
  ) u_free_slot (
    .bits_i  (~taken_q),
    .any_o   (),  // available_o tells whether there is one
    .onehot_o(),
    .index_o (free_slot_o)
  );

  lowest_one #(
    .Width(Warps)
  ) u_release_group (
    .bits_i  (complete_q & ~hold_i),
    .any_o   (release_valid_o),
    .onehot_o(),
    .index_o (release_group)
  );

  assign done_group = group_q[warp_done_i];

  always_comb begin
    for (int unsigned w = 0; w < Warps; w++) begin
      take_bit[w]        = take_i && free_slot_o == warp_id_t'(w);
      done_bit[w]        = warp_done_valid_i && warp_done_i == warp_id_t'(w);
      release_bit[w]     = release_fire && release_group == warp_id_t'(w);
      done_members[w]    = taken_q[w] && group_q[w] == done_group;
      release_members[w] = taken_q[w] && group_q[w] == release_group;
    end
  end

  assign running_o       = running_q != '0;
  assign release_fire    = release_valid_o && release_ready_i;
  assign release_base_o  = bases[release_group];
  assign release_group_o = release_group;
  assign release_buffers_o = buffers[release_group];
  assign available_o     = available_q + (release_fire ? group_warps_i : '0);
  assign group_done      = warp_done_valid_i && (running_q & done_members & ~done_bit) == '0 &&
                           !(starting_i && take_group_i == done_group);

  always_comb begin
    running_d  = (running_q | take_bit) & ~done_bit;
    taken_d    = taken_q | take_bit;
    complete_d = complete_q & ~release_bit;
    group_d    = group_q;
    for (int unsigned w = 0; w < Warps; w++) begin
      if (take_bit[w]) group_d[w] = take_group_i;
      if (group_done && done_group == warp_id_t'(w)) complete_d[w] = 1'b1;
      if (release_fire && release_members[w]) taken_d[w] = 1'b0;
    end
    available_d = available_o - (place_i ? group_warps_i : '0);
    if (clear_i) begin
      running_d   = '0;
      taken_d     = '0;
      complete_d  = '0;
      available_d = (WarpBits + 1)'(Warps);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q   <= '0;
      taken_q     <= '0;
      complete_q  <= '0;
      group_q     <= '0;
      available_q <= (WarpBits + 1)'(Warps);
    end else begin
      running_q   <= running_d;
      taken_q     <= taken_d;
      complete_q  <= complete_d;
      group_q     <= group_d;
      available_q <= available_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i && take_first_i) bases[free_slot_o]   <= take_base_i;
    if (take_i && take_first_i) buffers[free_slot_o] <= take_buffers_i;
  end

`ifndef SYNTHESIS
  // A warp goes only to a free slot, and warp 0 gives its workgroup the name of that slot.
  a_take_free : assert property (@(posedge clk_i) disable iff (!rst_ni) take_i |-> !taken_q[free_slot_o]);
  a_named : assert property (@(posedge clk_i) disable iff (!rst_ni) take_i && take_first_i |-> take_group_i == free_slot_o);
  // A workgroup is placed only where it fits.
  a_fits : assert property (@(posedge clk_i) disable iff (!rst_ni) place_i |-> available_o >= group_warps_i);
  // Only a warp that runs can end.
  a_done_runs : assert property (@(posedge clk_i) disable iff (!rst_ni) warp_done_valid_i |-> running_q[warp_done_i]);
  // A complete workgroup has no running warp.
  a_released_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) release_fire |-> (running_q & release_members) == '0);
`endif

endmodule
