// lowest_one finds the lowest bit, or says that there is none.
module lowest_one_checker #(
  parameter int unsigned Width     = 8,
  parameter int unsigned IndexBits = 3
) (
  input logic [Width-1:0]     bits_i,
  input logic                 any_o,
  input logic [Width-1:0]     onehot_o,
  input logic [IndexBits-1:0] index_o
);
  always_comb begin
    if (bits_i == '0) a_none : assert (!any_o && onehot_o == '0 && index_o == '0);
    if (bits_i != '0) begin
      a_set : assert (any_o && 32'(index_o) < Width && bits_i[index_o]);
      a_lowest : assert ((bits_i & ((Width'(1) << index_o) - Width'(1))) == '0);
      a_onehot : assert (onehot_o == Width'(1) << index_o);
    end
  end
endmodule
bind lowest_one lowest_one_checker #(.Width(Width), .IndexBits(IndexBits)) u_check (.*);
