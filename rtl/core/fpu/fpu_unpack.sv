// Takes an operand apart: fields, class, and the box of a half. A half without a box is the canonical NaN.
// Combinational; all outputs are zero without `enable_i`.
module fpu_unpack
  import fpu_pkg::*;
(
  input  logic        enable_i,
  input  fpu_format_e format_i,
  input  logic [31:0] word_i,
  output logic [31:0] bits_o,     // the operand after the check of its box; a half in the upper 16 bits
  output operand_t    operand_o
);

  logic [7:0]  field;    // exponent
  logic [22:0] fraction;
  logic        all_ones;
  exponent_t   bias;

  always_comb begin
    bits_o    = '0;
    field     = '0;
    fraction  = '0;
    all_ones  = 1'b0;
    bias      = '0;
    operand_o = '0;
    if (enable_i) begin
      if (format_i == FpuHalf) begin
        bits_o   = {(&word_i[31:16]) ? word_i[15:0] : CanonicalNanHalf[15:0], 16'h0000};
        field    = {3'b000, bits_o[30:26]};
        fraction = {bits_o[25:16], 13'h0000};
        all_ones = &bits_o[30:26];
        bias     = 10'sd15;
      end else begin
        bits_o   = word_i;
        field    = word_i[30:23];
        fraction = word_i[22:0];
        all_ones = &word_i[30:23];
        bias     = 10'sd127;
      end
      operand_o.sign        = bits_o[31];
      operand_o.exponent    = exponent_t'({2'b00, field[7:1], field[0] || field == '0}) - bias;
      operand_o.significand = {field != '0, fraction};
      operand_o.zero        = field == '0 && fraction == '0;
      operand_o.infinite    = all_ones && fraction == '0;
      operand_o.nan         = all_ones && fraction != '0;
      operand_o.signaling   = all_ones && fraction != '0 && !fraction[22];
    end
  end

endmodule
