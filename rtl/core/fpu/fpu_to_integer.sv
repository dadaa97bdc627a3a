// Rounds to an integer and clamps it.
// Combinational; all outputs are zero without `enable_i`. What has an exponent above 31 does not come here.
module fpu_to_integer
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  logic        unsigned_i,
  input  rounding_t   rounding_i,
  input  logic        sign_i,
  input  logic [61:0] magnitude_i,  // 32 bits in front of the binary point
  output logic [31:0] result_o,
  output fpu_flags_t  flags_o
);

  logic           inexact, clamp;
  logic [32:0]    rounded;
  fpu_flag_bits_t flags;

  always_comb begin
    inexact  = 1'b0;
    clamp    = 1'b0;
    rounded  = '0;
    flags    = '0;
    result_o = '0;
    if (enable_i) begin
      inexact = magnitude_i[29:0] != '0;
      rounded = {1'b0, magnitude_i[61:30]}
              + {32'b0, rounds_up(rounding_i, sign_i, magnitude_i[30], magnitude_i[29], magnitude_i[28:0] != '0)};
      if (unsigned_i) clamp = sign_i ? rounded != '0 : rounded[32];
      else            clamp = sign_i ? rounded > 33'h0_8000_0000 : rounded > 33'h0_7fff_ffff;
      flags.invalid = clamp;
      flags.inexact = inexact && !clamp;
      if (clamp) result_o = unsigned_i ? {32{!sign_i}} : {sign_i, {31{!sign_i}}};
      else       result_o = sign_i ? -rounded[31:0] : rounded[31:0];
    end
  end
  assign flags_o = flags;

endmodule
