// The reset of the hart against books of its own: when it comes and why, how long it lasts at least, what it waits for, and that it ends.
module mgmt_reset_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       hold_i,
  input logic       watchdog_i,
  input logic       idle_i,
  input logic       hart_rst_no,
  input logic [1:0] cause_o
);

  logic       before_q, hold_q, watchdog_q, idle_q;
  logic [5:0] low_d, low_q, calm_d, calm_q;  // cycles in reset; those since the host has held it last
  logic [1:0] cause_d, cause_q;

  assign low_d  = hart_rst_no ? 6'd0 : (low_q == '1) ? low_q : low_q + 6'd1;
  assign calm_d = (hart_rst_no || hold_i) ? 6'd0 : (calm_q == '1) ? calm_q : calm_q + 6'd1;
  always_comb begin
    cause_d = cause_q;
    if (hart_rst_no && watchdog_i) cause_d = 2'd2;
    if (hold_i) cause_d = 2'd1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      before_q   <= 1'b0;
      hold_q     <= 1'b0;
      watchdog_q <= 1'b0;
      low_q      <= '0;
      calm_q     <= '0;
      cause_q    <= '0;
    end else begin
      before_q   <= hart_rst_no;
      hold_q     <= hold_i;
      watchdog_q <= watchdog_i;
      low_q      <= low_d;
      calm_q     <= calm_d;
      cause_q    <= cause_d;
    end
  end
  always_ff @(posedge clk_i) idle_q <= idle_i;

  always_comb begin
    if (rst_ni) begin
      if (hold_q) a_held : assert (!hart_rst_no);
      if (before_q && watchdog_q) a_watchdog : assert (!hart_rst_no);
      if (before_q && !watchdog_q && !hold_q) a_stays : assert (hart_rst_no);
      if (hart_rst_no && !before_q) a_lasts : assert (low_q >= 6'd16 && idle_q);
      if (calm_q > 6'd16 && idle_q) a_ends : assert (hart_rst_no);
      a_cause : assert (cause_o == cause_q);
      c_waits : cover (hart_rst_no && !before_q && low_q > 6'd20);
    end
  end

endmodule
bind mgmt_reset mgmt_reset_checker u_check (.*);
