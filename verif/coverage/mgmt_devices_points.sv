// Bound to mgmt_devices in builds for coverage: what the watchdog refuses, which does not reach it. Purely an observer.
module mgmt_devices_points
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input logic          valid_i,
  input mgmt_request_t request_i,
  input mgmt_window_e  window,
  input logic [11:0]   offset,
  input logic          watchdog_refuses
);

  logic refused;
  assign refused = rst_ni && valid_i && request_i.write && window == WINDOW_WATCHDOG && watchdog_refuses;

  watchdog_kick_refused : cover property (@(posedge clk_i) refused && offset == MGMT_WATCHDOG_KICK);
  watchdog_locked       : cover property (@(posedge clk_i) refused && offset != MGMT_WATCHDOG_KICK);

  logic unused;
  assign unused = ^request_i;

endmodule

bind mgmt_devices mgmt_devices_points u_points (.*);
