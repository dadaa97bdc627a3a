// Load/store unit of one core. An accepted instruction passes the check phase (lsu_check), which reports the lanes that trap,
// then the issue phase (lsu_issue), which coalesces the other lanes into line requests and a scratchpad request. Words
// that come back are cut to size and written back in parts, in any order; `last` goes with the final part.
// Latency of a load of one line that the data cache has, when nothing of the unit is on its way there and the load has committed: 2 cycles
// to its write-back (check 1, lsu_fast 1). Otherwise 7 plus that of the memory port (check 2, issue 1, port register 1, response 2, write-back 1).
// Throughput: one coalesced instruction per cycle.
// Between lsu_issue and the port lies the data cache: requests carry the line, the bytes wanted and an identifier, and responses come in
// any order.
// Invariants: requests of a warp leave in program order; each load, AMO, LR and SC with a lane that does not trap has exactly
// one write-back with `last`; nothing of an instruction takes effect before its check.
module lsu
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
  // memory
  output mem_request_t      mem_request_o,
  output logic              mem_request_valid_o,
  input  logic              mem_request_ready_i,
  input  mem_response_t     mem_response_i,
  input  logic              mem_response_valid_i,
  // short way into the data cache (data_cache)
  output logic              look_valid_o,
  output line_address_t     look_line_o,
  input  logic              look_hit_i,
  output logic              look_take_o,
  input  line_t             look_data_i,
  output logic              look_done_o,
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

  // ---- check phase -------------------------------------------------------------------------------------------------
  lsu_checked_t     checked;
  logic             checked_valid, checked_ready, issue_ready, slot_free;
  logic [Warps-1:0] busy_check, busy_slots, owing_slots, busy_parts, busy_fast, busy_writeback, busy_beyond;
  logic             plain_valid, served, check_blocked, issue_blocked;
  line_address_t    plain_line;
  lsu_request_t     plain;
  lsu_slot_t        new_slot;
  logic             allocate;

  assign busy_writeback = busy_parts | busy_fast;
  assign busy_beyond   = busy_slots | busy_writeback;
  assign checked_ready = issue_ready & slot_free;
  assign allocate      = checked_valid & checked_ready;

  lsu_check u_check (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .request_i,
    .request_valid_i,
    .request_ready_o,
    .check_o,
    .check_valid_o,
    .checked_o      (checked),
    .checked_valid_o(checked_valid),
    .checked_ready_i(checked_ready),
    .safe_i,
    .plain_valid_o  (plain_valid),
    .plain_line_o   (plain_line),
    .plain_o        (plain),
    .served_i       (served),
    .blocked_o      (check_blocked),
    .busy_i         (busy_beyond),
    .busy_o         (busy_check)
  );

  // ---- issue phase -------------------------------------------------------------------------------------------------
  lsu_slot_t        issue_slot;
  warp_id_t         issue_warp;
  logic             others_busy, others_busy_slots, others_owing, others_owing_slots;
  mem_request_t     request;
  lane_mask_t       request_lanes;
  lane_words_t      request_address;
  logic             request_valid, request_ready, request_sent, port_ready;
  logic             id_free;
  lsu_id_t          id;
  scratch_request_t scratch;
  logic             scratch_valid, scratch_ready, scratch_sent, scratch_free;
  lsu_checked_t     engine;
  logic             engine_valid, engine_ready, window_valid, window_ready;

  assign others_busy  = others_busy_slots | busy_writeback[issue_warp];
  assign others_owing = others_owing_slots | busy_writeback[issue_warp];

  lsu_issue u_issue (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i,
    .checked_i        (checked),
    .checked_slot_i   (new_slot),
    .checked_valid_i  (checked_valid & slot_free),
    .checked_ready_o  (issue_ready),
    .blocked_o        (issue_blocked),
    .slot_o           (issue_slot),
    .warp_o           (issue_warp),
    .others_busy_i    (others_busy),
    .others_owing_i   (others_owing),
    .request_o        (request),
    .request_lanes_o  (request_lanes),
    .request_address_o(request_address),
    .request_valid_o  (request_valid),
    .request_ready_i  (request_ready),
    .request_id_i     (id),
    .scratch_o        (scratch),
    .scratch_valid_o  (scratch_valid),
    .scratch_ready_i  (scratch_ready),
    .engine_o         (engine),
    .engine_valid_o   (engine_valid),
    .engine_ready_i   (engine_ready),
    .window_o         (window_request_o),
    .window_valid_o   (window_valid),
    .window_ready_i   (window_ready)
  );

  assign request_ready = port_ready & id_free;
  assign request_sent  = request_valid & request_ready;

  skid_buffer #(
    .Width($bits(mem_request_t))
  ) u_port (
    .clk_i,
    .rst_ni,
    .data_i (request),
    .valid_i(request_valid & id_free),
    .ready_o(port_ready),
    .data_o (mem_request_o),
    .valid_o(mem_request_valid_o),
    .ready_i(mem_request_ready_i)
  );

  assign scratch_request_o       = scratch;
  assign scratch_request_valid_o = scratch_valid & scratch_free;
  assign scratch_ready           = scratch_request_ready_i & scratch_free;
  assign scratch_sent            = scratch_valid & scratch_ready;

  // ---- requests in flight --------------------------------------------------------------------------------------------
  logic       memory_stored, memory_failed, scratch_stored;
  lane_id_t   memory_lane;
  lsu_slot_t  memory_slot, scratch_slot;
  lane_mask_t memory_lanes, scratch_lanes;
  word_t      memory_address;
  lsu_part_t  memory_part, scratch_part;
  logic       memory_part_valid, memory_part_ready, scratch_part_valid, scratch_part_ready;

  lsu_requests u_requests (
    .clk_i,
    .rst_ni,
    .free_o            (id_free),
    .free_id_o         (id),
    .send_i            (request_sent),
    .send_slot_i       (issue_slot),
    .send_lanes_i      (request_lanes),
    .send_address_i    (request_address),
    .send_lane_i       (request.lane),
    .send_store_i      (request.op == MemWrite),
    .response_i        (mem_response_i),
    .response_valid_i  (mem_response_valid_i),
    .stored_o          (memory_stored),
    .failed_o          (memory_failed),
    .response_slot_o   (memory_slot),
    .response_lanes_o  (memory_lanes),
    .response_address_o(memory_address),
    .response_lane_o   (memory_lane),
    .part_o            (memory_part),
    .part_valid_o      (memory_part_valid),
    .part_ready_i      (memory_part_ready)
  );

  lsu_scratch u_scratch (
    .clk_i,
    .rst_ni,
    .free_o          (scratch_free),
    .send_i          (scratch_sent),
    .send_slot_i     (issue_slot),
    .send_lanes_i    (scratch.mask),
    .send_address_i  (request_address),
    .send_store_i    (scratch.op == LsuStore),
    .response_i      (scratch_response_i),
    .response_valid_i(scratch_response_valid_i),
    .stored_o        (scratch_stored),
    .stored_slot_o   (scratch_slot),
    .stored_lanes_o  (scratch_lanes),
    .part_o          (scratch_part),
    .part_valid_o    (scratch_part_valid),
    .part_ready_i    (scratch_part_ready)
  );

  // ---- engines and accumulators --------------------------------------------------------------------------------------
  logic       window_stored;
  lsu_slot_t  window_slot;
  lane_mask_t window_lanes;
  lsu_part_t  aside_part, window_part;
  logic       aside_part_valid, aside_part_ready, window_part_valid, window_part_ready, window_free;

  if (MatrixDim != 0) begin : gen_window
    assign window_request_valid_o = window_valid & window_free;
    assign window_ready           = window_request_ready_i & window_free;

    lsu_scratch u_window (
      .clk_i,
      .rst_ni,
      .free_o          (window_free),
      .send_i          (window_valid & window_ready),
      .send_slot_i     (issue_slot),
      .send_lanes_i    (window_request_o.mask),
      .send_address_i  (request_address),
      .send_store_i    (window_request_o.write),
      .response_i      (window_response_i),
      .response_valid_i(window_response_valid_i),
      .stored_o        (window_stored),
      .stored_slot_o   (window_slot),
      .stored_lanes_o  (window_lanes),
      .part_o          (window_part),
      .part_valid_o    (window_part_valid),
      .part_ready_i    (window_part_ready)
    );
  end else begin : gen_no_window
    assign window_request_valid_o = 1'b0;
    assign window_ready           = 1'b0;
    assign window_free            = 1'b0;
    assign window_stored          = 1'b0;
    assign window_slot            = '0;
    assign window_lanes           = '0;
    assign window_part            = '0;
    assign window_part_valid      = 1'b0;

    logic unused_window;
    assign unused_window = ^{window_valid, window_free, window_request_ready_i, window_response_i, window_response_valid_i, window_part_ready};
  end

  if (CopyEngine != 0) begin : gen_engine
    lsu_part_t  engine_part;
    logic [2:0] part_valid, part_grant;
    logic [1:0] part_index;
    logic       engine_part_valid, engine_part_ready;

    lsu_engine u_engine (
      .clk_i,
      .rst_ni,
      .send_i                (engine),
      .send_slot_i           (issue_slot),
      .send_valid_i          (engine_valid),
      .send_ready_o          (engine_ready),
      .command_o             (engine_command_o),
      .command_valid_o       (engine_command_valid_o),
      .command_ready_i       (engine_command_ready_i),
      .answer_i              (engine_answer_i),
      .answer_valid_i        (engine_answer_valid_i),
      .over_phase_o,
      .error_o               (engine_error_o),
      .error_valid_o         (engine_error_valid_o),
      .error_ready_i         (engine_error_ready_i),
      .part_o                (engine_part),
      .part_valid_o          (engine_part_valid),
      .part_ready_i          (engine_part_ready)
    );

    // In turn: scratchpad, engines, accumulators.
    rr_arbiter #(
      .Width(3)
    ) u_parts (
      .clk_i,
      .rst_ni,
      .request_i(part_valid),
      .accept_i (aside_part_ready),
      .valid_o  (aside_part_valid),
      .grant_o  (part_grant),
      .index_o  (part_index)
    );

    assign part_valid         = {window_part_valid, engine_part_valid, scratch_part_valid};
    assign aside_part         = part_index[1] ? window_part : part_index[0] ? engine_part : scratch_part;
    assign scratch_part_ready = part_grant[0] & aside_part_ready;
    assign engine_part_ready  = part_grant[1] & aside_part_ready;
    assign window_part_ready  = part_grant[2] & aside_part_ready;
  end else begin : gen_no_engine
    assign engine_ready           = 1'b0;
    assign engine_command_o       = '0;
    assign engine_command_valid_o = 1'b0;
    assign over_phase_o           = '0;
    assign engine_error_o         = '0;
    assign engine_error_valid_o   = 1'b0;
    assign aside_part             = scratch_part;
    assign aside_part_valid       = scratch_part_valid;
    assign scratch_part_ready     = aside_part_ready;

    assign window_part_ready      = 1'b0;

    logic unused_engine;
    assign unused_engine = ^{engine, engine_valid, engine_command_ready_i, engine_answer_i, engine_answer_valid_i, engine_error_ready_i,
                             window_part, window_part_valid, window_part_ready};
  end

  // ---- instructions in flight ------------------------------------------------------------------------------------------
  lsu_slot_t  part_slot;
  lane_mask_t part_mask;
  logic       part_take, part_failed, part_last, earlier_failed;

  // A warp can end, and another one begin in its place, before its checked stores have taken place: nothing of them comes back.
  // Not those to the scratchpad, which the next workgroup may be given, nor those to the private window, which the next warp
  // loads without waiting for stores.
  logic posted;
  assign posted = checked.op == LsuStore && checked.scratch_mask == '0 && checked.window_mask == '0 &&
                  checked.private_mask == '0;

  lsu_slots u_slots (
    .clk_i,
    .rst_ni,
    .free_o            (slot_free),
    .free_slot_o       (new_slot),
    .allocate_i        (allocate),
    .allocate_warp_i   (checked.tag.warp),
    .allocate_mask_i   (checked.memory_mask | checked.scratch_mask | checked.window_mask),
    .allocate_posted_i (posted),
    .memory_done_i     (memory_stored),
    .memory_slot_i     (memory_slot),
    .memory_mask_i     (memory_lanes),
    .scratch_done_i    (scratch_stored),
    .scratch_slot_i    (scratch_slot),
    .scratch_mask_i    (scratch_lanes),
    .window_done_i     (window_stored),
    .window_slot_i     (window_slot),
    .window_mask_i     (window_lanes),
    .writeback_done_i  (part_take),
    .writeback_slot_i  (part_slot),
    .writeback_mask_i  (part_mask),
    .writeback_failed_i(part_failed),
    .writeback_last_o  (part_last),
    .writeback_failed_o(earlier_failed),
    .busy_o            (busy_slots),
    .owing_o           (owing_slots),
    .own_slot_i        (issue_slot),
    .own_warp_i        (issue_warp),
    .others_busy_o     (others_busy_slots),
    .others_owing_o    (others_owing_slots)
  );

  // What the slots' instructions are. The order number serves the monitors alone: it has an array of its own so that
  // synthesis can drop it.
  logic [$bits(lsu_slot_info_t)-1:0] infos  [Slots];
  logic [31:0]                       orders [Slots];
  lsu_slot_info_t                    new_info, part_info, memory_info;

  assign new_info = '{
    op: checked.op, size: checked.size, unsigned_load: checked.unsigned_load, rd: checked.rd,
    core: checked.tag.core, warp: checked.tag.warp, pc: checked.pc
  };

  always_ff @(posedge clk_i) begin
    if (allocate) begin
      infos[new_slot]  <= new_info;
      orders[new_slot] <= checked.tag.order;
    end
  end

  assign part_info   = infos[part_slot];
  assign memory_info = infos[memory_slot];

  lsu_writeback_t fast_writeback, part_writeback;
  logic           fast_valid, part_valid, part_ready, part_early, part_waits, part_announced_d, part_announced_q;

  lsu_fast u_fast (
    .clk_i,
    .rst_ni,
    .plain_valid_i    (plain_valid),
    .plain_line_i     (plain_line),
    .plain_i          (plain),
    .served_o         (served),
    .clear_i          (~check_blocked & ~issue_blocked & ~mem_request_valid_o & ~part_waits),
    .look_valid_o,
    .look_line_o,
    .look_hit_i,
    .look_take_o,
    .look_data_i,
    .look_done_o,
    .writeback_o      (fast_writeback),
    .writeback_valid_o(fast_valid),
    .writeback_ready_i,
    .busy_o           (busy_fast)
  );

  // A part that was announced goes before a load that could take the short way.
  assign part_announced_d  = part_early | (part_announced_q & ~(part_valid & part_ready));
  assign part_early        = part_take & part_last & ~served & (~fast_valid | writeback_ready_i);
  assign part_ready        = writeback_ready_i & ~fast_valid;
  assign part_waits        = part_announced_q & ~part_ready;
  assign early_valid_o     = served | part_early;
  assign early_warp_o      = served ? plain.tag.warp : part_info.warp;
  assign early_rd_o        = served ? plain.rd : part_info.rd;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) part_announced_q <= 1'b0;
    else         part_announced_q <= part_announced_d;
  end

  assign writeback_o       = fast_valid ? fast_writeback : part_writeback;
  assign writeback_valid_o = fast_valid | part_valid;

  lsu_writeback u_writeback (
    .clk_i,
    .rst_ni,
    .memory_i         (memory_part),
    .memory_valid_i   (memory_part_valid),
    .memory_ready_o   (memory_part_ready),
    .scratch_i        (aside_part),
    .scratch_valid_i  (aside_part_valid),
    .scratch_ready_o  (aside_part_ready),
    .slot_o           (part_slot),
    .mask_o           (part_mask),
    .take_o           (part_take),
    .failed_o         (part_failed),
    .info_i           (part_info),
    .order_i          (orders[part_slot]),
    .last_i           (part_last),
    .failed_i         (earlier_failed),
    .writeback_o      (part_writeback),
    .writeback_valid_o(part_valid),
    .writeback_ready_i(part_ready),
    .busy_o           (busy_parts)
  );

  assign idle_o = ~(busy_check | busy_beyond);
  assign over_o = ~(busy_check | owing_slots | busy_writeback);

  // ---- errors ----------------------------------------------------------------------------------------------------------
  assign error_valid_o   = memory_failed;
  assign error_tag_o     = '{core: memory_info.core, warp: memory_info.warp, order: orders[memory_slot]};
  assign error_pc_o      = memory_info.pc;
  assign error_lane_o    = memory_lane;
  assign error_address_o = memory_address;
  assign error_write_o   = !(memory_info.op inside {LsuLoad, LsuLr});

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_announced : assert (!part_announced_q || (part_valid && !fast_valid));
      a_over_no_writeback : assert (!writeback_valid_o || !over_o[writeback_o.tag.warp]);
      a_over_no_error : assert (!error_valid_o || !over_o[error_tag_o.warp]);
    end
  end
`endif

endmodule
