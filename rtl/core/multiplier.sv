// Multiplications of one lane, pipelined: operands, product and selected half are registered, as DSP blocks want it.
// Latency 3 cycles, one operation per cycle, no stall. The user knows when a result is due.
module multiplier
  import heddle_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,
  input  logic [1:0] operation_i,  // funct3[1:0]: mul, mulh, mulhsu, mulhu
  input  word_t      a_i,
  input  word_t      b_i,
  output word_t      result_o
);

  logic signed [32:0] a_d, a_q, b_d, b_q;
  logic signed [63:0] product_d, product_q;  // the two bits above are copies of the sign
  logic               high_q, high2_q, valid_q, valid2_q;
  word_t              result_q;

  assign a_d       = {a_i[31] && operation_i != 2'd3, a_i};
  assign b_d       = {b_i[31] && !operation_i[1], b_i};
  assign product_d = 64'(a_q) * 64'(b_q);
  assign result_o  = result_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= 1'b0;
      valid2_q <= 1'b0;
    end else begin
      valid_q  <= valid_i;
      valid2_q <= valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      a_q    <= a_d;
      b_q    <= b_d;
      high_q <= operation_i != 2'd0;
    end
    if (valid_q) begin
      product_q <= product_d;
      high2_q   <= high_q;
    end
    if (valid2_q) result_q <= high2_q ? product_q[63:32] : product_q[31:0];
  end

endmodule
