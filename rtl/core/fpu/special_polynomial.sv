// P(i, u) = c0[i] + ((c1[i] * u) >> 21) + ((c2[i] * ((u * u) >> 26)) >> 16), pipelined.
// Latency 3: row and square; the two products; their sum. Every stage only changes with its valid bit, and holds without `advance_i`.
module special_polynomial
  import heddle_special_pkg::*;
(
  input  logic        clk_i,
  input  logic        advance_i,
  input  logic [2:0]  valid_i,     // per stage: its input is an operation
  input  logic [9:0]  row_i,
  input  logic [20:0] position_i,
  output logic [31:0] value_o      // never negative
);

  special_row_t       row;
  logic [20:0]        position_q;
  logic [41:0]        square;
  logic [15:0]        square_q;
  logic signed [45:0] linear;
  logic signed [34:0] quadratic;
  logic signed [24:0] linear_q;
  logic signed [18:0] quadratic_q;
  logic signed [31:0] constant_q, value_q;

  special_rom u_rom (
    .clk_i,
    .enable_i(advance_i && valid_i[0]),
    .index_i (row_i),
    .row_o   (row)
  );

  always_comb begin
    square    = '0;
    linear    = '0;
    quadratic = '0;
    if (valid_i[0]) square = 42'(position_i) * 42'(position_i);
    if (valid_i[1]) begin
      linear    = 46'(row.c1) * $signed({25'b0, position_q});
      quadratic = 35'(row.c2) * $signed({19'b0, square_q});
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      if (valid_i[0]) begin
        position_q <= position_i;
        square_q   <= square[41:26];
      end
      if (valid_i[1]) begin
        constant_q  <= row.c0;
        linear_q    <= linear[45:21];
        quadratic_q <= quadratic[34:16];
      end
      if (valid_i[2]) value_q <= constant_q + 32'(linear_q) + 32'(quadratic_q);
    end
  end
  assign value_o = value_q;

endmodule
