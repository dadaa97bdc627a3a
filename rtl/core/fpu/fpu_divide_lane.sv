// Division and square root of one lane: two result bits per step, restoring. The steps are commanded by fpu_divide.
// start: take the operands apart. normalize: shift out leading zeros of subnormals. step: as many times as the format needs.
// place: put the result where it can be rounded. round: round and pack. At most one of them in a cycle.
// Only a lane that is started takes part; it is busy until its remaining bits are known to be zero. Its result holds until the next start.
module fpu_divide_lane
  import fpu_pkg::*;
  import heddle_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        normalize_i,
  input  logic        step_i,
  input  logic        place_i,
  input  logic        round_i,
  input  logic [27:0] bit_i,       // with a step: the place of its first result bit, one-hot; bit 27 counts 1
  input  logic        sqrt_i,      // with all commands
  input  fpu_format_e format_i,    // likewise
  input  rounding_t   rounding_i,  // with start
  input  word_t       a_i,
  input  word_t       b_i,
  output logic        busy_o,
  output word_t       result_o,
  output fpu_flags_t  flags_o
);

  logic      live_d, live_q;  // has a result to round
  logic      busy_d, busy_q;
  logic      sign_q;
  rounding_t rounding_q;
  exponent_t exponent_d, exponent_q;

  // With 27 bits behind the binary point. The dividend, or of a square root the radicand minus the square of the root so far,
  // is doubled after every bit.
  logic [30:0] rest_d, rest_q;
  logic [27:0] divisor_d, divisor_q;
  logic [27:0] root_d, root_q;     // result bits found so far; later the significand for rounding

  // ---- start ----
  operand_t       a, b;
  logic           sign, fixed;
  word_t          fixed_result;
  fpu_flag_bits_t fixed_flags;

  fpu_unpack u_unpack_a (
    .enable_i (start_i),
    .format_i,
    .word_i   (a_i),
    .bits_o   (),
    .operand_o(a)
  );
  fpu_unpack u_unpack_b (
    .enable_i (start_i && !sqrt_i),
    .format_i,
    .word_i   (b_i),
    .bits_o   (),
    .operand_o(b)
  );

  always_comb begin
    sign         = a.sign ^ b.sign;
    fixed        = 1'b0;
    fixed_result = '0;
    fixed_flags  = '0;
    if (start_i) begin
      fixed_flags.invalid = a.signaling || b.signaling;
      if (a.nan || b.nan) begin
        fixed        = 1'b1;
        fixed_result = canonical_nan(format_i);
      end else if (sqrt_i ? a.sign && !a.zero : (a.infinite && b.infinite) || (a.zero && b.zero)) begin
        fixed               = 1'b1;
        fixed_flags.invalid = 1'b1;
        fixed_result        = canonical_nan(format_i);
      end else if (a.infinite || (b.zero && !sqrt_i)) begin
        fixed                      = 1'b1;
        fixed_flags.divide_by_zero = !a.infinite;
        fixed_result               = infinity(format_i, sign);
      end else if (a.zero || b.infinite) begin
        fixed        = 1'b1;
        fixed_result = (format_i == FpuHalf) ? {16'hffff, sign, 15'h0000} : {sign, 31'h0};
      end
    end
  end

  // ---- normalize ----
  // Until here, the significands are in the low bits of rest_q and divisor_q.
  logic [4:0]  a_zeros, b_zeros;
  logic [23:0] a_normal, b_normal;
  exponent_t   a_exponent, b_exponent_q, b_exponent;

  fpu_leading_zeros #(
    .Width(32)
  ) u_a_zeros (
    .value_i({normalize_i ? rest_q[23:0] : 24'h0, 8'h00}),
    .count_o(a_zeros)
  );
  fpu_leading_zeros #(
    .Width(32)
  ) u_b_zeros (
    .value_i({normalize_i ? divisor_q[23:0] : 24'h0, 8'h00}),
    .count_o(b_zeros)
  );

  // ---- step ----
  logic [30:0] trial, rest;
  logic [27:0] place, root;
  logic [31:0] difference;

  // ---- place ----
  logic [26:0] significand, placed;
  exponent_t   exponent, placed_exponent;
  always_comb begin
    significand = '0;
    exponent    = '0;
    if (place_i && live_q) begin
      // A quotient may be below 1.
      significand = root_q[27] ? {root_q[27:2], root_q[1:0] != '0 || rest_q != '0}
                               : {root_q[26:1], root_q[0] || rest_q != '0};
      exponent    = exponent_q - exponent_t'({9'b0, !root_q[27]});
    end
  end
  fpu_denormalize u_denormalize (
    .enable_i     (place_i && live_q),
    .format_i,
    .exponent_i   (exponent),
    .significand_i(significand),
    .exponent_o   (placed_exponent),
    .significand_o(placed)
  );

  always_comb begin
    live_d     = live_q;
    busy_d     = busy_q;
    exponent_d = exponent_q;
    rest_d     = rest_q;
    divisor_d  = divisor_q;
    root_d     = root_q;
    a_normal   = '0;
    b_normal   = '0;
    a_exponent = '0;
    b_exponent = '0;
    trial      = '0;
    rest       = '0;
    place      = '0;
    root       = '0;
    difference = '0;
    if (start_i) begin
      live_d     = !fixed;
      busy_d     = !fixed;
      exponent_d = a.exponent;
      rest_d     = {7'h0, a.significand};
      divisor_d  = {4'h0, b.significand};
      root_d     = '0;
    end else if (normalize_i && live_q) begin
      a_normal   = rest_q[23:0] << a_zeros;
      a_exponent = exponent_q - exponent_t'({5'b0, a_zeros});
      if (sqrt_i) begin
        // An even exponent, so that its half is one.
        rest_d     = a_exponent[0] ? {2'b00, a_normal, 5'h00} : {3'b000, a_normal, 4'h0};
        exponent_d = a_exponent >>> 1;
      end else begin
        b_normal   = divisor_q[23:0] << b_zeros;
        b_exponent = b_exponent_q - exponent_t'({5'b0, b_zeros});
        rest_d     = {3'b000, a_normal, 4'h0};
        divisor_d  = {b_normal, 4'h0};
        exponent_d = a_exponent - b_exponent;
      end
    end else if (step_i && busy_q) begin
      rest  = rest_q;
      root  = root_q;
      place = bit_i;
      for (int unsigned i = 0; i < 2; i++) begin
        // (root + place)^2 = root^2 + place * (2 * root + place)
        trial      = sqrt_i ? {2'b00, root, 1'b0} | {3'b000, place} : {3'b000, divisor_q};
        difference = {1'b0, rest} - {1'b0, trial};
        if (!difference[31]) begin
          root = root | place;
          rest = difference[30:0];
        end
        rest  = rest << 1;
        place = place >> 1;
      end
      rest_d = rest;
      root_d = root;
      busy_d = rest != '0;
    end else if (place_i && live_q) begin
      busy_d     = 1'b0;
      root_d     = {1'b0, placed};
      exponent_d = placed_exponent;
    end else if (round_i) begin
      live_d = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      live_q <= 1'b0;
      busy_q <= 1'b0;
    end else begin
      live_q <= live_d;
      busy_q <= busy_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || live_q) begin
      exponent_q <= exponent_d;
      rest_q     <= rest_d;
      divisor_q  <= divisor_d;
      root_q     <= root_d;
    end
    if (start_i) begin
      sign_q       <= sign;
      rounding_q   <= rounding_i;
      b_exponent_q <= b.exponent;
    end
  end
  assign busy_o = busy_q;

  // ---- round ----
  word_t      rounded, result_q;
  fpu_flags_t rounded_flags, flags_q;

  fpu_round u_round (
    .enable_i     (round_i && live_q),
    .format_i,
    .rounding_i   (rounding_q),
    .sign_i       (sign_q),
    .exponent_i   (exponent_q),
    .significand_i(root_q[26:0]),
    .result_o     (rounded),
    .flags_o      (rounded_flags)
  );

  always_ff @(posedge clk_i) begin
    if (start_i && fixed) begin
      result_q <= fixed_result;
      flags_q  <= fixed_flags;
    end else if (round_i && live_q) begin
      result_q <= rounded;
      flags_q  <= rounded_flags;
    end
  end
  assign result_o = result_q;
  assign flags_o  = flags_q;

`ifndef SYNTHESIS
  a_one_command : assert property (@(posedge clk_i) disable iff (!rst_ni)
    $onehot0({start_i, normalize_i, step_i, place_i, round_i}));
  a_not_restarted : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> !live_q);
  // A root or quotient is in [1/2, 2), so after two bits one of them is there.
  a_first_bits : assert property (@(posedge clk_i) disable iff (!rst_ni) place_i && live_q |-> root_q[27:26] != '0);
`endif

endmodule
