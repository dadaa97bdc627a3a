// The E2M1 part of a dot product: 64 products in four quarters of 16. An MXFP4 group has a scale per two quarters, a block, and every product is a
// term of its own; an NVFP4 group has a scale per quarter, whose exact sum is one term.
// Operands come as planes: a bit of all elements. A product is a multiple of 1/4 below 64, eight planes; a sum of products is what their planes count, by
// their weights. The products of a block of MXFP4 are cut at the same place: they lose their lower planes, which is seen to after the counting.
// Four stages, in step with those of dot_unit:
//   1  products; what their planes count in a quarter
//   2  NVFP4: sum of a quarter, times scales; MXFP4: counts of a block; exponents of the terms, for dot_unit's maximum
//   3  NVFP4: cuts the quarters; MXFP4: sum of what the cut leaves of a block
//   4  moves the blocks of MXFP4 to their place; adds
// Latency: exponents in the cycle after `valid_i`, `sum_o` four cycles after it. The registers of a stage change only when a group enters it.
module dot_fp4
  import matrix_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,     // an E2M1 group
  input  logic             nvfp4_i,     // its scale is E4M3; otherwise E8M0
  input  planes_t          a_i,
  input  planes_t          b_i,
  input  scales_t          a_scales_i,
  input  scales_t          b_scales_i,
  output special_t         special_o,   // of the group at the inputs
  output exponent_t [3:0]  exponent_o,  // second stage: of the terms, 0 where all are zero
  input  exponent_t        largest_i,   // second stage: of the whole group
  output sum_t             sum_o        // in the fifth stage; 0 if it has no E2M1 group
);

  localparam int unsigned Quarters = 4;
  localparam int unsigned Products = 16;  // of a quarter
  localparam int unsigned Pairs    = 2;   // of quarters: blocks of MXFP4
  localparam int unsigned Weights  = 8;   // planes of products
  // Sums in quarters of one, two's complement; the magnitude of a quarter's times the significands of both scales.
  localparam int unsigned QuarterBits = 13;
  localparam int unsigned PairBits    = 14;
  localparam int unsigned ScaledBits  = 20;

  typedef logic        [4:0]             count_t;       // of a quarter: up to 16
  typedef logic        [5:0]             pair_count_t;
  typedef logic signed [QuarterBits-1:0] quarter_t;
  typedef logic signed [PairBits-1:0]    pair_t;
  typedef logic signed [TermBits:0]      term_t;

  function automatic logic [3:0] scale_field(logic [7:0] scale);
    return (scale[6:3] == '0) ? 4'd1 : scale[6:3];
  endfunction

  // ---- stage 1: products ----
  // An element is m * 2^e / 2, with m from 0 to 3 and e from 0 to 2; exponents are one-hot, with none of them where the element or product is zero.
  plane_t sign;
  plane_t significand_0, significand_1, significand_2, significand_3;
  plane_t exponent_0, exponent_1, exponent_2, exponent_3, exponent_4;
  plane_t product [Weights];

  always_comb begin
    plane_t a_high, a_low, a_0, a_1, a_2, b_high, b_low, b_0, b_1, b_2;

    a_high = a_i.exponent_high | a_i.exponent_low;
    a_low  = a_i.fraction;
    a_2    = a_i.exponent_high & a_i.exponent_low;
    a_1    = a_i.exponent_high & ~a_i.exponent_low;
    a_0    = ~a_i.exponent_high & (a_i.exponent_low | a_i.fraction);
    b_high = b_i.exponent_high | b_i.exponent_low;
    b_low  = b_i.fraction;
    b_2    = b_i.exponent_high & b_i.exponent_low;
    b_1    = b_i.exponent_high & ~b_i.exponent_low;
    b_0    = ~b_i.exponent_high & (b_i.exponent_low | b_i.fraction);

    sign          = '0;
    significand_0 = '0;
    significand_1 = '0;
    significand_2 = '0;
    significand_3 = '0;
    exponent_0    = '0;
    exponent_1    = '0;
    exponent_2    = '0;
    exponent_3    = '0;
    exponent_4    = '0;
    if (valid_i) begin
      sign          = a_i.sign ^ b_i.sign;
      significand_0 = a_low & b_low;
      significand_1 = (a_high & b_low) ^ (a_low & b_high);
      significand_2 = a_high & b_high & ~significand_0;
      significand_3 = a_high & b_high & significand_0;
      exponent_0    = a_0 & b_0;
      exponent_1    = (a_0 & b_1) | (a_1 & b_0);
      exponent_2    = (a_0 & b_2) | (a_1 & b_1) | (a_2 & b_0);
      exponent_3    = (a_1 & b_2) | (a_2 & b_1);
      exponent_4    = a_2 & b_2;
    end
    product[0] = exponent_0 & significand_0;
    product[1] = (exponent_0 & significand_1) | (exponent_1 & significand_0);
    product[2] = (exponent_0 & significand_2) | (exponent_1 & significand_1) | (exponent_2 & significand_0);
    product[3] = (exponent_0 & significand_3) | (exponent_1 & significand_2) | (exponent_2 & significand_1) | (exponent_3 & significand_0);
    product[4] = (exponent_1 & significand_3) | (exponent_2 & significand_2) | (exponent_3 & significand_1) | (exponent_4 & significand_0);
    product[5] = (exponent_2 & significand_3) | (exponent_3 & significand_2) | (exponent_4 & significand_1);
    product[6] = (exponent_3 & significand_3) | (exponent_4 & significand_2);
    product[7] = exponent_4 & significand_3;
  end

  // ---- stage 1: counts, scales ----
  // A negative product is the complement of its planes, less 255: a quarter's sum is what planes count after that, less 255 for each negative product.
  count_t                        count_d [Quarters][Weights], count_q [Quarters][Weights], negative_d [Quarters], negative_q [Quarters];
  logic      [Pairs-1:0]         any_d, any_q;
  logic      [Pairs-1:0][2:0]    greatest_d, greatest_q;  // exponent of a product
  logic      [Quarters-1:0]      scale_sign_d, scale_sign_q;
  exponent_t [Quarters-1:0]      scale_exponent_d, scale_exponent_q;
  logic      [Quarters-1:0][7:0] scale_product_d, scale_product_q;

  always_comb begin
    for (int unsigned q = 0; q < Quarters; q++) begin
      negative_d[q] = '0;
      for (int unsigned w = 0; w < Weights; w++) count_d[q][w] = '0;
    end
    any_d      = '0;
    greatest_d = '0;
    if (valid_i) begin
      for (int unsigned q = 0; q < Quarters; q++) begin
        negative_d[q] = count_t'($countones(sign[Products*q +: Products]));
        for (int unsigned w = 0; w < Weights; w++) begin
          count_d[q][w] = count_t'($countones(product[w][Products*q +: Products] ^ sign[Products*q +: Products]));
        end
      end
      for (int unsigned p = 0; p < Pairs; p++) begin
        any_d[p] = 1'b1;
        if (exponent_4[2*Products*p +: 2*Products] != '0)      greatest_d[p] = 3'd4;
        else if (exponent_3[2*Products*p +: 2*Products] != '0) greatest_d[p] = 3'd3;
        else if (exponent_2[2*Products*p +: 2*Products] != '0) greatest_d[p] = 3'd2;
        else if (exponent_1[2*Products*p +: 2*Products] != '0) greatest_d[p] = 3'd1;
        else                                                   any_d[p] = exponent_0[2*Products*p +: 2*Products] != '0;
      end
    end
  end

  always_comb begin
    logic [7:0] x, y;

    x                = '0;
    y                = '0;
    scale_exponent_d = '0;
    scale_product_d  = '0;
    scale_sign_d     = '0;
    special_o        = '0;
    if (valid_i) begin
      for (int unsigned q = 0; q < Quarters; q++) begin
        x = a_scales_i[nvfp4_i ? q : q / 2];
        y = b_scales_i[nvfp4_i ? q : q / 2];
        if (nvfp4_i) begin
          scale_sign_d[q]     = x[7] ^ y[7];
          scale_product_d[q]  = {4'd0, x[6:3] != '0, x[2:0]} * {4'd0, y[6:3] != '0, y[2:0]};
          // e(x) + e(y) + 9, with a bias of 7 each
          scale_exponent_d[q] = exponent_t'(scale_field(x)) + exponent_t'(scale_field(y)) + exponent_t'(ExponentOffset + 9 - 14);
          if (x[6:0] == '1 || y[6:0] == '1) special_o.nan = 1'b1;
        end else begin
          scale_exponent_d[q] = exponent_t'(x) + exponent_t'(y) + exponent_t'(ExponentOffset - 254);
          if (x == '1 || y == '1) special_o.nan = 1'b1;
        end
        if ((sign[Products*q +: Products] ^ {Products{scale_sign_d[q]}}) != '1) special_o.plus = 1'b1;
      end
    end
  end

  logic [4:1] valid_q;
  logic       nvfp4_q, nvfp42_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      nvfp4_q          <= nvfp4_i;
      count_q          <= count_d;
      negative_q       <= negative_d;
      scale_exponent_q <= scale_exponent_d;
      if (nvfp4_i) begin
        scale_product_q <= scale_product_d;
        scale_sign_q    <= scale_sign_d;
      end else begin
        any_q      <= any_d;
        greatest_q <= greatest_d;
      end
    end
  end

  // ---- stage 2 ----
  logic      [Quarters-1:0][ScaledBits-1:0] scaled_d, scaled_q;
  logic      [Quarters-1:0]                 scaled_sign_d, scaled_sign_q;
  pair_count_t                              pair_count_d [Pairs][Weights], pair_count_q [Pairs][Weights], pair_negative_d [Pairs], pair_negative_q [Pairs];
  exponent_t [Quarters-1:0]                 term_exponent_q;
  exponent_t                                largest_q;

  always_comb begin
    quarter_t               sum;
    logic [QuarterBits-2:0] magnitude;

    sum           = '0;
    magnitude     = '0;
    exponent_o    = '0;
    scaled_d      = '0;
    scaled_sign_d = '0;
    for (int unsigned p = 0; p < Pairs; p++) begin
      pair_negative_d[p] = '0;
      for (int unsigned w = 0; w < Weights; w++) pair_count_d[p][w] = '0;
    end
    if (valid_q[1]) begin
      if (nvfp4_q) begin
        for (int unsigned q = 0; q < Quarters; q++) begin
          sum = quarter_t'(negative_q[q]) - (quarter_t'(negative_q[q]) << Weights);
          for (int unsigned w = 0; w < Weights; w++) sum = sum + (quarter_t'(count_q[q][w]) << w);
          magnitude        = sum[QuarterBits-1] ? (QuarterBits-1)'(-sum) : sum[QuarterBits-2:0];
          scaled_d[q]      = ScaledBits'(magnitude) * ScaledBits'(scale_product_q[q]);
          scaled_sign_d[q] = scale_sign_q[q] ^ sum[QuarterBits-1];
          if (sum != '0 && scale_product_q[q] != '0) exponent_o[q] = scale_exponent_q[q];
        end
      end else begin
        for (int unsigned p = 0; p < Pairs; p++) begin
          pair_negative_d[p] = pair_count_t'(negative_q[2*p]) + pair_count_t'(negative_q[2*p+1]);
          for (int unsigned w = 0; w < Weights; w++) pair_count_d[p][w] = pair_count_t'(count_q[2*p][w]) + pair_count_t'(count_q[2*p+1][w]);
          if (any_q[p]) exponent_o[p] = scale_exponent_q[2*p] + exponent_t'(greatest_q[p]);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      nvfp42_q        <= nvfp4_q;
      largest_q       <= largest_i;
      term_exponent_q <= scale_exponent_q;
      if (nvfp4_q) begin
        scaled_q      <= scaled_d;
        scaled_sign_q <= scaled_sign_d;
      end else begin
        pair_count_q    <= pair_count_d;
        pair_negative_q <= pair_negative_d;
      end
    end
  end

  // ---- stage 3 ----
  // A scaled sum is a multiple of 2^(exponent - 17): of 1/4, and the significands of the scales of 1/8 each, below 2^(exponent + 2).
  localparam int unsigned ScaledShift = TermFraction - 17;
  localparam int unsigned PairShift   = TermFraction - 2;
  localparam int unsigned PlaceBits   = PairBits + PairShift;

  term_t [Quarters-1:0]   term_d, term_q;
  pair_t [Pairs-1:0]      pair_d, pair_q;
  logic  [Pairs-1:0][5:0] right_d, right_q;  // how far below the largest term, as far as it matters
  logic                   nvfp43_q;

  always_comb begin
    logic [TermBits-1:0] cut;
    exponent_t           distance;

    cut      = '0;
    distance = '0;
    term_d   = '0;
    pair_d   = '0;
    right_d  = '0;
    if (valid_q[2]) begin
      // Where all terms are zero the distance may be anything.
      if (nvfp42_q) begin
        for (int unsigned q = 0; q < Quarters; q++) begin
          distance  = largest_q - term_exponent_q[q];
          cut       = (TermBits'(scaled_q[q]) << ScaledShift) >> distance;
          term_d[q] = scaled_sign_q[q] ? -term_t'({1'b0, cut}) : term_t'({1'b0, cut});
        end
      end else begin
        for (int unsigned p = 0; p < Pairs; p++) begin
          distance   = largest_q - term_exponent_q[2*p];
          right_d[p] = (distance > 10'd63) ? 6'd63 : distance[5:0];
          for (int unsigned w = 0; w < Weights; w++) begin
            if (distance <= exponent_t'(PairShift + w)) begin
              pair_d[p] = pair_d[p] + ((pair_t'(pair_count_q[p][w]) - pair_t'(pair_negative_q[p])) << w);
            end
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      nvfp43_q <= nvfp42_q;
      if (nvfp42_q) begin
        term_q <= term_d;
      end else begin
        pair_q  <= pair_d;
        right_q <= right_d;
      end
    end
  end

  // ---- stage 4 ----
  sum_t sum_d, sum_q;

  always_comb begin
    logic signed [PlaceBits-1:0] place;

    place = '0;
    sum_d = '0;
    if (valid_q[3]) begin
      if (nvfp43_q) begin
        for (int unsigned q = 0; q < Quarters; q++) sum_d = sum_d + sum_t'(term_q[q]);
      end else begin
        for (int unsigned p = 0; p < Pairs; p++) begin
          // Nothing is lost to the right: the planes there have been left out.
          place = {pair_q[p], PairShift'(0)};
          place = place >>> right_q[p];
          sum_d = sum_d + sum_t'(place);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) sum_q <= sum_d;
  end
  assign sum_o = valid_q[4] ? sum_q : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[3:1], valid_i};
  end

endmodule
