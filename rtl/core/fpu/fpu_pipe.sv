// Floating-point arithmetic of one lane: the FMA family, addition, multiplication, comparison, minimum and maximum, sign
// injection, class, moves and all conversions, in single and half.
// One operation per cycle, each takes exactly FpuLatency cycles from `valid_i` to `valid_o`, so results never collide.
// Operands are register contents: halves are unboxed and boxed here.
//   stage 1  take the operands apart; multiply; operations without arithmetic, NaNs and infinities have their result ("fixed")
//   stage 2  align and add
//   stage 3  normalise, or round to an integer
//   stage 4  round and pack
// The registers of a stage only change when an operation enters it, and only those that the operation needs.
module fpu_pipe
  import fpu_pkg::*;
  import heddle_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        valid_i,
  input  fpu_op_e     op_i,
  input  fpu_format_e format_i,
  input  rounding_t   rounding_i,
  input  word_t       a_i,
  input  word_t       b_i,
  input  word_t       c_i,
  output logic        valid_o,
  output word_t       result_o,
  output fpu_flags_t  flags_o
);

  typedef struct packed {
    fpu_format_e format;
    rounding_t   rounding;
    logic        to_integer;
    logic        to_unsigned;
  } control_t;

  typedef struct packed {
    word_t      result;
    fpu_flags_t flags;
  } fixed_t;

  typedef struct packed {
    logic [47:0] product;
    logic        product_sign;
    logic [31:0] addend;
    logic        addend_sign;
    logic        product_first;
    exponent_t   exponent;
    logic [5:0]  shift;
  } prepared_t;

  typedef struct packed {
    logic        sign;
    logic        subtracted;
    exponent_t   exponent;
    logic [63:0] sum;
  } added_t;

  typedef struct packed {
    logic        sign;
    exponent_t   exponent;
    logic [26:0] significand;
  } normal_t;

  logic [FpuLatency:1] valid_q;
  logic [3:1]          fixed_q;  // the result is in fixed*_q
  control_t            control1_d, control1_q, control2_q, control3_q;
  fixed_t              fixed1_d, fixed1_q, fixed2_q, fixed3_d, fixed3_q;
  prepared_t           prepared_d, prepared_q;
  added_t              added_d, added_q;
  normal_t             normal_d, normal_q;
  fixed_t              out_d, out_q;

  // ---- stage 1 ----
  logic        misc, fixed1, arithmetic_fixed;
  fpu_format_e source;
  word_t       a_bits, b_bits, misc_result, arithmetic_result;
  fpu_flags_t  misc_flags, arithmetic_flags;
  operand_t    a, b, c;

  assign misc   = valid_i && (op_i inside {FpuMin, FpuMax, FpuSgnj, FpuSgnjn, FpuSgnjx, FpuEq, FpuLt, FpuLe, FpuClass, FpuMoveToX, FpuMoveToF});
  assign source = (op_i == FpuToHalf) ? FpuSingle : (op_i == FpuToSingle) ? FpuHalf : format_i;

  fpu_unpack u_unpack_a (
    .enable_i (valid_i),
    .format_i (source),
    .word_i   (a_i),
    .bits_o   (a_bits),
    .operand_o(a)
  );

  fpu_unpack u_unpack_b (
    .enable_i (valid_i),
    .format_i,
    .word_i   (b_i),
    .bits_o   (b_bits),
    .operand_o(b)
  );

  fpu_unpack u_unpack_c (
    .enable_i (valid_i && !misc),
    .format_i,
    .word_i   (c_i),
    .bits_o   (),
    .operand_o(c)
  );

  fpu_misc u_misc (
    .enable_i(misc),
    .op_i,
    .format_i,
    .a_word_i(a_i),
    .a_bits_i(a_bits),
    .b_bits_i(b_bits),
    .a_i     (a),
    .b_i     (b),
    .result_o(misc_result),
    .flags_o (misc_flags)
  );

  always_comb begin
    control1_d = '0;
    if (valid_i) begin
      control1_d.format      = (op_i == FpuToHalf) ? FpuHalf : (op_i == FpuToSingle) ? FpuSingle : format_i;
      control1_d.rounding    = rounding_i;
      control1_d.to_integer  = op_i == FpuToInt || op_i == FpuToUint;
      control1_d.to_unsigned = op_i == FpuToUint;
    end
  end

  fpu_prepare u_prepare (
    .enable_i       (valid_i && !misc),
    .op_i,
    .format_i       (control1_d.format),
    .a_word_i       (a_i),
    .a_i            (a),
    .b_i            (b),
    .c_i            (c),
    .product_o      (prepared_d.product),
    .product_sign_o (prepared_d.product_sign),
    .addend_o       (prepared_d.addend),
    .addend_sign_o  (prepared_d.addend_sign),
    .product_first_o(prepared_d.product_first),
    .exponent_o     (prepared_d.exponent),
    .shift_o        (prepared_d.shift),
    .fixed_o        (arithmetic_fixed),
    .fixed_result_o (arithmetic_result),
    .fixed_flags_o  (arithmetic_flags)
  );

  assign fixed1          = misc || arithmetic_fixed;
  assign fixed1_d.result = misc ? misc_result : arithmetic_result;
  assign fixed1_d.flags  = misc ? misc_flags : arithmetic_flags;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      control1_q <= control1_d;
      if (fixed1) fixed1_q <= fixed1_d;
      else        prepared_q <= prepared_d;
    end
  end

  // ---- stage 2 ----
  fpu_add u_add (
    .enable_i       (valid_q[1] && !fixed_q[1]),
    .product_i      (prepared_q.product),
    .product_sign_i (prepared_q.product_sign),
    .addend_i       (prepared_q.addend),
    .addend_sign_i  (prepared_q.addend_sign),
    .product_first_i(prepared_q.product_first),
    .shift_i        (prepared_q.shift),
    .sum_o          (added_d.sum),
    .sign_o         (added_d.sign)
  );
  assign added_d.subtracted = prepared_q.product_sign != prepared_q.addend_sign;
  assign added_d.exponent   = prepared_q.exponent;

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      control2_q <= control1_q;
      if (fixed_q[1]) fixed2_q <= fixed1_q;
      else            added_q <= added_d;
    end
  end

  // ---- stage 3 ----
  logic arithmetic3, exact_zero;

  assign arithmetic3 = valid_q[2] && !fixed_q[2];
  assign exact_zero  = added_q.subtracted && added_q.sum == '0;

  fpu_normalize u_normalize (
    .enable_i     (arithmetic3 && !control2_q.to_integer),
    .sum_i        (added_q.sum),
    .exponent_i   (added_q.exponent + 10'sd2),
    .format_i     (control2_q.format),
    .exponent_o   (normal_d.exponent),
    .significand_o(normal_d.significand)
  );
  assign normal_d.sign = exact_zero ? control2_q.rounding == RoundDown : added_q.sign;

  word_t      integer_result;
  fpu_flags_t integer_flags;
  fpu_to_integer u_to_integer (
    .enable_i   (arithmetic3 && control2_q.to_integer),
    .unsigned_i (control2_q.to_unsigned),
    .rounding_i (control2_q.rounding),
    .sign_i     (added_q.sign),
    .magnitude_i(added_q.sum[61:0]),
    .result_o   (integer_result),
    .flags_o    (integer_flags)
  );
  assign fixed3_d.result = fixed_q[2] ? fixed2_q.result : integer_result;
  assign fixed3_d.flags  = fixed_q[2] ? fixed2_q.flags : integer_flags;

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      control3_q <= control2_q;
      if (fixed_q[2] || control2_q.to_integer) fixed3_q <= fixed3_d;
      else                                     normal_q <= normal_d;
    end
  end

  // ---- stage 4 ----
  word_t      rounded_result;
  fpu_flags_t rounded_flags;
  fpu_round u_round (
    .enable_i     (valid_q[3] && !fixed_q[3]),
    .format_i     (control3_q.format),
    .rounding_i   (control3_q.rounding),
    .sign_i       (normal_q.sign),
    .exponent_i   (normal_q.exponent),
    .significand_i(normal_q.significand),
    .result_o     (rounded_result),
    .flags_o      (rounded_flags)
  );
  assign out_d.result = fixed_q[3] ? fixed3_q.result : rounded_result;
  assign out_d.flags  = fixed_q[3] ? fixed3_q.flags : rounded_flags;

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) out_q <= out_d;
  end
  assign result_o = out_q.result;
  assign flags_o  = out_q.flags;

  // ---- which stages hold an operation ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      fixed_q <= '0;
    end else begin
      valid_q <= {valid_q[FpuLatency-1:1], valid_i};
      fixed_q <= {fixed_q[2] || control2_q.to_integer, fixed_q[1], fixed1};
    end
  end
  assign valid_o = valid_q[FpuLatency];

`ifndef SYNTHESIS
  // Cycles since reset, so that the operations before it do not count.
  int unsigned age_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) age_q <= 0;
    else if (age_q < FpuLatency) age_q <= age_q + 1;
  end
  // A result exactly FpuLatency cycles after each operation: none without one, none lost, none twice.
  a_latency : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_o == (age_q == FpuLatency && $past(valid_i, FpuLatency)));
  a_rounding : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && !misc |-> rounding_i <= RoundNearestAway);
  a_op : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> op_i <= FpuMoveToF);
`endif

endmodule
