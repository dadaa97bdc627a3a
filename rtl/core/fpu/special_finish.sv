// From polynomial to result: multiply, add, normalise (one stage each), round (combinational).
// Latency 3, then `result_o` is that of the operation. Every stage only changes with its valid bit, and holds without `advance_i`.
// Rounding is to nearest even, whatever the lane's mode, and raises no flags.
module special_finish
  import fpu_pkg::*;
(
  input  logic           clk_i,
  input  logic           advance_i,
  input  logic [3:0]     valid_i,     // per stage: its input is an operation that needs it
  input  logic [31:0]    value_i,     // P
  input  special_scale_t scale_i,
  output logic [31:0]    result_o
);

  logic [60:0]    product_d, product_q;
  special_scale_t scale1_q;
  logic [63:0]    term, sum, magnitude_d, magnitude_q;
  logic           sign2_q, sign3_q;
  exponent_t      exponent2_q, exponent3_d, exponent3_q;
  logic [5:0]     zeros;
  logic [63:0]    shifted;
  logic [26:0]    significand_d, significand_q;

  // A sum of log2 may be negative.
  always_comb begin
    product_d   = '0;
    term        = '0;
    sum         = '0;
    magnitude_d = '0;
    if (valid_i[0]) product_d = 61'(scale_i.factor) * 61'(value_i[30:0]);
    if (valid_i[1]) begin
      term        = scale1_q.negative ? -{3'b000, product_q} : {3'b000, product_q};
      sum         = term + {{1{scale1_q.offset[8]}}, scale1_q.offset, 54'h0};
      magnitude_d = sum[63] ? -sum : sum;
    end
  end

  fpu_leading_zeros u_leading_zeros (
    .value_i(valid_i[2] ? magnitude_q : '0),
    .count_o(zeros)
  );
  always_comb begin
    shifted       = '0;
    significand_d = '0;
    exponent3_d   = '0;
    if (valid_i[2]) begin
      shifted       = magnitude_q << zeros;
      significand_d = {shifted[63:38], |shifted[37:0]};
      // A zero must look like a subnormal.
      exponent3_d   = shifted[63] ? exponent2_q + 10'sd63 - exponent_t'({4'b0, zeros}) : smallest_exponent(FpuSingle);
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      if (valid_i[0]) begin
        product_q <= product_d;
        scale1_q  <= scale_i;
      end
      if (valid_i[1]) begin
        magnitude_q <= magnitude_d;
        sign2_q     <= scale1_q.sign ^ sum[63];
        exponent2_q <= scale1_q.exponent;
      end
      if (valid_i[2]) begin
        significand_q <= significand_d;
        sign3_q       <= sign2_q;
        exponent3_q   <= exponent3_d;
      end
    end
  end

  exponent_t   exponent;
  logic [26:0] significand;
  fpu_denormalize u_denormalize (
    .enable_i     (valid_i[3]),
    .format_i     (FpuSingle),
    .exponent_i   (exponent3_q),
    .significand_i(significand_q),
    .exponent_o   (exponent),
    .significand_o(significand)
  );
  fpu_round u_round (
    .enable_i     (valid_i[3]),
    .format_i     (FpuSingle),
    .rounding_i   (RoundNearestEven),
    .sign_i       (sign3_q),
    .exponent_i   (exponent),
    .significand_i(significand),
    .result_o,
    .flags_o      ()
  );

endmodule
