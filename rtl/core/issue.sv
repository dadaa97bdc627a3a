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
  input  logic             memory_space_i,
  input  logic             multiply_space_i,
  input  logic             divide_space_i,
  output logic             valid_o,
  output warp_id_t         warp_o
);

  logic [Warps-1:0] request, unused_grant;

  always_comb begin
    for (int unsigned w = 0; w < Warps; w++) begin
      request[w] = ready_i[w] && head_valid_i[w] && !hazard_i[w] && !stall_i &&
                   (memory_space_i || head_i[w].unit != UnitMemory) &&
                   (multiply_space_i || head_i[w].unit != UnitMul) &&
                   (divide_space_i || head_i[w].unit != UnitDiv);
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
