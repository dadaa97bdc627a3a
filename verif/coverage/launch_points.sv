// Bound to launch_gate in builds for coverage: how launches start and end. Purely an observer.
module launch_points (
  input logic clk_i,
  input logic rst_ni,
  input logic start_i,
  input logic start_o,
  input logic quiet_i,
  input logic abort_i,
  input logic abort_o,
  input logic flush_o,
  input logic stored_i,
  input logic flushed_i,
  input logic done_o,
  input logic faulted_i,
  input logic aborted_i,
  input logic late_d,
  input logic refused_valid_o
);

  launch_starts         : cover property (@(posedge clk_i) rst_ni && start_o);
  launch_waits_to_start : cover property (@(posedge clk_i) rst_ni && !start_i && !start_o && !quiet_i);
  launch_aborts         : cover property (@(posedge clk_i) rst_ni && abort_o);
  launch_abort_in_flush : cover property (@(posedge clk_i) rst_ni && flush_o && abort_i);
  launch_stores_late    : cover property (@(posedge clk_i) rst_ni && flush_o && !stored_i);
  launch_flushes        : cover property (@(posedge clk_i) rst_ni && flush_o && stored_i && !flushed_i);
  launch_done           : cover property (@(posedge clk_i) rst_ni && done_o && !faulted_i && !aborted_i && !late_d);
  launch_done_faulted   : cover property (@(posedge clk_i) rst_ni && done_o && faulted_i);
  launch_done_aborted   : cover property (@(posedge clk_i) rst_ni && done_o && aborted_i);
  launch_refused_early  : cover property (@(posedge clk_i) rst_ni && refused_valid_o && !flush_o);
  launch_refused_late   : cover property (@(posedge clk_i) rst_ni && done_o && late_d);

endmodule

bind launch_gate launch_points u_points (.*);
