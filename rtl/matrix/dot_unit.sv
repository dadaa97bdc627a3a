// One group of a dot product per cycle: 32 bytes of a row and of a column, taken apart by dot_elements, added to an accumulator (docs/matrix.md), in
// every format. Elements of 8 bits go to 16 wide and 16 narrow multipliers (even and odd lanes), elements of 16 bits to the wide ones, TF32
// to every other wide one, E2M1 to dot_fp4. Every term is shifted to its place below the largest exponent, cut and added as an integer.
//   1  multiply
//   2  largest exponent, C included; NaNs and infinities decide the result ("fixed")
//   3  cut; sums of four lanes, C with the first
//   4  sum of the lanes
//   5  magnitude of the whole sum
//   6  normalise
//   7  round
// Latency: `result_o` Latency = 7 cycles after `valid_i`. `c_i` is wanted one cycle after its group, so that a result can be the C of
// a group that enters ChainDistance = 6 cycles after its own: `c_i` may be that cycle's `result_o`. No back-pressure.
// Without Fp8 or Fp4 groups of these elements must not enter. The registers of a stage change only when a group enters it, those of the narrow
// multipliers only with elements of 8 bits.
module dot_unit
  import matrix_pkg::*;
#(
  parameter  bit          Fp8     = 1'b1,
  parameter  bit          Fp4     = 1'b1,
  localparam int unsigned Latency = 7
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         valid_i,
  input  format_t      format_i,
  input  elements_t    a_i,
  input  elements_t    b_i,
  input  planes_t      a_planes_i,  // of E2M1
  input  planes_t      b_planes_i,
  input  scales_t      a_scales_i,
  input  scales_t      b_scales_i,
  input  logic [31:0]  c_i,         // of the group that entered in the cycle before
  output logic         valid_o,
  output logic [31:0]  result_o
);

  localparam int unsigned NarrowShift = 6;            // from a product of 8-bit elements to a product_t
  localparam int unsigned Quads       = Lanes16 / 4;  // of wide lanes, and of narrow ones

  logic [Latency:1] valid_q;

  // ---- stage 1 ----
  product_t  [Lanes16-1:0] wide_d, wide_q, narrow_d, narrow_q;
  special_t                special_d, special_q, fp4_special;
  exponent_t               base_d, base_q;  // what exponents of products lack
  logic                    int8_d, int8_q, fp4, eight_bits, lanes_used, lanes_used_q, narrow_used, narrow_used_q;

  assign int8_d      = format_i.a == ElementInt8;
  assign fp4         = Fp4 && format_i.a == ElementE2m1;
  assign eight_bits  = format_i.a inside {ElementInt8, ElementE5m2, ElementE4m3};
  assign lanes_used  = valid_i && !fp4;
  assign narrow_used = lanes_used && eight_bits;

  always_comb begin
    logic [ByteLanes-1:0] sign, counts, infinity;

    sign      = a_i.sign ^ b_i.sign;
    counts    = a_i.present & ~a_i.zero & ~b_i.zero;
    infinity  = a_i.infinity | b_i.infinity;
    wide_d    = '0;
    narrow_d  = '0;
    special_d = '0;
    base_d    = exponent_t'(ExponentOffset) - exponent_t'(bias(format_i.a)) - exponent_t'(bias(format_i.b));
    if (lanes_used) begin
      for (int unsigned p = 0; p < Lanes16; p++) begin
        wide_d[p].sign        = sign[2*p];
        wide_d[p].exponent    = counts[2*p] ? {1'b0, a_i.field[2*p]} + {1'b0, b_i.field[2*p]} : '0;
        wide_d[p].significand = ProductBits'(a_i.significand[2*p][10:0]) * ProductBits'(b_i.significand[2*p][10:0]);
      end
    end
    if (narrow_used) begin
      for (int unsigned p = 0; p < Lanes16; p++) begin
        narrow_d[p].sign        = sign[2*p+1];
        narrow_d[p].exponent    = counts[2*p+1] ? {1'b0, a_i.field[2*p+1]} + {1'b0, b_i.field[2*p+1]} : '0;
        narrow_d[p].significand = (ProductBits'(a_i.significand[2*p+1][7:0]) * ProductBits'(b_i.significand[2*p+1][7:0])) << (int8_d ? 0 : NarrowShift);
      end
    end
    if (fp4) begin
      special_d = fp4_special;
    end else begin
      special_d.nan            = a_i.nan || b_i.nan || ((a_i.infinity & b_i.zero) | (b_i.infinity & a_i.zero)) != '0;
      special_d.plus_infinity  = (infinity & ~sign) != '0;
      special_d.minus_infinity = (infinity & sign) != '0;
      special_d.plus           = (a_i.present & ~sign) != '0;
      if (format_i.scale == ScaleE8m0) begin
        base_d = base_d + exponent_t'(a_scales_i[0]) + exponent_t'(b_scales_i[0]) - exponent_t'(254);
        if (a_scales_i[0] == '1 || b_scales_i[0] == '1) special_d.nan = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      special_q     <= special_d;
      int8_q        <= int8_d;
      lanes_used_q  <= lanes_used;
      narrow_used_q <= narrow_used;
    end
    if (lanes_used) begin
      wide_q <= wide_d;
      base_q <= base_d;
    end
    if (narrow_used) narrow_q <= narrow_d;
  end

  // ---- stage 2 ----
  exponent_t [3:0] fp4_exponent;
  exponent_t       c_exponent, largest_d, largest_q, largest3_q, largest4_q, largest5_q;
  exponent_t       distance_d, distance_q, c_distance_d, c_distance_q;
  logic            c_sign, c_zero, int82_q, lanes_used2_q, narrow_used2_q, fixed_d;
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
        for (int unsigned p = 0; p < Lanes16; p++) begin
          if (wide_q[p].exponent > greatest) greatest = wide_q[p].exponent;
        end
        if (narrow_used_q) begin
          for (int unsigned p = 0; p < Lanes16; p++) begin
            if (narrow_q[p].exponent > greatest) greatest = narrow_q[p].exponent;
          end
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
  product_t [Lanes16-1:0] wide2_q, narrow2_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      largest_q      <= largest_d;
      distance_q     <= distance_d;
      c_distance_q   <= c_distance_d;
      c_q            <= c_i;
      int82_q        <= int8_q;
      lanes_used2_q  <= lanes_used_q;
      narrow_used2_q <= narrow_used_q;
      if (lanes_used_q)  wide2_q   <= wide_q;
      if (narrow_used_q) narrow2_q <= narrow_q;
    end
  end

  // ---- stage 3 ----
  sum_t wide_sum_d [Quads], wide_sum_q [Quads], narrow_sum_d [Quads], narrow_sum_q [Quads];
  logic int83_q, int84_q, narrow_used3_q;

  // A sum with a carry in front of its last bit: a negative term is added as its complement, and one.
  typedef logic [SumBits:0] carried_t;

  always_comb begin
    logic [TermBits-1:0] cut;
    carried_t            sum;

    cut = '0;
    sum = '0;
    for (int unsigned q = 0; q < Quads; q++) begin
      wide_sum_d[q]   = '0;
      narrow_sum_d[q] = '0;
    end
    if (valid_q[2]) begin
      if (int82_q) begin
        wide_sum_d[0] = sum_t'(signed'(c_q));
      end else begin
        // C is a multiple of 2^(exponent - 23).
        cut           = (TermBits'(c_significand) << (TermFraction - 23)) >> c_distance_q;
        wide_sum_d[0] = c_q[31] ? -sum_t'({1'b0, cut}) : sum_t'({1'b0, cut});
      end
      // Products are multiples of 2^(exponent - 20). Of a product of zero the distance may be anything.
      if (lanes_used2_q) begin
        for (int unsigned q = 0; q < Quads; q++) begin
          sum = {wide_sum_d[q], 1'b1};
          for (int unsigned p = 4 * q; p < 4 * q + 4; p++) begin
            cut = (TermBits'(wide2_q[p].significand) << (TermFraction - 20)) >> (distance_q - exponent_t'(wide2_q[p].exponent));
            sum = (sum + (carried_t'({cut, 1'b0}) ^ {(SumBits + 1){wide2_q[p].sign}})) | carried_t'(1);
          end
          wide_sum_d[q] = sum[SumBits:1];
        end
      end
      if (narrow_used2_q) begin
        for (int unsigned q = 0; q < Quads; q++) begin
          sum = carried_t'(1);
          for (int unsigned p = 4 * q; p < 4 * q + 4; p++) begin
            cut = (TermBits'(narrow2_q[p].significand) << (TermFraction - 20)) >> (distance_q - exponent_t'(narrow2_q[p].exponent));
            sum = (sum + (carried_t'({cut, 1'b0}) ^ {(SumBits + 1){narrow2_q[p].sign}})) | carried_t'(1);
          end
          narrow_sum_d[q] = sum[SumBits:1];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      wide_sum_q     <= wide_sum_d;
      largest3_q     <= largest_q;
      int83_q        <= int82_q;
      narrow_used3_q <= narrow_used2_q;
      if (narrow_used2_q) narrow_sum_q <= narrow_sum_d;
    end
  end

  // ---- stage 4 ----
  sum_t lanes_sum_d, lanes_sum_q;

  always_comb begin
    lanes_sum_d = '0;
    if (valid_q[3]) begin
      for (int unsigned q = 0; q < Quads; q++) lanes_sum_d = lanes_sum_d + wide_sum_q[q];
      if (narrow_used3_q) begin
        for (int unsigned q = 0; q < Quads; q++) lanes_sum_d = lanes_sum_d + narrow_sum_q[q];
      end
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
      .nvfp4_i   (format_i.scale == ScaleE4m3),
      .a_i       (a_planes_i),
      .b_i       (b_planes_i),
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

    logic unused_fp4;
    assign unused_fp4 = ^{a_planes_i, b_planes_i};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Latency-1:1], valid_i};
  end
  assign valid_o = valid_q[Latency];

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample their signals in every cycle, in code of its own for each unit.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // Only formats of docs/matrix.md enter, and only those that are built.
      if (valid_i) a_format : assert (known_format(format_i) && (Fp8 || !eight_bits || int8_d) && (Fp4 || format_i.a != ElementE2m1));
      // The whole sum fits: its magnitude is below 2^44.
      if (valid_q[4] && !fixed_q[4] && !int84_q) a_sum : assert (sum != sum_t'(1) <<< (SumBits - 1));
    end
  end
`endif

endmodule
