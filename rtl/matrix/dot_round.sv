// Rounds a sum of terms once to single precision: to nearest, ties to even, subnormal results at their own last place, overflow to infinity.
// Combinational, in two halves with a register between them in dot_unit: `normal_o` shifts, `result_o` rounds what it gave.
// The magnitude is a multiple of 2^(exponent - TermFraction). A sum of zero gives a zero with the sign.
module dot_round
  import matrix_pkg::*;
(
  // first half
  input  magnitude_t  magnitude_i,
  input  exponent_t   exponent_i,
  output logic [25:0] normal_o,    // significand, guard bit, sticky bit
  output logic [9:0]  field_o,     // exponent field less one, where the first bit of the significand counts one more
  // second half
  input  logic        sign_i,
  input  logic [25:0] normal_i,
  input  logic [9:0]  field_i,
  output logic [31:0] result_o
);

  localparam int unsigned Width = $bits(magnitude_t);
  // The first bit of the magnitude has the weight 2^(exponent + Top); the exponent at which it is the first of the smallest normal number:
  localparam int unsigned Top      = Width - 1 - TermFraction;
  localparam int unsigned Smallest = ExponentOffset - 126 - Top;

  logic [5:0] zeros;

  always_comb begin
    zeros = 6'(Width);
    for (int unsigned i = 0; i < Width; i++) begin
      if (magnitude_i[i]) zeros = 6'(Width - 1 - i);
    end
  end

  always_comb begin
    exponent_t  room;  // how far the number may be shifted left, or must be shifted right
    magnitude_t moved;
    logic [5:0] shift;
    logic       lost;

    lost = 1'b0;
    if (exponent_i >= exponent_t'(Smallest)) begin
      room    = exponent_i - exponent_t'(Smallest);
      shift   = (room < exponent_t'(zeros)) ? 6'(room) : zeros;
      moved   = magnitude_i << shift;
      field_o = room - exponent_t'(shift);
    end else begin
      room    = exponent_t'(Smallest) - exponent_i;
      shift   = (room > exponent_t'(Width)) ? 6'(Width) : 6'(room);
      moved   = magnitude_i >> shift;
      lost    = (magnitude_i & ~({Width{1'b1}} << shift)) != '0;
      field_o = '0;
    end
    normal_o = {moved[Width-1 -: 25], (moved[Width-26:0] != '0) || lost};
  end

  always_comb begin
    logic [32:0] packed_value;  // field and significand: a carry goes from one into the other
    logic        up;

    up           = normal_i[1] && (normal_i[0] || normal_i[2]);
    packed_value = {field_i, 23'd0} + 33'(normal_i[25:2]) + 33'(up);
    result_o     = (packed_value[32:23] >= 10'd255) ? {sign_i, 8'hFF, 23'd0} : {sign_i, packed_value[30:0]};
  end

endmodule
