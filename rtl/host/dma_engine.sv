// The DMA engine: descriptors (dma_fetch) to bursts of reads (dma_read), through a buffer, to bursts of writes (dma_write). Structure only.
module dma_engine
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic                clk_i,
  input  logic                rst_ni,

  input  host_dma_regs_out_t  regs_i,
  output status_t             status_o,
  output word_t               completed_o,
  output word_t               error_index_o,

  output logic                record_valid_o,        // to message_writer
  output logic [63:0]         record_address_o,
  output logic [63:0]         record_data_o,
  input  logic                record_done_i,
  input  logic                record_error_i,

  output host_axi_request_t   host_data_o,           // identifier 0
  input  host_axi_response_t  host_data_i,
  output host_axi_request_t   host_descriptors_o,    // reads alone, identifier 1
  input  host_axi_response_t  host_descriptors_i,
  output axi_request_t        device_data_o,
  input  axi_response_t       device_data_i,
  output axi_request_t        device_descriptors_o,  // reads alone
  input  axi_response_t       device_descriptors_i
);

  // Who looks pages up.
  localparam int unsigned Lookups      = 4;
  localparam int unsigned LookFetch    = 0;
  localparam int unsigned LookRead     = 1;
  localparam int unsigned LookWrite    = 2;
  localparam int unsigned LookRecord   = 3;

  pin_t  [HostPins-1:0] pins;
  page_t [Lookups-1:0]  page;
  logic  [Lookups-1:0]  page_valid, page_done;
  logic                 page_ok;
  logic                 run, stop, clear, fetch_idle, read_idle, write_idle;
  descriptor_t          descriptor;
  logic                 descriptor_valid, descriptor_ready;
  work_t                read_work, write_work;
  logic                 read_work_valid, read_work_ready, write_work_valid, write_work_ready;
  axi_data_t            in_data, out_data;
  logic                 in_valid, out_valid, out_ready;
  buffer_t              count;
  cause_e               read_failed, failed;
  logic                 complete, notify;

  always_comb begin
    for (int unsigned p = 0; p < HostPins; p++) begin
      pins[p] = '{first: {regs_i.pin_first_hi[p], regs_i.pin_first_lo[p].page}, last: {regs_i.pin_last_hi[p], regs_i.pin_last_lo[p].page},
                  w: regs_i.pin_attr[p].w, r: regs_i.pin_attr[p].r};
    end
  end

  pin_check #(
    .Users (Lookups),
    .Writes(Lookups'((1 << LookWrite) | (1 << LookRecord)))
  ) u_pin_check (
    .clk_i,
    .rst_ni,
    .pins_i (pins),
    .page_i (page),
    .valid_i(page_valid),
    .done_o (page_done),
    .ok_o   (page_ok)
  );

  dma_control u_control (
    .clk_i,
    .rst_ni,
    .start_i          (regs_i.control.start),
    .abort_i          (regs_i.control.abort),
    .clear_done_i     (regs_i.interrupt_clear.done),
    .clear_error_i    (regs_i.interrupt_clear.error),
    .tail_i           (regs_i.tail),
    .record_enable_i  (regs_i.completion_config.enable),
    .record_address_i ({regs_i.completion_hi, regs_i.completion_lo.address, 3'd0}),
    .status_o,
    .completed_o,
    .error_index_o,
    .run_o            (run),
    .stop_o           (stop),
    .clear_o          (clear),
    .idle_i           (fetch_idle && read_idle && write_idle),
    .complete_i       (complete),
    .notify_i         (notify),
    .failed_i         (failed),
    .page_o           (page[LookRecord]),
    .page_valid_o     (page_valid[LookRecord]),
    .page_done_i      (page_done[LookRecord]),
    .page_ok_i        (page_ok),
    .message_valid_o  (record_valid_o),
    .message_address_o(record_address_o),
    .message_data_o   (record_data_o),
    .message_done_i   (record_done_i),
    .message_error_i  (record_error_i)
  );

  dma_fetch u_fetch (
    .clk_i,
    .rst_ni,
    .start_i          (regs_i.control.start),
    .run_i            (run),
    .stop_i           (stop),
    .idle_o           (fetch_idle),
    .ring_i           ({regs_i.ring_hi, regs_i.ring_lo.address, 5'd0}),
    .size_i           (regs_i.ring_config.size),
    .device_i         (regs_i.ring_config.device),
    .tail_i           (regs_i.tail),
    .completed_i      (completed_o),
    .page_o           (page[LookFetch]),
    .page_valid_o     (page_valid[LookFetch]),
    .page_done_i      (page_done[LookFetch]),
    .page_ok_i        (page_ok),
    .host_ar_o        (host_descriptors_o.ar),
    .host_ar_valid_o  (host_descriptors_o.ar_valid),
    .host_ar_ready_i  (host_descriptors_i.ar_ready),
    .host_r_i         (host_descriptors_i.r),
    .host_r_valid_i   (host_descriptors_i.r_valid),
    .device_ar_o      (device_descriptors_o.ar),
    .device_ar_valid_o(device_descriptors_o.ar_valid),
    .device_ar_ready_i(device_descriptors_i.ar_ready),
    .device_r_i       (device_descriptors_i.r),
    .device_r_valid_i (device_descriptors_i.r_valid),
    .descriptor_o     (descriptor),
    .valid_o          (descriptor_valid),
    .ready_i          (descriptor_ready)
  );

  assign host_descriptors_o.aw         = '0;
  assign host_descriptors_o.aw_valid   = 1'b0;
  assign host_descriptors_o.w          = '0;
  assign host_descriptors_o.w_valid    = 1'b0;
  assign host_descriptors_o.b_ready    = 1'b1;
  assign host_descriptors_o.r_ready    = 1'b1;
  assign device_descriptors_o.aw       = '0;
  assign device_descriptors_o.aw_valid = 1'b0;
  assign device_descriptors_o.w        = '0;
  assign device_descriptors_o.w_valid  = 1'b0;
  assign device_descriptors_o.b_ready  = 1'b1;
  assign device_descriptors_o.r_ready  = 1'b1;

  dma_read u_read (
    .clk_i,
    .rst_ni,
    .stop_i           (stop),
    .clear_i          (clear),
    .idle_o           (read_idle),
    .descriptor_i     (descriptor),
    .valid_i          (descriptor_valid),
    .ready_o          (descriptor_ready),
    .complete_i       (read_idle && write_idle),
    .work_o           (read_work),
    .work_valid_o     (read_work_valid),
    .work_ready_i     (read_work_ready),
    .page_o           (page[LookRead]),
    .page_valid_o     (page_valid[LookRead]),
    .page_done_i      (page_done[LookRead]),
    .page_ok_i        (page_ok),
    .host_ar_o        (host_data_o.ar),
    .host_ar_valid_o  (host_data_o.ar_valid),
    .host_ar_ready_i  (host_data_i.ar_ready),
    .host_r_i         (host_data_i.r),
    .host_r_valid_i   (host_data_i.r_valid),
    .host_r_ready_o   (host_data_o.r_ready),
    .device_ar_o      (device_data_o.ar),
    .device_ar_valid_o(device_data_o.ar_valid),
    .device_ar_ready_i(device_data_i.ar_ready),
    .device_r_i       (device_data_i.r),
    .device_r_valid_i (device_data_i.r_valid),
    .device_r_ready_o (device_data_o.r_ready),
    .data_o           (in_data),
    .data_valid_o     (in_valid),
    .data_leaves_i    (out_valid && out_ready),
    .failed_o         (read_failed)
  );

  fifo #(
    .Width($bits(work_t)),
    .Depth(4)
  ) u_work (
    .clk_i,
    .rst_ni,
    .data_i (read_work),
    .valid_i(read_work_valid),
    .ready_o(read_work_ready),
    .data_o (write_work),
    .valid_o(write_work_valid),
    .ready_i(write_work_ready),
    .count_o()
  );

  dma_buffer u_buffer (
    .clk_i,
    .rst_ni,
    .data_i (in_data),
    .valid_i(in_valid),
    .data_o (out_data),
    .valid_o(out_valid),
    .ready_i(out_ready),
    .count_o(count)
  );

  dma_write u_write (
    .clk_i,
    .rst_ni,
    .stop_i           (stop),
    .idle_o           (write_idle),
    .work_i           (write_work),
    .work_valid_i     (write_work_valid),
    .work_ready_o     (write_work_ready),
    .data_i           (out_data),
    .data_valid_i     (out_valid),
    .data_ready_o     (out_ready),
    .data_count_i     (count),
    .no_more_i        (read_failed),
    .page_o           (page[LookWrite]),
    .page_valid_o     (page_valid[LookWrite]),
    .page_done_i      (page_done[LookWrite]),
    .page_ok_i        (page_ok),
    .host_aw_o        (host_data_o.aw),
    .host_aw_valid_o  (host_data_o.aw_valid),
    .host_aw_ready_i  (host_data_i.aw_ready),
    .host_w_o         (host_data_o.w),
    .host_w_valid_o   (host_data_o.w_valid),
    .host_w_ready_i   (host_data_i.w_ready),
    .host_b_resp_i    (host_data_i.b.resp),
    .host_b_valid_i   (host_data_i.b_valid),
    .device_aw_o      (device_data_o.aw),
    .device_aw_valid_o(device_data_o.aw_valid),
    .device_aw_ready_i(device_data_i.aw_ready),
    .device_w_o       (device_data_o.w),
    .device_w_valid_o (device_data_o.w_valid),
    .device_w_ready_i (device_data_i.w_ready),
    .device_b_resp_i  (device_data_i.b.resp),
    .device_b_valid_i (device_data_i.b_valid),
    .complete_o       (complete),
    .notify_o         (notify),
    .failed_o         (failed)
  );

  assign host_data_o.b_ready   = 1'b1;
  assign device_data_o.b_ready = 1'b1;

endmodule
