// Keeps what one user of a memory has left there from the next one: while nobody uses the memory it writes zeros over all rows that may hold
// something else, a row per cycle, from the last one down. After reset that is every row, so that a user always finds zeros.
// Latency: `clean_o` as many cycles after the end of `use_i` as rows were used; the first row is cleared in the cycle after that end.
// Invariants: the memory is cleared only while nobody uses it; a use begins only where the memory is clean.
module scrubber #(
  parameter  int unsigned Rows    = 6,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               use_i,    // rises only while clean_o
  input  logic [RowBits:0]   used_i,   // with use_i: rows from this one on are as they were; at most Rows, and never falls during a use
  output logic               clean_o,  // all is zero
  output logic               clear_o,  // write zeros
  output logic [RowBits-1:0] row_o
);

  logic [RowBits:0] left_d, left_q;  // rows that may be other than zero: those below

  assign clean_o = left_q == '0;
  assign clear_o = !use_i && !clean_o;
  assign row_o   = RowBits'(left_q - 1'b1);
  assign left_d  = use_i ? used_i : clear_o ? left_q - 1'b1 : left_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) left_q <= (RowBits + 1)'(Rows);
    else         left_q <= left_d;
  end

`ifndef SYNTHESIS
  a_begins_clean : assert property (@(posedge clk_i) disable iff (!rst_ni) $rose(use_i) |-> clean_o);
  a_rises : assert property (@(posedge clk_i) disable iff (!rst_ni) use_i |-> used_i >= left_q);
  a_inside : assert property (@(posedge clk_i) disable iff (!rst_ni) left_q <= (RowBits + 1)'(Rows));
`endif

endmodule
