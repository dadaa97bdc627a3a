// Comparison, minimum and maximum, sign injection, class and moves.
// Combinational; all outputs are zero without `enable_i`.
module fpu_misc
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  fpu_op_e     op_i,        // FpuMin to FpuClass, FpuMoveToX, FpuMoveToF
  input  fpu_format_e format_i,
  input  logic [31:0] a_word_i,    // the register, for the moves
  input  logic [31:0] a_bits_i,    // from fpu_unpack
  input  logic [31:0] b_bits_i,
  input  operand_t    a_i,
  input  operand_t    b_i,
  output logic [31:0] result_o,
  output fpu_flags_t  flags_o
);

  logic           half, less, equal, first, sign;
  logic [31:0]    value;   // a float result, a half in the upper 16 bits
  logic [31:0]    number;  // an integer result
  logic           is_number;
  fpu_flag_bits_t flags;

  always_comb begin
    half      = 1'b0;
    less      = 1'b0;
    equal     = 1'b0;
    first     = 1'b0;
    sign      = 1'b0;
    value     = '0;
    number    = '0;
    is_number = 1'b0;
    flags     = '0;
    result_o  = '0;
    if (enable_i) begin
      half = format_i == FpuHalf;
      // By the order of the numbers, with -0 < +0. NaNs are dealt with where this is used.
      less  = (a_i.sign != b_i.sign) ? a_i.sign : a_i.sign ? a_bits_i[30:0] > b_bits_i[30:0] : a_bits_i[30:0] < b_bits_i[30:0];
      equal = a_bits_i == b_bits_i || (a_i.zero && b_i.zero);
      unique case (op_i)
        FpuMin, FpuMax: begin
          first         = b_i.nan || (!a_i.nan && (less == (op_i == FpuMin)));
          value         = first ? a_bits_i : b_bits_i;
          flags.invalid = a_i.signaling || b_i.signaling;
          if (a_i.nan && b_i.nan) value = half ? {CanonicalNanHalf[15:0], 16'h0000} : CanonicalNan;
        end
        FpuSgnj, FpuSgnjn, FpuSgnjx: begin
          sign  = (op_i == FpuSgnj) ? b_i.sign : (op_i == FpuSgnjn) ? !b_i.sign : a_i.sign ^ b_i.sign;
          value = {sign, a_bits_i[30:0]};
        end
        FpuEq: begin
          is_number     = 1'b1;
          number[0]     = equal && !a_i.nan && !b_i.nan;
          flags.invalid = a_i.signaling || b_i.signaling;
        end
        FpuLt, FpuLe: begin
          is_number     = 1'b1;
          number[0]     = (equal ? op_i == FpuLe : less) && !a_i.nan && !b_i.nan;
          flags.invalid = a_i.nan || b_i.nan;
        end
        FpuClass: begin
          is_number = 1'b1;
          number[0] = a_i.infinite && a_i.sign;
          number[1] = a_i.significand[23] && !a_i.infinite && !a_i.nan && a_i.sign;
          number[2] = !a_i.significand[23] && !a_i.zero && a_i.sign;
          number[3] = a_i.zero && a_i.sign;
          number[4] = a_i.zero && !a_i.sign;
          number[5] = !a_i.significand[23] && !a_i.zero && !a_i.sign;
          number[6] = a_i.significand[23] && !a_i.infinite && !a_i.nan && !a_i.sign;
          number[7] = a_i.infinite && !a_i.sign;
          number[8] = a_i.signaling;
          number[9] = a_i.nan && !a_i.signaling;
        end
        FpuMoveToX: begin
          is_number = 1'b1;
          number    = half ? {{16{a_word_i[15]}}, a_word_i[15:0]} : a_word_i;
        end
        FpuMoveToF: value = half ? {a_word_i[15:0], 16'h0000} : a_word_i;
        default:    value = '0;
      endcase
      result_o = is_number ? number : half ? {16'hffff, value[31:16]} : value;
    end
  end
  assign flags_o = flags;

endmodule
