// Bound to mgmt_interrupts in builds for coverage: which sources ask. Purely an observer.
module mgmt_interrupts_points (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [31:0] pending_q,
  input logic [31:0] asking
);

  mgmt_source_watchdog   : cover property (@(posedge clk_i) rst_ni && asking[mgmt_spec_pkg::SOURCE_WATCHDOG]);
  mgmt_source_doorbell   : cover property (@(posedge clk_i) rst_ni && asking[mgmt_spec_pkg::SOURCE_HOST_DOORBELL]);
  mgmt_source_fault      : cover property (@(posedge clk_i) rst_ni && asking[mgmt_spec_pkg::SOURCE_FAULT]);
  mgmt_source_completion : cover property (@(posedge clk_i) rst_ni && asking[mgmt_spec_pkg::SOURCE_COMPLETION]);
  mgmt_source_dma        : cover property (@(posedge clk_i) rst_ni && asking[mgmt_spec_pkg::SOURCE_DMA]);
  mgmt_source_several    : cover property (@(posedge clk_i) rst_ni && asking != '0 && !$onehot(asking));
  mgmt_source_masked     : cover property (@(posedge clk_i) rst_ni && (pending_q & ~asking) != '0);

endmodule

bind mgmt_interrupts mgmt_interrupts_points u_points (.*);
