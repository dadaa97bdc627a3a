// One SIMT core: fetch, issue, operand, execute, write-back for all its warps; the LSU; the path machinery. Structure,
// pipeline registers between the parts, the life of warps, and the records for the monitors.
//
// Cycle by cycle for an ALU instruction: issue (0), register banks read (1), operands selected (2), execute (3), banks
// written and, where the path may change, the path event (4). A dependent instruction issues at 2 at the earliest.
// With two ports, each has operands (a register file) and an execute stage of its own.
// Invariant: a warp that ends has nothing in the pipe, no register busy, nothing in the LSU.
module simt_core
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  core_id_t          core_id_i,
  input  launch_t           launch_i,
  input  logic              invalidate_i,       // pulse while no warp is active: forget cached instructions
  input  logic              kill_i,             // level: end every warp

  input  dispatch_t         dispatch_i,
  input  logic              dispatch_valid_i,
  output logic              dispatch_ready_o,
  output logic              warp_done_valid_o,
  output warp_id_t          warp_done_o,
  output logic              fault_valid_o,
  output fault_t            fault_o,

  input  logic              invalidate_data_i,  // pulse, while nothing runs: the data cache forgets everything
  output logic              quiet_o,            // nothing of the data cache is under way
  output logic              stored_o,           // no access of a warp, past or present, is outstanding
  input  snoop_t            snoop_i,
  output mem_request_t      mem_request_o,
  output logic              mem_request_valid_o,
  input  logic              mem_request_ready_i,
  input  mem_response_t     mem_response_i,
  input  logic              mem_response_valid_i,

  output mem_request_t      fetch_request_o,
  output logic              fetch_request_valid_o,
  input  logic              fetch_request_ready_i,
  input  mem_response_t     fetch_response_i,
  input  logic              fetch_response_valid_i,

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
  input  logic [Warps-1:0]  engine_wake_i,
  input  logic [Warps-1:0]  engine_busy_i,      // commands of a workgroup are under way, by its name
  output window_request_t   window_request_o,
  output logic              window_request_valid_o,
  input  logic              window_request_ready_i,
  input  scratch_response_t window_response_i,
  input  logic              window_response_valid_i,
  input  engine_fault_t     engine_fault_i,     // of a command of this core
  input  logic              engine_fault_valid_i,
  output logic              engine_fault_ready_o,
  output logic              fault_pending_o,

  output retire_t           retire_o,
  output stalls_t           stalls_o
);

  // ---- records for the monitors -----------------------------------------------------------------------------------
  /* verilator lint_off UNUSEDSIGNAL */  // read by the monitors that a simulation binds here
  logic [TraceCommits-1:0]           trace_commit_valid;
  trace_commit_t [TraceCommits-1:0]  trace_commit;
  logic [TracePorts-1:0]             trace_writeback_valid;
  trace_writeback_t [TracePorts-1:0] trace_writeback;
  logic [Lanes-1:0][7:0]             trace_fcsr;         // of a warp that is done
  logic [Warps-1:0]                  trace_wake;         // lanes that waited for an mbarrier run again
  logic [Warps-1:0][31:0]            trace_wake_order;   // the first slot that sees them
  /* verilator lint_on UNUSEDSIGNAL */

  // ---- what connects the parts ---------------------------------------------------------------------------------------
  logic                                start, csr_start_ready, float_csr_writes, fault_pending, fence_i, starved;
  logic [Warps-1:0]                    active, ended, transit, any_busy, lsu_idle, lsu_over, float_idle, reserved_mode, path_ready;
  logic [2:0]                          redirect_valid;
  redirect_t [2:0]                     redirect;
  logic [Warps-1:0]                    head_valid, hazard, hazard_memory, blocked_memory, request, waiting;
  decoded_t                            head [Warps];
  unit_space_t                         space;
  clear_t [Clears-1:0]                 clear;
  clear_t                              load_release, memory_killed, multiply_clear, pipe_clear;
  squash_t [Squashes-1:0]              squash;
  squash_t                             memory_squash;
  logic [Squashes-1:0][1:0]            squash_count, squash_advanced;
  // By port: issue, operand collection, execute.
  logic            [Ports-1:0]         issue_valid, issue_control, issue_resolve, issue_speculative, slot_ready, collecting;
  pc_t             [Ports-1:0]         issue_distance;
  path_t           [Ports-1:0]         issue_path;
  warp_id_t        [Ports-1:0]         issue_warp, read_warp, alu_warp, live_warp;
  logic            [Ports-1:0][31:0]   issue_order;
  decoded_t        [Ports-1:0]         issue_head;
  slot_t           [Ports-1:0]         operand_slot, execute_slot;
  logic            [Ports-1:0][1:0]    stage_live;
  logic            [Ports-1:0]         read_valid, operand_valid, execute_valid, execute_other, execute_live, execute_astray, read_resolve,
                                       execute_resolves, alu_valid, alu_pending, csr_read;
  logic            [Ports-1:0][11:0]   csr_number;
  lane_words_t     [Ports-1:0]         operand_a, operand_b, operand_c, execute_a, execute_b, execute_c, execute_address;
  lane_rounding_t  [Ports-1:0]         rounding;
  lane_mask_t      [Ports-1:0]         taken, completing, executed;
  logic            [Ports-1:0]         execute_again;
  logic                                waits, first_buffer;
  logic [Warps-1:0]                    over_phase, warp_idle, warp_waits;
  warp_id_t                            wait_warp;
  lane_id_t                            wait_lane;
  pc_t                                 wait_pc;
  word_t                               wait_address;
  word_t           [Ports-1:0]         target;
  register_write_t [Ports-1:0]         alu_write;
  clear_t          [Ports-1:0]         alu_clear;
  event_t          [Ports-1:0]         execute_event;
  slot_t           [Ports-1:0]         issue_slot;
  logic                                execute_memory;
  lane_words_t                         csr_data;
  logic [Lanes-1:0][7:0]               fcsr;
  lane_rounding_t                      frm;
  lane_mask_t                          live;
  register_write_t                     multiply_write, divide_write, pipe_write, float_write;
  logic                                multiply_valid, divide_valid, divide_ready;
  logic                                pipe_valid, float_valid, float_ready, float_done, float_waits;
  lane_flags_t                         pipe_flags, float_flags;
  logic [RegisterBanks-1:0][LastWrite:0] bank_free;
  logic [RegisterBanks-1:0]            bank_valid;
  register_write_t [RegisterBanks-1:0] bank_write;
  logic [TracePorts-1:0]               written;
  register_write_t [TracePorts-1:0]    write;
  event_t                              memory_event, event_now;
  logic                                memory_event_valid, memory_event_ready, event_valid, event_waits;
  logic [ScratchBits-1:0]              scratch_base;

  assign dispatch_ready_o  = csr_start_ready && !float_csr_writes;
  assign start             = dispatch_valid_i && dispatch_ready_o;
  assign redirect_valid[2] = start;
  assign redirect[2]       = '{warp: dispatch_i.warp, pc: launch_i.entry[31:2]};
  assign execute_memory    = execute_valid[ControlPort] && execute_slot[ControlPort].decoded.unit == UnitMemory;

  // What follows a slot that went astray is in these stages: read, operand, execute.
  logic [2:0] in_stage, advanced;
  assign squash = {squash_t'({execute_astray[ControlPort], execute_slot[ControlPort].warp}), memory_squash};
  always_comb begin
    squash_count    = '0;
    squash_advanced = '0;
    for (int unsigned s = 0; s < Squashes; s++) begin
      for (int unsigned p = 0; p < Ports; p++) begin
        in_stage = {s == 0 && execute_live[p] && execute_slot[p].warp == squash[s].warp,
                    stage_live[p][1] && operand_slot[p].warp == squash[s].warp,
                    stage_live[p][0] && read_warp[p] == squash[s].warp};
        advanced = in_stage & ~{execute_slot[p].resolve, operand_slot[p].resolve, read_resolve[p]};
        squash_count[s]    = squash_count[s] + 2'(in_stage[0]) + 2'(in_stage[1]) + 2'(in_stage[2]);
        squash_advanced[s] = squash_advanced[s] + 2'(advanced[0]) + 2'(advanced[1]) + 2'(advanced[2]);
      end
    end
  end

  // ---- fetch and issue ---------------------------------------------------------------------------------------------------
  front_end u_front_end (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .regions_i       (launch_i.regions),
    .invalidate_i    (invalidate_i || fence_i),
    .enable_i        (active & ~ended & ~{Warps{kill_i}}),
    .redirect_valid_i(redirect_valid),
    .redirect_i      (redirect),
    .head_valid_o    (head_valid),
    .head_o          (head),
    .pop_i           (issue_valid),
    .pop_warp_i      (issue_warp),
    .request_o       (fetch_request_o),
    .request_valid_o (fetch_request_valid_o),
    .request_ready_i (fetch_request_ready_i),
    .response_i      (fetch_response_i),
    .response_valid_i(fetch_response_valid_i)
  );

  issue_stage u_issue (
    .clk_i,
    .rst_ni,
    .start_valid_i    (start),
    .start_warp_i     (dispatch_i.warp),
    .stall_i          (kill_i || starved),
    .accept_i         (slot_ready),
    .collecting_i     (collecting),
    .collecting_warp_i(read_warp),
    .ready_i          (path_ready & active),  // a killed warp keeps its path
    .head_valid_i     (head_valid),
    .head_i           (head),
    .space_i          (space),
    .float_idle_i     (float_idle),
    .reserved_mode_i  (reserved_mode),
    .clear_i          (clear),
    .squash_i         (squash),
    .squash_count_i   (squash_count),
    .any_busy_o       (any_busy),
    .hazard_o         (hazard),
    .hazard_memory_o  (hazard_memory),
    .blocked_memory_o (blocked_memory),
    .request_o        (request),
    .valid_o          (issue_valid),
    .warp_o           (issue_warp),
    .order_o          (issue_order),
    .head_o           (issue_head),
    .bank_free_o      (bank_free),
    .control_o        (issue_control),
    .distance_o       (issue_distance),
    .next_order_o     (trace_wake_order)
  );

  // ---- operands and execution, by port ------------------------------------------------------------------------------------
  logic [Ports-1:0] issue_speculates;

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    assign issue_speculates[p] = issue_head[p].speculative;
    assign issue_slot[p] = '{warp: issue_warp[p], order: issue_order[p], pc: issue_path[p].pc, depth: issue_path[p].depth,
                             mask: issue_path[p].mask, resolve: issue_resolve[p], speculative: issue_speculative[p],
                             killed: 1'b0, decoded: issue_head[p]};
    assign execute_other[p] = execute_valid[p] && (execute_slot[p].decoded.unit != UnitMemory || execute_again[p]) &&
                              !execute_slot[p].killed;

    register_file u_register_file (
      .clk_i,
      .rst_ni,
      .start_valid_i  (start),
      .start_warp_i   (dispatch_i.warp),
      .stack_i        (PRIVATE_BASE + launch_i.private_size),
      .args_i         (launch_i.args),
      .squash_i       (squash),
      .stage_live_o   (stage_live[p]),
      .slot_valid_i   (issue_valid[p]),
      .slot_i         (issue_slot[p]),
      .slot_ready_o   (slot_ready[p]),
      .collecting_o   (collecting[p]),
      .read_valid_o   (read_valid[p]),
      .read_warp_o    (read_warp[p]),
      .read_resolve_o (read_resolve[p]),
      .early_clear_o  (alu_clear[p]),
      .operand_valid_o(operand_valid[p]),
      .operand_slot_o (operand_slot[p]),
      .operand_a_o    (operand_a[p]),
      .operand_b_o    (operand_b[p]),
      .operand_c_o    (operand_c[p]),
      .write_valid_i  (bank_valid),
      .write_i        (bank_write)
    );

    execute #(
      .Control(p == ControlPort)
    ) u_execute (
      .clk_i,
      .rst_ni,
      .operand_valid_i(operand_valid[p]),
      .operand_slot_i (operand_slot[p]),
      .operand_a_i    (operand_a[p]),
      .operand_b_i    (operand_b[p]),
      .operand_c_i    (operand_c[p]),
      .csr_read_o     (csr_read[p]),
      .csr_number_o   (csr_number[p]),
      .csr_data_i     (csr_data),
      .frm_i          (frm),
      .squash_i       (squash),
      .memory_squash_i(memory_squash),
      .valid_o        (execute_valid[p]),
      .slot_o         (execute_slot[p]),
      .a_o            (execute_a[p]),
      .b_o            (execute_b[p]),
      .c_o            (execute_c[p]),
      .rounding_o     (rounding[p]),
      .completing_o   (completing[p]),
      .address_o      (execute_address[p]),
      .live_warp_o    (live_warp[p]),
      .live_i         (live),
      .waits_i        (waits),
      .scratch_size_i (launch_i.scratch_size),
      .again_o        (execute_again[p]),
      .executed_o     (executed[p]),
      .write_valid_o  (alu_valid[p]),
      .write_o        (alu_write[p]),
      .event_o        (execute_event[p]),
      .resolves_o     (execute_resolves[p]),
      .astray_o       (execute_astray[p]),
      .live_slot_o    (execute_live[p]),
      .taken_o        (taken[p]),
      .target_o       (target[p])
    );
  end

  // ---- units of port 0 ------------------------------------------------------------------------------------------------------
  long_units u_long (
    .clk_i,
    .rst_ni,
    .issue_divide_i  (issue_valid[0] && issue_head[0].unit == UnitDiv),
    .divide_space_o  (space.divide),
    .execute_valid_i (execute_valid[0]),
    .execute_slot_i  (execute_slot[0]),
    .mask_i          (completing[0]),
    .a_i             (execute_a[0]),
    .b_i             (execute_b[0]),
    .multiply_valid_o(multiply_valid),
    .multiply_o      (multiply_write),
    .multiply_clear_o(multiply_clear),
    .divide_valid_o  (divide_valid),
    .divide_o        (divide_write),
    .divide_ready_i  (divide_ready)
  );

  floating_point u_float (
    .clk_i,
    .rst_ni,
    .start_valid_i    (start),
    .start_warp_i     (dispatch_i.warp),
    .issue_valid_i    (issue_valid[0]),
    .issue_slot_i     (issue_slot[0]),
    .divide_space_o   (space.fpu_divide),
    .special_space_o  (space.special),
    .idle_o           (float_idle),
    .reserved_mode_o  (reserved_mode),
    .frm_warp_i       (operand_slot[0].warp),
    .frm_o            (frm),
    .fcsr_warp_i      (operand_slot[ControlPort].warp),
    .fcsr_o           (fcsr),
    .execute_valid_i  (execute_valid[0]),
    .execute_slot_i   (execute_slot[0]),
    .mask_i           (completing[0]),
    .rounding_i       (rounding[0]),
    .a_i              (execute_a[0]),
    .b_i              (execute_b[0]),
    .c_i              (execute_c[0]),
    .event_valid_i    (event_valid),
    .event_i          (event_now),
    .csr_writes_o     (float_csr_writes),
    .pipe_valid_o     (pipe_valid),
    .pipe_write_o     (pipe_write),
    .pipe_flags_o     (pipe_flags),
    .pipe_clear_o     (pipe_clear),
    .write_valid_o    (float_valid),
    .write_ready_i    (float_ready),
    .waits_o          (float_waits),
    .done_o           (float_done),
    .write_o          (float_write),
    .flags_o          (float_flags),
    .warp_done_valid_i(warp_done_valid_o),
    .warp_done_i      (warp_done_o),
    .trace_fcsr_o     (trace_fcsr)
  );

  // ---- memory -------------------------------------------------------------------------------------------------------------
  lsu_request_t           lsu_request;
  logic [1:0]             lsu_request_safe;
  logic                   load_early_valid;
  warp_id_t               load_early_warp;
  reg_id_t                load_early_rd;
  logic                   lsu_request_valid, lsu_request_ready, check_valid, writeback_valid, writeback_ready;
  lsu_check_t             check;
  lsu_writeback_t         writeback;
  logic                   error_valid, error_write;
  engine_fault_t          lane_error, engine_fault;
  logic                   lane_error_valid, lane_error_ready, engine_valid, stuck_valid, stuck_ready;
  engine_fault_t          stuck;
  slot_tag_t              error_tag;
  word_t                  error_address;
  pc_t                    error_pc;
  lane_id_t               error_lane;
  slot_t                  checked_slot, safe_slot;
  lane_words_t            checked_address, checked_data, safe_address, safe_data;
  logic                   safe_valid, checked_valid;
  logic [Warps-1:0]       memory_waiting;

  memory_port u_memory_port (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .issue_i               (issue_valid[ControlPort] && issue_head[ControlPort].unit == UnitMemory),
    .space_o               (space.memory),
    .execute_valid_i       (execute_memory),
    .execute_slot_i        (execute_slot[ControlPort]),
    .execute_mask_i        (executed[ControlPort]),
    .execute_again_i       (execute_again[ControlPort]),
    .execute_address_i     (execute_address[ControlPort]),
    .execute_data_i        (execute_b[ControlPort]),
    .execute_scratch_base_i(scratch_base),
    .execute_first_buffer_i(first_buffer),
    .waiting_o             (memory_waiting),
    .killed_o              (memory_killed),
    .squash_o              (memory_squash),
    .safe_valid_o          (safe_valid),
    .safe_slot_o           (safe_slot),
    .safe_address_o        (safe_address),
    .safe_data_o           (safe_data),
    .request_o             (lsu_request),
    .request_valid_o       (lsu_request_valid),
    .request_ready_i       (lsu_request_ready),
    .request_safe_o        (lsu_request_safe),
    .check_i               (check),
    .check_valid_i         (check_valid),
    .writeback_i           (writeback),
    .writeback_taken_i     (writeback_valid && writeback_ready),
    .checked_valid_o       (checked_valid),
    .checked_slot_o        (checked_slot),
    .checked_address_o     (checked_address),
    .checked_data_o        (checked_data),
    .release_valid_o       (load_release.valid),
    .release_warp_o        (load_release.warp),
    .release_register_o    (load_release.number),
    .event_valid_o         (memory_event_valid),
    .event_o               (memory_event),
    .event_ready_i         (memory_event_ready)
  );

  assign stored_o = &lsu_idle;

  memory_unit u_memory_unit (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i    (start),
    .start_warp_i     (dispatch_i.warp),
    .request_i        (lsu_request),
    .request_valid_i  (lsu_request_valid),
    .request_ready_o  (lsu_request_ready),
    .safe_i           (lsu_request_safe),
    .check_o          (check),
    .check_valid_o    (check_valid),
    .writeback_o      (writeback),
    .writeback_valid_o(writeback_valid),
    .writeback_ready_i(writeback_ready),
    .early_valid_o    (load_early_valid),
    .early_warp_o     (load_early_warp),
    .early_rd_o       (load_early_rd),
    .idle_o           (lsu_idle),
    .over_o           (lsu_over),
    .error_valid_o    (error_valid),
    .error_tag_o      (error_tag),
    .error_pc_o       (error_pc),
    .error_lane_o     (error_lane),
    .error_address_o  (error_address),
    .error_write_o    (error_write),
    .invalidate_i     (invalidate_data_i),
    .quiet_o,
    .snoop_i,
    .mem_request_o,
    .mem_request_valid_o,
    .mem_request_ready_i,
    .mem_response_i,
    .mem_response_valid_i,
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
    .over_phase_o        (over_phase),
    .engine_error_o      (lane_error),
    .engine_error_valid_o(lane_error_valid),
    .engine_error_ready_i(lane_error_ready)
  );

  // Faults of the engines: one at a time, those of lanes' operations first; memory errors go before both.
  assign lane_error_ready     = !error_valid;
  assign engine_fault_ready_o = !error_valid && !lane_error_valid;
  assign stuck_ready          = !error_valid && !lane_error_valid && !engine_fault_valid_i;
  assign engine_valid         = !error_valid && (lane_error_valid || engine_fault_valid_i || stuck_valid);
  assign engine_fault         = lane_error_valid ? lane_error : engine_fault_valid_i ? engine_fault_i : stuck;
  assign fault_pending_o      = fault_pending;

  // ---- write-back ------------------------------------------------------------------------------------------------------------
  results u_results (
    .clk_i,
    .rst_ni,
    .alu_clear_i     (alu_clear),
    .alu_valid_i     (alu_valid),
    .alu_write_i     (alu_write),
    .alu_pending_o   (alu_pending),
    .alu_warp_o      (alu_warp),
    .multiply_valid_i(multiply_valid),
    .multiply_write_i(multiply_write),
    .multiply_clear_i(multiply_clear),
    .pipe_valid_i    (pipe_valid),
    .pipe_write_i    (pipe_write),
    .pipe_clear_i    (pipe_clear),
    .divide_valid_i  (divide_valid),
    .divide_write_i  (divide_write),
    .divide_ready_o  (divide_ready),
    .load_valid_i    (writeback_valid),
    .load_i          (writeback),
    .load_ready_o    (writeback_ready),
    .load_early_i    ('{valid: load_early_valid, warp: load_early_warp, number: register_t'(load_early_rd)}),
    .bank_free_i     (bank_free),
    .release_i       (load_release),
    .killed_i        (memory_killed),
    .float_valid_i   (float_valid),
    .float_write_i   (float_write),
    .float_ready_o   (float_ready),
    .float_done_i    (float_done),
    .float_waits_i   (float_waits),
    .event_waits_i   (event_waits),
    .starved_o       (starved),
    .clear_o         (clear),
    .bank_valid_o    (bank_valid),
    .bank_write_o    (bank_write),
    .written_o       (written),
    .write_o         (write)
  );

  // ---- paths, CSRs, faults, the life of warps -------------------------------------------------------------------------------
  warp_control u_control (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i       (start),
    .start_i             (dispatch_i),
    .start_ready_o       (csr_start_ready),
    .ended_o             (ended),
    .transit_o           (transit),
    .waiting_o           (waiting),
    .ready_o             (path_ready),
    .issue_valid_i       (issue_valid),
    .issue_warp_i        (issue_warp),
    .issue_control_i     (issue_control),
    .issue_speculative_i (issue_speculates),
    .issue_distance_i    (issue_distance),
    .issue_path_o        (issue_path),
    .issue_resolve_o     (issue_resolve),
    .issue_speculative_o (issue_speculative),
    .squash_i            (squash),
    .squash_count_i      (squash_count),
    .squash_advanced_i   (squash_advanced),
    .redirect_valid_o    (redirect_valid[1:0]),
    .redirect_o          (redirect[1:0]),
    .csr_read_i          (csr_read[ControlPort]),
    .csr_number_i        (csr_number[ControlPort]),
    .csr_warp_i          (operand_slot[ControlPort].warp),
    .fcsr_i              (fcsr),
    .csr_data_o          (csr_data),
    .execute_valid_i     (execute_other),
    .execute_slot_i      (execute_slot),
    .execute_event_i     (execute_event),
    .execute_resolves_i  (execute_resolves),
    .live_warp_i         (live_warp[ControlPort]),
    .live_o              (live),
    .waits_o             (waits),
    .scratch_base_o      (scratch_base),
    .first_buffer_o      (first_buffer),
    .wake_i              (engine_wake_i | over_phase),
    .woken_o             (trace_wake),
    .idle_o              (warp_idle),
    .waits_any_o         (warp_waits),
    .wait_warp_i         (wait_warp),
    .wait_lane_o         (wait_lane),
    .wait_pc_o           (wait_pc),
    .wait_address_o      (wait_address),
    .memory_event_valid_i(memory_event_valid),
    .memory_event_i      (memory_event),
    .memory_event_ready_o(memory_event_ready),
    .safe_valid_i        (safe_valid),
    .safe_slot_i         (safe_slot),
    .event_waits_o       (event_waits),
    .event_valid_o       (event_valid),
    .event_o             (event_now),
    .fence_i_o           (fence_i),
    .error_valid_i       (error_valid),
    .error_warp_i        (error_tag.warp),
    .error_pc_i          (error_pc),
    .error_lane_i        (error_lane),
    .error_address_i     (error_address),
    .error_write_i       (error_write),
    .engine_valid_i      (engine_valid),
    .engine_i            (engine_fault),
    .fault_pending_o     (fault_pending),
    .fault_valid_o,
    .fault_o,
    .retire_o
  );

  if (CopyEngine != 0) begin : gen_wait
    wait_watch u_wait_watch (
      .clk_i,
      .rst_ni,
      .kill_i,
      .start_valid_i(start),
      .start_i      (dispatch_i),
      .active_i     (active),
      .ended_i      (ended),
      .idle_i       (warp_idle),
      .waits_i      (warp_waits),
      .commands_i   (engine_busy_i),
      .warp_o       (wait_warp),
      .lane_i       (wait_lane),
      .pc_i         (wait_pc),
      .address_i    (wait_address),
      .fault_o      (stuck),
      .fault_valid_o(stuck_valid),
      .fault_ready_i(stuck_ready)
    );
  end else begin : gen_no_wait
    assign wait_warp   = '0;
    assign stuck       = '0;
    assign stuck_valid = 1'b0;

    logic unused_wait;
    assign unused_wait = ^{warp_idle, warp_waits, wait_lane, wait_pc, wait_address, stuck_ready, engine_busy_i};
  end

  warp_id_t [Ports-1:0] operand_warp, execute_warp;

  for (genvar p = 0; p < Ports; p++) begin : gen_stages
    assign operand_warp[p] = operand_slot[p].warp;
    assign execute_warp[p] = execute_slot[p].warp;
  end

  warp_life #(
    .Stages(4 * Ports)
  ) u_life (
    .clk_i,
    .rst_ni,
    .start_valid_i   (start),
    .start_warp_i    (dispatch_i.warp),
    .kill_i,
    .hold_i          (fault_pending),
    .ended_i         (ended),
    .transit_i       (transit),
    .busy_i          (any_busy),
    .lsu_over_i      (lsu_over),
    .float_idle_i    (float_idle),
    .memory_waiting_i(memory_waiting),
    .stage_valid_i   ({read_valid, operand_valid, execute_valid, alu_pending}),
    .stage_warp_i    ({read_warp, operand_warp, execute_warp, alu_warp}),
    .active_o        (active),
    .done_valid_o    (warp_done_valid_o),
    .done_warp_o     (warp_done_o)
  );

  stall_counter u_stalls (
    .clk_i,
    .rst_ni,
    .active_i         (active),
    .ended_i          (ended),
    .waiting_i        (waiting),
    .path_ready_i     (path_ready),
    .head_valid_i     (head_valid),
    .hazard_i         (hazard),
    .hazard_memory_i  (hazard_memory),
    .blocked_memory_i (blocked_memory),
    .request_i        (request),
    .issue_valid_i    (issue_valid),
    .issue_warp_i     (issue_warp),
    .memory_resolves_i(issue_valid[ControlPort] && issue_resolve[ControlPort] &&
                       issue_head[ControlPort].unit == UnitMemory),
    .memory_squash_i  (memory_squash),
    .event_valid_i    (event_valid),
    .event_warp_i     (event_now.path.warp),
    .stalls_o
  );

  // ---- records ---------------------------------------------------------------------------------------------------------------------
  trace_records u_trace (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .execute_valid_i  (execute_other),
    .execute_slot_i   (execute_slot),
    .execute_event_i  (execute_event),
    .taken_i          (taken),
    .target_i         (target),
    .again_i          (execute_again),
    .address_i        (execute_address),
    .data_i           (execute_b),
    .safe_valid_i     (safe_valid),
    .safe_slot_i      (safe_slot),
    .safe_address_i   (safe_address),
    .safe_data_i      (safe_data),
    .check_valid_i    (checked_valid),
    .check_i          (check),
    .checked_slot_i   (checked_slot),
    .checked_address_i(checked_address),
    .checked_data_i   (checked_data),
    .write_valid_i    (written),
    .write_i          (write),
    .pipe_flags_i     (pipe_flags),
    .flags_i          (float_flags),
    .commit_valid_o   (trace_commit_valid),
    .commit_o         (trace_commit),
    .writeback_valid_o(trace_writeback_valid),
    .writeback_o      (trace_writeback)
  );

`ifndef SYNTHESIS
  a_entry_aligned : assert property (@(posedge clk_i) disable iff (!rst_ni) start |-> launch_i.entry[1:0] == 2'b00);
`endif

endmodule
