// Counts the zeros in front of the first one, by halves. Combinational. Of zero, the count is 63.
module fpu_leading_zeros (
  input  logic [63:0] value_i,
  output logic [5:0]  count_o
);

  logic [63:0] rest;

  always_comb begin
    rest    = value_i;
    count_o = '0;
    for (int unsigned k = 6; k > 0; k--) begin
      if ((rest >> (64 - (1 << (k - 1)))) == '0) begin
        count_o[k-1] = 1'b1;
        rest         = rest << (1 << (k - 1));
      end
    end
  end

endmodule
