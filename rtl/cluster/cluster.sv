// A cluster: SIMT cores, the scratchpad they share, the memory hub that orders their accesses in front of the AXI4 port, and the
// dispatcher that places workgroups on the cores. Structure only.
module cluster
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                         clk_i,
  input  logic                         rst_ni,

  // host port
  input  launch_t                      launch_i,        // stable from start_i to done_o
  input  local_id_t                    local_items_i,   // work-items of a workgroup
  input  logic                         start_i,
  input  logic                         abort_i,
  output logic                         done_o,
  output logic                         aborted_o,
  output logic                         faulted_o,
  output fault_t                       fault_o,
  output core_id_t                     fault_core_o,
  output retire_t [Cores-1:0]          retire_o,
  output stalls_t [Cores-1:0]          stalls_o,

  // memory
  output axi_request_t                 axi_o,
  input  axi_response_t                axi_i
);

  logic                          invalidate, kill;
  dispatch_t                     dispatch;
  logic            [Cores-1:0]   dispatch_valid, dispatch_ready;
  logic            [Cores-1:0]   warp_done_valid;
  warp_id_t        [Cores-1:0]   warp_done;
  logic            [Cores-1:0]   fault_valid;
  fault_t          [Cores-1:0]   fault;

  // Ports of the memory hub: 2 c is the LSU of core c, 2 c + 1 its instruction fetch.
  mem_request_t    [2*Cores-1:0] memory_request;
  logic            [2*Cores-1:0] memory_request_valid, memory_request_ready;
  mem_response_t   [2*Cores-1:0] memory_response;
  logic            [2*Cores-1:0] memory_response_valid;

  scratch_request_t  [Cores-1:0] scratch_request;
  logic              [Cores-1:0] scratch_request_valid, scratch_request_ready;
  scratch_response_t [Cores-1:0] scratch_response;
  logic              [Cores-1:0] scratch_response_valid;

  dispatcher u_dispatcher (
    .clk_i,
    .rst_ni,
    .start_i,
    .abort_i,
    .num_groups_i     (launch_i.num_groups),
    .local_size_i     ({local_id_t'(launch_i.local_size[2]), local_id_t'(launch_i.local_size[1]), local_id_t'(launch_i.local_size[0])}),
    .local_items_i,
    .scratch_size_i   (launch_i.scratch_size[ScratchBits:0]),
    .busy_o           (),  // the host port keeps its own
    .done_o,
    .aborted_o,
    .faulted_o,
    .fault_o,
    .fault_core_o,
    .invalidate_o     (invalidate),
    .kill_o           (kill),
    .dispatch_o       (dispatch),
    .dispatch_valid_o (dispatch_valid),
    .dispatch_ready_i (dispatch_ready),
    .warp_done_valid_i(warp_done_valid),
    .warp_done_i      (warp_done),
    .fault_valid_i    (fault_valid),
    .fault_i          (fault)
  );

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    simt_core u_core (
      .clk_i,
      .rst_ni,
      .core_id_i               (core_id_t'(c)),
      .launch_i,
      .invalidate_i            (invalidate),
      .kill_i                  (kill),
      .dispatch_i              (dispatch),
      .dispatch_valid_i        (dispatch_valid[c]),
      .dispatch_ready_o        (dispatch_ready[c]),
      .warp_done_valid_o       (warp_done_valid[c]),
      .warp_done_o             (warp_done[c]),
      .fault_valid_o           (fault_valid[c]),
      .fault_o                 (fault[c]),
      .mem_request_o           (memory_request[2*c]),
      .mem_request_valid_o     (memory_request_valid[2*c]),
      .mem_request_ready_i     (memory_request_ready[2*c]),
      .mem_response_i          (memory_response[2*c]),
      .mem_response_valid_i    (memory_response_valid[2*c]),
      .fetch_request_o         (memory_request[2*c+1]),
      .fetch_request_valid_o   (memory_request_valid[2*c+1]),
      .fetch_request_ready_i   (memory_request_ready[2*c+1]),
      .fetch_response_i        (memory_response[2*c+1]),
      .fetch_response_valid_i  (memory_response_valid[2*c+1]),
      .scratch_request_o       (scratch_request[c]),
      .scratch_request_valid_o (scratch_request_valid[c]),
      .scratch_request_ready_i (scratch_request_ready[c]),
      .scratch_response_i      (scratch_response[c]),
      .scratch_response_valid_i(scratch_response_valid[c]),
      .retire_o                (retire_o[c]),
      .stalls_o                (stalls_o[c])
    );
  end

  scratchpad u_scratchpad (
    .clk_i,
    .rst_ni,
    .request_i       (scratch_request),
    .request_valid_i (scratch_request_valid),
    .request_ready_o (scratch_request_ready),
    .response_o      (scratch_response),
    .response_valid_o(scratch_response_valid)
  );

  memory_hub u_memory_hub (
    .clk_i,
    .rst_ni,
    .request_i       (memory_request),
    .request_valid_i (memory_request_valid),
    .request_ready_o (memory_request_ready),
    .response_o      (memory_response),
    .response_valid_o(memory_response_valid),
    .axi_o,
    .axi_i
  );

endmodule
