// The coefficients of all special functions. Latency: the row is there in the cycle after `enable_i` and holds until the next.
// Infers block RAM.
module special_rom
  import heddle_special_pkg::*;
(
  input  logic         clk_i,
  input  logic         enable_i,
  input  logic [9:0]   index_i,
  output special_row_t row_o
);

  special_row_t row_q;

  always_ff @(posedge clk_i) begin
    if (enable_i) row_q <= special_row(index_i);
  end
  assign row_o = row_q;

endmodule
