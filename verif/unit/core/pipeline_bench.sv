// Bench top: issue stage, register file, results, barriers, faults and the counter of what retires, side by side with plain ports.
module pipeline_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  localparam int unsigned Results = Ports + 5
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // warps, lanes, ports, banks, clears, results, retire ports
  output logic [31:0] shape_o [7],

  // ---- shared by issue stage and register file ----
  input  logic        start_valid_i,
  input  logic [31:0] start_warp_i,
  input  logic [1:0]  squash_valid_i,
  input  logic [31:0] squash_warp_i [Squashes],

  // ---- issue stage ----
  input  logic        stall_i,
  input  logic [31:0] accept_i,
  input  logic [31:0] collecting_i,
  input  logic [31:0] collecting_warp_i [Ports],
  input  logic [31:0] ready_i,
  input  logic [31:0] head_valid_i,
  input  logic [31:0] head_instr_i [Warps],
  input  logic [3:0]  head_unit_i [Warps],
  // extra, predict_taken, waits_float, dynamic_mode, control, d c b a float, writes, reads c b a
  input  logic [13:0] head_bits_i [Warps],
  input  logic [3:0]  space_i,                // memory, divide, fpu_divide, special
  input  logic [31:0] float_idle_i,
  input  logic [31:0] reserved_mode_i,
  input  logic [31:0] clear_valid_i,
  input  logic [31:0] clear_warp_i [Clears],
  input  logic [5:0]  clear_number_i [Clears],
  input  logic [1:0]  squash_count_i [Squashes],
  output logic [31:0] any_busy_o,
  output logic [31:0] hazard_o,
  output logic [31:0] hazard_memory_o,
  output logic [31:0] blocked_memory_o,
  output logic [31:0] request_o,
  output logic [31:0] valid_o,
  output logic [31:0] warp_o [Ports],
  output logic [31:0] order_o [Ports],
  output logic [31:0] head_whole_o,           // by port: it is the head of warp_o
  output logic [31:0] control_o,
  output logic [31:0] distance_o [Ports],
  output logic [31:0] bank_free_o [RegisterBanks],
  output logic [31:0] next_order_o [Warps],

  // ---- register file ----
  input  logic [31:0] stack_i,
  input  logic [31:0] args_i,
  input  logic        slot_valid_i,
  input  logic [31:0] slot_warp_i,
  input  logic [31:0] slot_order_i,
  input  logic [31:0] slot_instr_i,
  input  logic [3:0]  slot_unit_i,
  input  logic [7:0]  slot_bits_i,            // d c b a float, writes, reads c b a
  input  logic        slot_resolve_i,
  input  logic [63:0] slot_rest_i,            // pc, depth, mask, speculative
  output logic        slot_ready_o,
  output logic        collecting_o,
  output logic        read_valid_o,
  output logic [31:0] read_warp_o,
  output logic        read_resolve_o,
  output logic        early_valid_o,
  output logic [31:0] early_warp_o,
  output logic [5:0]  early_number_o,
  output logic [1:0]  stage_live_o,
  output logic        operand_valid_o,
  output logic [127:0] slot_o,                // the slot that is taken, and that whose operands are there, but for `killed`
  output logic [127:0] operand_slot_o,
  output logic        operand_killed_o,
  output logic [31:0] operand_a_o [Lanes],
  output logic [31:0] operand_b_o [Lanes],
  output logic [31:0] operand_c_o [Lanes],
  input  logic [31:0] write_valid_i,
  input  logic [31:0] write_warp_i [RegisterBanks],
  input  logic [5:0]  write_rd_i [RegisterBanks],
  input  logic [31:0] write_mask_i [RegisterBanks],
  input  logic [31:0] write_data_i [RegisterBanks][Lanes],

  // ---- results: execute stages, multipliers, floating-point pipe, LSU, divider, other floating point ----
  input  logic [31:0] result_valid_i,
  input  logic [31:0] result_warp_i [Results],
  input  logic [31:0] result_order_i [Results],
  input  logic [5:0]  result_rd_i [Results],
  input  logic [31:0] result_mask_i [Results],
  input  logic [31:0] result_data_i [Results][Lanes],
  input  logic        load_last_i,
  input  logic        float_done_i,
  input  logic        float_waits_i,
  input  logic        event_waits_i,
  input  logic        load_early_valid_i,
  input  logic [31:0] load_early_warp_i,
  input  logic [5:0]  load_early_number_i,
  input  logic [31:0] results_free_i [RegisterBanks],
  input  logic [31:0] known_valid_i,          // clears that are known before: execute stages, multipliers, pipe, trap, squash
  input  logic [31:0] known_warp_i [Ports + 4],
  input  logic [5:0]  known_number_i [Ports + 4],
  output logic [2:0]  result_ready_o,         // other floating point, divider, LSU
  output logic        starved_o,
  output logic [31:0] pending_o,
  output logic [31:0] pending_warp_o [Ports],
  output logic [31:0] clear_valid_o,
  output logic [31:0] clear_warp_o [Clears],
  output logic [5:0]  clear_number_o [Clears],
  output logic [31:0] bank_valid_o,
  output logic [31:0] bank_warp_o [RegisterBanks],
  output logic [31:0] bank_order_o [RegisterBanks],
  output logic [5:0]  bank_rd_o [RegisterBanks],
  output logic [31:0] bank_mask_o [RegisterBanks],
  output logic [31:0] bank_data_o [RegisterBanks][Lanes],
  output logic [31:0] written_o,

  // ---- barriers ----
  input  logic        barrier_start_i,
  input  logic [31:0] group_slot_i,
  input  logic [31:0] group_warps_i,
  input  logic [31:0] warp_in_group_i,
  input  logic        arrived_i,
  input  logic        ended_i,
  input  logic [31:0] barrier_warp_i,
  output logic [31:0] release_o,

  // ---- faults ----
  input  logic        trap_i,
  input  logic [31:0] trapping_i,
  input  logic [31:0] cause_plus_one_i,
  input  logic [4:0]  cause_i,
  input  logic [31:0] event_warp_i,
  input  logic [31:0] event_pc_i,
  input  logic [31:0] value_i,
  input  logic        value_per_lane_i,
  input  logic [31:0] lane_value_i [Lanes],
  input  logic        deadlock_i,
  input  logic [31:0] deadlock_lanes_i,
  input  logic [31:0] deadlock_pc_i,
  input  logic [31:0] deadlock_operand_i,
  input  logic        error_valid_i,
  input  logic [31:0] error_warp_i,
  input  logic [31:0] error_pc_i,
  input  logic [31:0] error_lane_i,
  input  logic [31:0] error_address_i,
  input  logic        error_write_i,
  input  logic        engine_valid_i,
  input  logic [31:0] engine_warp_i,
  input  logic [31:0] engine_pc_i,
  input  logic [31:0] engine_lane_i,
  input  logic [31:0] engine_cause_i,
  input  logic [31:0] engine_value_i,
  input  logic [31:0] engine_detail_i,
  output logic [31:0] identity_warp_o,
  input  logic [31:0] identity_group_i [3],
  input  logic [31:0] identity_local_base_i,
  output logic        fault_pending_o,
  output logic        fault_valid_o,
  output logic [31:0] fault_cause_o,
  output logic [31:0] fault_pc_o,
  output logic [31:0] fault_value_o,
  output logic [31:0] fault_detail_o,
  output logic [31:0] fault_group_o [3],
  output logic [31:0] fault_local_o,
  output logic [31:0] fault_lane_o,
  output logic [31:0] fault_warp_o,

  // ---- what retires ----
  input  logic [31:0] retire_valid_i,
  input  logic [31:0] retire_lanes_i [RetirePorts],
  output logic [31:0] retire_slots_o,
  output logic [31:0] retired_lanes_o
);

  assign shape_o = '{Warps, Lanes, Ports, RegisterBanks, Clears, Results, RetirePorts};

  function automatic decoded_t decoded_of(logic [31:0] instr, logic [3:0] unit, logic [13:0] bits);
    // What neither looks at, but hands on, follows from the instruction.
    decoded_of               = decoded_t'({2{instr ^ (instr << 13) ^ (instr >> 7)}});
    decoded_of.instr         = instr;
    decoded_of.unit          = unit_e'(unit);
    decoded_of.extra         = bits[13:12];
    decoded_of.predict_taken = bits[11];
    decoded_of.waits_float   = bits[10];
    decoded_of.dynamic_mode  = bits[9];
    decoded_of.control       = bits[8];
    {decoded_of.d_float, decoded_of.c_float, decoded_of.b_float, decoded_of.a_float} = bits[7:4];
    {decoded_of.writes, decoded_of.reads_c, decoded_of.reads_b, decoded_of.reads_a}  = bits[3:0];
  endfunction

  squash_t [Squashes-1:0]      squash;
  logic [Squashes-1:0][1:0]    squash_count;
  // (Verilator 5.006 cannot sample an array port in an assertion: what one looks at is copied in a process.)
  always_comb begin
    for (int s = 0; s < Squashes; s++) begin
      squash[s]       = '{valid: squash_valid_i[s], warp: warp_id_t'(squash_warp_i[s])};
      squash_count[s] = squash_count_i[s];
    end
  end

  // ---- issue stage ----
  decoded_t                 head [Warps];
  decoded_t [Ports-1:0]     issued_head;
  unit_space_t              space;
  clear_t [Clears-1:0]      clear;
  warp_id_t [Ports-1:0]     collecting_warp, issued_warp;
  logic [Ports-1:0]         issued_valid, control;
  logic [Ports-1:0][31:0]   issued_order;
  pc_t [Ports-1:0]          distance;
  logic [Warps-1:0]         any_busy, hazard, hazard_memory, blocked_memory, request;
  logic [Warps-1:0][31:0]   next_order;
  logic [RegisterBanks-1:0][LastWrite:0] bank_free, results_free;

  assign space = '{memory: space_i[0], divide: space_i[1], fpu_divide: space_i[2], special: space_i[3]};
  for (genvar w = 0; w < Warps; w++) begin : gen_head
    assign next_order_o[w] = next_order[w];
  end
  always_comb begin
    for (int c = 0; c < Clears; c++) begin
      clear[c] = '{valid: clear_valid_i[c], warp: warp_id_t'(clear_warp_i[c]), number: clear_number_i[c]};
    end
    for (int p = 0; p < Ports; p++) collecting_warp[p] = warp_id_t'(collecting_warp_i[p]);
    for (int w = 0; w < Warps; w++) head[w] = decoded_of(head_instr_i[w], head_unit_i[w], head_bits_i[w]);
  end
  for (genvar p = 0; p < Ports; p++) begin : gen_port
    assign warp_o[p]          = 32'(issued_warp[p]);
    assign order_o[p]         = issued_order[p];
    assign head_whole_o[p]    = issued_head[p] == head[issued_warp[p]];
    assign distance_o[p]      = 32'(distance[p]);
  end
  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_free
    assign bank_free_o[b]  = 32'(bank_free[b]);
    assign results_free[b] = results_free_i[b][LastWrite:0];
  end

  issue_stage u_issue (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i     (warp_id_t'(start_warp_i)),
    .stall_i,
    .accept_i         (accept_i[Ports-1:0]),
    .collecting_i     (collecting_i[Ports-1:0]),
    .collecting_warp_i(collecting_warp),
    .ready_i          (ready_i[Warps-1:0]),
    .head_valid_i     (head_valid_i[Warps-1:0]),
    .head_i           (head),
    .space_i          (space),
    .float_idle_i     (float_idle_i[Warps-1:0]),
    .reserved_mode_i  (reserved_mode_i[Warps-1:0]),
    .clear_i          (clear),
    .squash_i         (squash),
    .squash_count_i   (squash_count),
    .any_busy_o       (any_busy),
    .hazard_o         (hazard),
    .hazard_memory_o  (hazard_memory),
    .blocked_memory_o (blocked_memory),
    .request_o        (request),
    .valid_o          (issued_valid),
    .warp_o           (issued_warp),
    .order_o          (issued_order),
    .head_o           (issued_head),
    .bank_free_o      (bank_free),
    .control_o        (control),
    .distance_o       (distance),
    .next_order_o     (next_order)
  );
  assign head_whole_o[31:Ports] = '0;
  assign any_busy_o       = 32'(any_busy);
  assign hazard_o         = 32'(hazard);
  assign hazard_memory_o  = 32'(hazard_memory);
  assign blocked_memory_o = 32'(blocked_memory);
  assign request_o        = 32'(request);
  assign valid_o          = 32'(issued_valid);
  assign control_o        = 32'(control);

  // ---- register file ----
  slot_t       slot, operand_slot;
  warp_id_t    read_warp;
  clear_t      early;
  lane_words_t operand_a, operand_b, operand_c;
  register_write_t [RegisterBanks-1:0] write;

  always_comb begin
    slot         = '0;
    slot.warp    = warp_id_t'(slot_warp_i);
    slot.order   = slot_order_i;
    slot.resolve = slot_resolve_i;
    {slot.pc, slot.depth, slot.speculative, slot.mask} = slot_rest_i[30+6+1+Lanes-1:0];
    slot.decoded = decoded_of(slot_instr_i, slot_unit_i, 14'(slot_bits_i));
    for (int b = 0; b < RegisterBanks; b++) begin
      write[b]      = '0;
      write[b].warp = warp_id_t'(write_warp_i[b]);
      write[b].rd   = write_rd_i[b];
      write[b].mask = lane_mask_t'(write_mask_i[b]);
      for (int l = 0; l < Lanes; l++) write[b].data[l] = write_data_i[b][l];
    end
  end

  register_file u_registers (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i   (warp_id_t'(start_warp_i)),
    .stack_i,
    .args_i,
    .squash_i       (squash),
    .stage_live_o,
    .slot_valid_i,
    .slot_i         (slot),
    .slot_ready_o,
    .collecting_o,
    .read_valid_o,
    .read_warp_o    (read_warp),
    .read_resolve_o,
    .early_clear_o  (early),
    .operand_valid_o,
    .operand_slot_o (operand_slot),
    .operand_a_o    (operand_a),
    .operand_b_o    (operand_b),
    .operand_c_o    (operand_c),
    .write_valid_i  (write_valid_i[RegisterBanks-1:0]),
    .write_i        (write)
  );
  assign read_warp_o      = 32'(read_warp);
  assign early_valid_o    = early.valid;
  assign early_warp_o     = 32'(early.warp);
  assign early_number_o   = early.number;
  assign operand_killed_o = operand_slot.killed;
  always_comb begin
    slot_t live;
    live           = operand_slot;
    live.killed    = 1'b0;
    operand_slot_o = 128'(live) ^ 128'({live, live} >> 128);
    slot_o         = 128'(slot) ^ 128'({slot, slot} >> 128);
  end
  for (genvar l = 0; l < Lanes; l++) begin : gen_operand
    assign operand_a_o[l] = operand_a[l];
    assign operand_b_o[l] = operand_b[l];
    assign operand_c_o[l] = operand_c[l];
  end

  // ---- results ----
  register_write_t [Results-1:0]       result;
  clear_t [Ports+3:0]                  known;
  lsu_writeback_t                      load;
  clear_t                              load_early;
  clear_t [Clears-1:0]                 result_clear;
  logic [RegisterBanks-1:0]            bank_valid;
  register_write_t [RegisterBanks-1:0] bank_write;
  register_write_t [TracePorts-1:0]    traced;
  logic [TracePorts-1:0]               written;
  logic [Ports-1:0]                    pending;
  warp_id_t [Ports-1:0]                pending_warp;

  always_comb begin
    for (int r = 0; r < Results; r++) begin
      result[r].warp  = warp_id_t'(result_warp_i[r]);
      result[r].order = result_order_i[r];
      result[r].rd    = result_rd_i[r];
      result[r].mask  = lane_mask_t'(result_mask_i[r]);
      for (int l = 0; l < Lanes; l++) result[r].data[l] = result_data_i[r][l];
    end
    load          = '0;
    load.tag.warp  = result[Ports+2].warp;
    load.tag.order = result[Ports+2].order;
    load.rd        = result[Ports+2].rd;
    load.mask      = result[Ports+2].mask;
    load.data      = result[Ports+2].data;
    load.last      = load_last_i;
    load_early     = '{valid: load_early_valid_i, warp: warp_id_t'(load_early_warp_i), number: load_early_number_i};
    for (int k = 0; k < Ports + 4; k++) begin
      known[k] = '{valid: known_valid_i[k], warp: warp_id_t'(known_warp_i[k]), number: known_number_i[k]};
    end
  end

  results u_results (
    .clk_i,
    .rst_ni,
    .alu_clear_i     (known[Ports-1:0]),
    .alu_valid_i     (result_valid_i[Ports-1:0]),
    .alu_write_i     (result[Ports-1:0]),
    .alu_pending_o   (pending),
    .alu_warp_o      (pending_warp),
    .multiply_valid_i(result_valid_i[Ports]),
    .multiply_write_i(result[Ports]),
    .multiply_clear_i(known[Ports]),
    .pipe_valid_i    (result_valid_i[Ports+1]),
    .pipe_write_i    (result[Ports+1]),
    .pipe_clear_i    (known[Ports+1]),
    .divide_valid_i  (result_valid_i[Ports+3]),
    .divide_write_i  (result[Ports+3]),
    .divide_ready_o  (result_ready_o[1]),
    .load_valid_i    (result_valid_i[Ports+2]),
    .load_i          (load),
    .load_ready_o    (result_ready_o[0]),
    .load_early_i    (load_early),
    .bank_free_i     (results_free),
    .release_i       (known[Ports+2]),
    .killed_i        (known[Ports+3]),
    .float_valid_i   (result_valid_i[Ports+4]),
    .float_write_i   (result[Ports+4]),
    .float_ready_o   (result_ready_o[2]),
    .float_done_i,
    .float_waits_i,
    .event_waits_i,
    .starved_o,
    .clear_o         (result_clear),
    .bank_valid_o    (bank_valid),
    .bank_write_o    (bank_write),
    .written_o       (written),
    .write_o         (traced)
  );
  assign pending_o    = 32'(pending);
  assign bank_valid_o = 32'(bank_valid);
  assign written_o    = 32'(written);
  for (genvar p = 0; p < Ports; p++) begin : gen_pending
    assign pending_warp_o[p] = 32'(pending_warp[p]);
  end
  for (genvar c = 0; c < Clears; c++) begin : gen_cleared
    assign clear_valid_o[c]  = result_clear[c].valid;
    assign clear_warp_o[c]   = 32'(result_clear[c].warp);
    assign clear_number_o[c] = result_clear[c].number;
  end
  assign clear_valid_o[31:Clears] = '0;
  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_written
    assign bank_warp_o[b]  = 32'(bank_write[b].warp);
    assign bank_order_o[b] = bank_write[b].order;
    assign bank_rd_o[b]    = bank_write[b].rd;
    assign bank_mask_o[b]  = 32'(bank_write[b].mask);
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      assign bank_data_o[b][l] = bank_write[b].data[l];
    end
  end

  // ---- barriers ----
  dispatch_t        start;
  logic [Warps-1:0] releases;
  always_comb begin
    start               = '0;
    start.warp          = warp_id_t'(start_warp_i);
    start.group_slot    = warp_id_t'(group_slot_i);
    start.group_warps   = group_warps_i[WarpBits:0];
    start.warp_in_group = warp_id_t'(warp_in_group_i);
  end
  barrier_unit u_barrier (
    .clk_i,
    .rst_ni,
    .start_valid_i(barrier_start_i),
    .start_i      (start),
    .arrived_i,
    .ended_i,
    .warp_i       (warp_id_t'(barrier_warp_i)),
    .release_o    (releases)
  );
  assign release_o = 32'(releases);

  // ---- faults ----
  event_t           fault_event;
  engine_fault_t    engine;
  fault_t           fault;
  warp_id_t         identity_warp;
  logic [2:0][31:0] identity_group;
  always_comb begin
    fault_event                = '0;
    fault_event.path.warp      = warp_id_t'(event_warp_i);
    fault_event.path.pc        = event_pc_i[31:2];
    fault_event.path.trapping  = lane_mask_t'(trapping_i);
    fault_event.cause          = cause_i;
    fault_event.cause_plus_one = lane_mask_t'(cause_plus_one_i);
    fault_event.value          = value_i;
    fault_event.value_per_lane = value_per_lane_i;
    for (int l = 0; l < Lanes; l++) fault_event.lane_data[l] = lane_value_i[l];
    engine = '{cause: engine_cause_i, value: engine_value_i, detail: engine_detail_i, pc: engine_pc_i[31:2], warp: warp_id_t'(engine_warp_i),
               lane: lane_id_t'(engine_lane_i)};
    for (int i = 0; i < 3; i++) identity_group[i] = identity_group_i[i];
  end
  fault_unit u_fault (
    .clk_i,
    .rst_ni,
    .event_i              (fault_event),
    .trap_i,
    .deadlock_i,
    .deadlock_lanes_i     (lane_mask_t'(deadlock_lanes_i)),
    .deadlock_pc_i        (deadlock_pc_i[31:2]),
    .deadlock_operand_i,
    .error_valid_i,
    .error_warp_i         (warp_id_t'(error_warp_i)),
    .error_pc_i           (error_pc_i[31:2]),
    .error_lane_i         (lane_id_t'(error_lane_i)),
    .error_address_i,
    .error_write_i,
    .engine_valid_i,
    .engine_i             (engine),
    .identity_warp_o      (identity_warp),
    .identity_group_i     (identity_group),
    .identity_local_base_i(local_id_t'(identity_local_base_i)),
    .pending_o            (fault_pending_o),
    .fault_valid_o,
    .fault_o              (fault)
  );
  assign identity_warp_o = 32'(identity_warp);
  assign fault_cause_o   = fault.cause;
  assign fault_pc_o      = fault.pc;
  assign fault_value_o   = fault.value;
  assign fault_detail_o  = fault.detail;
  assign fault_local_o   = 32'(fault.local_id);
  assign fault_lane_o    = 32'(fault.lane);
  assign fault_warp_o    = 32'(fault.warp);
  for (genvar i = 0; i < 3; i++) begin : gen_group
    assign fault_group_o[i] = fault.group_id[i];
  end

  // ---- what retires ----
  lane_mask_t [RetirePorts-1:0] retire_lanes;
  retire_t                      retire;
  for (genvar p = 0; p < RetirePorts; p++) begin : gen_retire
    assign retire_lanes[p] = lane_mask_t'(retire_lanes_i[p]);
  end
  retire_counter u_retire (
    .clk_i,
    .rst_ni,
    .valid_i (retire_valid_i[RetirePorts-1:0]),
    .lanes_i (retire_lanes),
    .retire_o(retire)
  );
  assign retire_slots_o  = 32'(retire.slots);
  assign retired_lanes_o = 32'(retire.lanes);

  // What exceeds the shape, and what a bench does not look at.
  logic unused;
  assign unused = ^{slot_rest_i, traced};

endmodule
