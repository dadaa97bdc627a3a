// Bench top: results on their way to the registers, barriers, faults and the counter of what retires, side by side with plain ports.
module results_bench
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
  input  logic [31:0] start_warp_i,
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
  logic [RegisterBanks-1:0][LastWrite:0] results_free;

  always_comb begin
    for (int r = 0; r < Results; r++) begin
      result[r].warp  = warp_id_t'(result_warp_i[r]);
      result[r].order = result_order_i[r];
      result[r].rd    = result_rd_i[r];
      result[r].mask  = lane_mask_t'(result_mask_i[r]);
      for (int l = 0; l < Lanes; l++) result[r].data[l] = result_data_i[r][l];
    end
    load           = '0;
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
  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_bank
    assign results_free[b] = results_free_i[b][LastWrite:0];
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

  // What exceeds the shape, and what the bench does not look at.
  logic unused;
  assign unused = ^traced;

endmodule
