// Takes a group apart, lane by lane. The array has one per row and column that enter it, and not two per dot-product unit.
// Lane l has the byte l of 8-bit elements; even lanes are wide, with the elements of 16 bits, every other one of them with those of TF32.
// Combinational. Nothing is present of a group of E2M1, which has planes instead; those of another format are zero.
module dot_elements
  import matrix_pkg::*;
#(
  parameter bit Fp8 = 1'b1,
  parameter bit Fp4 = 1'b1
) (
  input  element_e  element_i,
  input  group_t    group_i,
  output elements_t elements_o,
  output planes_t   planes_o
);

  // Of elements of 8 bits in a narrow lane: the bits of a significand that are always zero.
  localparam int unsigned Unused = 3;

  element_t [ByteLanes-1:0] elements;

  for (genvar l = 0; l < ByteLanes; l++) begin : gen_lane
    dot_element #(
      .Wide(l % 2 == 0),
      .Tf32(l % 4 == 0),
      .Fp8 (Fp8)
    ) u_element (
      .element_i,
      .byte_i   (group_i[8*l +: 8]),
      .half_i   (group_i[16*(l/2) +: 16]),
      .tf32_i   (group_i[32*(l/4) + 13 +: 19]),
      .element_o(elements[l])
    );
  end

  always_comb begin
    elements_o = '0;
    for (int unsigned l = 0; l < ByteLanes; l++) begin
      elements_o.nan            = elements_o.nan | elements[l].nan;
      elements_o.present[l]     = elements[l].present;
      elements_o.sign[l]        = elements[l].sign;
      elements_o.zero[l]        = elements[l].zero;
      elements_o.infinity[l]    = elements[l].infinity;
      elements_o.field[l]       = elements[l].field;
      elements_o.significand[l] = (l % 2 == 0 || element_i == ElementInt8) ? 16'(elements[l].significand) : 16'(elements[l].significand[10:Unused]);
    end
  end

  always_comb begin
    planes_o = '0;
    if (Fp4 && element_i == ElementE2m1) begin
      for (int unsigned e = 0; e < GroupBits / 4; e++) begin
        {planes_o.sign[e], planes_o.exponent_high[e], planes_o.exponent_low[e], planes_o.fraction[e]} = group_i[4*e +: 4];
      end
    end
  end

endmodule
