// The hart of the management core: RV32IMC_Zicsr_Zifencei, machine mode (docs/management.md, sections 1 to 3).
//
//   fetch: words ahead, cut into instructions -> execute: registers, ALU, branch, address, CSR -> write-back: register file, or the
//   answer of a load or store
//
// One instruction per cycle. A taken branch or jump costs one cycle more, a load whose value the next instruction needs one, a CSR
// access one or none; a trap, an interrupt and mret cost as a jump. An instruction leaves execute only when the one before has its answer
// without an error in the same cycle or earlier, so that nothing ever has to be undone.
// Data requests stay until they are accepted; a fetch may change its mind (docs/management.md, section 5).
// Invariants: an instruction that traps writes nothing; a response comes only to a load or store in write-back; an interrupt is not
// taken from an instruction that has begun.
module mgmt_core
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  mgmt_lines_t    lines_i,
  input  logic [63:0]    time_i,

  output word_t          fetch_address_o,
  output logic           fetch_valid_o,
  input  logic           fetch_ready_i,
  input  mgmt_response_t fetch_response_i,
  output logic           fetch_flush_o,       // fence.i: forget lines fetched earlier

  output mgmt_request_t  data_request_o,
  output logic           data_valid_o,
  input  logic           data_ready_i,
  input  mgmt_response_t data_response_i,

  output logic           sleeping_o,          // waits in wfi
  output mgmt_trace_t    trace_o,             // for checkers
  output logic           trace_valid_o
);

  // ---- fetch ---------------------------------------------------------------------------------------------------------------
  mgmt_fetched_t fetched;
  logic          x_valid, x_ready, redirect;
  word_t         redirect_pc, next_pc;

  mgmt_fetch u_fetch (
    .clk_i,
    .rst_ni,
    .redirect_i       (redirect),
    .redirect_pc_i    (redirect_pc),
    .fetched_o        (fetched),
    .valid_o          (x_valid),
    .ready_i          (x_ready),
    .next_pc_o        (next_pc),
    .request_address_o(fetch_address_o),
    .request_valid_o  (fetch_valid_o),
    .request_ready_i  (fetch_ready_i),
    .response_i       (fetch_response_i)
  );

  // ---- execute: operands -----------------------------------------------------------------------------------------------------
  mgmt_decoded_t   d;
  mgmt_writeback_t w_d, w_q;
  logic            w_valid_d, w_valid_q;
  word_t           file_a, file_b, a, b, alu_result, loaded, long_result, csr_read;
  logic            taken, forward_a, forward_b, hazard, misaligned;
  logic            write_register;
  word_t           write_data;
  logic [3:0]      strobe;
  word_t           store_data;

  mgmt_decoder u_decoder (
    .instr_i  (fetched.instr),
    .decoded_o(d)
  );

  mgmt_register_file u_registers (
    .clk_i,
    .a_i    (d.rs1),
    .a_o    (file_a),
    .b_i    (d.rs2),
    .b_o    (file_b),
    .write_i(write_register),
    .rd_i   (w_q.rd),
    .data_i (write_data)
  );

  assign forward_a = w_valid_q && w_q.writes && w_q.rd == d.rs1;
  assign forward_b = w_valid_q && w_q.writes && w_q.rd == d.rs2;
  assign a         = !d.reads_a ? '0 : forward_a ? w_q.result : file_a;
  assign b         = !d.reads_b ? '0 : forward_b ? w_q.result : file_b;
  assign hazard    = w_q.load && ((d.reads_a && forward_a) || (d.reads_b && forward_b));

  mgmt_alu u_alu (
    .op_i    (d.alu),
    .a_i     (d.a_pc ? fetched.pc : a),
    .b_i     (d.b_imm ? d.imm : b),
    .result_o(alu_result),
    .branch_i(d.funct3),
    .left_i  (a),
    .right_i (b),
    .taken_o (taken)
  );

  mgmt_load_store u_load_store (
    .funct3_i     (d.funct3),
    .offset_i     (alu_result[1:0]),
    .store_i      (b),
    .misaligned_o (misaligned),
    .strobe_o     (strobe),
    .data_o       (store_data),
    .load_funct3_i(w_q.funct3),
    .load_offset_i(w_q.result[1:0]),
    .word_i       (data_response_i.data),
    .loaded_o     (loaded)
  );

  // ---- execute: control ------------------------------------------------------------------------------------------------------
  logic  w_memory, w_answered, w_error, w_open;
  logic  interrupt, interrupt_now, wake;
  logic  start;                    // the instruction may do what it does
  logic  begun_d, begun_q;         // it has begun something that takes more than this cycle
  logic  done;                     // it completes, and goes to write-back
  logic  x_trap;                   // it traps
  logic  memory, long_start, long_done, csr_execute, mret;
  logic  uncounted, counting;
  word_t x_cause, x_tval;

  assign w_memory   = w_q.load || w_q.store;
  assign w_answered = w_valid_q && (!w_memory || data_response_i.valid);
  assign w_error    = w_valid_q && w_memory && data_response_i.valid && data_response_i.error;
  assign w_open     = !w_valid_q || (w_answered && !w_error);

  assign interrupt_now = interrupt && !begun_q && w_open;
  assign start         = x_valid && w_open && !hazard && !interrupt && !begun_q;
  assign memory        = d.kind inside {KindLoad, KindStore};

  always_comb begin
    x_trap  = 1'b0;
    x_cause = CauseIllegal;
    x_tval  = '0;
    if (fetched.fault) begin
      x_trap  = start;
      x_cause = CauseFetchFault;
      x_tval  = fetched.fault_late ? fetched.pc + 32'd2 : fetched.pc;
    end else if (d.kind == KindIllegal) begin
      x_trap  = start;
      x_tval  = fetched.compressed ? {16'h0, fetched.half} : fetched.instr;
    end else if (d.kind == KindEbreak) begin
      x_trap  = start;
      x_cause = CauseBreakpoint;
      x_tval  = fetched.pc;
    end else if (d.kind == KindEcall) begin
      x_trap  = start;
      x_cause = CauseEcall;
    end else if (memory && misaligned) begin
      x_trap  = start;
      x_cause = (d.kind == KindLoad) ? CauseLoadMisaligned : CauseStoreMisaligned;
      x_tval  = alu_result;
    end
  end

  logic go;                         // start, of an instruction that does not trap
  assign go           = start && !x_trap;
  assign data_valid_o = memory && (go || begun_q);
  assign long_start   = d.kind == KindLong && go;
  assign csr_execute  = d.kind == KindCsr && go && !w_valid_q;  // minstret has counted all before
  assign mret         = d.kind == KindMret && go;

  always_comb begin
    unique case (d.kind)
      KindLoad, KindStore: done = data_valid_o && data_ready_i;
      KindLong:            done = begun_q && long_done;
      KindWfi:             done = (go || begun_q) && wake;
      KindCsr:             done = csr_execute;
      default:             done = go;
    endcase
  end

  assign begun_d     = !done && (begun_q || (go && (memory || d.kind inside {KindLong, KindWfi})));
  assign x_ready     = done || x_trap;
  assign sleeping_o  = begun_q && d.kind == KindWfi;

  always_comb begin
    data_request_o         = '0;
    data_request_o.address = alu_result;
    data_request_o.write   = d.kind == KindStore;
    data_request_o.strobe  = strobe;
    data_request_o.data    = store_data;
  end

  mgmt_long_unit u_long (
    .clk_i,
    .rst_ni,
    .start_i    (long_start),
    .operation_i(d.funct3),
    .a_i        (a),
    .b_i        (b),
    .done_o     (long_done),
    .accept_i   (done && d.kind == KindLong),
    .result_o   (long_result)
  );

  // ---- CSRs, traps -------------------------------------------------------------------------------------------------------------
  logic  trap;
  word_t trap_pc, trap_cause, trap_tval, handler, mepc, interrupt_cause, mip;

  assign trap       = w_error || interrupt_now || x_trap;
  assign trap_pc    = w_error ? w_q.pc : x_valid ? fetched.pc : next_pc;
  assign trap_cause = w_error ? (w_q.load ? CauseLoadFault : CauseStoreFault) : x_cause;
  assign trap_tval  = w_error ? w_q.result : x_tval;

  mgmt_csrs u_csrs (
    .clk_i,
    .rst_ni,
    .lines_i,
    .time_i,
    .execute_i        (csr_execute),
    .number_i         (fetched.instr[31:20]),
    .write_i          (d.csr_write),
    .operation_i      (d.funct3[1:0]),
    .operand_i        (d.funct3[2] ? d.imm : a),
    .read_o           (csr_read),
    .uncounted_o      (uncounted),
    .trap_i           (trap),
    .interrupt_i      (interrupt_now),
    .cause_i          (trap_cause),
    .pc_i             (trap_pc),
    .tval_i           (trap_tval),
    .handler_o        (handler),
    .mret_i           (mret),
    .mepc_o           (mepc),
    .interrupt_o      (interrupt),
    .interrupt_cause_o(interrupt_cause),
    .wake_o           (wake),
    .mip_o            (mip),
    .retire_i         (w_answered && !w_error && w_q.counted),
    .counting_o       (counting)
  );

  // ---- where to go on ------------------------------------------------------------------------------------------------------------
  logic jump;
  assign jump          = go && ((d.kind == KindBranch && taken) || d.kind inside {KindJump, KindMret, KindFenceI});
  assign redirect      = trap || jump;
  assign fetch_flush_o = go && d.kind == KindFenceI;

  always_comb begin
    redirect_pc = {alu_result[31:1], 1'b0};
    if (d.kind == KindMret)   redirect_pc = mepc;
    if (d.kind == KindFenceI) redirect_pc = next_pc;
    if (trap)                 redirect_pc = handler;
  end

  // ---- write-back ----------------------------------------------------------------------------------------------------------------
  always_comb begin
    w_d         = w_q;
    w_valid_d   = w_valid_q && !w_answered;
    if (done) begin
      w_valid_d   = 1'b1;
      w_d.load    = d.kind == KindLoad;
      w_d.store   = d.kind == KindStore;
      w_d.writes  = d.writes;
      w_d.counted = counting && !(d.kind == KindCsr && uncounted);
      w_d.rd      = d.rd;
      w_d.funct3  = d.funct3;
      w_d.pc      = fetched.pc;
      unique case (d.kind)
        KindLong: w_d.result = long_result;
        KindCsr:  w_d.result = csr_read;
        KindJump: w_d.result = next_pc;
        default:  w_d.result = alu_result;
      endcase
    end
  end

  assign write_register = w_answered && !w_error && w_q.writes;
  assign write_data     = w_q.load ? loaded : w_q.result;

  always_ff @(posedge clk_i) begin
    w_q <= w_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      w_valid_q <= 1'b0;
      begun_q   <= 1'b0;
    end else begin
      w_valid_q <= w_valid_d;
      begun_q   <= begun_d;
    end
  end

  // ---- for checkers --------------------------------------------------------------------------------------------------------------
  mgmt_trace u_trace (
    .clk_i,
    .rst_ni,
    .fetched_i        (fetched),
    .done_i           (done),
    .memory_i         (memory),
    .request_i        (data_request_o),
    .next_pc_i        (jump ? redirect_pc : next_pc),
    .x_trap_i         (x_trap),
    .interrupt_i      (interrupt_now),
    .trap_pc_i        (trap_pc),
    .trap_cause_i     (interrupt_now ? interrupt_cause : trap_cause),
    .trap_tval_i      (interrupt_now ? '0 : trap_tval),
    .handler_i        (handler),
    .mip_i            (mip),
    .answered_i       (w_answered),
    .error_i          (w_error),
    .load_i           (w_q.load),
    .writes_i         (w_q.writes),
    .rd_i             (w_q.rd),
    .value_i          (write_data),
    .read_data_i      (data_response_i.data),
    .trace_o,
    .trace_valid_o
  );

`ifndef SYNTHESIS
  a_response_asked_for : assert property (@(posedge clk_i) disable iff (!rst_ni) data_response_i.valid |-> w_valid_q && w_memory);
  a_trap_writes_nothing : assert property (@(posedge clk_i) disable iff (!rst_ni) trap |-> !done);
  a_request_stays : assert property (@(posedge clk_i) disable iff (!rst_ni)
                    data_valid_o && !data_ready_i |=> data_valid_o && $stable(data_request_o));
  a_begun_has_instruction : assert property (@(posedge clk_i) disable iff (!rst_ni) begun_q |-> x_valid && !w_valid_q);
`endif

endmodule
