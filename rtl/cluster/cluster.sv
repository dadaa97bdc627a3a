// A cluster: SIMT cores with their data caches, the scratchpad they share, the L2 cache that orders their accesses in front of the
// AXI4 port, and what runs launches on the cores (launch_control). Structure only.
module cluster
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                         clk_i,
  input  logic                         rst_ni,

  // host port, by launch slot
  input  launch_t   [Launches-1:0]     launch_i,        // stable from start_i to done_o
  input  local_id_t [Launches-1:0]     local_items_i,   // work-items of a workgroup
  input  logic      [Launches-1:0]     start_i,
  input  logic      [Launches-1:0]     abort_i,
  output logic      [Launches-1:0]     done_o,
  output logic      [Launches-1:0]     aborted_o,
  output logic      [Launches-1:0]     faulted_o,
  output fault_t    [Launches-1:0]     fault_o,
  output core_id_t  [Launches-1:0]     fault_core_o,
  output logic [Launches-1:0][Cores-1:0] owned_o,       // cores of the launch
  output retire_t [Cores-1:0]          retire_o,
  output stalls_t [Cores-1:0]          stalls_o,

  // management core: past the caches (l2_cache)
  input  mem_request_t                 uncached_request_i,
  input  logic                         uncached_valid_i,
  output logic                         uncached_ready_o,
  output mem_response_t                uncached_response_o,
  output logic                         uncached_response_valid_o,

  // memory
  output axi_request_t                 axi_o,
  input  axi_response_t                axi_i
);

  localparam int unsigned MemoryPorts  = 2 * Cores + CopyEngine;
  localparam int unsigned EnginePorts  = (CopyEngine == 0) ? 0 : (Lanes >= 16) ? 4 : 5;  // async_engines
  localparam int unsigned ScratchPorts = Cores + EnginePorts;

  launch_t         [Cores-1:0]   core_launch;
  logic            [Cores-1:0]   invalidate_fetch, invalidate_data, kill;
  dispatch_t       [Cores-1:0]   dispatch;
  logic            [Cores-1:0]   dispatch_valid, dispatch_ready;
  logic            [Cores-1:0]   warp_done_valid;
  warp_id_t        [Cores-1:0]   warp_done;
  logic            [Cores-1:0]   fault_valid;
  fault_t          [Cores-1:0]   fault;

  snoop_t          [Cores-1:0]   snoop;
  mem_request_t    [Cores-1:0]   fetch_request;
  logic            [Cores-1:0]   fetch_request_valid, fetch_request_ready, fetch_ahead_idle;
  logic            [Cores-1:0]   data_cache_idle, stored;

  // Ports of the L2 cache: 2 c is the data cache of core c, 2 c + 1 its instruction fetch; the last one the copy engine's.
  mem_request_t    [MemoryPorts-1:0] memory_request;
  logic            [MemoryPorts-1:0] memory_request_valid, memory_request_ready;
  mem_response_t   [MemoryPorts-1:0] memory_response;
  logic            [MemoryPorts-1:0] memory_response_valid;

  // Of the scratchpad: the cores', then those of the engines.
  scratch_request_t  [ScratchPorts-1:0] scratch_request;
  logic              [ScratchPorts-1:0] scratch_request_valid, scratch_request_ready;
  scratch_response_t [ScratchPorts-1:0] scratch_response;
  logic              [ScratchPorts-1:0] scratch_response_valid;

  lane_command_t   [Cores-1:0]   engine_command;
  logic            [Cores-1:0]   engine_command_valid, engine_command_ready;
  lane_answer_t    [Cores-1:0]   engine_answer;
  logic            [Cores-1:0]   engine_answer_valid;
  logic            [Cores-1:0][Warps-1:0] engine_wake;
  window_request_t [Cores-1:0]   window_request;
  logic            [Cores-1:0]   window_request_valid, window_request_ready;
  scratch_response_t             window_response;
  logic            [Cores-1:0]   window_response_valid;
  engine_fault_t                 engine_fault;
  logic            [Cores-1:0]   engine_fault_valid, engine_fault_ready, core_fault_pending;
  logic                          engine_fault_pending, engines_kill, engines_clear;
  launch_t                       engines_launch;
  dispatch_t                     engines_dispatch;
  logic            [Cores-1:0]   engines_taken;
  logic            [Cores*Warps-1:0] group_release, group_busy;

  // What launches leave in scratchpad and accumulators.
  logic                                   memories_used, scratch_clean, scratch_clear, accumulators_clean;
  logic [ScratchBits:0]                   scratch_reach;
  logic [scratch_pkg::ScratchRowBits-1:0] scratch_clear_row;

  logic     pause, flush, invalidate, flushed, refusal, idle;
  word_t    refused_line;

  launch_control u_launch_control (
    .clk_i,
    .rst_ni,
    .launch_i,
    .local_items_i,
    .start_i,
    .abort_i,
    .done_o,
    .aborted_o,
    .faulted_o,
    .fault_o,
    .fault_core_o,
    .owned_o,
    .core_launch_o     (core_launch),
    .invalidate_fetch_o(invalidate_fetch),
    .invalidate_data_o (invalidate_data),
    .kill_o            (kill),
    .dispatch_o        (dispatch),
    .dispatch_valid_o  (dispatch_valid),
    .dispatch_ready_i  (dispatch_ready),
    .warp_done_valid_i (warp_done_valid),
    .warp_done_i       (warp_done),
    .fault_valid_i     (fault_valid),
    .fault_i           (fault),
    .stored_i          (stored),
    .cache_idle_i      (data_cache_idle),
    .fetches_idle_i    (memory_request_valid == '0 && fetch_ahead_idle == '1),
    .clean_i           (scratch_clean && accumulators_clean),
    .uses_o            (memories_used),
    .scratch_reach_o   (scratch_reach),
    .engines_launch_o  (engines_launch),
    .engines_kill_o    (engines_kill),
    .engines_dispatch_o(engines_dispatch),
    .engines_taken_o   (engines_taken),
    .engines_clear_o   (engines_clear),
    .engines_release_o (group_release),
    .engines_busy_i    (group_busy),
    .engines_fault_i   (engine_fault_pending),
    .pause_o           (pause),
    .flush_o           (flush),
    .invalidate_o      (invalidate),
    .idle_i            (idle),
    .flushed_i         (flushed),
    .error_i           (refusal),
    .error_line_i      (refused_line)
  );

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    simt_core u_core (
      .clk_i,
      .rst_ni,
      .core_id_i               (core_id_t'(c)),
      .launch_i                (core_launch[c]),
      .invalidate_i            (invalidate_fetch[c]),
      .kill_i                  (kill[c]),
      .dispatch_i              (dispatch[c]),
      .dispatch_valid_i        (dispatch_valid[c]),
      .dispatch_ready_o        (dispatch_ready[c]),
      .warp_done_valid_o       (warp_done_valid[c]),
      .warp_done_o             (warp_done[c]),
      .fault_valid_o           (fault_valid[c]),
      .fault_o                 (fault[c]),
      .invalidate_data_i       (invalidate_data[c]),
      .quiet_o                 (data_cache_idle[c]),
      .stored_o                (stored[c]),
      .snoop_i                 (snoop[c]),
      .mem_request_o           (memory_request[2*c]),
      .mem_request_valid_o     (memory_request_valid[2*c]),
      .mem_request_ready_i     (memory_request_ready[2*c]),
      .mem_response_i          (memory_response[2*c]),
      .mem_response_valid_i    (memory_response_valid[2*c]),
      .fetch_request_o         (fetch_request[c]),
      .fetch_request_valid_o   (fetch_request_valid[c]),
      .fetch_request_ready_i   (fetch_request_ready[c]),
      .fetch_response_i        (memory_response[2*c+1]),
      .fetch_response_valid_i  (memory_response_valid[2*c+1]),
      .scratch_request_o       (scratch_request[c]),
      .scratch_request_valid_o (scratch_request_valid[c]),
      .scratch_request_ready_i (scratch_request_ready[c]),
      .scratch_response_i      (scratch_response[c]),
      .scratch_response_valid_i(scratch_response_valid[c]),
      .engine_command_o        (engine_command[c]),
      .engine_command_valid_o  (engine_command_valid[c]),
      .engine_command_ready_i  (engine_command_ready[c]),
      .engine_answer_i         (engine_answer[c]),
      .engine_answer_valid_i   (engine_answer_valid[c]),
      .engine_wake_i           (engine_wake[c]),
      .engine_busy_i           (group_busy[c*Warps +: Warps]),
      .window_request_o        (window_request[c]),
      .window_request_valid_o  (window_request_valid[c]),
      .window_request_ready_i  (window_request_ready[c]),
      .window_response_i       (window_response),
      .window_response_valid_i (window_response_valid[c]),
      .engine_fault_i          (engine_fault),
      .engine_fault_valid_i    (engine_fault_valid[c]),
      .engine_fault_ready_o    (engine_fault_ready[c]),
      .fault_pending_o         (core_fault_pending[c]),
      .retire_o                (retire_o[c]),
      .stalls_o                (stalls_o[c])
    );

    fetch_ahead u_fetch_ahead (
      .clk_i,
      .rst_ni,
      .idle_o         (fetch_ahead_idle[c]),
      .request_i      (fetch_request[c]),
      .request_valid_i(fetch_request_valid[c]),
      .request_ready_o(fetch_request_ready[c]),
      .request_o      (memory_request[2*c+1]),
      .request_valid_o(memory_request_valid[2*c+1]),
      .request_ready_i(memory_request_ready[2*c+1])
    );
  end

  if (CopyEngine != 0) begin : gen_engines
    logic engines_fault;

    cluster_engines u_engines (
      .clk_i,
      .rst_ni,
      .launch_i                (engines_launch),
      .kill_i                  (engines_kill),
      .dispatch_i              (engines_dispatch),
      .dispatch_taken_i        (engines_taken),
      .clear_i                 (engines_clear),
      .release_i               (group_release),
      .use_i                   (memories_used),
      .clean_o                 (accumulators_clean),
      .busy_o                  (group_busy),
      .fault_pending_o         (engines_fault),
      .command_i               (engine_command),
      .command_valid_i         (engine_command_valid),
      .command_ready_o         (engine_command_ready),
      .answer_o                (engine_answer),
      .answer_valid_o          (engine_answer_valid),
      .wake_o                  (engine_wake),
      .window_request_i        (window_request),
      .window_request_valid_i  (window_request_valid),
      .window_request_ready_o  (window_request_ready),
      .window_response_o       (window_response),
      .window_response_valid_o (window_response_valid),
      .fault_o                 (engine_fault),
      .fault_valid_o           (engine_fault_valid),
      .fault_ready_i           (engine_fault_ready),
      .scratch_request_o       (scratch_request[ScratchPorts-1:Cores]),
      .scratch_request_valid_o (scratch_request_valid[ScratchPorts-1:Cores]),
      .scratch_request_ready_i (scratch_request_ready[ScratchPorts-1:Cores]),
      .scratch_response_i      (scratch_response[ScratchPorts-1:Cores]),
      .scratch_response_valid_i(scratch_response_valid[ScratchPorts-1:Cores]),
      .memory_request_o        (memory_request[MemoryPorts-1]),
      .memory_request_valid_o  (memory_request_valid[MemoryPorts-1]),
      .memory_request_ready_i  (memory_request_ready[MemoryPorts-1]),
      .memory_response_i       (memory_response[MemoryPorts-1]),
      .memory_response_valid_i (memory_response_valid[MemoryPorts-1])
    );

    assign engine_fault_pending = engines_fault || core_fault_pending != '0;
  end else begin : gen_no_engines
    assign group_busy            = '0;
    assign accumulators_clean    = 1'b1;
    assign engine_fault_pending  = 1'b0;
    assign engine_command_ready  = '0;
    assign engine_answer         = '0;
    assign engine_answer_valid   = '0;
    assign engine_wake           = '0;
    assign window_request_ready  = '0;
    assign window_response       = '0;
    assign window_response_valid = '0;
    assign engine_fault          = '0;
    assign engine_fault_valid    = '0;

    logic unused_engines;
    assign unused_engines = ^{engines_launch, engines_kill, engines_dispatch, engines_taken, engines_clear, group_release, engine_command, engine_command_valid, window_request, window_request_valid, engine_fault_ready,
                              core_fault_pending};
  end

  scratchpad #(
    .Ports   (ScratchPorts),
    .CopyPort(Cores + 2)
  ) u_scratchpad (
    .clk_i,
    .rst_ni,
    .request_i       (scratch_request),
    .request_valid_i (scratch_request_valid),
    .request_ready_o (scratch_request_ready),
    .response_o      (scratch_response),
    .response_valid_o(scratch_response_valid),
    .clear_i         (scratch_clear),
    .clear_row_i     (scratch_clear_row)
  );

  scrubber #(
    .Rows(scratch_pkg::ScratchRows)
  ) u_scratch_scrubber (
    .clk_i,
    .rst_ni,
    .use_i  (memories_used),
    .used_i (scratch_reach[ScratchBits:scratch_pkg::LaneShift+2]),
    .clean_o(scratch_clean),
    .clear_o(scratch_clear),
    .row_o  (scratch_clear_row)
  );

  l2_cache u_l2_cache (
    .clk_i,
    .rst_ni,
    .pause_i         (pause),
    .flush_i         (flush),
    .flushed_o       (flushed),
    .error_o         (refusal),
    .error_line_o    (refused_line),
    .invalidate_i    (invalidate),
    .idle_o          (idle),
    .request_i       (memory_request),
    .request_valid_i (memory_request_valid),
    .request_ready_o (memory_request_ready),
    .response_o      (memory_response),
    .response_valid_o(memory_response_valid),
    .snoop_o         (snoop),
    .uncached_request_i,
    .uncached_valid_i,
    .uncached_ready_o,
    .uncached_response_o,
    .uncached_response_valid_o,
    .axi_o,
    .axi_i
  );

endmodule
