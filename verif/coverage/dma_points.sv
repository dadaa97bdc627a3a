// Bound to dma_engine in builds for coverage: descriptors by direction, alignment and length, how a ring ends. Purely an observer.
module dma_points
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input logic               clk_i,
  input logic               rst_ni,
  input host_dma_regs_out_t regs_i,
  input status_t            status_o,
  input descriptor_t        descriptor,
  input logic               descriptor_valid,
  input logic               descriptor_ready,
  input logic               read_idle,
  input logic               write_idle,
  input logic               stop,
  input logic               complete,
  input logic               notify,
  input logic               record_valid_o,
  input logic               record_done_i,
  input logic               record_error_i
);

  logic  taken, in, out, running_q, ended;
  byte_t host, device;
  assign taken  = rst_ni && descriptor_valid && descriptor_ready && descriptor.cause == CAUSE_NONE;
  assign in     = taken && !descriptor.to_host;
  assign out    = taken && descriptor.to_host;
  assign host   = descriptor.host[ByteBits-1:0];
  assign device = descriptor.device[ByteBits-1:0];
  assign ended  = rst_ni && running_q && !status_o.running;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else         running_q <= status_o.running;
  end

  // Of the source's and the destination's first bytes in their beats: both the first; equal; the source's, the destination's the higher.
  dma_in_whole_beats   : cover property (@(posedge clk_i) in && host == '0 && device == '0);
  dma_in_alike         : cover property (@(posedge clk_i) in && host == device && host != '0);
  dma_in_source_ahead  : cover property (@(posedge clk_i) in && host > device);
  dma_in_source_behind : cover property (@(posedge clk_i) in && host < device);
  dma_in_in_one_beat   : cover property (@(posedge clk_i) in && 32'(host) + descriptor.bytes <= AxiBytes);
  dma_in_of_pages      : cover property (@(posedge clk_i) in && 33'(descriptor.host[11:0]) + 33'(descriptor.bytes) > 33'd4096);
  dma_out_whole_beats   : cover property (@(posedge clk_i) out && host == '0 && device == '0);
  dma_out_alike         : cover property (@(posedge clk_i) out && host == device && host != '0);
  dma_out_source_ahead  : cover property (@(posedge clk_i) out && device > host);
  dma_out_source_behind : cover property (@(posedge clk_i) out && device < host);
  dma_out_in_one_beat   : cover property (@(posedge clk_i) out && 32'(host) + descriptor.bytes <= AxiBytes);
  dma_out_of_pages      : cover property (@(posedge clk_i) out && 33'(descriptor.host[11:0]) + 33'(descriptor.bytes) > 33'd4096);

  dma_overlaps         : cover property (@(posedge clk_i) taken && !(read_idle && write_idle));
  dma_fence            : cover property (@(posedge clk_i) taken && descriptor.fence);
  dma_fence_waits      : cover property (@(posedge clk_i) rst_ni && descriptor_valid && !descriptor_ready && descriptor.fence && !write_idle);
  dma_notifies         : cover property (@(posedge clk_i) rst_ni && complete && notify);
  dma_ring_in_host     : cover property (@(posedge clk_i) taken && !regs_i.ring_config.device);
  dma_ring_in_device   : cover property (@(posedge clk_i) taken && regs_i.ring_config.device);
  dma_record           : cover property (@(posedge clk_i) rst_ni && record_valid_o && record_done_i && !record_error_i);
  dma_aborted          : cover property (@(posedge clk_i) ended && status_o.aborted);
  dma_stops_in_work    : cover property (@(posedge clk_i) rst_ni && stop && !(read_idle && write_idle));

  // Causes of docs/host_port.md.
  for (genvar c = 1; c <= 32'(CAUSE_COMPLETION); c++) begin : gen_cause
    dma_fails : cover property (@(posedge clk_i) ended && status_o.error && 32'(status_o.cause) == c);
  end

endmodule

bind dma_engine dma_points u_points (.*);
