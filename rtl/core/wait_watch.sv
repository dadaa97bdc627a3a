// Finds workgroups that can never go on: every live lane waits for an mbarrier or at a barrier, one at least for an mbarrier, and no command of
// the workgroup is under way (docs/copy.md, "Ends"). Looks at one workgroup per cycle: what is so stays so.
// Latency: a workgroup is found within Warps cycles, unless an engine's fault goes first.
// Invariant: one report until the core is stopped.
module wait_watch
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             kill_i,
  input  logic             start_valid_i,
  input  dispatch_t        start_i,
  input  logic [Warps-1:0] active_i,
  input  logic [Warps-1:0] ended_i,
  input  logic [Warps-1:0] idle_i,      // no lane runs, and none is about to
  input  logic [Warps-1:0] waits_i,     // a lane waits for an mbarrier
  input  logic [Warps-1:0] commands_i,  // by name of the workgroup: commands of it are under way

  // What the lowest lane of a warp waits for.
  output warp_id_t         warp_o,
  input  lane_id_t         lane_i,
  input  pc_t              pc_i,
  input  word_t            address_i,

  output engine_fault_t    fault_o,
  output logic             fault_valid_o,
  input  logic             fault_ready_i
);

  localparam word_t NeverOver    = 32'h5F;  // code 15, of a wait

  typedef logic [WarpBits:0] count_t;

  warp_id_t [Warps-1:0] group_q;      // of each warp
  count_t   [Warps-1:0] missing_q;    // warps of a workgroup that have not started, by its name
  warp_id_t             name_d, name_q, first, warp_d, warp_q;
  logic     [Warps-1:0] members, waiting, unused_onehot;
  logic                 any, stuck, found_d, found_q, reported_d, reported_q;

  always_comb begin
    for (int unsigned w = 0; w < Warps; w++) members[w] = active_i[w] && group_q[w] == name_q;
  end

  assign waiting = members & waits_i;
  assign stuck   = any && missing_q[name_q] == '0 && (members & ~ended_i & ~idle_i) == '0 && !commands_i[name_q] && !kill_i;

  lowest_one #(
    .Width(Warps)
  ) u_first (
    .bits_i  (waiting),
    .any_o   (any),
    .onehot_o(unused_onehot),
    .index_o (first)
  );

  assign name_d     = (32'(name_q) == Warps - 1) ? '0 : name_q + warp_id_t'(1);
  assign found_d    = !kill_i && (found_q ? !fault_ready_i : stuck && !reported_q);
  assign reported_d = !kill_i && (reported_q || found_q);
  assign warp_d     = found_q ? warp_q : first;

  always_ff @(posedge clk_i) begin
    warp_q <= warp_d;
    if (start_valid_i) begin
      group_q[start_i.warp] <= start_i.group_slot;
      missing_q[start_i.group_slot] <= (start_i.warp_in_group == '0) ? start_i.group_warps - count_t'(1)
                                                                     : missing_q[start_i.group_slot] - count_t'(1);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      name_q     <= '0;
      found_q    <= 1'b0;
      reported_q <= 1'b0;
    end else begin
      name_q     <= name_d;
      found_q    <= found_d;
      reported_q <= reported_d;
    end
  end

  assign warp_o        = warp_q;
  assign fault_valid_o = found_q;
  assign fault_o       = '{cause: CAUSE_MBARRIER, value: NeverOver, detail: address_i - SCRATCHPAD_BASE, pc: pc_i, warp: warp_q, lane: lane_i};

  logic unused;
  assign unused = ^start_i;

endmodule
