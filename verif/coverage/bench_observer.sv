// Bound to the top of a unit bench in builds for coverage: tells bench_observer.cpp of every rising edge, and of the end.
module bench_observer (
  input logic clk_i,
  input logic rst_ni
);

  import "DPI-C" context function void heddle_bench_edge(input bit reset);
  import "DPI-C" context function void heddle_bench_end();

  always_ff @(posedge clk_i) heddle_bench_edge(!rst_ni);

  final heddle_bench_end();

endmodule
