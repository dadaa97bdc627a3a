// One group of a dot product per cycle: 32 bytes of a row and of a column, added to an accumulator (docs/matrix.md), in every format.
// Elements of 8 bits go to 16 wide and 16 narrow multipliers (even and odd elements), elements of 16 bits to the wide ones, TF32
// to every other wide one, E2M1 to dot_fp4. Every term is shifted to its place below the largest exponent, cut and added as an integer.
//   1  take elements apart, multiply
//   2  largest exponent, C included; NaNs and infinities decide the result ("fixed")
//   3  cut; sums of four lanes, C with the first
//   4  sum of the lanes
//   5  magnitude of the whole sum
//   6  normalise
//   7  round
// Latency: `result_o` Latency = 7 cycles after `valid_i`. `c_i` is wanted one cycle after its group, so that a result can be the C of
// a group that enters ChainDistance = 6 cycles after its own: `c_i` may be that cycle's `result_o`. No back-pressure.
// Without Fp8 or Fp4 groups of these elements must not enter. The registers of a stage change only when a group enters it.
module dot_unit
  import matrix_pkg::*;
#(
  parameter  bit          Fp8     = 1'b1,
  parameter  bit          Fp4     = 1'b1,
  localparam int unsigned Latency = 7
) (
  // (Plain vectors: as such Verilator 5.006 can build a unit once for a whole array.)
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         valid_i,
  input  logic [7:0]   format_i,  // format_t
  input  logic [255:0] a_i,
  input  logic [255:0] b_i,
  input  logic [31:0]  a_scales_i,
  input  logic [31:0]  b_scales_i,
  input  logic [31:0]  c_i,       // of the group that entered in the cycle before
  output logic         valid_o,
  output logic [31:0]  result_o
);

  localparam int unsigned Lanes = 2 * Lanes16;  // lane l has the byte l of 8-bit elements; even lanes are wide
  localparam int unsigned Quads = Lanes / 4;

  format_t format;
  scales_t a_scales, b_scales;

  assign format   = format_t'(format_i);
  assign a_scales = scales_t'(a_scales_i);
  assign b_scales = scales_t'(b_scales_i);

  logic [Latency:1] valid_q;

  // ---- stage 1 ----
  product_t  [Lanes-1:0] product_d, product_q;
  special_t  [Lanes-1:0] lane_special;
  special_t              special_d, special_q, fp4_special;
  exponent_t             base_d, base_q;  // what exponents of products lack
  logic                  int8_d, int8_q, fp4, lanes_used, lanes_used_q;

  assign int8_d     = format.a == ElementInt8;
  assign fp4        = Fp4 && format.a == ElementE2m1;
  assign lanes_used = valid_i && !fp4;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam bit Wide = l % 2 == 0;
    localparam bit Tf32 = l % 4 == 0;

    element_t a, b;

    dot_element #(
      .Wide(Wide),
      .Tf32(Tf32),
      .Fp8 (Fp8)
    ) u_a (
      .element_i(format.a),
      .byte_i   (a_i[8*l +: 8]),
      .half_i   (a_i[16*(l/2) +: 16]),
      .tf32_i   (a_i[32*(l/4) + 13 +: 19]),
      .element_o(a)
    );

    dot_element #(
      .Wide(Wide),
      .Tf32(Tf32),
      .Fp8 (Fp8)
    ) u_b (
      .element_i(format.b),
      .byte_i   (b_i[8*l +: 8]),
      .half_i   (b_i[16*(l/2) +: 16]),
      .tf32_i   (b_i[32*(l/4) + 13 +: 19]),
      .element_o(b)
    );

    dot_product #(
      .Significand(Wide ? 11 : 8)
    ) u_product (
      .int8_i   (int8_d),
      .a_i      (a),
      .b_i      (b),
      .product_o(product_d[l]),
      .special_o(lane_special[l])
    );
  end

  always_comb begin
    special_d = '0;
    base_d    = exponent_t'(ExponentOffset) - exponent_t'(bias(format.a)) - exponent_t'(bias(format.b));
    if (fp4) begin
      special_d = fp4_special;
    end else begin
      for (int unsigned l = 0; l < Lanes; l++) special_d = special_d | lane_special[l];
      if (format.scale == ScaleE8m0) begin
        base_d = base_d + exponent_t'(a_scales[0]) + exponent_t'(b_scales[0]) - exponent_t'(254);
        if (a_scales[0] == '1 || b_scales[0] == '1) special_d.nan = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      special_q    <= special_d;
      int8_q       <= int8_d;
      lanes_used_q <= lanes_used;
    end
    if (lanes_used) begin
      product_q <= product_d;
      base_q    <= base_d;
    end
  end

  // ---- stage 2 ----
  exponent_t [3:0] fp4_exponent;
  exponent_t       c_exponent, largest_d, largest_q, largest3_q, largest4_q, largest5_q;
  exponent_t       distance_d, distance_q, c_distance_d, c_distance_q;
  logic            c_sign, c_zero, int82_q, lanes_used2_q, fixed_d;
  logic [23:0]     c_significand;
  logic [31:0]     c_q;
  logic [31:0]     fixed_result_d;

  assign c_sign        = c_i[31];
  assign c_zero        = c_i[30:0] == '0;
  assign c_significand = {c_q[30:23] != '0, c_q[22:0]};
  assign c_exponent    = exponent_t'(c_i[30:23]) + exponent_t'(c_i[30:23] == '0) + exponent_t'(ExponentOffset - 127);

  always_comb begin
    logic [8:0] greatest;

    greatest  = '0;
    largest_d = '0;
    if (valid_q[1] && !int8_q) begin
      if (lanes_used_q) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          if (product_q[l].exponent > greatest) greatest = product_q[l].exponent;
        end
        if (greatest != '0) largest_d = base_q + exponent_t'(greatest);
      end else begin
        for (int unsigned q = 0; q < 4; q++) begin
          if (fp4_exponent[q] > largest_d) largest_d = fp4_exponent[q];
        end
      end
      if (!c_zero && c_exponent > largest_d) largest_d = c_exponent;
    end
    // How far a product of exponent 0 is below the largest term. INT8: puts the last bit of a product into that of the sum.
    distance_d   = int8_q ? exponent_t'(TermFraction - 20) : largest_d - base_q;
    c_distance_d = largest_d - c_exponent;
  end

  always_comb begin
    logic c_top, c_fraction, plus, minus;

    c_top          = c_i[30:23] == '1;
    c_fraction     = c_i[22:0] != '0;
    plus           = special_q.plus_infinity || (c_top && !c_fraction && !c_sign);
    minus          = special_q.minus_infinity || (c_top && !c_fraction && c_sign);
    fixed_d        = 1'b0;
    fixed_result_d = '0;
    if (!int8_q) begin
      if (special_q.nan || (c_top && c_fraction) || (plus && minus)) begin
        fixed_d        = 1'b1;
        fixed_result_d = CanonicalNan;
      end else if (plus || minus) begin
        fixed_d        = 1'b1;
        fixed_result_d = {minus, 8'hFF, 23'd0};
      end else if (largest_d == '0) begin
        fixed_d        = 1'b1;
        fixed_result_d = {c_sign && !special_q.plus, 31'd0};
      end
    end
  end

  logic [5:2]       fixed_q;
  logic             fixed6_q;
  logic [5:2][31:0] fixed_result_q;
  logic [31:0]      fixed_result6_q;
  product_t [Lanes-1:0] product2_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      largest_q     <= largest_d;
      distance_q    <= distance_d;
      c_distance_q  <= c_distance_d;
      c_q           <= c_i;
      int82_q       <= int8_q;
      lanes_used2_q <= lanes_used_q;
      if (lanes_used_q) product2_q <= product_q;
    end
  end

  // ---- stage 3 ----
  sum_t [Quads-1:0] quad_d, quad_q;
  logic             int83_q, int84_q;

  always_comb begin
    logic [TermBits-1:0] cut;

    quad_d = '0;
    cut    = '0;
    if (valid_q[2]) begin
      if (int82_q) begin
        quad_d[0] = sum_t'(signed'(c_q));
      end else begin
        // C is a multiple of 2^(exponent - 23).
        cut       = (TermBits'(c_significand) << (TermFraction - 23)) >> c_distance_q;
        quad_d[0] = c_q[31] ? -sum_t'({1'b0, cut}) : sum_t'({1'b0, cut});
      end
      if (lanes_used2_q) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          // Products are multiples of 2^(exponent - 20). Of a product of zero the distance may be anything.
          cut         = (TermBits'(product2_q[l].significand) << (TermFraction - 20)) >> (distance_q - exponent_t'(product2_q[l].exponent));
          quad_d[l/4] = product2_q[l].sign ? quad_d[l/4] - sum_t'({1'b0, cut}) : quad_d[l/4] + sum_t'({1'b0, cut});
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      quad_q     <= quad_d;
      largest3_q <= largest_q;
      int83_q    <= int82_q;
    end
  end

  // ---- stage 4 ----
  sum_t lanes_sum_d, lanes_sum_q;

  always_comb begin
    lanes_sum_d = '0;
    if (valid_q[3]) begin
      for (int unsigned q = 0; q < Quads; q++) lanes_sum_d = lanes_sum_d + quad_q[q];
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) begin
      lanes_sum_q <= lanes_sum_d;
      largest4_q  <= largest3_q;
      int84_q     <= int83_q;
    end
  end

  // ---- stage 5 ----
  sum_t       fp4_sum, sum;
  magnitude_t magnitude_q;
  logic       sign5_q, sign6_q;

  assign sum = lanes_sum_q + fp4_sum;

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) begin
      magnitude_q <= sum[SumBits-1] ? magnitude_t'(-sum) : magnitude_t'(sum);
      sign5_q     <= sum[SumBits-1];
      largest5_q  <= largest4_q;
    end
  end

  // ---- stages 6 and 7 ----
  logic [25:0] normal_d, normal_q;
  logic [9:0]  field_d, field_q;
  logic [31:0] rounded, result_q;

  dot_round u_round (
    .magnitude_i(magnitude_q),
    .exponent_i (largest5_q),
    .normal_o   (normal_d),
    .field_o    (field_d),
    .sign_i     (sign6_q),
    .normal_i   (normal_q),
    .field_i    (field_q),
    .result_o   (rounded)
  );

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      normal_q <= normal_d;
      field_q  <= (magnitude_q == '0) ? '0 : field_d;
      sign6_q  <= sign5_q;
    end
    if (valid_q[6]) result_q <= fixed6_q ? fixed_result6_q : rounded;
  end
  assign result_o = result_q;

  // ---- results that are known without the sum, and those of INT8, which are the sum ----
  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      fixed_q[2]        <= fixed_d;
      fixed_result_q[2] <= fixed_result_d;
    end
    if (valid_q[2]) begin
      fixed_q[3]        <= fixed_q[2];
      fixed_result_q[3] <= fixed_result_q[2];
    end
    if (valid_q[3]) begin
      fixed_q[4]        <= fixed_q[3];
      fixed_result_q[4] <= fixed_result_q[3];
    end
    if (valid_q[4]) begin
      fixed_q[5]        <= fixed_q[4] || int84_q;
      fixed_result_q[5] <= int84_q ? sum[31:0] : fixed_result_q[4];
    end
    if (valid_q[5]) begin
      fixed6_q        <= fixed_q[5];
      fixed_result6_q <= fixed_result_q[5];
    end
  end

  // ---- E2M1 ----
  if (Fp4) begin : gen_fp4
    dot_fp4 u_fp4 (
      .clk_i,
      .rst_ni,
      .valid_i   (valid_i && fp4),
      .nvfp4_i   (format.scale == ScaleE4m3),
      .a_i,
      .b_i,
      .a_scales_i,
      .b_scales_i,
      .special_o (fp4_special),
      .exponent_o(fp4_exponent),
      .largest_i (largest_d),
      .sum_o     (fp4_sum)
    );
  end else begin : gen_no_fp4
    assign fp4_special  = '0;
    assign fp4_exponent = '0;
    assign fp4_sum      = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Latency-1:1], valid_i};
  end
  assign valid_o = valid_q[Latency];

`ifndef SYNTHESIS
  logic eight_bits;
  assign eight_bits = format.a inside {ElementE5m2, ElementE4m3};
  // Only formats of docs/matrix.md enter, and only those that are built.
  a_format : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_i |-> known_format(format) && (Fp8 || !eight_bits) && (Fp4 || format.a != ElementE2m1));
  // The whole sum fits: its magnitude is below 2^44.
  a_sum : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_q[4] && !fixed_q[4] && !int84_q |-> sum != sum_t'(1) <<< (SumBits - 1));
`endif

endmodule
