// Bound to mgmt_core in builds for coverage: interrupts and traps of the management core. Purely an observer.
module mgmt_core_points
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input logic  clk_i,
  input logic  rst_ni,
  input logic  trap,
  input logic  interrupt_now,
  input word_t interrupt_cause,
  input word_t trap_cause,
  input word_t mip,
  input logic  sleeping_o,
  input logic  wake,
  input logic  fetch_flush_o
);

  logic taken, trapped, several;
  assign taken   = rst_ni && interrupt_now;
  assign trapped = rst_ni && trap && !interrupt_now;
  assign several = (mip & (mip - 32'd1)) != '0;

  mgmt_takes_software  : cover property (@(posedge clk_i) taken && interrupt_cause[4:0] == 5'(SoftwareBit));
  mgmt_takes_timer     : cover property (@(posedge clk_i) taken && interrupt_cause[4:0] == 5'(TimerBit));
  mgmt_takes_external  : cover property (@(posedge clk_i) taken && interrupt_cause[4:0] == 5'(ExternalBit));
  mgmt_takes_one_of_several : cover property (@(posedge clk_i) taken && several);
  mgmt_trap_fetch      : cover property (@(posedge clk_i) trapped && trap_cause == CauseFetchFault);
  mgmt_trap_illegal    : cover property (@(posedge clk_i) trapped && trap_cause == CauseIllegal);
  mgmt_trap_breakpoint : cover property (@(posedge clk_i) trapped && trap_cause == CauseBreakpoint);
  mgmt_trap_load_misaligned  : cover property (@(posedge clk_i) trapped && trap_cause == CauseLoadMisaligned);
  mgmt_trap_load       : cover property (@(posedge clk_i) trapped && trap_cause == CauseLoadFault);
  mgmt_trap_store_misaligned : cover property (@(posedge clk_i) trapped && trap_cause == CauseStoreMisaligned);
  mgmt_trap_store      : cover property (@(posedge clk_i) trapped && trap_cause == CauseStoreFault);
  mgmt_trap_ecall      : cover property (@(posedge clk_i) trapped && trap_cause == CauseEcall);
  mgmt_sleeps          : cover property (@(posedge clk_i) rst_ni && sleeping_o);
  mgmt_wakes           : cover property (@(posedge clk_i) rst_ni && sleeping_o && wake);
  mgmt_fence_i         : cover property (@(posedge clk_i) rst_ni && fetch_flush_o);

endmodule

bind mgmt_core mgmt_core_points u_points (.*);
