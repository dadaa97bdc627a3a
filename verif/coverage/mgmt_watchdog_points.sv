// Bound to mgmt_watchdog in builds for coverage: warnings, resets, kicks. Purely an observer. What it refuses: mgmt_devices_points.
module mgmt_watchdog_points
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write,
  input logic [11:0] offset_i,
  input logic        warned_d,
  input logic        warned_q,
  input logic        reset_d,
  input logic        reset_q
);

  logic kicks;
  assign kicks = rst_ni && write && offset_i == MGMT_WATCHDOG_KICK;

  watchdog_warns              : cover property (@(posedge clk_i) rst_ni && warned_d && !warned_q);
  watchdog_resets             : cover property (@(posedge clk_i) rst_ni && reset_d && !reset_q);
  watchdog_kicked             : cover property (@(posedge clk_i) kicks && !warned_q);
  watchdog_kicked_in_grace    : cover property (@(posedge clk_i) kicks && warned_q);

endmodule

bind mgmt_watchdog mgmt_watchdog_points u_points (.*);
