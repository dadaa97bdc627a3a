// Finds the lowest set bit of a vector.
// Combinational. `any_o` is 0 exactly when no bit is set; then `onehot_o` and `index_o` are zero.
module lowest_one #(
  parameter  int unsigned Width     = 8,
  localparam int unsigned IndexBits = (Width > 1) ? $clog2(Width) : 1
) (
  input  logic [Width-1:0]     bits_i,
  output logic                 any_o,
  output logic [Width-1:0]     onehot_o,
  output logic [IndexBits-1:0] index_o
);

  assign any_o    = |bits_i;
  assign onehot_o = bits_i & (~bits_i + Width'(1));

  always_comb begin
    index_o = '0;
    for (int unsigned i = Width; i > 0; i--) begin
      if (bits_i[i-1]) index_o = IndexBits'(i - 1);
    end
  end

endmodule
