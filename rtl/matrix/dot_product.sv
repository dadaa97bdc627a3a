// The product of two elements, exact, and what is special about it.
// Combinational. INT8 products are right-aligned, with exponent 0.
module dot_product
  import matrix_pkg::*;
#(
  parameter int unsigned Significand = 11  // bits of a significand that are multiplied: 11, or 8 where elements have 8 bits
) (
  input  logic     int8_i,
  input  element_t a_i,
  input  element_t b_i,
  output product_t product_o,
  output special_t special_o
);

  localparam int unsigned Low = 11 - Significand;

  logic [Significand-1:0]   a, b;
  logic [2*Significand-1:0] wide;
  logic                     sign, infinity;

  // INT8 fills the low bits, everything else the high ones.
  assign a        = int8_i ? a_i.significand[Significand-1:0] : a_i.significand[10:Low];
  assign b        = int8_i ? b_i.significand[Significand-1:0] : b_i.significand[10:Low];
  assign wide     = (2*Significand)'(a) * (2*Significand)'(b);
  assign sign     = a_i.sign ^ b_i.sign;
  assign infinity = a_i.infinity || b_i.infinity;

  always_comb begin
    product_o             = '0;
    product_o.sign        = sign;
    product_o.significand = int8_i ? ProductBits'(wide) : ProductBits'(wide) << (2 * Low);
    if (!int8_i && a_i.present && !a_i.zero && !b_i.zero) product_o.exponent = {1'b0, a_i.field} + {1'b0, b_i.field};
    special_o                = '0;
    special_o.nan            = a_i.nan || b_i.nan || (a_i.infinity && b_i.zero) || (b_i.infinity && a_i.zero);
    special_o.plus_infinity  = infinity && !sign;
    special_o.minus_infinity = infinity && sign;
    special_o.plus           = a_i.present && !sign;
  end

endmodule
