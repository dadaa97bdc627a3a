// What a user of the memory may have changed is zero before the next one begins. Of one row, whichever it is, it is known whether it must be zero:
// a user may change the rows below used_i in any cycle, and the worst is taken, that it does.
module scrubber_checker #(
  parameter  int unsigned Rows    = 6,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               use_i,
  input logic [RowBits:0]   used_i,
  input logic               clean_o,
  input logic               clear_o,
  input logic [RowBits-1:0] row_o,
  // for the induction
  input logic [RowBits:0]   left_q
);

  // ---- the row: a register without a reset, which keeps what it begins with ----
  logic [RowBits-1:0] which_q;
  always_ff @(posedge clk_i) which_q <= which_q;

  logic zero_d, zero_q;
  assign zero_d = use_i ? zero_q && !({1'b0, which_q} < used_i) : zero_q || (clear_o && row_o == which_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) zero_q <= 1'b0;
    else         zero_q <= zero_d;
  end

  always_comb begin
    m_row : assume (32'(which_q) < Rows);
    if (rst_ni) begin
      // Whoever gives the memory to a user.
      m_used : assume (32'(used_i) <= Rows || !use_i);
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_clean : assert (!clean_o || zero_q);
      a_alone : assert (!clear_o || !use_i);
      a_inside : assert (!clear_o || 32'(row_o) < Rows);
      // No row that nobody can have changed, and none twice.
      a_once : assert (!(clear_o && row_o == which_q) || !zero_q);
      a_at_once : assert (use_i || clean_o || clear_o);
      c_part : cover (clear_o && zero_q && which_q == RowBits'(Rows - 1));
      i_above : assert (zero_q == !({1'b0, which_q} < left_q));
    end
  end

endmodule
bind scrubber scrubber_checker #(.Rows(Rows)) u_check (.*);
