// A step of the watchdog, from any state that it can be in (docs/management.md, section 6): what it counts to, when it warns and asks for the reset,
// and which stores change what.
module mgmt_watchdog_steps
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write_i,
  input logic [11:0] offset_i,
  input word_t       data_i,
  input word_t       read_o,
  input logic        refuse_o,
  input logic        warned_o,
  input logic        reset_o,
  input logic        enable_q,
  input logic        lock_q,
  input word_t       timeout_q,
  input word_t       grace_q,
  input word_t       count_q
);

  localparam word_t KickWord = 32'h4B49_434B;

  logic        started_q = 1'b0;
  logic        stored_q, was_enable_q, was_lock_q, was_warned_q, was_reset_q;
  logic [11:0] offset_q;
  word_t       data_q, was_timeout_q, was_grace_q, was_count_q;

  always_ff @(posedge clk_i) begin
    started_q     <= 1'b1;
    stored_q      <= write_i && !refuse_o;
    offset_q      <= offset_i;
    data_q        <= data_i;
    was_enable_q  <= enable_q;
    was_lock_q    <= lock_q;
    was_warned_q  <= warned_o;
    was_reset_q   <= reset_o;
    was_timeout_q <= timeout_q;
    was_grace_q   <= grace_q;
    was_count_q   <= count_q;
  end

  // What the store of the cycle before was, and what was due in it.
  logic to_control, to_timeout, to_grace, kick, switched, begins, warns, resets;
  assign to_control = stored_q && offset_q == MGMT_WATCHDOG_CONTROL;
  assign to_timeout = stored_q && offset_q == MGMT_WATCHDOG_TIMEOUT;
  assign to_grace   = stored_q && offset_q == MGMT_WATCHDOG_GRACE;
  assign kick       = stored_q && offset_q == MGMT_WATCHDOG_KICK;
  assign switched   = to_control && data_q[0] != was_enable_q;
  assign begins     = kick || switched;
  assign warns      = was_enable_q && !was_warned_q && was_count_q >= was_timeout_q;
  assign resets     = was_enable_q && was_warned_q && was_count_q >= was_grace_q;

  logic is_kick, is_locked;
  assign is_kick   = offset_i == MGMT_WATCHDOG_KICK;
  assign is_locked = offset_i == MGMT_WATCHDOG_CONTROL || offset_i == MGMT_WATCHDOG_TIMEOUT || offset_i == MGMT_WATCHDOG_GRACE;

  always_comb begin
    if (rst_ni) begin
      // mgmt_devices: stores come to registers that may be stored to.
      m_offset : assume (!write_i || is_kick || is_locked);
      a_refused : assert (refuse_o == ((is_locked && lock_q) || (is_kick && data_i != KickWord)));
      if (offset_i == MGMT_WATCHDOG_CONTROL) a_read_control : assert (read_o == {30'd0, lock_q, enable_q});
      if (offset_i == MGMT_WATCHDOG_TIMEOUT) a_read_timeout : assert (read_o == timeout_q);
      if (offset_i == MGMT_WATCHDOG_GRACE) a_read_grace : assert (read_o == grace_q);
      if (offset_i == MGMT_WATCHDOG_COUNT) a_read_count : assert (read_o == count_q);
      if (offset_i == MGMT_WATCHDOG_STATUS) a_read_status : assert (read_o == {31'd0, warned_o});
    end
  end

  always_comb begin
    if (rst_ni && started_q) begin
      a_enable : assert (enable_q == (to_control ? data_q[0] : was_enable_q));
      a_lock : assert (lock_q == (to_control ? data_q[1] : was_lock_q));
      a_timeout : assert (timeout_q == (to_timeout ? data_q : was_timeout_q));
      a_grace : assert (grace_q == (to_grace ? data_q : was_grace_q));
      if (begins) a_begins : assert (count_q == '0 && !warned_o);
      if (!begins && !was_enable_q) a_off : assert (count_q == was_count_q && warned_o == was_warned_q);
      if (!begins && warns) a_warns : assert (warned_o && count_q == '0);
      if (!begins && was_enable_q && !warns && !resets) a_counts : assert (count_q == was_count_q + 32'd1 && warned_o == was_warned_q);
      if (resets) a_resets : assert (reset_o);
      if (!begins && resets) a_resets_stays : assert (count_q == was_count_q && warned_o);
      // Once it asks for the reset it asks until that comes.
      if (!resets) a_reset_stays : assert (reset_o == was_reset_q);
    end
  end

endmodule
bind mgmt_watchdog mgmt_watchdog_steps u_check (.*);
