// One SIMT core: fetch, issue, operand, execute, write-back for all its warps; the LSU; the path machinery. Structure,
// pipeline registers between the parts, the life of warps, and the records for the monitors.
//
// Cycle by cycle for an ALU instruction: issue (0), register banks read (1), operands selected (2), execute (3), banks
// written and, where the path may change, the path event (4). A dependent instruction issues at 3 at the earliest.
// Invariants: nothing issues speculatively; a warp that ends has nothing in the pipe, no register busy, nothing in the LSU.
module simt_core
  import heddle_config_pkg::*;
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

  output logic              retire_valid_o,
  output logic [LaneBits:0] retire_lanes_o
);

  // ---- records for the monitors -----------------------------------------------------------------------------------
  /* verilator lint_off UNUSEDSIGNAL */  // read by the monitors that a simulation binds here
  logic [TraceCommits-1:0]           trace_commit_valid;
  trace_commit_t [TraceCommits-1:0]  trace_commit;
  logic [TracePorts-1:0]             trace_writeback_valid;
  trace_writeback_t [TracePorts-1:0] trace_writeback;
  /* verilator lint_on UNUSEDSIGNAL */

  // ---- life of warps -----------------------------------------------------------------------------------------------
  logic [Warps-1:0] active_d, active_q, ended, transit, in_pipe, any_busy, lsu_idle, finished, unused_done_onehot;
  logic             start, start_ready, done_valid, fault_pending;
  warp_id_t         done_warp;

  assign start            = dispatch_valid_i && start_ready;
  assign dispatch_ready_o = start_ready;
  assign finished         = active_q & (ended | {Warps{kill_i}}) & ~transit & ~in_pipe & ~any_busy & lsu_idle;

  lowest_one #(
    .Width(Warps)
  ) u_done (
    .bits_i  (finished),
    .any_o   (done_valid),
    .onehot_o(unused_done_onehot),
    .index_o (done_warp)
  );
  assign warp_done_valid_o = done_valid && !fault_pending;
  assign warp_done_o       = done_warp;

  always_comb begin
    active_d = active_q;
    if (warp_done_valid_o) active_d[done_warp]       = 1'b0;
    if (start)             active_d[dispatch_i.warp] = 1'b1;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= '0;
    else         active_q <= active_d;
  end

  // ---- fetch ---------------------------------------------------------------------------------------------------------
  logic [2:0]       redirect_valid_d, redirect_valid_q;
  redirect_t [2:0]  redirect_d, redirect_q;
  logic [Warps-1:0] flush, room, head_valid;
  logic [1:0]       deliver_valid;
  decoded_t [1:0]   deliver;
  warp_id_t         deliver_warp;
  decoded_t         head [Warps];
  logic             fence_i;

  assign redirect_valid_d[2] = start;
  assign redirect_d[2]       = '{warp: dispatch_i.warp, pc: launch_i.entry[31:2]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) redirect_valid_q <= '0;
    else         redirect_valid_q <= redirect_valid_d;
  end
  always_ff @(posedge clk_i) begin
    for (int unsigned r = 0; r < 3; r++) begin
      if (redirect_valid_d[r]) redirect_q[r] <= redirect_d[r];
    end
  end

  fetch u_fetch (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .regions_i       (launch_i.regions),
    .invalidate_i    (invalidate_i || fence_i),
    .enable_i        (active_q & ~ended & ~{Warps{kill_i}}),
    .room_i          (room),
    .redirect_valid_i(redirect_valid_q),
    .redirect_i      (redirect_q),
    .flush_o         (flush),
    .deliver_warp_o  (deliver_warp),
    .deliver_valid_o (deliver_valid),
    .deliver_o       (deliver),
    .request_o       (fetch_request_o),
    .request_valid_o (fetch_request_valid_o),
    .request_ready_i (fetch_request_ready_i),
    .response_i      (fetch_response_i),
    .response_valid_i(fetch_response_valid_i)
  );

  logic     issue_valid;
  warp_id_t issue_warp;

  for (genvar w = 0; w < Warps; w++) begin : gen_buffer
    instruction_buffer u_buffer (
      .clk_i,
      .rst_ni,
      .flush_i     (flush[w]),
      .push_valid_i((deliver_warp == warp_id_t'(w)) ? deliver_valid : 2'b00),
      .push_i      (deliver),
      .room_o      (room[w]),
      .valid_o     (head_valid[w]),
      .head_o      (head[w]),
      .pop_i       (issue_valid && issue_warp == warp_id_t'(w))
    );
  end

  // ---- issue -----------------------------------------------------------------------------------------------------------
  localparam int unsigned Clears = 5;

  logic [Warps-1:0]         path_ready, hazard;
  logic                     pick_valid, slot_ready, starved, memory_space, multiply_space, divide_space, issue_resolve;
  path_t                    issue_path;
  decoded_t                 issue_head;
  slot_t                    issue_slot;
  logic [31:0]              order_q [Warps];  // for the monitors
  logic [Clears-1:0]        clear_valid;
  warp_id_t [Clears-1:0]    clear_warp;
  register_t [Clears-1:0]   clear_register;

  scoreboard #(
    .Clears(Clears)
  ) u_scoreboard (
    .clk_i,
    .rst_ni,
    .head_i          (head),
    .hazard_o        (hazard),
    .any_busy_o      (any_busy),
    .set_valid_i     (issue_valid && issue_head.writes),
    .set_warp_i      (issue_warp),
    .set_register_i  (register_t'(issue_head.instr[11:7])),
    .clear_valid_i   (clear_valid),
    .clear_warp_i    (clear_warp),
    .clear_register_i(clear_register)
  );

  issue u_issue (
    .clk_i,
    .rst_ni,
    .stall_i         (kill_i || starved),
    .accept_i        (slot_ready),
    .ready_i         (path_ready & active_q),  // a killed warp keeps its path
    .head_valid_i    (head_valid & ~flush),
    .head_i          (head),
    .hazard_i        (hazard),
    .memory_space_i  (memory_space),
    .multiply_space_i(multiply_space),
    .divide_space_i  (divide_space),
    .valid_o         (pick_valid),
    .warp_o          (issue_warp)
  );

  assign issue_valid = pick_valid && slot_ready;
  assign issue_head  = head[issue_warp];
  assign issue_slot  = '{warp: issue_warp, order: order_q[issue_warp], pc: issue_path.pc, depth: issue_path.depth,
                         mask: issue_path.mask, resolve: issue_resolve, decoded: issue_head};

  always_ff @(posedge clk_i) begin
    if (issue_valid) order_q[issue_warp]      <= order_q[issue_warp] + 32'd1;
    if (start)       order_q[dispatch_i.warp] <= '0;
  end

  // ---- operands and execution -----------------------------------------------------------------------------------------
  logic                                read_valid, operand_valid, execute_valid, alu_valid, alu_valid_q;
  warp_id_t                            read_warp;
  slot_t                               operand_slot, execute_slot;
  lane_words_t                         operand_a, operand_b, operand_c, execute_a, execute_b, execute_address, csr_data;
  logic                                csr_read;
  logic [11:0]                         csr_number;
  lane_mask_t                          live, taken;
  word_t                               target;
  register_write_t                     alu_write, alu_write_q;
  event_t                              execute_event;
  logic [RegisterBanks-1:0]            bank_valid;
  register_write_t [RegisterBanks-1:0] bank_write;
  warp_id_t                            live_warp;

  register_file u_register_file (
    .clk_i,
    .rst_ni,
    .start_valid_i  (start),
    .start_warp_i   (dispatch_i.warp),
    .slot_valid_i   (issue_valid),
    .slot_i         (issue_slot),
    .slot_ready_o   (slot_ready),
    .read_valid_o   (read_valid),
    .read_warp_o    (read_warp),
    .operand_valid_o(operand_valid),
    .operand_slot_o (operand_slot),
    .operand_a_o    (operand_a),
    .operand_b_o    (operand_b),
    .operand_c_o    (operand_c),
    .write_valid_i  (bank_valid),
    .write_i        (bank_write)
  );

  execute u_execute (
    .clk_i,
    .rst_ni,
    .operand_valid_i(operand_valid),
    .operand_slot_i (operand_slot),
    .operand_a_i    (operand_a),
    .operand_b_i    (operand_b),
    .operand_c_i    (operand_c),
    .csr_read_o     (csr_read),
    .csr_number_o   (csr_number),
    .csr_data_i     (csr_data),
    .valid_o        (execute_valid),
    .slot_o         (execute_slot),
    .a_o            (execute_a),
    .b_o            (execute_b),
    .address_o      (execute_address),
    .live_warp_o    (live_warp),
    .live_i         (live),
    .write_valid_o  (alu_valid),
    .write_o        (alu_write),
    .event_o        (execute_event),
    .taken_o        (taken),
    .target_o       (target)
  );

  logic execute_memory;
  assign execute_memory = execute_valid && execute_slot.decoded.unit == UnitMemory;

  // ---- long operations --------------------------------------------------------------------------------------------------
  logic            multiply_valid, divide_valid;
  register_write_t multiply_write, divide_write;
  logic [3:0]      write_valid, write_ready;
  register_write_t [3:0] write_request;

  long_units u_long (
    .clk_i,
    .rst_ni,
    .issue_multiply_i(issue_valid && issue_head.unit == UnitMul),
    .issue_divide_i  (issue_valid && issue_head.unit == UnitDiv),
    .multiply_space_o(multiply_space),
    .divide_space_o  (divide_space),
    .execute_valid_i (execute_valid),
    .execute_slot_i  (execute_slot),
    .a_i             (execute_a),
    .b_i             (execute_b),
    .multiply_valid_o(multiply_valid),
    .multiply_o      (multiply_write),
    .multiply_ready_i(write_ready[2]),
    .divide_valid_o  (divide_valid),
    .divide_o        (divide_write),
    .divide_ready_i  (write_ready[1])
  );

  // ---- memory -------------------------------------------------------------------------------------------------------------
  lsu_request_t           lsu_request;
  logic                   lsu_request_valid, lsu_request_ready, check_valid, writeback_valid, writeback_ready;
  lsu_check_t             check;
  lsu_writeback_t         writeback;
  logic                   error_valid, error_write;
  slot_tag_t              error_tag;
  word_t                  error_address;
  pc_t                    error_pc;
  slot_t                  checked_slot;
  lane_words_t            checked_address, checked_data;
  logic                   memory_event_valid, memory_event_ready;
  event_t                 memory_event;
  logic [ScratchBits-1:0] scratch_base;

  memory_port u_memory_port (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .issue_i               (issue_valid && issue_head.unit == UnitMemory),
    .space_o               (memory_space),
    .execute_valid_i       (execute_memory),
    .execute_slot_i        (execute_slot),
    .execute_address_i     (execute_address),
    .execute_data_i        (execute_b),
    .execute_scratch_base_i(scratch_base),
    .request_o             (lsu_request),
    .request_valid_o       (lsu_request_valid),
    .request_ready_i       (lsu_request_ready),
    .check_i               (check),
    .check_valid_i         (check_valid),
    .writeback_i           (writeback),
    .writeback_taken_i     (writeback_valid && writeback_ready),
    .checked_slot_o        (checked_slot),
    .checked_address_o     (checked_address),
    .checked_data_o        (checked_data),
    .release_valid_o       (clear_valid[4]),
    .release_warp_o        (clear_warp[4]),
    .release_register_o    (clear_register[4]),
    .event_valid_o         (memory_event_valid),
    .event_o               (memory_event),
    .event_ready_i         (memory_event_ready),
    .last_warp_i           (error_tag.warp),
    .last_pc_o             (error_pc)
  );

  lsu u_lsu (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i    (start),
    .start_warp_i     (dispatch_i.warp),
    .request_i        (lsu_request),
    .request_valid_i  (lsu_request_valid),
    .request_ready_o  (lsu_request_ready),
    .check_o          (check),
    .check_valid_o    (check_valid),
    .writeback_o      (writeback),
    .writeback_valid_o(writeback_valid),
    .writeback_ready_i(writeback_ready),
    .idle_o           (lsu_idle),
    .error_valid_o    (error_valid),
    .error_tag_o      (error_tag),
    .error_address_o  (error_address),
    .error_write_o    (error_write),
    .mem_request_o,
    .mem_request_valid_o,
    .mem_request_ready_i,
    .mem_response_i,
    .mem_response_valid_i,
    .scratch_request_o,
    .scratch_request_valid_o,
    .scratch_request_ready_i,
    .scratch_response_i,
    .scratch_response_valid_i
  );

  // ---- write-back ------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) alu_valid_q <= 1'b0;
    else         alu_valid_q <= alu_valid;
  end
  always_ff @(posedge clk_i) begin
    if (alu_valid) alu_write_q <= alu_write;
  end

  // A load to x0 brings data that goes nowhere.
  logic writeback_drop;
  assign writeback_drop   = writeback.rd == '0;
  assign writeback_ready  = writeback_drop || write_ready[3];
  assign write_valid      = {writeback_valid && !writeback_drop, multiply_valid, divide_valid, alu_valid_q};
  assign write_request[0] = alu_write_q;
  assign write_request[1] = divide_write;
  assign write_request[2] = multiply_write;
  assign write_request[3] = '{warp: writeback.tag.warp, order: writeback.tag.order, rd: register_t'(writeback.rd),
                              mask: writeback.mask, data: writeback.data};

  writeback #(
    .Sources(4)
  ) u_writeback (
    .valid_i     (write_valid),
    .write_i     (write_request),
    .ready_o     (write_ready),
    .bank_valid_o(bank_valid),
    .bank_write_o(bank_write)
  );

  // The result of a one-cycle instruction can be read two cycles after its operands are there.
  assign clear_valid[0]    = operand_valid && operand_slot.decoded.writes &&
                             !(operand_slot.decoded.unit inside {UnitMul, UnitDiv, UnitMemory});
  assign clear_warp[0]     = operand_slot.warp;
  assign clear_register[0] = register_t'(operand_slot.decoded.instr[11:7]);
  for (genvar s = 1; s < 4; s++) begin : gen_clear
    assign clear_valid[s]    = write_valid[s] && write_ready[s] && (s != 3 || writeback.last);
    assign clear_warp[s]     = write_request[s].warp;
    assign clear_register[s] = write_request[s].rd;
  end

  // ---- events ------------------------------------------------------------------------------------------------------------------
  logic       execute_event_valid_q, event_valid;
  event_t     execute_event_q, event_now;
  pc_t        event_vector;
  logic       event_fault, event_deadlock, event_arrived, event_ended;
  lane_mask_t deadlock_lanes;
  pc_t        deadlock_pc;
  word_t      deadlock_operand;
  logic [Warps-1:0] barrier_release;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) execute_event_valid_q <= 1'b0;
    else         execute_event_valid_q <= execute_valid && execute_slot.resolve && !execute_memory;
  end
  always_ff @(posedge clk_i) begin
    if (execute_valid && execute_slot.resolve && !execute_memory) execute_event_q <= execute_event;
  end

  assign event_valid        = execute_event_valid_q || memory_event_valid;
  assign event_now          = execute_event_valid_q ? execute_event_q : memory_event;
  assign memory_event_ready = !execute_event_valid_q;
  assign fence_i            = event_valid && event_now.fence_i;

  warp_paths u_paths (
    .clk_i,
    .rst_ni,
    .start_valid_i     (start),
    .start_warp_i      (dispatch_i.warp),
    .start_pc_i        (launch_i.entry[31:2]),
    .start_mask_i      (dispatch_i.mask),
    .ready_o           (path_ready),
    .issue_valid_i     (issue_valid),
    .issue_warp_i      (issue_warp),
    .issue_control_i   (issue_head.control),
    .issue_path_o      (issue_path),
    .issue_resolve_o   (issue_resolve),
    .live_warp_i       (live_warp),
    .live_o            (live),
    .event_valid_i     (event_valid),
    .event_i           (event_now.path),
    .event_vector_i    (event_vector),
    .event_fault_o     (event_fault),
    .event_deadlock_o  (event_deadlock),
    .deadlock_lanes_o  (deadlock_lanes),
    .deadlock_pc_o     (deadlock_pc),
    .deadlock_operand_o(deadlock_operand),
    .event_arrived_o   (event_arrived),
    .event_ended_o     (event_ended),
    .release_i         (barrier_release),
    .halt_valid_i      (error_valid),
    .halt_warp_i       (error_tag.warp),
    .redirect_valid_o  (redirect_valid_d[1:0]),
    .redirect_o        (redirect_d[1:0]),
    .ended_o           (ended),
    .transit_o         (transit)
  );

  barrier_unit u_barrier (
    .clk_i,
    .rst_ni,
    .start_valid_i(start),
    .start_i      (dispatch_i),
    .arrived_i    (event_arrived),
    .ended_i      (event_ended),
    .warp_i       (event_now.path.warp),
    .release_o    (barrier_release)
  );

  logic [2:0][31:0] identity_group;
  local_id_t        identity_local_base;
  warp_id_t         identity_warp;

  csr_unit u_csr (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i        (start),
    .start_ready_o        (start_ready),
    .start_i              (dispatch_i),
    .issue_valid_i        (issue_valid),
    .issue_warp_i         (issue_warp),
    .read_i               (csr_read),
    .read_number_i        (csr_number),
    .read_warp_i          (operand_slot.warp),
    .read_data_o          (csr_data),
    .event_valid_i        (event_valid),
    .event_i              (event_now),
    .event_vector_o       (event_vector),
    .identity_warp_i      (identity_warp),
    .identity_group_o     (identity_group),
    .identity_local_base_o(identity_local_base),
    .scratch_warp_i       (execute_slot.warp),
    .scratch_base_o       (scratch_base)
  );

  fault_unit u_fault (
    .clk_i,
    .rst_ni,
    .event_i              (event_now),
    .trap_i               (event_fault),
    .deadlock_i           (event_deadlock),
    .deadlock_lanes_i     (deadlock_lanes),
    .deadlock_pc_i        (deadlock_pc),
    .deadlock_operand_i   (deadlock_operand),
    .error_valid_i        (error_valid),
    .error_warp_i         (error_tag.warp),
    .error_pc_i           (error_pc),
    .error_address_i      (error_address),
    .error_write_i        (error_write),
    .identity_warp_o      (identity_warp),
    .identity_group_i     (identity_group),
    .identity_local_base_i(identity_local_base),
    .pending_o            (fault_pending),
    .fault_valid_o,
    .fault_o
  );

  retire_counter u_retire (
    .clk_i,
    .rst_ni,
    .execute_valid_i(execute_valid && !execute_memory && execute_event.path.retired),
    .execute_lanes_i(execute_event.path.executed & ~execute_event.path.trapping),
    .memory_valid_i (memory_event_valid && memory_event_ready && memory_event.path.retired),
    .memory_lanes_i (memory_event.path.executed & ~memory_event.path.trapping),
    .retire_valid_o,
    .retire_lanes_o
  );

  // ---- what is in the pipe, and who waits too long ------------------------------------------------------------------------------
  always_comb begin
    in_pipe = '0;
    if (read_valid)    in_pipe[read_warp]         = 1'b1;
    if (operand_valid) in_pipe[operand_slot.warp] = 1'b1;
    if (execute_valid) in_pipe[execute_slot.warp] = 1'b1;
    if (alu_valid_q)   in_pipe[alu_write_q.warp]  = 1'b1;
  end

  // Results and events that lose against the execute stage again and again get bubbles in the pipe.
  logic [3:0] waited_d, waited_q;
  logic       waiting;
  assign waiting  = (write_valid & ~write_ready) != '0 || (memory_event_valid && !memory_event_ready);
  assign waited_d = !waiting ? 4'd0 : (waited_q == 4'd8) ? waited_q : waited_q + 4'd1;
  assign starved  = waited_q == 4'd8;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waited_q <= '0;
    else         waited_q <= waited_d;
  end

  // ---- records ---------------------------------------------------------------------------------------------------------------------
  logic       sync_waits;
  logic [4:0] checked_base_cause;
  assign sync_waits         = execute_event.path.leave == LaneToSync;
  assign checked_base_cause = (lsu_op_e'(checked_slot.decoded.operation[2:0]) inside {LsuLoad, LsuLr}) ? 5'd4 : 5'd6;

  always_comb begin
    trace_commit_valid[0]     = execute_valid && !execute_memory;
    trace_commit[0].tag       = '{core: core_id_i, warp: execute_slot.warp, order: execute_slot.order};
    trace_commit[0].pc        = pc_word(execute_slot.pc);
    trace_commit[0].instr     = execute_slot.decoded.instr;
    trace_commit[0].mask      = execute_event.path.executed;
    trace_commit[0].retire    = !sync_waits;
    trace_commit[0].taken     = taken;
    trace_commit[0].target    = target;
    trace_commit[0].trap      = execute_event.path.trapping;
    trace_commit[0].cause     = {Lanes{execute_event.cause}};
    trace_commit[0].address   = '0;
    trace_commit[0].data      = '0;

    trace_commit_valid[1]     = check_valid;
    trace_commit[1]           = '0;
    trace_commit[1].tag       = '{core: core_id_i, warp: checked_slot.warp, order: checked_slot.order};
    trace_commit[1].pc        = pc_word(checked_slot.pc);
    trace_commit[1].instr     = checked_slot.decoded.instr;
    trace_commit[1].mask      = checked_slot.mask;
    trace_commit[1].retire    = 1'b1;
    trace_commit[1].trap      = check.misaligned | check.access_fault;
    trace_commit[1].address   = checked_address;
    trace_commit[1].data      = checked_data;
    for (int unsigned l = 0; l < Lanes; l++) begin
      trace_commit[1].cause[l] = checked_base_cause + 5'(check.access_fault[l]);
    end

    for (int unsigned p = 0; p < TracePorts; p++) begin
      trace_writeback_valid[p] = write_valid[p] && write_ready[p];
      trace_writeback[p].tag   = '{core: core_id_i, warp: write_request[p].warp, order: write_request[p].order};
      trace_writeback[p].rd    = {1'b0, write_request[p].rd};
      trace_writeback[p].mask  = write_request[p].mask;
      trace_writeback[p].data  = write_request[p].data;
    end
  end

`ifndef SYNTHESIS
  a_entry_aligned : assert property (@(posedge clk_i) disable iff (!rst_ni) start |-> launch_i.entry[1:0] == 2'b00);
  a_start_free : assert property (@(posedge clk_i) disable iff (!rst_ni) start |-> !active_q[dispatch_i.warp]);
  a_one_warp : assert property (@(posedge clk_i) disable iff (!rst_ni)
      trace_commit_valid == 2'b11 |-> trace_commit[0].tag.warp != trace_commit[1].tag.warp);
  a_done_active : assert property (@(posedge clk_i) disable iff (!rst_ni) warp_done_valid_o |-> active_q[done_warp]);
`endif

endmodule
