// First stage of fpu_pipe's arithmetic: brings every operation into the form a * b + c and finds the results that need none.
// Combinational; all outputs are zero without `enable_i`.
//   addition          a * 1 + b
//   multiplication    a * b + 0, the zero with the sign of the product
//   float to float    a * 1 + 0, likewise; the zero has the smallest exponent of the result's format, which puts subnormal results in place
//   integer to float  0 * 0 + a, the addend being the 32-bit magnitude
//   float to integer  0 * 0 + a, with the exponent of the product such that the addend's binary point comes to a fixed place
module fpu_prepare
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  fpu_op_e     op_i,               // FpuFmadd to FpuMul, FpuToInt to FpuToSingle
  input  fpu_format_e format_i,           // of the result
  input  logic [31:0] a_word_i,           // the integer of FpuFromInt and FpuFromUint
  input  operand_t    a_i,
  input  operand_t    b_i,
  input  operand_t    c_i,
  output logic [47:0] product_o,          // product / 2^46 * 2^exponent
  output logic        product_sign_o,
  output logic [31:0] addend_o,           // addend / 2^31 * 2^exponent
  output logic        addend_sign_o,
  output logic        product_first_o,    // the product stays in place, the addend is shifted right; otherwise the reverse
  output exponent_t   exponent_o,         // of the one that stays
  output logic [5:0]  shift_o,            // of the other one
  output logic        fixed_o,            // the result is the one below
  output logic [31:0] fixed_result_o,
  output fpu_flags_t  fixed_flags_o
);

  localparam operand_t One = '{exponent: '0, significand: 24'h80_0000, default: 1'b0};

  logic           fused, from_integer, to_integer, product_zero;
  operand_t       a, b, c;
  exponent_t      product_exponent, addend_exponent;
  logic [9:0]     distance;
  fpu_flag_bits_t flags;

  // What is multiplied and what is added.
  always_comb begin
    fused            = 1'b0;
    from_integer     = 1'b0;
    to_integer       = 1'b0;
    a                = '0;
    b                = '0;
    c                = '0;
    product_zero     = 1'b0;
    product_sign_o   = 1'b0;
    product_exponent = '0;
    product_o        = '0;
    addend_o         = '0;
    addend_sign_o    = 1'b0;
    addend_exponent  = '0;
    product_first_o  = 1'b0;
    exponent_o       = '0;
    distance         = '0;
    shift_o          = '0;
    if (enable_i) begin
      fused        = op_i inside {FpuFmadd, FpuFmsub, FpuFnmsub, FpuFnmadd};
      from_integer = op_i inside {FpuFromInt, FpuFromUint};
      to_integer   = op_i inside {FpuToInt, FpuToUint};

      if (!from_integer && !to_integer) begin
        a = a_i;
        b = (fused || op_i == FpuMul) ? b_i : One;
      end
      product_sign_o   = a.sign ^ b.sign ^ (op_i == FpuFnmsub || op_i == FpuFnmadd);
      product_zero     = a.zero || b.zero;
      product_exponent = to_integer ? 10'sd31 : a.exponent + b.exponent;
      product_o        = 48'(a.significand) * 48'(b.significand);

      unique case (op_i)
        FpuFmadd, FpuFmsub, FpuFnmsub, FpuFnmadd: begin
          c      = c_i;
          c.sign = c_i.sign ^ (op_i == FpuFmsub || op_i == FpuFnmadd);
        end
        FpuAdd, FpuSub: begin
          c      = b_i;
          c.sign = b_i.sign ^ (op_i == FpuSub);
        end
        FpuToInt, FpuToUint: c = a_i;
        default: begin
          c.sign     = product_sign_o;
          c.exponent = smallest_exponent(format_i);
        end
      endcase
      addend_sign_o   = c.sign;
      addend_exponent = c.exponent;
      addend_o        = {c.significand, 8'h00};
      if (from_integer) begin
        addend_sign_o   = op_i == FpuFromInt && a_word_i[31];
        addend_exponent = 10'sd31;
        addend_o        = addend_sign_o ? -a_word_i : a_word_i;
      end
      // Then the two zeros have one sign, which is also that of the sum. To integer, the sign only decides the rounding.
      if (from_integer || to_integer) product_sign_o = addend_sign_o;

      product_first_o = to_integer || (!from_integer && !product_zero && product_exponent >= addend_exponent);
      exponent_o      = product_first_o ? product_exponent : addend_exponent;
      distance        = product_first_o ? 10'(product_exponent - addend_exponent) : 10'(addend_exponent - product_exponent);
      shift_o         = (distance > 10'd63) ? 6'd63 : distance[5:0];
    end
  end

  // NaNs, infinities, and what no integer can hold.
  always_comb begin
    fixed_o        = 1'b0;
    fixed_result_o = '0;
    flags          = '0;
    if (enable_i) begin
      if (to_integer) begin
        if (a_i.nan || a_i.infinite || a_i.exponent > 10'sd31) begin
          fixed_o        = 1'b1;
          flags.invalid  = 1'b1;
          fixed_result_o = (a_i.sign && !a_i.nan) ? {op_i == FpuToInt, 31'h0} : {op_i != FpuToInt, 31'h7fff_ffff};
        end
      end else if (a.nan || b.nan || c.nan || a.infinite || b.infinite || c.infinite) begin
        fixed_o       = 1'b1;
        flags.invalid = a.signaling || b.signaling || c.signaling || (a.infinite && b.zero) || (a.zero && b.infinite)
                     || (!a.nan && !b.nan && (a.infinite || b.infinite) && c.infinite && product_sign_o != addend_sign_o);
        if (flags.invalid || a.nan || b.nan || c.nan) fixed_result_o = canonical_nan(format_i);
        else fixed_result_o = infinity(format_i, c.infinite ? addend_sign_o : product_sign_o);
      end
    end
  end
  assign fixed_flags_o = flags;

endmodule
