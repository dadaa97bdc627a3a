// The load/store unit of a core with its data cache in front of the memory port. Structure only.
module memory_unit
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  core_id_t          core_id_i,
  input  launch_t           launch_i,
  // a warp slot begins anew (dispatch): it has no reservation
  input  logic              start_valid_i,
  input  warp_id_t          start_warp_i,
  // core
  input  lsu_request_t      request_i,
  input  logic              request_valid_i,
  output logic              request_ready_o,
  input  logic [1:0]        safe_i,             // the oldest request without a check, the next one: it has committed, no lane of it traps
  output lsu_check_t        check_o,
  output logic              check_valid_o,
  output lsu_writeback_t    writeback_o,
  output logic              writeback_valid_o,
  input  logic              writeback_ready_i,
  output logic              early_valid_o,      // a last write-back will be offered in the next cycle and until it is taken: its ...
  output warp_id_t          early_warp_o,
  output reg_id_t           early_rd_o,
  output logic [Warps-1:0]  idle_o,             // no access of the warp is outstanding
  output logic [Warps-1:0]  over_o,             // ... but stores to device memory, which are sure to take place
  output logic              error_valid_o,      // pulse: the memory answered an access with an error
  output slot_tag_t         error_tag_o,
  output logic [31:2]       error_pc_o,
  output lane_id_t          error_lane_o,       // the lowest that asked for the line
  output word_t             error_address_o,    // its device address
  output logic              error_write_o,      // of an AMO; loads and LR: 0. (Stores and SC do not fail.)
  // data cache
  input  logic              invalidate_i,       // pulse, while no access is outstanding: what is in the cache is forgotten
  output logic              quiet_o,            // nothing is under way, prefetches included
  input  snoop_t            snoop_i,
  // memory
  output mem_request_t      mem_request_o,
  output logic              mem_request_valid_o,
  input  logic              mem_request_ready_i,
  input  mem_response_t     mem_response_i,
  input  logic              mem_response_valid_i,
  // scratchpad
  output scratch_request_t  scratch_request_o,
  output logic              scratch_request_valid_o,
  input  logic              scratch_request_ready_i,
  input  scratch_response_t scratch_response_i,
  input  logic              scratch_response_valid_i,
  // engines and accumulators (with copy_engine alone)
  output lane_command_t     engine_command_o,
  output logic              engine_command_valid_o,
  input  logic              engine_command_ready_i,
  input  lane_answer_t      engine_answer_i,
  input  logic              engine_answer_valid_i,
  output window_request_t   window_request_o,
  output logic              window_request_valid_o,
  input  logic              window_request_ready_i,
  input  scratch_response_t window_response_i,
  input  logic              window_response_valid_i,
  output logic [Warps-1:0]  over_phase_o,       // pulse: the wait of the warp was answered at once
  output engine_fault_t     engine_error_o,     // an operation of a lane on an mbarrier has an error
  output logic              engine_error_valid_o,
  input  logic              engine_error_ready_i
);

  mem_request_t  request;
  mem_response_t response;
  logic          request_valid, request_ready, response_valid;
  logic          look_valid, look_hit, look_take, look_done;
  line_address_t look_line;
  line_t         look_data;

  lsu u_lsu (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i,
    .start_warp_i,
    .request_i,
    .request_valid_i,
    .request_ready_o,
    .safe_i,
    .check_o,
    .check_valid_o,
    .writeback_o,
    .writeback_valid_o,
    .writeback_ready_i,
    .early_valid_o,
    .early_warp_o,
    .early_rd_o,
    .idle_o,
    .over_o,
    .error_valid_o,
    .error_tag_o,
    .error_pc_o,
    .error_lane_o,
    .error_address_o,
    .error_write_o,
    .mem_request_o          (request),
    .mem_request_valid_o    (request_valid),
    .mem_request_ready_i    (request_ready),
    .mem_response_i         (response),
    .mem_response_valid_i   (response_valid),
    .look_valid_o           (look_valid),
    .look_line_o            (look_line),
    .look_hit_i             (look_hit),
    .look_take_o            (look_take),
    .look_data_i            (look_data),
    .look_done_o            (look_done),
    .scratch_request_o,
    .scratch_request_valid_o,
    .scratch_request_ready_i,
    .scratch_response_i,
    .scratch_response_valid_i,
    .engine_command_o,
    .engine_command_valid_o,
    .engine_command_ready_i,
    .engine_answer_i,
    .engine_answer_valid_i,
    .window_request_o,
    .window_request_valid_o,
    .window_request_ready_i,
    .window_response_i,
    .window_response_valid_i,
    .over_phase_o,
    .engine_error_o,
    .engine_error_valid_o,
    .engine_error_ready_i
  );

  data_cache u_data_cache (
    .clk_i,
    .rst_ni,
    .invalidate_i,
    .idle_o          (quiet_o),
    .request_i       (request),
    .request_valid_i (request_valid),
    .request_ready_o (request_ready),
    .response_o      (response),
    .response_valid_o(response_valid),
    .look_valid_i    (look_valid),
    .look_line_i     (look_line),
    .look_hit_o      (look_hit),
    .look_take_i     (look_take),
    .look_data_o     (look_data),
    .look_done_i     (look_done),
    .mem_request_o,
    .mem_request_valid_o,
    .mem_request_ready_i,
    .mem_response_i,
    .mem_response_valid_i,
    .snoop_i
  );

endmodule
