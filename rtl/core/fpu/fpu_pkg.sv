// Types and rounding rules of the floating-point units.
package fpu_pkg;

  import heddle_config_pkg::*;

  localparam int unsigned FpuLatency = 4;  // cycles from an operation of fpu_pipe to its result
  // Evaluators of special functions in a core.
  localparam int unsigned SpecialUnits = (Lanes > LanesPerSpecial) ? Lanes / LanesPerSpecial : 1;

  typedef enum logic [4:0] {
    FpuFmadd,     //   a * b + c
    FpuFmsub,     //   a * b - c
    FpuFnmsub,    // -(a * b) + c
    FpuFnmadd,    // -(a * b) - c
    FpuAdd,
    FpuSub,
    FpuMul,
    FpuMin,
    FpuMax,
    FpuSgnj,
    FpuSgnjn,
    FpuSgnjx,
    FpuEq,
    FpuLt,
    FpuLe,
    FpuClass,
    FpuToInt,
    FpuToUint,
    FpuFromInt,
    FpuFromUint,
    FpuToHalf,    // from single
    FpuToSingle,  // from half
    FpuMoveToX,
    FpuMoveToF
  } fpu_op_e;

  // Of the operation; of the source for FpuToInt, FpuToUint and FpuMoveToX, of the result for FpuFromInt, FpuFromUint and
  // FpuMoveToF; ignored for FpuToHalf and FpuToSingle.
  typedef enum logic {
    FpuSingle,
    FpuHalf
  } fpu_format_e;

  // As in fflags.
  typedef struct packed {
    logic invalid;
    logic divide_by_zero;
    logic overflow;
    logic underflow;
    logic inexact;
  } fpu_flag_bits_t;
  typedef logic [4:0] fpu_flags_t;

  // As in frm. Only these values reach the units.
  typedef logic [2:0] rounding_t;
  localparam rounding_t RoundNearestEven = 3'd0;
  localparam rounding_t RoundZero        = 3'd1;
  localparam rounding_t RoundDown        = 3'd2;
  localparam rounding_t RoundUp          = 3'd3;
  localparam rounding_t RoundNearestAway = 3'd4;

  typedef enum logic [2:0] {
    SpecialRcp,
    SpecialRsqrt,
    SpecialExp2,
    SpecialLog2,
    SpecialSin,
    SpecialCos
  } special_e;

  typedef logic signed [9:0] exponent_t;  // of the bit in front of the binary point, without bias

  // How a special function's result comes from its polynomial P: (-1)^sign * (offset * 2^54 +- factor * P) * 2^exponent, rounded.
  typedef struct packed {
    logic              sign;
    exponent_t         exponent;
    logic              negative;   // the factor is subtracted
    logic [29:0]       factor;
    logic signed [8:0] offset;     // log2 only
  } special_scale_t;

  // A result that is known without evaluation.
  typedef struct packed {
    logic        known;
    logic [31:0] result;
    fpu_flags_t  flags;
  } special_fixed_t;

  localparam logic [31:0] CanonicalNan     = 32'h7fc0_0000;
  localparam logic [31:0] CanonicalNanHalf = 32'hffff_7e00;

  // An operand taken apart. Its value is significand / 2^23 * 2^exponent; a subnormal keeps its leading zeros and has the
  // smallest exponent of its format, and so does a zero. The significand of a half is left-justified.
  typedef struct packed {
    logic        sign;
    exponent_t   exponent;
    logic [23:0] significand;
    logic        zero;
    logic        infinite;
    logic        nan;
    logic        signaling;
  } operand_t;

  function automatic exponent_t smallest_exponent(input fpu_format_e format);
    /* verilator no_inline_task */
    return (format == FpuHalf) ? -10'sd14 : -10'sd126;
  endfunction

  // Does rounding to the last place add one to the magnitude? `guard` is the first bit behind that place, `rest` the OR of all others.
  function automatic logic rounds_up(input rounding_t rounding, input logic sign, input logic last, input logic guard,
                                     input logic rest);
    /* verilator no_inline_task */
    unique case (rounding)
      RoundNearestEven: return guard && (rest || last);
      RoundDown:        return sign && (guard || rest);
      RoundUp:          return !sign && (guard || rest);
      RoundNearestAway: return guard;
      default:          return 1'b0;
    endcase
  endfunction

  function automatic logic [31:0] infinity(input fpu_format_e format, input logic sign);
    /* verilator no_inline_task */
    return (format == FpuHalf) ? {16'hffff, sign, 15'h7c00} : {sign, 31'h7f80_0000};
  endfunction

  function automatic logic [31:0] canonical_nan(input fpu_format_e format);
    /* verilator no_inline_task */
    return (format == FpuHalf) ? CanonicalNanHalf : CanonicalNan;
  endfunction

endpackage
