// Rounds and packs a result that is neither NaN nor infinite before rounding, in any mode and both formats.
// Combinational. The value is significand / 2^26 * 2^exponent. Either the first bit of the significand is one, or the
// exponent is the smallest one of the format. Of the significand's 27 bits, single takes 24 and half 11; the others only decide the
// rounding, so the last bit may stand for any number of bits behind it.
// Tininess is detected after rounding: a subnormal that rounds up to the smallest normal number is tiny only if it would not
// have done so with one more place.
module fpu_round
  import heddle_config_pkg::*;
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  fpu_format_e format_i,
  input  rounding_t   rounding_i,
  input  logic        sign_i,
  input  exponent_t   exponent_i,
  input  logic [26:0] significand_i,
  output logic [31:0] result_o,
  output fpu_flags_t  flags_o
);

  logic           half, last, guard, next, rest, up, ones, tiny, to_infinity;
  logic [9:0]     biased;
  logic [32:0]    rounded;  // biased exponent and fraction; a carry out of the fraction increments the exponent
  fpu_flag_bits_t flags;

  always_comb begin
    half        = 1'b0;
    last        = 1'b0;
    guard       = 1'b0;
    next        = 1'b0;
    rest        = 1'b0;
    up          = 1'b0;
    ones        = 1'b0;
    tiny        = 1'b0;
    to_infinity = 1'b0;
    biased      = '0;
    rounded     = '0;
    flags       = '0;
    result_o    = '0;
    if (enable_i) begin
      half  = format_i == FpuHalf;
      last  = half ? significand_i[16] : significand_i[3];
      guard = half ? significand_i[15] : significand_i[2];
      next  = half ? significand_i[14] : significand_i[1];
      rest  = half ? |significand_i[13:0] : significand_i[0];
      up    = rounds_up(rounding_i, sign_i, last, guard, next || rest);

      biased  = significand_i[26] ? 10'(exponent_i + (half ? 10'sd15 : 10'sd127)) : '0;
      rounded = {biased, significand_i[25:16], half ? 13'h0000 : significand_i[15:3]}
              + (half ? {19'b0, up, 13'h0000} : {32'b0, up});

      ones = (&significand_i[25:16]) && (half || (&significand_i[15:3]));
      tiny = !significand_i[26] && !(ones && guard && rounds_up(rounding_i, sign_i, 1'b1, next, rest));

      flags.overflow  = rounded[32:23] >= (half ? 10'd31 : 10'd255);
      flags.inexact   = guard || next || rest || flags.overflow;
      flags.underflow = tiny && flags.inexact;

      to_infinity = rounding_i == RoundNearestEven || rounding_i == RoundNearestAway
                 || rounding_i == (sign_i ? RoundDown : RoundUp)
                 || PlantedBug == 15;  // planted bug 15: every overflow gives an infinity
      if (flags.overflow) begin
        result_o = infinity(format_i, sign_i) - {31'b0, !to_infinity};
      end else begin
        result_o = half ? {16'hffff, sign_i, rounded[27:13]} : {sign_i, rounded[30:0]};
      end
    end
  end
  assign flags_o = flags;

endmodule
