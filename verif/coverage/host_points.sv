// Bound to host_port in builds for coverage: accesses of host and management core to registers. Purely an observer.
module host_points
  import heddle_config_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic                write,
  input logic                write_error,
  input logic                read,
  input logic                read_error,
  input logic                mgmt_valid_i,
  input logic                mgmt_write,
  input logic                mgmt_read,
  input logic                mgmt_ready_o,
  input logic                write_block,
  input logic                read_block,
  input logic [Launches-1:0] start_o,
  input logic [Launches-1:0] done_i
);

  logic [Launches-1:0] running_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= '0;
    else         running_q <= (running_q | start_o) & ~done_i;
  end

  host_register_write  : cover property (@(posedge clk_i) rst_ni && write && !write_error);
  host_write_refused   : cover property (@(posedge clk_i) rst_ni && write && write_error);
  host_register_read   : cover property (@(posedge clk_i) rst_ni && read && !read_error);
  host_read_refused    : cover property (@(posedge clk_i) rst_ni && read && read_error);
  host_read_while_busy : cover property (@(posedge clk_i) rst_ni && read && running_q != '0);
  host_dma_write       : cover property (@(posedge clk_i) rst_ni && write && write_block && !write_error);
  host_dma_read        : cover property (@(posedge clk_i) rst_ni && read && read_block && !read_error);
  hart_register_write  : cover property (@(posedge clk_i) rst_ni && mgmt_write && !write_error);
  hart_register_read   : cover property (@(posedge clk_i) rst_ni && mgmt_read && !read_error);
  hart_waits_for_host  : cover property (@(posedge clk_i) rst_ni && mgmt_valid_i && !mgmt_ready_o);

endmodule

bind host_port host_points u_points (.*);
