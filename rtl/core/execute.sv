// Operand and execute stages: selects the operands of an instruction, and one cycle later computes results, addresses,
// branch decisions and what the slot does to its warp's paths.
//
// Latency: an instruction at the input in one cycle (operand stage) is executed in the next. Everything of the execute
// stage is combinational out of its operand registers; the users register it. Never stalls.
// The lead lane (the lowest of the path) gives the target of an indirect jump and the mask of a .sync collective;
// lanes that differ do not execute.
// A floating-point instruction in dynamic rounding mode traps in the lanes whose frm is reserved.
// A branch or jump whose warp went on as predicted is checked here; a killed instruction completes in no lane.
// Invariants: executed lanes are on the path; trapping lanes are executed ones; where lanes trap, the slot has an event.
module execute
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  parameter bit Control = 1'b1           // branches, jumps, CSRs, votes, shuffles, memory and system instructions come here
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // operand stage
  input  logic        operand_valid_i,
  input  slot_t       operand_slot_i,
  input  lane_words_t operand_a_i,        // rs1, rs2, rs3
  input  lane_words_t operand_b_i,
  input  lane_words_t operand_c_i,
  output logic        csr_read_o,
  output logic [11:0] csr_number_o,
  input  lane_words_t csr_data_i,
  input  lane_rounding_t frm_i,
  input  squash_t [Squashes-1:0] squash_i,
  input  squash_t     memory_squash_i,    // the first of them alone

  // execute stage
  output logic        valid_o,
  output slot_t       slot_o,
  output lane_words_t a_o,
  output lane_words_t b_o,
  output lane_words_t c_o,
  output lane_rounding_t rounding_o,      // floating point
  output lane_mask_t  completing_o,       // lanes that execute and do not trap
  output lane_words_t address_o,          // memory instructions
  output warp_id_t    live_warp_o,
  input  lane_mask_t  live_i,
  input  logic        waits_i,            // lanes of the warp wait for an mbarrier
  input  word_t       scratch_size_i,     // of the workgroup
  output logic        again_o,            // hd.mbar.wait that has to be performed again when they go on: it has its event here
  output lane_mask_t  executed_o,         // memory instructions: all of the path, but of hd.mbar.wait
  output logic        write_valid_o,      // results of this stage
  output register_write_t write_o,
  output event_t      event_o,            // for slots that resolve, memory instructions excepted
  output logic        resolves_o,         // the slot has an event
  output logic        astray_o,           // ... because the warp did not go on as predicted
  output logic        live_slot_o,        // not killed, unless in this cycle
  output lane_mask_t  taken_o,
  output word_t       target_o
);

  // ---- operand stage ----
  word_t       imm, instr;
  lane_words_t a_d, b_d, c_d;
  logic        reads_csr;

  assign instr = operand_slot_i.decoded.instr;
  always_comb begin
    unique case (operand_slot_i.decoded.imm)
      ImmI:    imm = {{20{instr[31]}}, instr[31:20]};
      ImmS:    imm = {{20{instr[31]}}, instr[31:25], instr[11:7]};
      ImmB:    imm = {{20{instr[31]}}, instr[7], instr[30:25], instr[11:8], 1'b0};
      ImmU:    imm = {instr[31:12], 12'h0};
      ImmJ:    imm = {{12{instr[31]}}, instr[19:12], instr[20], instr[30:21], 1'b0};
      ImmZ:    imm = {27'h0, instr[19:15]};
      default: imm = '0;
    endcase
  end

  assign reads_csr    = Control && operand_valid_i && operand_slot_i.decoded.unit inside {UnitCsr, UnitSystem};
  assign csr_read_o   = reads_csr;
  assign csr_number_o = (operand_slot_i.decoded.unit == UnitCsr) ? instr[31:20] : CSR_MEPC;  // the latter for mret

  // Planted bug 13: all lanes round as the first one says.
  lane_rounding_t rounding_d;
  always_comb begin
    rounding_d = {Lanes{instr[14:12]}};
    if (operand_slot_i.decoded.dynamic_mode) rounding_d = (PlantedBug == 13) ? {Lanes{frm_i[0]}} : frm_i;
  end

  always_comb begin
    a_d = operand_slot_i.decoded.a_pc ? {Lanes{pc_word(operand_slot_i.pc)}} : operand_a_i;
    b_d = operand_slot_i.decoded.b_imm ? {Lanes{imm}} : operand_b_i;
    c_d = reads_csr ? csr_data_i : operand_c_i;
  end

  // ---- operand registers ----
  logic        valid_q;
  slot_t       slot_q;
  lane_words_t a_q, b_q, c_q;
  word_t       imm_q, target_q;
  lane_rounding_t rounding_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= operand_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (operand_valid_i) begin
      slot_q   <= operand_slot_i;
      slot_q.killed <= operand_slot_i.killed || is_squashed(squash_i, operand_slot_i.warp);
      a_q      <= a_d;
      b_q      <= b_d;
      c_q      <= c_d;
      imm_q    <= imm;
      target_q <= pc_word(operand_slot_i.pc) + imm;
      if (is_float(operand_slot_i.decoded.unit)) rounding_q <= rounding_d;
    end
  end

  // Squashed by a memory instruction before it. (What squashes from here is not younger than itself.)
  logic killed;
  assign live_slot_o = valid_q && !slot_q.killed;
  assign killed      = slot_q.killed || (memory_squash_i.valid && memory_squash_i.warp == slot_q.warp);

  assign valid_o     = valid_q;
  always_comb begin
    slot_o        = slot_q;
    slot_o.killed = killed;
  end
  assign a_o         = a_q;
  assign b_o         = b_q;
  assign c_o         = c_q;
  assign rounding_o  = rounding_q;
  assign live_warp_o = slot_q.warp;

  // ---- units ----
  decoded_t    decoded;
  unit_e       unit;                     // UnitAlu for all that cannot come here
  logic        sync;
  lane_id_t    lead;
  lane_words_t alu_result, collective_result;
  lane_mask_t  branch_taken;

  assign decoded = slot_q.decoded;
  assign unit    = (Control || for_first_port(decoded.unit)) ? decoded.unit : UnitAlu;
  assign sync    = Control && decoded.sync;
  assign lead    = lowest_lane(slot_q.mask);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    alu #(
      .Lane(l)
    ) u_alu (
      .op_i    (alu_op_e'(decoded.operation)),
      .a_i     (a_q[l]),
      .b_i     (b_q[l]),
      .result_o(alu_result[l])
    );
    assign address_o[l] = a_q[l] + imm_q;
  end

  if (Control) begin : gen_branch
    branch_unit u_branch (
      .enable_i   (valid_q && unit == UnitBranch),
      .condition_i(decoded.instr[14:12]),
      .a_i        (a_q),
      .b_i        (b_q),
      .taken_o    (branch_taken)
    );
  end else begin : gen_no_branch
    assign branch_taken = '0;
  end

  // ---- lanes that execute ----
  lane_words_t target_lanes, sync_operands;
  word_t       lead_target, sync_mask;
  lane_mask_t  same_target, same_mask, executed;
  logic        sync_waits;

  logic indirect, mret;
  assign mret     = unit == UnitSystem && decoded.operation == SystemMret;
  assign indirect = unit == UnitJalr || mret;

  always_comb begin
    target_lanes = c_q;
    lead_target  = '0;
    same_target  = '0;
    if (indirect) begin
      if (!mret) begin
        for (int unsigned l = 0; l < Lanes; l++) target_lanes[l] = {address_o[l][31:1], 1'b0};
      end
      lead_target = target_lanes[lead];
      for (int unsigned l = 0; l < Lanes; l++) same_target[l] = slot_q.mask[l] && target_lanes[l] == lead_target;
    end
  end

  always_comb begin
    sync_operands = (unit == UnitVote) ? b_q : c_q;
    sync_mask     = '0;
    same_mask     = '0;
    sync_waits    = 1'b0;
    if (sync) begin
      sync_mask = sync_operands[lead];
      for (int unsigned l = 0; l < Lanes; l++) same_mask[l] = slot_q.mask[l] && sync_operands[l] == sync_mask;
      // Bits of the mask beyond the last lane name lanes that do not exist.
      sync_waits = (lane_mask_t'(sync_mask) & live_i & ~same_mask) != '0;
    end
  end

  // hd.mbar.wait is one operation, of the lead lane and those with the same operands; a warp waits for one mbarrier at a time.
  // Where its address is wrong the LSU's check says so.
  logic       waits, again;
  word_t      wait_offset;
  lane_mask_t same_wait;

  assign waits = Control && CopyEngine != 0 && unit == UnitMemory && lsu_op_e'(decoded.operation[2:0]) == LsuEngine &&
                 lane_operation(decoded.instr) == LaneWait;
  assign wait_offset = address_o[lead] - SCRATCHPAD_BASE;
  assign again = waits && waits_i && wait_offset[2:0] == '0 && scratch_size_i >= 32'd8 && wait_offset <= scratch_size_i - 32'd8;

  always_comb begin
    same_wait = '0;
    if (waits) begin
      for (int unsigned l = 0; l < Lanes; l++) same_wait[l] = slot_q.mask[l] && a_q[l] == a_q[lead] && b_q[l][0] == b_q[lead][0];
    end
  end

  assign executed   = indirect ? same_target : sync ? same_mask : waits ? same_wait : slot_q.mask;
  assign executed_o = executed;
  assign again_o    = valid_q && again;

  if (Control) begin : gen_collective
    vote_shuffle u_collective (
      .enable_i(valid_q && unit inside {UnitVote, UnitShuffle}),
      .op_i    (collective_op_e'(decoded.operation)),
      .mask_i  (executed),
      .a_i     (a_q),
      .b_i     (b_q),
      .result_o(collective_result)
    );
  end else begin : gen_no_collective
    assign collective_result = '0;
  end

  // ---- control ----
  lane_mask_t taken, trapping, reserved_mode;
  word_t      jump_target;
  logic       misaligned, trap_all;
  logic [4:0] cause;
  word_t      value;

  always_comb begin
    unique case (unit)
      UnitBranch: taken = slot_q.mask & branch_taken;
      UnitJal:    taken = slot_q.mask;
      default:    taken = indirect ? same_target : '0;
    endcase
    jump_target = indirect ? lead_target : target_q;
    misaligned  = taken != '0 && jump_target[1];
    trap_all    = 1'b0;
    cause       = 5'd0;
    value       = jump_target;
    if (unit == UnitSystem) begin
      unique case (system_op_e'(decoded.operation))
        SystemIllegal: begin
          trap_all = 1'b1;
          cause    = 5'd2;
          value    = decoded.instr;
        end
        SystemFetchFault: begin
          trap_all = 1'b1;
          cause    = 5'd1;
          value    = pc_word(slot_q.pc);
        end
        SystemEcall: begin
          trap_all = 1'b1;
          cause    = 5'd11;
          value    = '0;
        end
        SystemEbreak: begin
          trap_all = 1'b1;
          cause    = 5'd3;
          value    = pc_word(slot_q.pc);
        end
        default: ;
      endcase
    end
    reserved_mode = '0;
    if (decoded.dynamic_mode) begin
      cause = 5'd2;
      value = decoded.instr;
      for (int unsigned l = 0; l < Lanes; l++) reserved_mode[l] = slot_q.mask[l] && rounding_q[l] > 3'd4;
    end
    trapping = trap_all ? executed : misaligned ? taken : reserved_mode;
  end

  assign completing_o = killed ? '0 : executed & ~trapping;
  assign taken_o  = misaligned ? '0 : taken;
  assign target_o = jump_target;

  // ---- call depth: the return-address hints of the RISC-V specification ----
  logic   rd_links, rs1_links, push, pop;
  depth_t depth_up, depth_down;

  assign rd_links   = decoded.instr[11:7] inside {5'd1, 5'd5};
  assign rs1_links  = decoded.instr[19:15] inside {5'd1, 5'd5};
  assign push       = (unit == UnitJal && rd_links) ||
                      (unit == UnitJalr && rd_links && (!rs1_links || decoded.instr[11:7] == decoded.instr[19:15]));
  assign pop        = mret || (unit == UnitJalr && !rd_links && rs1_links);
  assign depth_up   = (slot_q.depth == '1) ? slot_q.depth : slot_q.depth + depth_t'(1);
  assign depth_down = (slot_q.depth == '0) ? slot_q.depth : slot_q.depth - depth_t'(1);

  // ---- result ----
  lane_words_t csr_new;
  pc_t         pc_next;

  assign pc_next = slot_q.pc + 30'd1;

  always_comb begin
    csr_new = decoded.b_imm ? b_q : a_q;
    unique case (decoded.instr[13:12])
      2'd2:    csr_new = c_q | csr_new;
      2'd3:    csr_new = c_q & ~csr_new;
      default: ;
    endcase
  end

  always_comb begin
    write_o.warp     = slot_q.warp;
    write_o.order    = slot_q.order;
    write_o.rd       = rd_of(decoded);
    write_o.mask     = completing_o;
    unique case (unit)
      UnitJal, UnitJalr:     write_o.data = {Lanes{pc_word(pc_next)}};
      UnitCsr:               write_o.data = c_q;
      UnitVote, UnitShuffle: write_o.data = collective_result;
      default:               write_o.data = alu_result;
    endcase
  end
  // ---- prediction ----
  lane_mask_t expected;
  assign expected   = decoded.predict_taken ? slot_q.mask : '0;
  assign astray_o   = valid_q && !killed && slot_q.speculative && unit != UnitMemory &&
                      (taken != expected || trapping != '0);
  assign resolves_o = valid_q && !killed && (unit != UnitMemory || again) && (slot_q.resolve || astray_o);

  assign write_valid_o = valid_q && !killed && decoded.writes && !sync_waits && write_o.mask != '0 && !is_long(unit);

  // ---- event ----
  always_comb begin
    event_o                = '0;
    event_o.path.warp      = slot_q.warp;
    event_o.path.pc        = slot_q.pc;
    event_o.path.depth     = slot_q.depth;
    event_o.path.path      = slot_q.mask;
    event_o.path.executed  = executed;
    event_o.path.trap      = trapping != '0;
    event_o.path.trapping  = trapping;
    event_o.path.moved     = taken | trapping;
    event_o.path.leave     = LaneStaysRun;
    event_o.path.target    = jump_target[31:2];
    event_o.path.target_depth = push ? depth_up : pop ? depth_down : slot_q.depth;
    event_o.path.rest      = pc_next;
    event_o.path.retired   = completing_o != '0 && !sync_waits && !again;
    event_o.path.yield     = unit == UnitSystem && decoded.operation == SystemPause;
    event_o.path.sync_operand = sync_mask;
    // After a squash fetch has to begin anew in any case.
    event_o.path.predicted    = !decoded.predict_stop && !slot_q.speculative;
    event_o.path.predicted_pc = decoded.predict_taken ? target_q[31:2] : pc_next;
    // Lanes that do not execute stay where they are.
    if (indirect) event_o.path.rest = slot_q.pc;
    if (sync) begin
      event_o.path.rest   = slot_q.pc;
      event_o.path.moved  = executed;
      event_o.path.target = sync_waits ? slot_q.pc : pc_next;
      event_o.path.leave  = sync_waits ? LaneToSync : LaneStaysRun;
    end
    if (again) begin
      event_o.path.rest   = slot_q.pc;
      event_o.path.moved  = executed;
      event_o.path.target = slot_q.pc;
      event_o.path.leave  = LaneToWait;
      event_o.path.sync_operand = address_o[lead];
    end
    if (unit == UnitSystem && decoded.operation == SystemExit) begin
      event_o.path.moved = executed;
      event_o.path.leave = LaneExits;
    end
    if (unit == UnitSystem && decoded.operation == SystemBarrier) begin
      event_o.path.moved  = executed;
      event_o.path.leave  = LaneToBarrier;
      event_o.path.target = pc_next;
    end
    event_o.cause     = cause;
    event_o.value     = value;
    event_o.csr_write = unit == UnitCsr && (decoded.instr[13:12] == 2'd1 || decoded.instr[19:15] != '0);
    event_o.csr       = decoded.instr[31:20];
    event_o.lane_data = csr_new;
  end

`ifndef SYNTHESIS
  a_executed : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_q |-> (executed & ~slot_q.mask) == '0);
  a_lead : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_q |-> executed[lead]);
  a_reserved_mode : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                     valid_q && !killed && reserved_mode != '0 |-> slot_q.resolve);
  a_trapping : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_q |-> (trapping & ~executed) == '0);
`endif

endmodule
