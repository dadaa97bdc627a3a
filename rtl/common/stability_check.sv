// For simulation: asserts that a word that is offered and not taken stays as it is. Instantiated under `ifndef SYNTHESIS.
// It keeps its own copy and a register of the verdict, because Verilator 5.006 emits broken C++ when an assertion samples a
// word of more than 40 x 32 bits. It fires one cycle late.
module stability_check #(
  parameter int unsigned Width = 8
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Width-1:0] data_i,
  input logic             valid_i,
  input logic             ready_i
);

  logic [Width-1:0] offered_q;
  logic             held_q, changed_q;

  always_ff @(posedge clk_i) begin
    if (valid_i && !ready_i) offered_q <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q    <= 1'b0;
      changed_q <= 1'b0;
    end else begin
      held_q    <= valid_i & ~ready_i;
      changed_q <= held_q && (!valid_i || data_i != offered_q);
    end
  end

  a_stable : assert property (@(posedge clk_i) disable iff (!rst_ni) !changed_q);

endmodule
