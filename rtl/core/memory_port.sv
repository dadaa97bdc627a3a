// Memory instructions on the core's side: the queue in front of the LSU, and what the LSU's answers do to the warp.
//
// In the cycle after execute the lanes of a load or store are compared with the windows and with the one region that the lowest
// lane's address lies in. Mostly that shows that no lane can trap: then the instruction commits, and the warp has gone on
// meanwhile. Otherwise whatever the warp has issued since is squashed, and the LSU's check decides.
// Of the instructions that wait for the LSU's check there is one per warp, its last. Loads, stores and fences have their event after
// the check; AMO, LR, SC and what goes to the engines after the write-back of their last part too, unless every lane traps.
// The queue never overflows: issue takes a credit per memory instruction (`space_o`), given back when the LSU accepts.
// `event_o` is held until `event_ready_i`.
// Invariants: the LSU finds no trap where the first comparison has excluded it; a check or a write-back concerns a warp with an instruction here (write-backs of plain loads excepted).
module memory_port
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  core_id_t       core_id_i,
  input  launch_t        launch_i,

  input  logic           issue_i,           // a memory instruction issues
  output logic           space_o,

  input  logic           execute_valid_i,   // it is in the execute stage
  input  slot_t          execute_slot_i,
  input  lane_mask_t     execute_mask_i,    // lanes of it that execute
  input  logic           execute_again_i,   // it goes no further than that stage
  input  lane_words_t    execute_address_i,
  input  lane_words_t    execute_data_i,
  input  logic [ScratchBits-1:0] execute_scratch_base_i,
  input  logic           execute_first_buffer_i,
  output logic [Warps-1:0] waiting_o,       // has instructions between execute and the LSU
  output clear_t         killed_o,          // of a squashed instruction
  output squash_t        squash_o,

  // An instruction that cannot trap, in the cycle after execute.
  output logic           safe_valid_o,
  output slot_t          safe_slot_o,
  output lane_words_t    safe_address_o,
  output lane_words_t    safe_data_o,

  output lsu_request_t   request_o,
  output logic           request_valid_o,
  input  logic           request_ready_i,
  output logic [1:0]     request_safe_o,    // the oldest request without a check, the next one: it has committed, no lane of it traps
  input  lsu_check_t     check_i,
  input  logic           check_valid_i,
  input  lsu_writeback_t writeback_i,
  input  logic           writeback_taken_i,

  // The instruction that is checked, in the cycle of the check.
  output logic           checked_valid_o,   // it is one that waits for the check
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
  logic                  accepted, pushed, killed, unused_queue_ready;
  lsu_request_t          request;
  logic [CreditBits-1:0] unused_queue_count;

  assign accepted  = request_valid_o && request_ready_i;
  assign space_o   = credits_q != '0;
  assign killed    = execute_valid_i && (execute_slot_i.killed || execute_again_i);
  assign pushed    = execute_valid_i && !execute_slot_i.killed && !execute_again_i;
  assign credits_d = credits_q - CreditBits'(issue_i) + CreditBits'(accepted) + CreditBits'(killed);
  assign killed_o  = '{valid: killed && execute_slot_i.decoded.writes, warp: execute_slot_i.warp,
                       number: rd_of(execute_slot_i.decoded)};

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
    request.engine        = lane_operation(execute_slot_i.decoded.instr);
    request.size          = mem_size_e'(execute_slot_i.decoded.instr[13:12]);
    request.unsigned_load = execute_slot_i.decoded.instr[14];
    request.rd            = request.op inside {LsuStore, LsuFence} ? '0 : rd_of(execute_slot_i.decoded);
    request.mask          = execute_mask_i;
    request.address       = execute_address_i;
    request.data          = execute_data_i;
    request.scratch_base  = execute_scratch_base_i;
    request.first_buffer  = execute_first_buffer_i;
    request.pc            = execute_slot_i.pc;
    if (request.op inside {LsuFence, LsuEngine}) request.size = SizeByte;  // the field is part of the fence's encoding
  end

  // Through an empty queue a request passes at once.
  lsu_request_t queued;
  logic         queue_valid, passes;

  assign request_valid_o = queue_valid || pushed;
  assign request_o       = queue_valid ? queued : request;
  assign passes          = !queue_valid && request_ready_i;

  fifo #(
    .Width($bits(lsu_request_t)),
    .Depth(MemoryQueue)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i (request),
    .valid_i(pushed && !passes),
    .ready_o(unused_queue_ready),
    .data_o (queued),
    .valid_o(queue_valid),
    .ready_i(request_ready_i),
    .count_o(unused_queue_count)
  );

  logic waited_check;   // the LSU's check is of an instruction that waits for it

  // ---- instructions between execute and event, by warp ----
  slot_t       slot_mem [Warps];
  lane_words_t address_mem [Warps];
  lane_words_t data_mem [Warps];      // for the monitors
  lane_mask_t  executed_mem [Warps];
  lane_mask_t  misaligned_q [Warps];
  lane_mask_t  access_q [Warps];

  always_ff @(posedge clk_i) begin
    if (pushed) begin
      slot_mem[execute_slot_i.warp]    <= execute_slot_i;
      executed_mem[execute_slot_i.warp] <= execute_mask_i;
      address_mem[execute_slot_i.warp] <= execute_address_i;
      data_mem[execute_slot_i.warp]    <= execute_data_i;
    end
    if (waited_check) begin
      misaligned_q[check_i.tag.warp] <= check_i.misaligned;
      access_q[check_i.tag.warp]     <= check_i.access_fault;
    end
  end

  for (genvar w = 0; w < Warps; w++) begin : gen_waiting
    logic [CreditBits-1:0] count_d, count_q;
    assign count_d = count_q + CreditBits'(pushed && execute_slot_i.warp == warp_id_t'(w)) -
                     CreditBits'(accepted && request_o.tag.warp == warp_id_t'(w));
    assign waiting_o[w] = count_q != '0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) count_q <= '0;
      else         count_q <= count_d;
    end
  end

  // ---- first comparison, in the cycle after execute ----
  logic             first_valid_q, lead_any, region_any_q, first_safe;
  slot_t            first_slot_q;
  lane_words_t      first_address_q, first_data_q;
  region_t          lead_region, region_q;
  word_t            lead_address, first_tail;
  mem_size_e        first_size;
  lane_mask_t       first_misaligned, first_fault, first_scratch, first_private, first_device, first_outside;

  assign lead_address = execute_address_i[lowest_lane(execute_slot_i.mask)];
  always_comb begin
    lead_any    = 1'b0;
    lead_region = launch_i.regions[0];
    if (pushed && execute_slot_i.speculative) begin
      for (int unsigned r = 0; r < Regions; r++) begin
        if (launch_i.regions[r].base <= lead_address && launch_i.regions[r].last >= lead_address &&
            (request.op == LsuStore ? launch_i.regions[r].w : launch_i.regions[r].r)) begin
          lead_any    = 1'b1;
          lead_region = launch_i.regions[r];
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_valid_q <= 1'b0;
    else         first_valid_q <= pushed;
  end
  always_ff @(posedge clk_i) begin
    if (pushed) begin
      first_slot_q    <= execute_slot_i;
      first_address_q <= execute_address_i;
      first_data_q    <= execute_data_i;
      region_any_q    <= lead_any;
      region_q        <= lead_region;
    end
  end

  assign first_size = mem_size_e'(first_slot_q.decoded.instr[13:12]);
  assign first_tail = (first_size == SizeByte) ? 32'd0 : (first_size == SizeHalf) ? 32'd1 : 32'd3;

  lsu_windows u_windows (
    .op_i          (operation(first_slot_q.decoded)),
    .engine_i      (lane_operation(first_slot_q.decoded.instr)),
    .size_i        (first_size),
    .mask_i        (first_valid_q ? first_slot_q.mask : '0),
    .address_i     (first_address_q),
    .scratch_size_i(launch_i.scratch_size),
    .private_size_i(launch_i.private_size),
    .accumulators_i(launch_i.accumulators),
    .misaligned_o  (first_misaligned),
    .fault_o       (first_fault),
    .scratch_o     (first_scratch),
    .private_o     (first_private),
    .device_o      (first_device),
    .accumulator_o ()
  );
  always_comb begin
    first_outside = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (first_device[l]) begin
        first_outside[l] = !region_any_q || first_address_q[l] < region_q.base ||
                           (first_address_q[l] | first_tail) > region_q.last;
      end
    end
  end

  assign first_safe     = first_slot_q.speculative && (first_misaligned | first_fault | first_outside) == '0;
  assign safe_valid_o   = first_valid_q && first_safe;
  assign safe_slot_o    = first_slot_q;
  assign safe_address_o = first_address_q;
  assign safe_data_o    = first_data_q;
  assign squash_o       = '{valid: first_valid_q && first_slot_q.speculative && !first_safe, warp: first_slot_q.warp};

  // Which of the requests that the LSU has, or that wait for it, do not wait for its check: by age, the oldest first, those of this
  // cycle included.
  localparam int unsigned ChecksDepth = MemoryQueue + 4;
  localparam int unsigned ChecksBits  = $clog2(ChecksDepth + 1);
  logic [ChecksDepth-1:0] checks_safe, checks_safe_d, checks_safe_q;
  logic [ChecksBits-1:0]  checks, checks_d, checks_q;
  logic                   check_safe;

  always_comb begin
    checks_safe = checks_safe_q;
    if (first_valid_q && first_safe) checks_safe[checks_q] = 1'b1;
  end
  assign checks         = checks_q + ChecksBits'(first_valid_q);
  assign checks_d       = checks - ChecksBits'(check_valid_i);
  assign checks_safe_d  = check_valid_i ? checks_safe >> 1 : checks_safe;
  assign check_safe     = checks_safe[0];
  assign request_safe_o = checks_safe[1:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_q      <= '0;
      checks_safe_q <= '0;
    end else begin
      checks_q      <= checks_d;
      checks_safe_q <= checks_safe_d;
    end
  end

  // ---- check ----
  warp_id_t   check_warp, writeback_warp;
  slot_t      checked;
  lsu_op_e    checked_operation;
  logic       all_trap, checked_atomic;

  assign check_warp        = check_i.tag.warp;
  assign writeback_warp    = writeback_i.tag.warp;
  always_comb begin
    checked      = slot_mem[check_warp];
    checked.mask = executed_mem[check_warp];
  end
  assign checked_operation = operation(checked.decoded);
  assign checked_slot_o    = checked;
  assign checked_address_o = address_mem[check_warp];
  assign checked_data_o    = data_mem[check_warp];
  assign all_trap          = (checked.mask & ~(check_i.misaligned | check_i.access_fault)) == '0;
  assign checked_atomic    = checked_operation inside {LsuAmo, LsuLr, LsuSc, LsuEngine};
  assign waited_check      = check_valid_i && !check_safe;
  assign checked_valid_o   = waited_check;

  assign release_valid_o    = waited_check && all_trap && checked.decoded.writes;
  assign release_warp_o     = check_warp;
  assign release_register_o = rd_of(checked.decoded);

  // ---- completion ----
  // An atomic is the last of its warp's accesses to complete: it has when no last part is owed any more.
  typedef logic [7:0] owed_t;       // more than the LSU and what waits for it hold
  owed_t [Warps-1:0] owed_q;
  logic [Warps-1:0] done_d, done_q, atomic_d, atomic_q, failed_d, failed_q;
  logic             last_part, safe_owes, checked_owes, taken;
  warp_id_t         event_warp;

  assign last_part    = writeback_taken_i && writeback_i.last;
  assign safe_owes    = safe_valid_o && operation(first_slot_q.decoded) == LsuLoad;
  assign checked_owes = waited_check && checked_operation inside {LsuLoad, LsuAmo, LsuLr, LsuSc, LsuEngine} && !all_trap;

  for (genvar w = 0; w < Warps; w++) begin : gen_owed
    owed_t owed_d;
    assign owed_d = owed_q[w] + owed_t'(safe_owes && first_slot_q.warp == warp_id_t'(w)) +
                    owed_t'(checked_owes && check_warp == warp_id_t'(w)) -
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
    if (waited_check) begin
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
  lane_mask_t       executed, misaligned, access;

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
  assign executed   = executed_mem[event_warp];
  assign misaligned = misaligned_q[event_warp];
  assign access     = access_q[event_warp];

  always_comb begin
    event_d               = '0;
    event_d.lane_data     = address_mem[event_warp];
    event_d.path.warp     = done_slot.warp;
    event_d.path.pc       = done_slot.pc;
    event_d.path.depth    = done_slot.depth;
    event_d.path.path     = done_slot.mask;
    event_d.path.executed = executed;
    event_d.path.trapping = misaligned | access;
    event_d.path.trap     = event_d.path.trapping != '0;
    event_d.path.moved    = event_d.path.trapping;
    event_d.path.leave    = LaneStaysRun;
    event_d.path.target   = done_slot.pc;
    event_d.path.rest     = done_slot.pc + 30'd1;
    event_d.path.retired  = (executed & ~event_d.path.trapping) != '0;
    // Of hd.mbar.wait all lanes that execute trap, or none. Those that do not execute stay where they are.
    if (CopyEngine != 0 && done_operation == LsuEngine && lane_operation(done_slot.decoded.instr) == LaneWait) begin
      event_d.path.rest = done_slot.pc;
      if (event_d.path.trapping == '0) begin
        event_d.path.moved        = executed;
        event_d.path.leave        = LaneToWait;
        event_d.path.sync_operand = event_d.lane_data[lowest_lane(executed)];
        event_d.path.target       = done_slot.pc + 30'd1;
        event_d.path.target_depth = done_slot.depth;
      end
    end
    event_d.fence_i       = done_slot.decoded.operation[FenceIBit];
    event_d.path.ordering = done_operation inside {LsuAmo, LsuLr, LsuSc, LsuFence} && !event_d.fence_i;
    event_d.path.load_reserved     = done_operation == LsuLr;
    event_d.path.store_conditional = done_operation == LsuSc;
    event_d.path.yield             = event_d.path.store_conditional && failed_q[event_warp];
    event_d.path.predicted         = !done_slot.decoded.predict_stop && !done_slot.speculative;
    event_d.path.predicted_pc      = done_slot.pc + 30'd1;
    event_d.cause          = (done_operation inside {LsuLoad, LsuLr}) ? 5'd4 : 5'd6;
    event_d.cause_plus_one = access;
    event_d.value_per_lane = 1'b1;
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
  a_no_overflow : assert property (@(posedge clk_i) disable iff (!rst_ni) pushed |-> unused_queue_ready);
  a_owed : assert property (@(posedge clk_i) disable iff (!rst_ni)
                            last_part |-> owed_q[writeback_warp] != '0 || (checked_owes && check_warp == writeback_warp));
  a_checks_room : assert property (@(posedge clk_i) disable iff (!rst_ni) first_valid_q |-> checks_q != ChecksBits'(ChecksDepth));
  a_checks_known : assert property (@(posedge clk_i) disable iff (!rst_ni) check_valid_i |-> checks != '0);
  a_safe : assert property (@(posedge clk_i) disable iff (!rst_ni)
                            check_valid_i && check_safe |-> (check_i.misaligned | check_i.access_fault) == '0);
  a_windows : assert property (@(posedge clk_i) disable iff (!rst_ni)
                               first_valid_q |-> (first_scratch & first_private) == '0);
`else
  logic unused;
  assign unused = ^{first_scratch, first_private};
`endif

endmodule
