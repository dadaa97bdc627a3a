// Control and status registers, trap entry and return, and the decision whether an interrupt is possible.
//
// A CSR instruction executes in the cycle of `execute_i`: `read_o` is the old value, the new one holds from the next cycle on. A trap
// (or interrupt) is entered in the cycle of `trap_i`, `mret_i` likewise; none of the three come together.
// The lines are registered once: mip shows them one cycle late.
module mgmt_csrs
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  mgmt_lines_t lines_i,
  input  logic [63:0] time_i,

  input  logic        execute_i,
  input  logic [11:0] number_i,
  input  logic        write_i,           // with execute_i: it writes, too
  input  logic [1:0]  operation_i,       // funct3[1:0]: 1 write, 2 set, 3 clear
  input  word_t       operand_i,
  output word_t       read_o,
  output logic        uncounted_o,       // the instruction at number_i must not be counted in minstret

  input  logic        trap_i,
  input  logic        interrupt_i,       // with trap_i: it is the interrupt that interrupt_cause_o names
  input  word_t       cause_i,           // of a trap that is none
  input  word_t       pc_i,
  input  word_t       tval_i,
  output word_t       handler_o,         // where the trap goes
  input  logic        mret_i,
  output word_t       mepc_o,

  output logic        interrupt_o,       // one is pending, enabled and allowed
  output word_t       interrupt_cause_o,
  output logic        wake_o,            // one is pending and enabled
  output word_t       mip_o,

  input  logic        retire_i,          // an instruction that counts has retired
  output logic        counting_o         // the next one to execute counts
);

  mgmt_lines_t lines_q, enable_d, enable_q, asked;
  logic        mie_d, mie_q, mpie_d, mpie_q;
  word_t       mtvec_d, mtvec_q, mscratch_d, mscratch_q, mepc_d, mepc_q, mtval_d, mtval_q;
  logic        cause_interrupt_d, cause_interrupt_q;
  logic [4:0]  cause_d, cause_q;
  logic        inhibit_cycle_d, inhibit_cycle_q, inhibit_instret_d, inhibit_instret_q;
  logic [63:0] cycles, instructions;
  word_t       next;
  logic        write;

  function automatic word_t bits_of(mgmt_lines_t lines);
    bits_of              = '0;
    bits_of[ExternalBit] = lines.external;
    bits_of[TimerBit]    = lines.timer;
    bits_of[SoftwareBit] = lines.software;
  endfunction

  // ---- interrupts ----
  assign asked       = lines_q & enable_q;
  assign wake_o      = asked != '0;
  assign interrupt_o = wake_o && mie_q;
  assign mip_o       = bits_of(lines_q);

  always_comb begin
    interrupt_cause_o = 32'h8000_0000 | TimerBit;
    if (asked.software) interrupt_cause_o = 32'h8000_0000 | SoftwareBit;
    if (asked.external) interrupt_cause_o = 32'h8000_0000 | ExternalBit;
  end

  // ---- read ----
  always_comb begin
    read_o = '0;
    unique case (number_i)
      MCSR_MARCHID:                read_o = MCSR_MARCHID_VALUE;
      MCSR_MIMPID:                 read_o = MCSR_MIMPID_VALUE;
      MCSR_MISA:                   read_o = MCSR_MISA_VALUE;
      MCSR_MSTATUS: begin
        read_o    = MCSR_MSTATUS_VALUE;
        read_o[3] = mie_q;
        read_o[7] = mpie_q;
      end
      MCSR_MIE:                    read_o = bits_of(enable_q);
      MCSR_MIP:                    read_o = bits_of(lines_q);
      MCSR_MTVEC:                  read_o = mtvec_q;
      MCSR_MSCRATCH:               read_o = mscratch_q;
      MCSR_MEPC:                   read_o = mepc_q;
      MCSR_MCAUSE:                 read_o = {cause_interrupt_q, 26'h0, cause_q};
      MCSR_MTVAL:                  read_o = mtval_q;
      MCSR_MCOUNTINHIBIT:          read_o = {29'h0, inhibit_instret_q, 1'b0, inhibit_cycle_q};
      MCSR_MCYCLE, MCSR_CYCLE:     read_o = cycles[31:0];
      MCSR_MCYCLEH, MCSR_CYCLEH:   read_o = cycles[63:32];
      MCSR_MINSTRET, MCSR_INSTRET: read_o = instructions[31:0];
      MCSR_MINSTRETH, MCSR_INSTRETH: read_o = instructions[63:32];
      MCSR_TIME:                   read_o = time_i[31:0];
      MCSR_TIMEH:                  read_o = time_i[63:32];
      default:                     read_o = '0;
    endcase
  end

  // ---- write, trap, return ----
  assign write = execute_i && write_i;

  always_comb begin
    unique case (operation_i)
      2'd2:    next = read_o | operand_i;
      2'd3:    next = read_o & ~operand_i;
      default: next = operand_i;
    endcase
  end

  always_comb begin
    enable_d          = enable_q;
    mie_d             = mie_q;
    mpie_d            = mpie_q;
    mtvec_d           = mtvec_q;
    mscratch_d        = mscratch_q;
    mepc_d            = mepc_q;
    mtval_d           = mtval_q;
    cause_interrupt_d = cause_interrupt_q;
    cause_d           = cause_q;
    inhibit_cycle_d   = inhibit_cycle_q;
    inhibit_instret_d = inhibit_instret_q;
    if (write) begin
      unique case (number_i)
        MCSR_MSTATUS: begin
          mie_d  = next[3];
          mpie_d = next[7];
        end
        MCSR_MIE: begin
          enable_d.external = next[ExternalBit];
          enable_d.timer    = next[TimerBit];
          enable_d.software = next[SoftwareBit];
        end
        MCSR_MTVEC:    mtvec_d    = next & MCSR_MTVEC_MASK;
        MCSR_MSCRATCH: mscratch_d = next;
        MCSR_MEPC:     mepc_d     = next & MCSR_MEPC_MASK;
        MCSR_MTVAL:    mtval_d    = next;
        MCSR_MCAUSE: begin
          cause_interrupt_d = next[31];
          cause_d           = next[4:0];
        end
        MCSR_MCOUNTINHIBIT: begin
          inhibit_cycle_d   = next[0];
          inhibit_instret_d = next[2];
        end
        default: ;
      endcase
    end
    if (trap_i) begin
      mie_d             = 1'b0;
      mpie_d            = mie_q;
      mepc_d            = pc_i;
      mtval_d           = interrupt_i ? '0 : tval_i;
      cause_interrupt_d = interrupt_i;
      cause_d           = interrupt_i ? interrupt_cause_o[4:0] : cause_i[4:0];
    end
    if (mret_i) begin
      mie_d  = mpie_q;
      mpie_d = 1'b1;
    end
  end

  assign mepc_o    = mepc_q;
  assign handler_o = {mtvec_q[31:2] + ((interrupt_i && mtvec_q[0]) ? 30'(interrupt_cause_o[4:0]) : 30'h0), 2'b00};

  // ---- counters ----
  assign counting_o  = !inhibit_instret_q;
  assign uncounted_o = write_i && number_i inside {MCSR_MINSTRET, MCSR_MINSTRETH};

  mgmt_counters u_counters (
    .clk_i,
    .rst_ni,
    .count_cycle_i      (!inhibit_cycle_q),
    .count_instruction_i(retire_i),
    .write_i            (write),
    .number_i,
    .data_i             (next),
    .cycles_o           (cycles),
    .instructions_o     (instructions)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      lines_q           <= '0;
      enable_q          <= '0;
      mie_q             <= 1'b0;
      mpie_q            <= 1'b0;
      mtvec_q           <= MCSR_MTVEC_RESET;
      mscratch_q        <= MCSR_MSCRATCH_RESET;
      mepc_q            <= MCSR_MEPC_RESET;
      mtval_q           <= MCSR_MTVAL_RESET;
      cause_interrupt_q <= 1'b0;
      cause_q           <= '0;
      inhibit_cycle_q   <= 1'b0;
      inhibit_instret_q <= 1'b0;
    end else begin
      lines_q           <= lines_i;
      enable_q          <= enable_d;
      mie_q             <= mie_d;
      mpie_q            <= mpie_d;
      mtvec_q           <= mtvec_d;
      mscratch_q        <= mscratch_d;
      mepc_q            <= mepc_d;
      mtval_q           <= mtval_d;
      cause_interrupt_q <= cause_interrupt_d;
      cause_q           <= cause_d;
      inhibit_cycle_q   <= inhibit_cycle_d;
      inhibit_instret_q <= inhibit_instret_d;
    end
  end

`ifndef SYNTHESIS
  a_one_change : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0({execute_i, trap_i, mret_i}));
  a_interrupt_possible : assert property (@(posedge clk_i) disable iff (!rst_ni) trap_i && interrupt_i |-> interrupt_o);
`endif

endmodule
