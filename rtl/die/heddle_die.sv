// The die, top of the design: the host's AXI4-Lite port, one cluster, its AXI4 port to device memory, with `management` the management
// core, which shares both ports, and with `host_dma` the AXI4 ports from and to the host (host_bridge), which are still without. Structure only.
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

  input  aperture_request_t  aperture_i,     // BAR2
  output aperture_response_t aperture_o,
  output host_axi_request_t  bus_master_o,   // host memory
  input  host_axi_response_t bus_master_i,

  output logic               irq_o
);

  launch_t   [Launches-1:0]     launch;
  local_id_t [Launches-1:0]     local_items;
  logic      [Launches-1:0]     start, abort, done, aborted, faulted;
  fault_t    [Launches-1:0]     fault;
  core_id_t  [Launches-1:0]     fault_core;
  logic [Launches-1:0][Cores-1:0] owned;
  retire_t [Cores-1:0]          retire;
  stalls_t [Cores-1:0]          stalls;

  axi_lite_request_t            registers_request;
  axi_lite_response_t           registers_response;
  mgmt_request_t                hart_request;         // of the management core to the registers
  mgmt_response_t               hart_response;
  logic                         hart_valid, hart_ready, ended, ended_fault, launch_irq, management_irq;
  mem_request_t                 uncached_request;     // of the management core to memory
  mem_response_t                uncached_response;
  logic                         uncached_valid, uncached_ready, uncached_response_valid;

  block_write_t                 block_write;          // registers of host_bridge
  word_t                        block_read_address, block_read_data;
  logic                         block_write_error, block_read_error, dma_irq;
  axi_request_t                 cluster_request;
  axi_response_t                cluster_response;

  host_port u_host_port (
    .clk_i,
    .rst_ni,
    .axi_i          (registers_request),
    .axi_o          (registers_response),
    .irq_o          (launch_irq),
    .mgmt_request_i (hart_request),
    .mgmt_valid_i   (hart_valid),
    .mgmt_ready_o   (hart_ready),
    .mgmt_response_o(hart_response),
    .ended_o        (ended),
    .ended_fault_o  (ended_fault),
    .block_write_o       (block_write),
    .block_write_error_i (block_write_error),
    .block_read_address_o(block_read_address),
    .block_read_data_i   (block_read_data),
    .block_read_error_i  (block_read_error),
    .launch_o       (launch),
    .local_items_o  (local_items),
    .start_o        (start),
    .abort_o        (abort),
    .done_i         (done),
    .aborted_i      (aborted),
    .faulted_i      (faulted),
    .fault_i        (fault),
    .fault_core_i   (fault_core),
    .owned_i        (owned),
    .retire_i       (retire),
    .stalls_i       (stalls)
  );

  cluster u_cluster (
    .clk_i,
    .rst_ni,
    .launch_i                 (launch),
    .local_items_i            (local_items),
    .start_i                  (start),
    .abort_i                  (abort),
    .done_o                   (done),
    .aborted_o                (aborted),
    .faulted_o                (faulted),
    .fault_o                  (fault),
    .fault_core_o             (fault_core),
    .owned_o                  (owned),
    .retire_o                 (retire),
    .stalls_o                 (stalls),
    .uncached_request_i       (uncached_request),
    .uncached_valid_i         (uncached_valid),
    .uncached_ready_o         (uncached_ready),
    .uncached_response_o      (uncached_response),
    .uncached_response_valid_o(uncached_response_valid),
    .axi_o                    (cluster_request),
    .axi_i                    (cluster_response)
  );

  if (HostDma != 0) begin : gen_host_bridge
    host_bridge u_host_bridge (
      .clk_i,
      .rst_ni,
      .write_i         (block_write),
      .write_error_o   (block_write_error),
      .read_address_i  (block_read_address),
      .read_data_o     (block_read_data),
      .read_error_o    (block_read_error),
      .launch_irq_i    (launch_irq),
      .management_irq_i(management_irq),
      .irq_o,
      .hart_irq_o      (dma_irq),
      .aperture_i,
      .aperture_o,
      .host_o          (bus_master_o),
      .host_i          (bus_master_i),
      .cluster_i       (cluster_request),
      .cluster_o       (cluster_response),
      .memory_o        (axi_o),
      .memory_i        (axi_i)
    );
  end else begin : gen_no_host_bridge
    assign block_write_error = 1'b1;
    assign block_read_data   = '0;
    assign block_read_error  = 1'b1;
    assign irq_o             = launch_irq || management_irq;
    assign dma_irq           = 1'b0;
    assign aperture_o        = '0;
    assign bus_master_o      = '0;
    assign axi_o             = cluster_request;
    assign cluster_response  = axi_i;

    logic unused_host;
    assign unused_host = ^{block_write, block_read_address, aperture_i, bus_master_i};
  end

  if (Management != 0) begin : gen_management
    mgmt_request_t  host_request;
    mgmt_response_t host_response;
    logic           host_valid, host_ready;

    host_window u_host_window (
      .clk_i,
      .rst_ni,
      .host_i,
      .host_o,
      .registers_o   (registers_request),
      .registers_i   (registers_response),
      .bus_request_o (host_request),
      .bus_valid_o   (host_valid),
      .bus_ready_i   (host_ready),
      .bus_response_i(host_response)
    );

    mgmt_device u_management (
      .clk_i,
      .rst_ni,
      .host_request_i         (host_request),
      .host_valid_i           (host_valid),
      .host_ready_o           (host_ready),
      .host_response_o        (host_response),
      .host_irq_o             (management_irq),
      .registers_request_o    (hart_request),
      .registers_valid_o      (hart_valid),
      .registers_ready_i      (hart_ready),
      .registers_response_i   (hart_response),
      .ended_i                (ended),
      .ended_fault_i          (ended_fault),
      .dma_irq_i              (dma_irq),
      .memory_request_o       (uncached_request),
      .memory_request_valid_o (uncached_valid),
      .memory_request_ready_i (uncached_ready),
      .memory_response_i      (uncached_response),
      .memory_response_valid_i(uncached_response_valid)
    );
  end else begin : gen_no_management
    assign registers_request = host_i;
    assign host_o            = registers_response;
    assign hart_request      = '0;
    assign hart_valid        = 1'b0;
    assign uncached_request  = '0;
    assign uncached_valid    = 1'b0;
    assign management_irq    = 1'b0;

    logic unused;
    assign unused = ^{hart_response, hart_ready, ended, ended_fault, dma_irq, uncached_response, uncached_ready, uncached_response_valid};
  end

endmodule
