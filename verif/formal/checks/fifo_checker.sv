// The storage of a fifo, beside what queue_checker says of its ports: the words between the indices, in order.
module fifo_checker #(
  parameter int unsigned Width     = 8,
  parameter int unsigned Depth     = 2,
  parameter int unsigned IndexBits = 1,
  parameter int unsigned CountBits = 1
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic [IndexBits-1:0] write_q,
  input logic [IndexBits-1:0] read_q,
  input logic [CountBits-1:0] count_q
);
  // The sum of an index and a count: less than twice the depth.
  logic [CountBits+1:0] sum, wrapped;
  assign sum     = (CountBits + 2)'(read_q) + (CountBits + 2)'(count_q);
  assign wrapped = (sum >= (CountBits + 2)'(Depth)) ? sum - (CountBits + 2)'(Depth) : sum;

  always_comb begin
    if (rst_ni) begin
      a_indices : assert (32'(write_q) < Depth && 32'(read_q) < Depth);
      a_distance : assert ((CountBits + 2)'(write_q) == wrapped);
    end
  end
endmodule
bind fifo fifo_checker #(.Width(Width), .Depth(Depth), .IndexBits(IndexBits), .CountBits(CountBits)) u_check_indices (.*);
