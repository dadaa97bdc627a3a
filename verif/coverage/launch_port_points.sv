// Bound to launch_port in builds for coverage: launches that are started, aborted, rejected. Purely an observer.
module launch_port_points (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       check_done,
  input logic [2:0] check_reason,
  input logic       rejected_d,
  input logic       aborted_d,
  input logic       start_o,
  input logic       abort_o
);

  host_start          : cover property (@(posedge clk_i) rst_ni && start_o);
  host_abort          : cover property (@(posedge clk_i) rst_ni && abort_o);
  host_abort_in_check : cover property (@(posedge clk_i) rst_ni && check_done && !rejected_d && aborted_d);
  reject_local_size   : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd1);
  reject_grid         : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd2);
  reject_scratchpad   : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd3);
  reject_private      : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd4);
  reject_accumulators : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd5);

endmodule

bind launch_port launch_port_points u_points (.*);
