// First stage of a special function: the operand as (-1)^sign * 2^exponent * significand / 2^23 with a leading one, subnormals
// included, and the results of special operands.
// Combinational; all outputs are zero without `enable_i`.
module special_operand
  import fpu_pkg::*;
(
  input  logic           enable_i,
  input  special_e       function_i,
  input  logic [31:0]    word_i,
  output logic           sign_o,
  output exponent_t      exponent_o,
  output logic [23:0]    significand_o,
  output special_fixed_t fixed_o
);

  operand_t       a;
  logic [4:0]     zeros;
  fpu_flag_bits_t flags;

  fpu_unpack u_unpack (
    .enable_i,
    .format_i (FpuSingle),
    .word_i,
    .bits_o   (),
    .operand_o(a)
  );
  fpu_leading_zeros #(
    .Width(32)
  ) u_leading_zeros (
    .value_i({a.significand, 8'h00}),
    .count_o(zeros)
  );

  always_comb begin
    sign_o        = 1'b0;
    exponent_o    = '0;
    significand_o = '0;
    if (enable_i) begin
      sign_o        = a.sign;
      exponent_o    = a.exponent - exponent_t'({5'b0, zeros});
      significand_o = a.significand << zeros;
    end
  end

  always_comb begin
    fixed_o = '0;
    flags   = '0;
    if (enable_i) begin
      fixed_o.known = a.zero || a.infinite || a.nan;
      unique case (function_i)
        SpecialRcp: begin
          fixed_o.result       = a.zero ? infinity(FpuSingle, a.sign) : {a.sign, 31'h0};
          flags.divide_by_zero = a.zero;
        end
        SpecialRsqrt: begin
          fixed_o.result       = a.zero ? infinity(FpuSingle, a.sign) : '0;
          flags.divide_by_zero = a.zero;
        end
        SpecialExp2: fixed_o.result = a.zero ? 32'h3f80_0000 : a.sign ? '0 : infinity(FpuSingle, 1'b0);
        SpecialLog2: begin
          fixed_o.result       = infinity(FpuSingle, a.zero);
          flags.divide_by_zero = a.zero;
        end
        SpecialSin: fixed_o.result = {a.sign, 31'h0};
        default:    fixed_o.result = 32'h3f80_0000;
      endcase
      // No number.
      if (a.nan || (a.infinite && (function_i == SpecialSin || function_i == SpecialCos))
          || (a.sign && !a.zero && (function_i == SpecialRsqrt || function_i == SpecialLog2))) begin
        fixed_o.known  = 1'b1;
        fixed_o.result = CanonicalNan;
        flags          = '0;
        flags.invalid  = !a.nan || a.signaling;
      end
      fixed_o.flags = flags;
    end
  end

endmodule
