// Bench top: memory_port with plain ports. The C++ side plays the pipeline before it and the load/store unit behind it.
module port_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // warps, lanes, regions, memory instructions between issue and the LSU, core identifiers
  output logic [31:0] shape_o [5],
  input  logic [31:0] core_id_i,
  input  logic [31:0] base_i [Regions],
  input  logic [31:0] last_i [Regions],
  input  logic [2:0]  rights_i [Regions],  // x, w, r
  input  logic [31:0] private_size_i,
  input  logic [31:0] scratch_size_i,

  input  logic        issue_i,
  output logic        space_o,
  input  logic        execute_valid_i,
  input  logic        killed_i,
  input  logic        speculative_i,
  input  logic        writes_i,
  input  logic        float_i,
  input  logic        fence_i_i,
  input  logic        predict_stop_i,
  input  logic [2:0]  op_i,
  input  logic [31:0] instr_i,
  input  logic [31:0] warp_i,
  input  logic [31:0] order_i,
  input  logic [31:0] pc_i,
  input  logic [5:0]  depth_i,
  input  logic [31:0] mask_i,
  input  logic [31:0] scratch_base_i,
  input  logic [31:0] address_i [Lanes],
  input  logic [31:0] data_i [Lanes],
  output logic [31:0] waiting_o,
  output logic        killed_valid_o,
  output logic [31:0] killed_warp_o,
  output logic [5:0]  killed_register_o,
  output logic        squash_valid_o,
  output logic [31:0] squash_warp_o,

  output logic        safe_valid_o,
  output logic [31:0] safe_warp_o,
  output logic [31:0] safe_order_o,
  output logic [31:0] safe_address_o [Lanes],
  output logic [31:0] safe_data_o [Lanes],

  output logic        request_valid_o,
  input  logic        request_ready_i,
  output logic [31:0] request_core_o,
  output logic [31:0] request_warp_o,
  output logic [31:0] request_order_o,
  output logic [2:0]  request_op_o,
  output logic [3:0]  request_amo_o,
  output logic [1:0]  request_size_o,
  output logic        request_unsigned_o,
  output logic [5:0]  request_rd_o,
  output logic [31:0] request_mask_o,
  output logic [31:0] request_scratch_base_o,
  output logic [31:0] request_pc_o,
  output logic [31:0] request_address_o [Lanes],
  output logic [31:0] request_data_o [Lanes],
  output logic [1:0]  request_safe_o,
  input  logic        check_valid_i,
  input  logic [31:0] check_warp_i,
  input  logic [31:0] check_order_i,
  input  logic [31:0] check_misaligned_i,
  input  logic [31:0] check_fault_i,
  input  logic        writeback_taken_i,
  input  logic [31:0] writeback_warp_i,
  input  logic        writeback_last_i,
  input  logic        writeback_failed_i,

  output logic        checked_valid_o,
  output logic [31:0] checked_warp_o,
  output logic [31:0] checked_order_o,
  output logic [31:0] checked_mask_o,
  output logic [31:0] checked_address_o [Lanes],
  output logic [31:0] checked_data_o [Lanes],
  output logic        release_valid_o,
  output logic [31:0] release_warp_o,
  output logic [5:0]  release_register_o,

  output logic        event_valid_o,
  input  logic        event_ready_i,
  output logic [31:0] event_warp_o,
  output logic [31:0] event_pc_o,
  output logic [5:0]  event_depth_o,
  output logic [31:0] event_path_o,
  output logic [31:0] event_executed_o,
  output logic [31:0] event_moved_o,
  output logic [31:0] event_trapping_o,
  output logic [31:0] event_access_o,
  output logic [31:0] event_target_o,
  output logic [31:0] event_rest_o,
  output logic [31:0] event_predicted_pc_o,
  output logic [2:0]  event_leave_o,
  output logic [4:0]  event_cause_o,
  // value per lane, fence.i, predicted, yield, SC, LR, ordering, retired, trap
  output logic [8:0]  event_bits_o,
  output logic [31:0] event_value_o [Lanes]
);

  assign shape_o = '{Warps, Lanes, Regions, MemoryQueue, 1 << CoreBits};

  launch_t        launch;
  slot_t          slot, safe_slot, checked_slot;
  clear_t         killed;
  squash_t        squash;
  lane_words_t    address, data, safe_address, safe_data, checked_address, checked_data;
  lsu_request_t   request;
  lsu_check_t     check;
  lsu_writeback_t writeback;
  warp_id_t       release_warp;
  event_t         slot_event;
  logic [Warps-1:0] waiting;

  always_comb begin
    launch              = '0;
    launch.private_size = private_size_i;
    launch.scratch_size = scratch_size_i;
    for (int r = 0; r < Regions; r++) begin
      launch.regions[r] = '{base: base_i[r], last: last_i[r], x: rights_i[r][2], w: rights_i[r][1], r: rights_i[r][0]};
    end
    slot                      = '0;
    slot.warp                 = warp_id_t'(warp_i);
    slot.order                = order_i;
    slot.pc                   = pc_i[31:2];
    slot.depth                = depth_i;
    slot.mask                 = lane_mask_t'(mask_i);
    slot.speculative          = speculative_i;
    slot.killed               = killed_i;
    slot.decoded.instr        = instr_i;
    slot.decoded.unit         = UnitMemory;
    slot.decoded.operation    = 6'(op_i);
    slot.decoded.operation[FenceIBit] = fence_i_i;
    slot.decoded.writes       = writes_i;
    slot.decoded.d_float      = float_i;
    slot.decoded.predict_stop = predict_stop_i;
    check              = '0;
    check.tag.core     = core_id_t'(core_id_i);
    check.tag.warp     = warp_id_t'(check_warp_i);
    check.tag.order    = check_order_i;
    check.misaligned   = lane_mask_t'(check_misaligned_i);
    check.access_fault = lane_mask_t'(check_fault_i);
    writeback           = '0;
    writeback.tag.warp  = warp_id_t'(writeback_warp_i);
    writeback.last      = writeback_last_i;
    writeback.sc_failed = writeback_failed_i;
    for (int l = 0; l < Lanes; l++) begin
      address[l] = address_i[l];
      data[l]    = data_i[l];
    end
  end

  memory_port u_port (
    .clk_i,
    .rst_ni,
    .core_id_i             (core_id_t'(core_id_i)),
    .launch_i              (launch),
    .issue_i,
    .space_o,
    .execute_valid_i,
    .execute_slot_i        (slot),
    .execute_mask_i        (lane_mask_t'(mask_i)),
    .execute_again_i       (1'b0),
    .execute_address_i     (address),
    .execute_data_i        (data),
    .execute_scratch_base_i(ScratchBits'(scratch_base_i)),
    .execute_first_buffer_i(1'b0),
    .waiting_o             (waiting),
    .killed_o              (killed),
    .squash_o              (squash),
    .safe_valid_o,
    .safe_slot_o           (safe_slot),
    .safe_address_o        (safe_address),
    .safe_data_o           (safe_data),
    .request_o             (request),
    .request_valid_o,
    .request_ready_i,
    .request_safe_o,
    .check_i               (check),
    .check_valid_i,
    .writeback_i           (writeback),
    .writeback_taken_i,
    .checked_valid_o,
    .checked_slot_o        (checked_slot),
    .checked_address_o     (checked_address),
    .checked_data_o        (checked_data),
    .release_valid_o,
    .release_warp_o        (release_warp),
    .release_register_o,
    .event_valid_o,
    .event_o               (slot_event),
    .event_ready_i
  );

  assign waiting_o              = 32'(waiting);
  assign killed_valid_o         = killed.valid;
  assign killed_warp_o          = 32'(killed.warp);
  assign killed_register_o      = killed.number;
  assign squash_valid_o         = squash.valid;
  assign squash_warp_o          = 32'(squash.warp);
  assign safe_warp_o            = 32'(safe_slot.warp);
  assign safe_order_o           = safe_slot.order;
  assign request_core_o         = 32'(request.tag.core);
  assign request_warp_o         = 32'(request.tag.warp);
  assign request_order_o        = request.tag.order;
  assign request_op_o           = request.op;
  assign request_amo_o          = request.amo;
  assign request_size_o         = request.size;
  assign request_unsigned_o     = request.unsigned_load;
  assign request_rd_o           = request.rd;
  assign request_mask_o         = 32'(request.mask);
  assign request_scratch_base_o = 32'(request.scratch_base);
  assign request_pc_o           = {request.pc, 2'b00};
  assign checked_warp_o         = 32'(checked_slot.warp);
  assign checked_order_o        = checked_slot.order;
  assign checked_mask_o         = 32'(checked_slot.mask);
  assign release_warp_o         = 32'(release_warp);
  assign event_warp_o           = 32'(slot_event.path.warp);
  assign event_pc_o             = pc_word(slot_event.path.pc);
  assign event_depth_o          = slot_event.path.depth;
  assign event_path_o           = 32'(slot_event.path.path);
  assign event_executed_o       = 32'(slot_event.path.executed);
  assign event_moved_o          = 32'(slot_event.path.moved);
  assign event_trapping_o       = 32'(slot_event.path.trapping);
  assign event_access_o         = 32'(slot_event.cause_plus_one);
  assign event_target_o         = pc_word(slot_event.path.target);
  assign event_rest_o           = pc_word(slot_event.path.rest);
  assign event_predicted_pc_o   = pc_word(slot_event.path.predicted_pc);
  assign event_leave_o          = slot_event.path.leave;
  assign event_cause_o          = slot_event.cause;
  assign event_bits_o = {slot_event.value_per_lane, slot_event.fence_i, slot_event.path.predicted, slot_event.path.yield,
                         slot_event.path.store_conditional, slot_event.path.load_reserved, slot_event.path.ordering,
                         slot_event.path.retired, slot_event.path.trap};

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign safe_address_o[l]    = safe_address[l];
    assign safe_data_o[l]       = safe_data[l];
    assign checked_address_o[l] = checked_address[l];
    assign checked_data_o[l]    = checked_data[l];
    assign request_address_o[l] = request.address[l];
    assign request_data_o[l]    = request.data[l];
    assign event_value_o[l]     = slot_event.lane_data[l];
  end

  // What exceeds the shape, and what others look at.
  logic unused;
  assign unused = ^{core_id_i, warp_i, pc_i[1:0], mask_i, scratch_base_i, check_warp_i, check_misaligned_i, check_fault_i, writeback_warp_i,
                    safe_slot, checked_slot, request, slot_event};

endmodule
