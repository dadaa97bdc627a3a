// Memory instructions on the core's side: the queue in front of the LSU, and what the LSU's answers do to the warp.
//
// One memory instruction per warp is between execute and its event. Loads, stores and fences have their event after the
// LSU's check; AMO, LR and SC after the write-back of their last part too (they order), unless every lane traps.
// The queue never overflows: issue takes a credit per memory instruction (`space_o`), given back when the LSU accepts.
// `event_o` is held until `event_ready_i`.
// Invariants: a check or a write-back concerns a warp with an instruction here (write-backs of plain loads excepted).
module memory_port
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  core_id_t       core_id_i,

  input  logic           issue_i,           // a memory instruction issues
  output logic           space_o,

  input  logic           execute_valid_i,   // it is in the execute stage
  input  slot_t          execute_slot_i,
  input  lane_words_t    execute_address_i,
  input  lane_words_t    execute_data_i,
  input  logic [ScratchBits-1:0] execute_scratch_base_i,

  output lsu_request_t   request_o,
  output logic           request_valid_o,
  input  logic           request_ready_i,
  input  lsu_check_t     check_i,
  input  logic           check_valid_i,
  input  lsu_writeback_t writeback_i,
  input  logic           writeback_taken_i,

  // The instruction that is checked, in the cycle of the check.
  output slot_t          checked_slot_o,
  output lane_words_t    checked_address_o,
  output lane_words_t    checked_data_o,
  output logic           release_valid_o,   // no lane will write the destination
  output warp_id_t       release_warp_o,
  output register_t      release_register_o,

  output logic           event_valid_o,
  output event_t         event_o,
  input  logic           event_ready_i
);

  function automatic lsu_op_e operation(decoded_t decoded);
    return lsu_op_e'(decoded.operation[2:0]);
  endfunction

  // ---- queue ----
  localparam int unsigned CreditBits = $clog2(MemoryQueue + 1);
  logic [CreditBits-1:0] credits_d, credits_q;
  logic                  accepted, unused_queue_ready;
  lsu_request_t          request;
  logic [CreditBits-1:0] unused_queue_count;

  assign accepted  = request_valid_o && request_ready_i;
  assign space_o   = credits_q != '0;
  assign credits_d = credits_q - CreditBits'(issue_i) + CreditBits'(accepted);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) credits_q <= CreditBits'(MemoryQueue);
    else         credits_q <= credits_d;
  end

  function automatic amo_op_e amo_operation(logic [4:0] funct5);
    unique case (funct5)
      5'b00000: return AmoAdd;
      5'b00100: return AmoXor;
      5'b01100: return AmoAnd;
      5'b01000: return AmoOr;
      5'b10000: return AmoMin;
      5'b10100: return AmoMax;
      5'b11000: return AmoMinu;
      5'b11100: return AmoMaxu;
      default:  return AmoSwap;
    endcase
  endfunction

  always_comb begin
    request.tag           = '{core: core_id_i, warp: execute_slot_i.warp, order: execute_slot_i.order};
    request.op            = operation(execute_slot_i.decoded);
    request.amo           = amo_operation(execute_slot_i.decoded.instr[31:27]);
    request.size          = mem_size_e'(execute_slot_i.decoded.instr[13:12]);
    request.unsigned_load = execute_slot_i.decoded.instr[14];
    request.rd            = request.op inside {LsuStore, LsuFence} ? '0 : rd_of(execute_slot_i.decoded);
    request.mask          = execute_slot_i.mask;
    request.address       = execute_address_i;
    request.data          = execute_data_i;
    request.scratch_base  = execute_scratch_base_i;
    request.pc            = execute_slot_i.pc;
    if (request.op == LsuFence) request.size = SizeByte;  // the field is part of the fence's encoding
  end

  // Through an empty queue a request passes at once.
  lsu_request_t queued;
  logic         queue_valid, passes;

  assign request_valid_o = queue_valid || execute_valid_i;
  assign request_o       = queue_valid ? queued : request;
  assign passes          = !queue_valid && request_ready_i;

  fifo #(
    .Width($bits(lsu_request_t)),
    .Depth(MemoryQueue)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i (request),
    .valid_i(execute_valid_i && !passes),
    .ready_o(unused_queue_ready),
    .data_o (queued),
    .valid_o(queue_valid),
    .ready_i(request_ready_i),
    .count_o(unused_queue_count)
  );

  // ---- instructions between execute and event, by warp ----
  slot_t       slot_mem [Warps];
  lane_words_t address_mem [Warps];
  lane_words_t data_mem [Warps];      // for the monitors
  lane_mask_t  misaligned_q [Warps];
  lane_mask_t  access_q [Warps];

  always_ff @(posedge clk_i) begin
    if (execute_valid_i) begin
      slot_mem[execute_slot_i.warp]    <= execute_slot_i;
      address_mem[execute_slot_i.warp] <= execute_address_i;
      data_mem[execute_slot_i.warp]    <= execute_data_i;
    end
    if (check_valid_i) begin
      misaligned_q[check_i.tag.warp] <= check_i.misaligned;
      access_q[check_i.tag.warp]     <= check_i.access_fault;
    end
  end

  // ---- check ----
  warp_id_t   check_warp, writeback_warp;
  slot_t      checked;
  lsu_op_e    checked_operation;
  logic       all_trap, checked_atomic, checked_reads;

  assign check_warp        = check_i.tag.warp;
  assign writeback_warp    = writeback_i.tag.warp;
  assign checked           = slot_mem[check_warp];
  assign checked_operation = operation(checked.decoded);
  assign checked_slot_o    = checked;
  assign checked_address_o = address_mem[check_warp];
  assign checked_data_o    = data_mem[check_warp];
  assign all_trap          = (checked.mask & ~(check_i.misaligned | check_i.access_fault)) == '0;
  assign checked_atomic    = checked_operation inside {LsuAmo, LsuLr, LsuSc};
  assign checked_reads     = checked_operation inside {LsuLoad, LsuAmo, LsuLr, LsuSc};

  assign release_valid_o    = check_valid_i && all_trap && checked.decoded.writes;
  assign release_warp_o     = check_warp;
  assign release_register_o = rd_of(checked.decoded);

  // ---- completion ----
  // An atomic is the last of its warp's accesses to complete: it has when no last part is owed any more.
  typedef logic [7:0] owed_t;
  owed_t [Warps-1:0] owed_q;
  logic [Warps-1:0] done_d, done_q, atomic_d, atomic_q, failed_d, failed_q;
  logic             last_part, owes, taken;
  warp_id_t         event_warp;

  assign last_part = writeback_taken_i && writeback_i.last;
  assign owes      = check_valid_i && checked_reads && !all_trap;

  for (genvar w = 0; w < Warps; w++) begin : gen_owed
    owed_t owed_d;
    assign owed_d = owed_q[w] + owed_t'(owes && check_warp == warp_id_t'(w)) -
                    owed_t'(last_part && writeback_warp == warp_id_t'(w));
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) owed_q[w] <= '0;
      else         owed_q[w] <= owed_d;
    end
  end

  always_comb begin
    done_d   = done_q;
    atomic_d = atomic_q;
    failed_d = failed_q;
    if (taken) done_d[event_warp] = 1'b0;
    if (check_valid_i) begin
      if (checked_atomic && !all_trap) atomic_d[check_warp] = 1'b1;
      else                             done_d[check_warp]   = 1'b1;
      failed_d[check_warp] = 1'b0;
    end
    if (last_part && atomic_q[writeback_warp] && owed_q[writeback_warp] == owed_t'(1)) begin
      atomic_d[writeback_warp] = 1'b0;
      done_d[writeback_warp]   = 1'b1;
      failed_d[writeback_warp] = writeback_i.sc_failed;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q   <= '0;
      atomic_q <= '0;
      failed_q <= '0;
    end else begin
      done_q   <= done_d;
      atomic_q <= atomic_d;
      failed_q <= failed_d;
    end
  end

  // ---- event ----
  logic             any_done, event_valid_q;
  logic [Warps-1:0] unused_done_onehot;
  event_t           event_d, event_q;
  slot_t            done_slot;
  lsu_op_e          done_operation;
  lane_mask_t       misaligned, access;

  lowest_one #(
    .Width(Warps)
  ) u_done (
    .bits_i  (done_q),
    .any_o   (any_done),
    .onehot_o(unused_done_onehot),
    .index_o (event_warp)
  );

  assign taken      = any_done && (!event_valid_q || event_ready_i);
  assign done_slot  = slot_mem[event_warp];
  assign done_operation = operation(done_slot.decoded);
  assign misaligned = misaligned_q[event_warp];
  assign access     = access_q[event_warp];

  always_comb begin
    event_d               = '0;
    event_d.path.warp     = done_slot.warp;
    event_d.path.pc       = done_slot.pc;
    event_d.path.depth    = done_slot.depth;
    event_d.path.path     = done_slot.mask;
    event_d.path.executed = done_slot.mask;
    event_d.path.trapping = misaligned | access;
    event_d.path.trap     = event_d.path.trapping != '0;
    event_d.path.moved    = event_d.path.trapping;
    event_d.path.leave    = LaneStaysRun;
    event_d.path.target   = done_slot.pc;
    event_d.path.rest     = done_slot.pc + 30'd1;
    event_d.path.retired  = (done_slot.mask & ~event_d.path.trapping) != '0;
    event_d.fence_i       = done_slot.decoded.operation[FenceIBit];
    event_d.path.ordering = done_operation inside {LsuAmo, LsuLr, LsuSc, LsuFence} && !event_d.fence_i;
    event_d.path.load_reserved     = done_operation == LsuLr;
    event_d.path.store_conditional = done_operation == LsuSc;
    event_d.path.yield             = event_d.path.store_conditional && failed_q[event_warp];
    event_d.path.predicted         = !done_slot.decoded.predict_stop;
    event_d.path.predicted_pc      = done_slot.pc + 30'd1;
    event_d.cause          = (done_operation inside {LsuLoad, LsuLr}) ? 5'd4 : 5'd6;
    event_d.cause_plus_one = access;
    event_d.value_per_lane = 1'b1;
    event_d.lane_data      = address_mem[event_warp];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) event_valid_q <= 1'b0;
    else         event_valid_q <= taken || (event_valid_q && !event_ready_i);
  end
  always_ff @(posedge clk_i) begin
    if (taken) event_q <= event_d;
  end

  assign event_valid_o = event_valid_q;
  assign event_o       = event_q;

`ifndef SYNTHESIS
  a_credits : assert property (@(posedge clk_i) disable iff (!rst_ni) credits_q <= CreditBits'(MemoryQueue));
  a_no_overflow : assert property (@(posedge clk_i) disable iff (!rst_ni) execute_valid_i |-> unused_queue_ready);
  a_owed : assert property (@(posedge clk_i) disable iff (!rst_ni)
                            last_part |-> owed_q[writeback_warp] != '0 || (owes && check_warp == writeback_warp));
`endif

endmodule
