// Counts the zeros in front of the first one, by halves. Combinational. Of zero, the count is Width - 1.
module fpu_leading_zeros #(
  parameter  int unsigned Width     = 64,  // a power of two
  localparam int unsigned CountBits = $clog2(Width)
) (
  input  logic [Width-1:0]     value_i,
  output logic [CountBits-1:0] count_o
);

  logic [Width-1:0] rest;

  always_comb begin
    rest    = value_i;
    count_o = '0;
    for (int unsigned k = CountBits; k > 0; k--) begin
      if ((rest >> (Width - (1 << (k - 1)))) == '0) begin
        count_o[k-1] = 1'b1;
        rest         = rest << (1 << (k - 1));
      end
    end
  end

endmodule
