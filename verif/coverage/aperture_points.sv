// Bound to aperture in builds for coverage: accesses through BAR2 and their answers. Purely an observer.
module aperture_points
  import heddle_pkg::*;
  import dma_pkg::*;
(
  input logic               clk_i,
  input logic               rst_ni,
  input aperture_request_t  host_i,
  input aperture_response_t host_o,
  input axi_request_t       memory_o,
  input axi_response_t      memory_i
);

  logic write, read, asks_write, asks_read;
  assign write      = rst_ni && host_o.b_valid && host_i.b_ready;
  assign read       = rst_ni && host_o.r_valid && host_i.r_ready && host_o.r.last;
  assign asks_write = rst_ni && memory_o.aw_valid && memory_i.aw_ready;
  assign asks_read  = rst_ni && memory_o.ar_valid && memory_i.ar_ready;

  bar2_writes        : cover property (@(posedge clk_i) write && host_o.b.resp == 2'b00);
  bar2_write_fails   : cover property (@(posedge clk_i) write && host_o.b.resp != 2'b00);
  bar2_reads         : cover property (@(posedge clk_i) read && host_o.r.resp == 2'b00);
  bar2_read_fails    : cover property (@(posedge clk_i) read && host_o.r.resp != 2'b00);
  bar2_write_beat    : cover property (@(posedge clk_i) asks_write && memory_o.aw.len == '0);
  bar2_write_burst   : cover property (@(posedge clk_i) asks_write && memory_o.aw.len != '0);
  bar2_read_beat     : cover property (@(posedge clk_i) asks_read && memory_o.ar.len == '0);
  bar2_read_burst    : cover property (@(posedge clk_i) asks_read && memory_o.ar.len != '0);
  bar2_part_of_beat  : cover property (@(posedge clk_i) rst_ni && memory_o.w_valid && memory_i.w_ready && memory_o.w.strb != '1);
  bar2_both          : cover property (@(posedge clk_i) asks_read && (memory_o.aw_valid || memory_o.w_valid));
  bar2_write_refused : cover property (@(posedge clk_i) rst_ni && memory_i.b_valid && memory_i.b.resp != 2'b00 && !host_o.aw_ready);
  bar2_read_refused  : cover property (@(posedge clk_i) rst_ni && memory_i.r_valid && memory_i.r.resp != 2'b00 && !host_o.ar_ready);

endmodule

bind aperture aperture_points u_points (.*);
