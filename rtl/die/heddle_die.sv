// The die, top of the design: the host's AXI4-Lite port, one cluster, and its AXI4 port to device memory. Structure only.
module heddle_die
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,

  input  axi_lite_request_t  host_i,
  output axi_lite_response_t host_o,

  output axi_request_t       axi_o,
  input  axi_response_t      axi_i,

  output logic               irq_o
);

  launch_t                      launch;
  local_id_t                    local_items;
  logic                         start, abort, done, aborted, faulted;
  fault_t                       fault;
  core_id_t                     fault_core;
  retire_t [Cores-1:0]          retire;
  stalls_t [Cores-1:0]          stalls;

  host_port u_host_port (
    .clk_i,
    .rst_ni,
    .axi_i         (host_i),
    .axi_o         (host_o),
    .irq_o,
    .launch_o      (launch),
    .local_items_o (local_items),
    .start_o       (start),
    .abort_o       (abort),
    .done_i        (done),
    .aborted_i     (aborted),
    .faulted_i     (faulted),
    .fault_i       (fault),
    .fault_core_i  (fault_core),
    .retire_i      (retire),
    .stalls_i      (stalls)
  );

  cluster u_cluster (
    .clk_i,
    .rst_ni,
    .launch_i      (launch),
    .local_items_i (local_items),
    .start_i       (start),
    .abort_i       (abort),
    .done_o        (done),
    .aborted_o     (aborted),
    .faulted_o     (faulted),
    .fault_o       (fault),
    .fault_core_o  (fault_core),
    .retire_o      (retire),
    .stalls_o      (stalls),
    .axi_o,
    .axi_i
  );

endmodule
