// The E2M1 part of a dot product: 64 products in four quarters of 16. An MXFP4 group has a scale per two quarters and every product is a
// term of its own; an NVFP4 group has a scale per quarter, whose exact sum is one term.
// Three stages, in step with those of dot_unit; products are multiples of 1/4:
//   1  products; NVFP4: sum of a quarter
//   2  exponents of the terms, for dot_unit's maximum; NVFP4: sum times scales
//   3  MXFP4: cuts the products and sums a quarter; NVFP4: cuts the quarters
//   4  moves the quarters of MXFP4 to their place and adds the four
// Latency: exponents in the cycle after `valid_i`, `sum_o` four cycles after it. The registers of a stage change only when a group enters it.
module dot_fp4
  import matrix_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,     // an E2M1 group
  input  logic             nvfp4_i,     // its scale is E4M3; otherwise E8M0
  input  group_t           a_i,
  input  group_t           b_i,
  input  scales_t          a_scales_i,
  input  scales_t          b_scales_i,
  output special_t         special_o,   // of the group at the inputs
  output exponent_t [3:0]  exponent_o,  // second stage: of the terms, 0 where all are zero
  input  exponent_t        largest_i,   // second stage: of the whole group
  output sum_t             sum_o        // in the fifth stage; 0 if it has no E2M1 group
);

  localparam int unsigned Quarters = 4;
  localparam int unsigned Products = 16;  // of a quarter
  // A sum of a quarter in quarters of one, two's complement; its magnitude times the significands of both scales.
  localparam int unsigned QuarterBits = 13;
  localparam int unsigned ScaledBits  = 20;

  typedef logic signed [QuarterBits-1:0] quarter_t;
  typedef logic signed [TermBits:0]      term_t;

  // Twice the value of an element; below 16.
  function automatic logic [3:0] twice(logic [2:0] bits);
    unique case (bits[2:1])
      2'd0:    return {3'b000, bits[0]};
      2'd1:    return {3'b001, bits[0]};
      2'd2:    return {2'b01, bits[0], 1'b0};
      default: return {1'b1, bits[0], 2'b00};
    endcase
  endfunction

  function automatic logic [1:0] exponent_of(logic [2:0] bits);
    return (bits[2:1] == 2'd0) ? 2'd0 : bits[2:1] - 2'd1;
  endfunction

  function automatic logic [3:0] scale_field(logic [7:0] scale);
    return (scale[6:3] == '0) ? 4'd1 : scale[6:3];
  endfunction

  // ---- stage 1 ----
  typedef logic [Quarters-1:0][Products-1:0][7:0] products_t;
  typedef logic [Quarters-1:0][Products-1:0]      signs_t;

  products_t                            products_d, products_q, products2_q;
  signs_t                               signs_d, signs_q, signs2_q;
  logic      [Quarters-1:0]             any_d, any_q, scale_sign_d, scale_sign_q;
  logic      [Quarters-1:0][2:0]        greatest_d, greatest_q;  // exponent of a product
  quarter_t  [Quarters-1:0]             quarter_d, quarter_q;
  exponent_t [Quarters-1:0]             scale_exponent_d, scale_exponent_q;
  logic      [Quarters-1:0][7:0]        scale_product_d, scale_product_q;

  always_comb begin
    logic [7:0] x, y;
    logic [3:0] a, b;
    logic [2:0] exponent;

    x                = '0;
    y                = '0;
    a                = '0;
    b                = '0;
    exponent         = '0;
    products_d       = '0;
    signs_d          = '0;
    any_d            = '0;
    greatest_d       = '0;
    quarter_d        = '0;
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
        for (int unsigned k = 0; k < Products; k++) begin
          a                = a_i[4*(Products*q + k) +: 4];
          b                = b_i[4*(Products*q + k) +: 4];
          products_d[q][k] = {4'd0, twice(a[2:0])} * {4'd0, twice(b[2:0])};
          signs_d[q][k]    = a[3] ^ b[3];
          exponent         = {1'b0, exponent_of(a[2:0])} + {1'b0, exponent_of(b[2:0])};
          if (products_d[q][k] != '0) begin
            any_d[q] = 1'b1;
            if (exponent > greatest_d[q]) greatest_d[q] = exponent;
          end
          if (!(signs_d[q][k] ^ scale_sign_d[q])) special_o.plus = 1'b1;
          if (nvfp4_i) begin
            quarter_d[q] = signs_d[q][k] ? quarter_d[q] - quarter_t'({1'b0, products_d[q][k]})
                                         : quarter_d[q] + quarter_t'({1'b0, products_d[q][k]});
          end
        end
      end
    end
  end

  logic [4:1] valid_q;
  logic       nvfp4_q, nvfp42_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      nvfp4_q          <= nvfp4_i;
      scale_exponent_q <= scale_exponent_d;
      if (nvfp4_i) begin
        quarter_q       <= quarter_d;
        scale_product_q <= scale_product_d;
        scale_sign_q    <= scale_sign_d;
      end else begin
        products_q <= products_d;
        signs_q    <= signs_d;
        any_q      <= any_d;
        greatest_q <= greatest_d;
      end
    end
  end

  // ---- stage 2 ----
  logic      [Quarters-1:0][ScaledBits-1:0] scaled_d, scaled_q;
  logic      [Quarters-1:0]                 scaled_sign_d, scaled_sign_q;
  exponent_t [Quarters-1:0]                 term_exponent_q;
  exponent_t                                largest_q;

  always_comb begin
    logic [QuarterBits-2:0] magnitude;

    magnitude     = '0;
    exponent_o    = '0;
    scaled_d      = '0;
    scaled_sign_d = '0;
    if (valid_q[1]) begin
      for (int unsigned q = 0; q < Quarters; q++) begin
        if (nvfp4_q) begin
          magnitude        = quarter_q[q][QuarterBits-1] ? (QuarterBits-1)'(-quarter_q[q]) : quarter_q[q][QuarterBits-2:0];
          scaled_d[q]      = ScaledBits'(magnitude) * ScaledBits'(scale_product_q[q]);
          scaled_sign_d[q] = scale_sign_q[q] ^ quarter_q[q][QuarterBits-1];
          if (quarter_q[q] != '0 && scale_product_q[q] != '0) exponent_o[q] = scale_exponent_q[q];
        end else if (any_q[q]) begin
          exponent_o[q] = scale_exponent_q[q] + exponent_t'(greatest_q[q]);
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
        products2_q <= products_q;
        signs2_q    <= signs_q;
      end
    end
  end

  // ---- stage 3 ----
  // A scaled sum is a multiple of 2^(exponent - 17): of 1/4, and the significands of the scales of 1/8 each, below 2^(exponent + 2).
  localparam int unsigned ScaledShift  = TermFraction - 17;
  localparam int unsigned ProductShift = TermFraction - 2;

  term_t [Quarters-1:0]      term_d, term_q;
  logic  [Quarters-1:0][5:0] left_d, left_q;

  always_comb begin
    logic [TermBits-1:0] cut;
    logic [7:0]          cut_product;
    exponent_t           distance, right;
    quarter_t            sum;

    cut         = '0;
    cut_product = '0;
    distance    = '0;
    right       = '0;
    sum         = '0;
    term_d      = '0;
    left_d      = '0;
    if (valid_q[2]) begin
      for (int unsigned q = 0; q < Quarters; q++) begin
        // Of a quarter of zeros it may be anything.
        distance = largest_q - term_exponent_q[q];
        if (nvfp42_q) begin
          cut       = (TermBits'(scaled_q[q]) << ScaledShift) >> distance;
          term_d[q] = scaled_sign_q[q] ? -term_t'({1'b0, cut}) : term_t'({1'b0, cut});
        end else begin
          sum       = '0;
          right     = (distance > exponent_t'(ProductShift)) ? distance - exponent_t'(ProductShift) : '0;
          left_d[q] = (distance > exponent_t'(ProductShift)) ? '0 : 6'(exponent_t'(ProductShift) - distance);
          for (int unsigned k = 0; k < Products; k++) begin
            cut_product = products2_q[q][k] >> right;
            sum         = signs2_q[q][k] ? sum - quarter_t'({1'b0, cut_product}) : sum + quarter_t'({1'b0, cut_product});
          end
          term_d[q] = term_t'(sum);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      term_q <= term_d;
      left_q <= left_d;
    end
  end

  // ---- stage 4 ----
  sum_t sum_d, sum_q;

  always_comb begin
    sum_d = '0;
    if (valid_q[3]) begin
      for (int unsigned q = 0; q < Quarters; q++) sum_d = sum_d + (sum_t'(term_q[q]) <<< left_q[q]);
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
