// The host port beyond the launch registers (docs/host_port.md): registers, DMA engine, messages, aperture, and where their AXI4 ports join
// the cluster's to memory and lead to the host. Structure, but for who may write registers and the level interrupt.
// Latency: registers answer in the cycle of the access; on the way of the cluster to memory there is one cycle more.
// Invariant: the management core writes no register at or above FirstHostOnly.
module host_bridge
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,

  input  block_write_t       write_i,
  output logic               write_error_o,
  input  word_t              read_address_i,
  output word_t              read_data_o,
  output logic               read_error_o,

  input  logic               launch_irq_i,      // levels
  input  logic               management_irq_i,
  output logic               irq_o,
  output logic               hart_irq_o,        // the DMA engine's, to the management core

  input  aperture_request_t  aperture_i,
  output aperture_response_t aperture_o,
  output host_axi_request_t  host_o,
  input  host_axi_response_t host_i,
  input  axi_request_t       cluster_i,
  output axi_response_t      cluster_o,
  output axi_request_t       memory_o,
  input  axi_response_t      memory_i
);

  localparam word_t       FirstHostOnly = 32'(REG_APERTURE);
  localparam int unsigned Sources       = 4;
  localparam int unsigned Record        = 0;     // users of message_writer
  localparam int unsigned Message       = 1;

  host_dma_regs_in_t  hw;
  host_dma_regs_out_t regs;
  status_t            status;
  word_t              completed, error_index;
  logic               refused, block_error;

  // ---- registers -------------------------------------------------------------------------------------------------------------
  assign refused       = write_i.valid && write_i.hart && write_i.address >= FirstHostOnly;
  assign write_error_o = refused || block_error;

  host_dma_regs u_regs (
    .clk_i,
    .rst_ni,
    .busy_i    (status.running),
    .wr_en_i   (write_i.valid && !refused),
    .wr_addr_i (write_i.address),
    .wr_data_i (write_i.data),
    .wr_strb_i (write_i.strobe),
    .wr_error_o(block_error),
    .rd_addr_i (read_address_i),
    .rd_data_o (read_data_o),
    .rd_error_o(read_error_o),
    .hw_i      (hw),
    .reg_o     (regs)
  );

  logic [Sources-1:0] levels, pending;
  logic               message_error;

  always_comb begin
    hw                    = '0;
    hw.status             = status;
    hw.completed          = completed;
    hw.error_index        = error_index;
    hw.msi_status.pending = pending;
    hw.msi_status.error   = message_error;
  end

  // ---- interrupts --------------------------------------------------------------------------------------------------------------
  logic [1:0]       writer_valid, writer_done;
  logic             writer_error;
  logic [1:0][63:0] writer_address, writer_data;
  word_t            message_data;

  always_comb begin
    levels                     = '0;
    levels[MESSAGE_LAUNCH]     = launch_irq_i;
    levels[MESSAGE_MANAGEMENT] = management_irq_i;
    levels[MESSAGE_DMA_DONE]   = status.done && regs.interrupt_enable.done;
    levels[MESSAGE_DMA_ERROR]  = status.error && regs.interrupt_enable.error;
  end
  assign irq_o      = levels != '0 && !regs.msi_control.enable;
  assign hart_irq_o = status.done || status.error;

  host_messages #(
    .Sources(Sources)
  ) u_messages (
    .clk_i,
    .rst_ni,
    .levels_i       (levels),
    .enable_i       (regs.msi_control.enable),
    .mask_i         (regs.msi_mask.sources),
    .rearm_i        (regs.msi_rearm.sources),
    .clear_error_i  (regs.msi_rearm.error),
    .data_i         (regs.msi_data),
    .pending_o      (pending),
    .error_o        (message_error),
    .message_valid_o(writer_valid[Message]),
    .message_data_o (message_data),
    .message_done_i (writer_done[Message]),
    .message_error_i(writer_error)
  );

  assign writer_address[Message] = {regs.msi_address_hi, regs.msi_address_lo.address, 2'd0};
  assign writer_data[Message]    = {2{message_data}};

  // ---- to the host ---------------------------------------------------------------------------------------------------------------
  host_axi_request_t  host_data, host_descriptors, host_others;
  host_axi_response_t host_data_answer, host_others_answer;

  message_writer #(
    .Users(2)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .valid_i   (writer_valid),
    .address_i (writer_address),
    .data_i    (writer_data),
    .two_i     (2'b01),
    .done_o    (writer_done),
    .error_o   (writer_error),
    .aw_o      (host_others.aw),
    .aw_valid_o(host_others.aw_valid),
    .aw_ready_i(host_others_answer.aw_ready),
    .w_o       (host_others.w),
    .w_valid_o (host_others.w_valid),
    .w_ready_i (host_others_answer.w_ready),
    .b_resp_i  (host_others_answer.b.resp),
    .b_valid_i (host_others_answer.b_valid)
  );

  assign host_others.b_ready  = 1'b1;
  assign host_others.ar       = host_descriptors.ar;
  assign host_others.ar_valid = host_descriptors.ar_valid;
  assign host_others.r_ready  = host_descriptors.r_ready;

  axi_join #(
    .Masters   (2),
    .FirstId   (1),
    .address_t (host_axi_address_t),
    .request_t (host_axi_request_t),
    .response_t(host_axi_response_t)
  ) u_host_join (
    .clk_i,
    .rst_ni,
    .request_i ({host_others, host_data}),
    .response_o({host_others_answer, host_data_answer}),
    .request_o (host_o),
    .response_i(host_i)
  );

  // ---- to device memory ------------------------------------------------------------------------------------------------------------
  axi_request_t  device_data, device_descriptors, device_aperture;
  axi_response_t device_data_answer, device_descriptors_answer, device_aperture_answer;

  aperture u_aperture (
    .clk_i,
    .rst_ni,
    .enable_i(regs.aperture.enable),
    .base_i  (regs.aperture.base),
    .host_i  (aperture_i),
    .host_o  (aperture_o),
    .memory_o(device_aperture),
    .memory_i(device_aperture_answer)
  );

  axi_join #(
    .Masters(4),
    .FirstId(DmaFirstId),
    .Writes (64)
  ) u_memory_join (
    .clk_i,
    .rst_ni,
    .request_i ({device_aperture, device_descriptors, device_data, cluster_i}),
    .response_o({device_aperture_answer, device_descriptors_answer, device_data_answer, cluster_o}),
    .request_o (memory_o),
    .response_i(memory_i)
  );

  dma_engine u_dma (
    .clk_i,
    .rst_ni,
    .regs_i              (regs),
    .status_o            (status),
    .completed_o         (completed),
    .error_index_o       (error_index),
    .record_valid_o      (writer_valid[Record]),
    .record_address_o    (writer_address[Record]),
    .record_data_o       (writer_data[Record]),
    .record_done_i       (writer_done[Record]),
    .record_error_i      (writer_error),
    .host_data_o         (host_data),
    .host_data_i         (host_data_answer),
    .host_descriptors_o  (host_descriptors),
    .host_descriptors_i  (host_others_answer),
    .device_data_o       (device_data),
    .device_data_i       (device_data_answer),
    .device_descriptors_o(device_descriptors),
    .device_descriptors_i(device_descriptors_answer)
  );

endmodule
