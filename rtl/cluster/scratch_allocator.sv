// Hands out scratchpad space to workgroups. All workgroups of a launch need the same number of bytes, so the space is a set of
// equal slots: a slot never used before comes from a rising pointer, a returned one from a stack of free slots, or as it comes back.
// No division, no set-up time, and never fragmented.
//
// Latency: the base is combinational from registers and the release; one allocation and one release may happen in every cycle.
// Invariants: slots in use are disjoint and inside the scratchpad; nothing is allocated that was not granted.
module scratch_allocator
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter int unsigned Slots = 2  // workgroups that may exist at once
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   clear_i,         // everything is free again; takes over size_i
  input  logic [ScratchBits:0]   size_i,          // bytes per workgroup, at most ScratchpadBytes; 0 for none

  input  logic                   alloc_i,
  output logic                   grant_o,         // there is room for one more
  output logic [ScratchBits-1:0] base_o,
  output logic [ScratchBits:0]   reach_o,         // bytes from here on were never allocated since clear_i; a multiple of the width of the banks

  input  logic                   release_i,
  input  logic [ScratchBits-1:0] release_base_i
);

  localparam int unsigned IndexBits = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned CountBits = $clog2(Slots + 1);
  // Slots start at a multiple of the width of the banks, so that a workgroup sees the same bank conflicts wherever it runs.
  // The engines ask for more.
  localparam int unsigned Unit      = (CopyEngine != 0 && Lanes * 4 < 256) ? 256 : Lanes * 4;

  typedef logic [ScratchBits:0] size_t;

  logic [ScratchBits-1:0] free_bases [Slots];
  logic [CountBits-1:0]   free_count_d, free_count_q;
  size_t                  size_d, size_q;      // rounded up to the unit
  size_t                  fresh_d, fresh_q;    // bytes from here on were never allocated
  size_t                  fresh_end;
  logic                   none, fresh_fits, have_free, recycle, push, pop;
  logic [IndexBits-1:0]   top, push_index;

  assign none       = size_q == '0;
  assign have_free  = free_count_q != '0;
  assign top        = IndexBits'(free_count_q - 1'b1);
  assign fresh_end  = fresh_q + size_q;  // cannot wrap: both are at most ScratchpadBytes, half of the type's range
  assign fresh_fits = !fresh_end[ScratchBits] || fresh_end[ScratchBits-1:0] == '0;

  assign recycle    = release_i && !none && !clear_i && !have_free;
  assign grant_o    = none || have_free || recycle || (fresh_fits && !fresh_q[ScratchBits]);
  assign base_o     = none ? '0 : have_free ? free_bases[top] : recycle ? release_base_i : fresh_q[ScratchBits-1:0];

  assign reach_o    = fresh_q;

  assign push       = release_i && !none && !clear_i && !(recycle && alloc_i);
  assign pop        = alloc_i && !none && have_free;
  assign push_index = pop ? top : IndexBits'(free_count_q);

  always_comb begin
    size_d       = size_q;
    fresh_d      = fresh_q;
    free_count_d = free_count_q + CountBits'(push) - CountBits'(pop);
    if (alloc_i && !none && !have_free && !recycle) fresh_d = fresh_end;
    if (clear_i) begin
      size_d       = (size_i + size_t'(Unit - 1)) & ~size_t'(Unit - 1);
      fresh_d      = '0;
      free_count_d = '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      size_q       <= '0;
      fresh_q      <= '0;
      free_count_q <= '0;
    end else begin
      size_q       <= size_d;
      fresh_q      <= fresh_d;
      free_count_q <= free_count_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) free_bases[push_index] <= release_base_i;
  end

`ifndef SYNTHESIS
  // Only what was granted is allocated.
  a_granted : assert property (@(posedge clk_i) disable iff (!rst_ni) alloc_i |-> grant_o);
  // More slots than workgroups can exist are never free.
  a_bounded : assert property (@(posedge clk_i) disable iff (!rst_ni) push && !pop |-> free_count_q < CountBits'(Slots));
  // What was handed out lies inside the scratchpad, and only that comes back.
  a_inside : assert property (@(posedge clk_i) disable iff (!rst_ni) fresh_q <= size_t'(ScratchpadBytes));
  a_release_inside : assert property (@(posedge clk_i) disable iff (!rst_ni) push |-> size_t'(release_base_i) + size_q <= fresh_q);
`endif

endmodule
