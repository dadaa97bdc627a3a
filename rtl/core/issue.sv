// Picks the warp that issues in this cycle: round robin among those whose path is selected, whose next instruction is
// buffered and free of hazards, and whose unit can take it. Combinational, but for the round-robin pointer.
// The pick stays open for others as long as it is not accepted. Invariant: nothing issues while `stall_i`.
module issue
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             stall_i,         // no warp may issue
  input  logic             accept_i,        // the pick issues
  input  logic [Warps-1:0] ready_i,
  input  logic [Warps-1:0] head_valid_i,
  input  decoded_t         head_i [Warps],
  input  logic [Warps-1:0] hazard_i,
  input  unit_space_t      space_i,
  input  logic [Warps-1:0] float_idle_i,    // no floating-point instruction of the warp is in flight
  output logic             valid_o,
  output warp_id_t         warp_o
);

  logic [Warps-1:0] request, unused_grant;

  always_comb begin
    for (int unsigned w = 0; w < Warps; w++) begin
      request[w] = ready_i[w] && head_valid_i[w] && !hazard_i[w] && !stall_i &&
                   (space_i.memory || head_i[w].unit != UnitMemory) &&
                   (space_i.multiply || head_i[w].unit != UnitMul) &&
                   (space_i.divide || head_i[w].unit != UnitDiv) &&
                   (space_i.fpu || head_i[w].unit != UnitFloat) &&
                   (space_i.fpu_divide || head_i[w].unit != UnitFloatDivide) &&
                   (space_i.special || head_i[w].unit != UnitSpecial) &&
                   (float_idle_i[w] || !head_i[w].waits_float);
    end
  end

  rr_arbiter #(
    .Width(Warps)
  ) u_round (
    .clk_i,
    .rst_ni,
    .request_i(request),
    .accept_i,
    .valid_o,
    .grant_o  (unused_grant),
    .index_o  (warp_o)
  );

endmodule
