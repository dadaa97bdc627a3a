// Bound to mgmt_block_buffer in builds for coverage: blocks that are read and written beside the hart. Purely an observer.
module mgmt_block_points
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input logic          hart_reset_i,
  input mgmt_block_e   place_i,
  input logic          write_i,
  input logic          valid_i,
  input logic          ready_o,
  input logic          refuse_o,
  input logic          idle_o,
  input mgmt_line_t    line_o,
  input logic          line_valid_o,
  input logic          line_ready_i,
  input mem_response_t response_i,
  input logic          response_valid_i
);

  block_read          : cover property (@(posedge clk_i) rst_ni && line_valid_o && line_ready_i && !line_o.write);
  block_write         : cover property (@(posedge clk_i) rst_ni && line_valid_o && line_ready_i && line_o.write);
  block_refused       : cover property (@(posedge clk_i) rst_ni && valid_i && ready_o && refuse_o);
  block_hart_waits    : cover property (@(posedge clk_i) rst_ni && valid_i && !ready_o);
  block_looked_at     : cover property (@(posedge clk_i) rst_ni && valid_i && ready_o && !write_i && place_i == BlockStatus && !idle_o);
  block_error         : cover property (@(posedge clk_i) rst_ni && response_valid_i && response_i.error);
  block_reset_in_work : cover property (@(posedge clk_i) rst_ni && hart_reset_i && !idle_o);

endmodule

bind mgmt_block_buffer mgmt_block_points u_points (.*);
