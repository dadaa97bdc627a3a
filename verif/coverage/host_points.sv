// Bound to host_port in builds for coverage: what the host asks for and is told. Purely an observer.
module host_points (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       write,
  input logic       write_error,
  input logic       read,
  input logic       read_error,
  input logic       busy,
  input logic       check_done,
  input logic [2:0] check_reason,
  input logic       rejected_d,
  input logic       aborted_d,
  input logic       start_o,
  input logic       abort_o
);

  host_register_write  : cover property (@(posedge clk_i) rst_ni && write && !write_error);
  host_write_refused   : cover property (@(posedge clk_i) rst_ni && write && write_error);
  host_register_read   : cover property (@(posedge clk_i) rst_ni && read && !read_error);
  host_read_while_busy : cover property (@(posedge clk_i) rst_ni && read && busy);
  host_start           : cover property (@(posedge clk_i) rst_ni && start_o);
  host_abort           : cover property (@(posedge clk_i) rst_ni && abort_o);
  host_abort_in_check  : cover property (@(posedge clk_i) rst_ni && check_done && !rejected_d && aborted_d);
  reject_local_size    : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd1);
  reject_grid          : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd2);
  reject_scratchpad    : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd3);
  reject_private       : cover property (@(posedge clk_i) rst_ni && check_done && check_reason == 3'd4);

endmodule

bind host_port host_points u_points (.*);
