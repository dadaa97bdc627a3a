// Shifts a sum left until its first one is in front, but not below the smallest exponent of the format: a subnormal result
// keeps its leading zeros and is then in place for rounding.
// Combinational. The bits that rounding does not look at one by one are ORed into the last bit of the result.
module fpu_normalize
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  logic [63:0] sum_i,
  input  exponent_t   exponent_i,     // of the first bit of the sum, at least the smallest one of the format
  input  fpu_format_e format_i,
  output exponent_t   exponent_o,     // of the first bit of the significand
  output logic [26:0] significand_o   // what fpu_round takes
);

  exponent_t   room;
  logic [63:0] marked, shifted;
  logic [5:0]  count;

  // A one at the place of the smallest exponent stops the count there.
  always_comb begin
    room   = '0;
    marked = '0;
    if (enable_i) begin
      room   = exponent_i - smallest_exponent(format_i);
      marked = sum_i | ((room > 10'sd63) ? 64'd1 : (64'h8000_0000_0000_0000 >> room[5:0]));
    end
  end

  fpu_leading_zeros u_leading_zeros (
    .value_i(marked),
    .count_o(count)
  );

  always_comb begin
    shifted       = '0;
    exponent_o    = '0;
    significand_o = '0;
    if (enable_i) begin
      shifted       = sum_i << count;
      exponent_o    = exponent_i - exponent_t'({4'b0000, count});
      significand_o = {shifted[63:38], |shifted[37:0]};
    end
  end

endmodule
