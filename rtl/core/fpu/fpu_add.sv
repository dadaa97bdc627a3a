// Second stage of fpu_pipe's arithmetic: aligns product and addend and adds them.
// Combinational; all outputs are zero without `enable_i`.
// The sum has 2 bits more in front than an operand. What is shifted out is ORed into the last bit; that is harmless,
// because it only happens where the first one of the sum stays so far in front that the last bit never gets near the rounding.
module fpu_add
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  logic [47:0] product_i,         // as from fpu_prepare
  input  logic        product_sign_i,
  input  logic [31:0] addend_i,
  input  logic        addend_sign_i,
  input  logic        product_first_i,
  input  logic [5:0]  shift_i,
  output logic [63:0] sum_o,             // magnitude; sum / 2^61 * 2^exponent
  output logic        sign_o             // of a sum other than zero
);

  logic [63:0] still, moving, moved;
  logic [63:0] sum, reverse;
  logic        subtract, negative;

  always_comb begin
    still    = '0;
    moving   = '0;
    moved    = '0;
    sum      = '0;
    reverse  = '0;
    subtract = 1'b0;
    negative = 1'b0;
    sum_o    = '0;
    sign_o   = 1'b0;
    if (enable_i) begin
      still    = product_first_i ? {1'b0, product_i, 15'h0000} : {2'b00, addend_i, 30'h0};
      moving   = product_first_i ? {2'b00, addend_i, 30'h0} : {1'b0, product_i, 15'h0000};
      moved    = moving >> shift_i;
      moved[0] = moved[0] || (moving & ~(64'hffff_ffff_ffff_ffff << shift_i)) != '0;
      subtract = product_sign_i != addend_sign_i;
      sum      = subtract ? still - moved : still + moved;
      reverse  = moved - still;
      negative = subtract && sum[63];
      sum_o    = negative ? reverse : sum;
      sign_o   = (product_first_i ? product_sign_i : addend_sign_i) ^ negative;
    end
  end

endmodule
