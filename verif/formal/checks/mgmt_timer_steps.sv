// A step of mtime and mtimecmp, from any state: the time goes on by one, a store to a half replaces that half and nothing else, and the level is
// that of the two numbers of the cycle before.
module mgmt_timer_steps
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write_i,
  input logic [11:0] offset_i,
  input word_t       data_i,
  input word_t       read_o,
  input logic [63:0] time_o,
  input logic        irq_o,
  input logic [63:0] compare_q
);

  logic        started_q = 1'b0;
  logic        write_q;
  logic [11:0] offset_q;
  word_t       data_q;
  logic [63:0] was_time_q, was_compare_q, next;

  always_ff @(posedge clk_i) begin
    started_q     <= 1'b1;
    write_q       <= write_i;
    offset_q      <= offset_i;
    data_q        <= data_i;
    was_time_q    <= time_o;
    was_compare_q <= compare_q;
  end

  logic low, high, compare_low, compare_high;
  assign low          = write_q && offset_q == MGMT_TIMER_MTIME_LO;
  assign high         = write_q && offset_q == MGMT_TIMER_MTIME_HI;
  assign compare_low  = write_q && offset_q == MGMT_TIMER_MTIMECMP_LO;
  assign compare_high = write_q && offset_q == MGMT_TIMER_MTIMECMP_HI;
  assign next         = was_time_q + 64'd1;

  always_comb begin
    if (rst_ni && started_q) begin
      // No count is lost or added in the other half.
      if (!low) a_time_low : assert (time_o[31:0] == next[31:0]);
      if (!high) a_time_high : assert (time_o[63:32] == next[63:32]);
      if (low) a_store_low : assert (time_o[31:0] == data_q);
      if (high) a_store_high : assert (time_o[63:32] == data_q);
      a_compare_low : assert (compare_q[31:0] == (compare_low ? data_q : was_compare_q[31:0]));
      a_compare_high : assert (compare_q[63:32] == (compare_high ? data_q : was_compare_q[63:32]));
      a_level : assert (irq_o == (was_time_q >= was_compare_q));
    end
  end

  always_comb begin
    if (rst_ni) begin
      if (offset_i == MGMT_TIMER_MTIME_LO) a_read_low : assert (read_o == time_o[31:0]);
      if (offset_i == MGMT_TIMER_MTIME_HI) a_read_high : assert (read_o == time_o[63:32]);
      if (offset_i == MGMT_TIMER_MTIMECMP_LO) a_read_compare_low : assert (read_o == compare_q[31:0]);
      if (offset_i == MGMT_TIMER_MTIMECMP_HI) a_read_compare_high : assert (read_o == compare_q[63:32]);
    end
  end

endmodule
bind mgmt_timer mgmt_timer_steps u_check (.*);
