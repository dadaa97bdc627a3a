// Bound to every scrubber in builds for coverage: how much of a memory its users leave to be cleared. Purely an observer.
module scrubber_points #(
  parameter  int unsigned Rows    = 6,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             use_i,
  input logic [RowBits:0] used_i,
  input logic             clean_o,
  input logic             clear_o,
  input logic [RowBits:0] left_q
);

  logic use_q, ends, begins;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) use_q <= 1'b0;
    else         use_q <= use_i;
  end
  assign ends   = rst_ni && use_q && !use_i;
  assign begins = rst_ni && !use_q && use_i;

  scrub_nothing : cover property (@(posedge clk_i) ends && clean_o);
  scrub_part    : cover property (@(posedge clk_i) ends && !clean_o && left_q != (RowBits + 1)'(Rows));
  scrub_all     : cover property (@(posedge clk_i) ends && left_q == (RowBits + 1)'(Rows));
  scrub_grows   : cover property (@(posedge clk_i) rst_ni && use_i && left_q != '0 && used_i > left_q);
  scrub_last    : cover property (@(posedge clk_i) rst_ni && clear_o && left_q == (RowBits + 1)'(1));
  scrub_again   : cover property (@(posedge clk_i) begins && clean_o);

endmodule

bind scrubber scrubber_points #(.Rows(Rows)) u_points (.*);
