// What scratch_allocator hands out is disjoint, inside the scratchpad, aligned, and refused only when there is no room.
module scratch_allocator_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter int unsigned Slots = 2
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   clear_i,
  input logic [ScratchBits:0]   size_i,
  input logic                   alloc_i,
  input logic                   grant_o,
  input logic [ScratchBits-1:0] base_o,
  input logic                   release_i,
  input logic [ScratchBits-1:0] release_base_i,
  input logic [ScratchBits:0]   size_q
);

  typedef logic [ScratchBits+1:0] wide_t;

  // Allocations that exist: as many as workgroups can.
  logic [Slots-1:0]                  live_d, live_q, same, release_one;
  logic [Slots-1:0][ScratchBits-1:0] base_d, base_q;
  logic                              placed;

  for (genvar s = 0; s < Slots; s++) begin : gen_match
    assign same[s] = live_q[s] && base_q[s] == release_base_i;
  end
  // With nothing to hand out every base is zero; any one of them goes.
  assign release_one = release_i ? same & (~same + Slots'(1)) : '0;

  always_comb begin
    live_d = live_q & ~release_one;
    base_d = base_q;
    placed = 1'b0;
    if (alloc_i) begin
      for (int unsigned s = 0; s < Slots; s++) begin
        if (!placed && !live_q[s]) begin
          live_d[s] = 1'b1;
          base_d[s] = base_o;
          placed    = 1'b1;
        end
      end
    end
    if (clear_i) live_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) live_q <= '0;
    else         live_q <= live_d;
  end
  always_ff @(posedge clk_i) base_q <= base_d;

  always_comb begin
    if (rst_ni) begin
      m_fits : assume (!clear_i || 32'(size_i) <= ScratchpadBytes);
      m_granted : assume (!alloc_i || (grant_o && live_q != '1 && !clear_i));
      m_release : assume (!release_i || (same != '0 && !clear_i));
    end
  end

  for (genvar s = 0; s < Slots; s++) begin : gen_live
    always_comb begin
      if (rst_ni && live_q[s]) begin
        a_inside : assert (wide_t'(base_q[s]) + wide_t'(size_q) <= wide_t'(ScratchpadBytes));
        a_aligned : assert ((32'(base_q[s]) & (Lanes * 4 - 1)) == 0);
      end
      if (rst_ni && live_q[s] && alloc_i && size_q != '0)
        a_new_disjoint : assert (wide_t'(base_o) >= wide_t'(base_q[s]) + wide_t'(size_q) || wide_t'(base_o) + wide_t'(size_q) <= wide_t'(base_q[s]));
    end
  end

  // Of the live allocations and one more.
  logic [ScratchBits+3:0] needed;
  always_comb begin
    needed = (ScratchBits + 4)'(size_q);
    for (int unsigned s = 0; s < Slots; s++) if (live_q[s]) needed = needed + (ScratchBits + 4)'(size_q);
  end

  always_comb begin
    if (rst_ni) begin
      if (alloc_i) a_new_inside : assert (wide_t'(base_o) + wide_t'(size_q) <= wide_t'(ScratchpadBytes));
      // Room for every live allocation and one more is never refused.
      if (needed <= (ScratchBits + 4)'(ScratchpadBytes)) a_not_refused : assert (grant_o);
      c_reuse : cover (alloc_i && release_i && size_q != '0);
      c_full : cover (!grant_o);
    end
  end

endmodule
bind scratch_allocator scratch_allocator_checker #(.Slots(Slots)) u_check (.*);
