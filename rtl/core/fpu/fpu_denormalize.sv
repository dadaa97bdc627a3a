// Brings a normalised significand into place for rounding by fpu_round: one below the smallest exponent of the format is shifted right.
// Combinational. What is shifted out is ORed into the last bit.
module fpu_denormalize
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  fpu_format_e format_i,
  input  exponent_t   exponent_i,
  input  logic [26:0] significand_i,
  output exponent_t   exponent_o,
  output logic [26:0] significand_o
);

  exponent_t  below;
  logic [4:0] shift;

  always_comb begin
    below         = '0;
    shift         = '0;
    exponent_o    = '0;
    significand_o = '0;
    if (enable_i) begin
      below = smallest_exponent(format_i) - exponent_i;
      if (below > 10'sd0) begin
        shift         = (below > 10'sd27) ? 5'd27 : below[4:0];
        exponent_o    = smallest_exponent(format_i);
        significand_o = significand_i >> shift;
        significand_o[0] = significand_o[0] || (significand_i & ~(27'h7ff_ffff << shift)) != '0;
      end else begin
        exponent_o    = exponent_i;
        significand_o = significand_i;
      end
    end
  end

endmodule
