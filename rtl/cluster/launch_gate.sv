// What the memory has to do with the beginning and the end of a launch, between the host port and the dispatcher. A launch starts
// when nothing of an earlier one is under way any more (prefetches, instruction fetches), and with empty caches. It is done when all
// it wrote is in memory: stores of warps that have ended may still be on their way, and the L2 cache writes back what is dirty.
// Write-backs that memory refuses end the launch in a fault of cause 25, whose value is the address of the first such line: the store
// is long past, so that nothing else of it is known (docs/architecture.md, section 7). A launch that has ended as aborted ignores
// them; an abort that comes too late for that changes nothing.
// Latency: one cycle from start_i to start_o; from done_i to done_o one when nothing is dirty or on its way, otherwise one more per dirty
// line and what the memory takes once. An abort of a launch that waits to start is handed on when it has.
// Invariants: start_o only while quiet_i; one done_o per start_i; while flush_o no warp runs.
module launch_gate
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
#(
  /* verilator lint_off UNUSEDPARAM */  // for the monitors alone
  parameter int unsigned Slot = 0  // launch slot
  /* verilator lint_on UNUSEDPARAM */
) (
  input  logic     clk_i,
  input  logic     rst_ni,

  // host port
  input  logic     start_i,
  input  logic     abort_i,
  output logic     done_o,
  output logic     faulted_o,        // these hold from done_o to the next start_i
  output fault_t   fault_o,
  output core_id_t fault_core_o,

  // dispatcher
  output logic     start_o,
  output logic     abort_o,
  input  logic     done_i,
  input  logic     busy_i,           // it runs one; low from the cycle after done_i
  input  logic     aborted_i,        // how it ended: these hold from done_i
  input  logic     faulted_i,
  input  fault_t   fault_i,
  input  core_id_t fault_core_i,
  output logic     refused_valid_o,  // pulse: a fault of cause 25; the dispatcher is told unless flush_o
  output fault_t   refused_o,

  // memory
  output logic     waits_o,          // to start
  output logic     stopped_o,        // ... only to end as aborted
  input  logic     quiet_i,          // nothing is under way
  output logic     invalidate_o,     // pulse: the caches forget everything
  output logic     flush_o,          // the launch's warps have ended
  output logic     write_back_o,     // ... and all they stored has come to the L2 cache: a line that gets more would be written twice
  input  logic     stored_i,         // no store is on its way to the L2 cache
  input  logic     flushed_i,
  input  logic     error_i,          // a write-back was refused; level, until the caches are invalidated
  input  word_t    error_line_i
);


  typedef enum logic [1:0] {StateIdle, StateWait, StateRun, StateFlush} state_e;

  state_e state_d, state_q;
  logic   aborts_d, aborts_q;        // the host has asked for it
  logic   hand_on_d, hand_on_q;      // and the dispatcher does not know yet
  logic   told_d, told_q;            // the dispatcher, of the write-back
  logic   late_d, late_q;            // the launch ended without a fault, but for a write-back
  logic   error_d, error_q;          // ... which the start of another launch may have made the caches forget
  word_t  error_line_d, error_line_q;

  always_comb begin
    state_d   = state_q;
    aborts_d  = aborts_q | (abort_i && state_q != StateIdle);
    hand_on_d = hand_on_q;
    told_d    = told_q | refused_valid_o;
    late_d    = late_q;
    start_o   = 1'b0;
    done_o    = 1'b0;
    unique case (state_q)
      StateIdle: begin
        if (start_i) begin
          state_d   = StateWait;
          aborts_d  = abort_i;
          hand_on_d = abort_i;
          told_d    = 1'b0;
          late_d    = 1'b0;
        end
      end
      StateWait: begin
        hand_on_d = hand_on_q | abort_i;
        if (quiet_i) begin
          state_d = StateRun;
          start_o = 1'b1;
        end
      end
      StateRun: begin
        hand_on_d = 1'b0;
        if (done_i) state_d = StateFlush;
      end
      StateFlush: begin
        // That the dispatcher is done says the state, too; but a wrong bit there must not end a launch.
        if (!busy_i && stored_i && flushed_i) begin
          state_d = StateIdle;
          done_o  = 1'b1;
          late_d  = error_d & ~faulted_i & ~aborted_i;
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  always_comb begin
    error_d      = error_q;
    error_line_d = error_line_q;
    if (error_i && !error_q && state_q inside {StateRun, StateFlush}) begin
      error_d      = 1'b1;
      error_line_d = error_line_i;
    end
    if (start_i) error_d = 1'b0;
  end

  assign waits_o         = state_q == StateWait;
  assign stopped_o       = aborts_q;
  assign abort_o         = state_q == StateRun && (abort_i || hand_on_q);
  assign invalidate_o    = start_o;
  assign flush_o         = state_q == StateFlush;
  assign write_back_o    = flush_o && stored_i;
  assign refused_valid_o = error_d && !told_q && ((state_q == StateRun && !aborts_q) || (state_q == StateFlush && !aborted_i));
  assign refused_o       = '{cause: CAUSE_WRITEBACK_REFUSED, value: error_line_d, default: '0};
  assign faulted_o       = faulted_i | late_d;
  assign fault_o         = late_d ? refused_o : fault_i;
  assign fault_core_o    = late_d ? '0 : fault_core_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StateIdle;
      aborts_q  <= 1'b0;
      hand_on_q <= 1'b0;
      told_q    <= 1'b0;
      late_q    <= 1'b0;
      error_q   <= 1'b0;
    end else begin
      state_q   <= state_d;
      aborts_q  <= aborts_d;
      hand_on_q <= hand_on_d;
      told_q    <= told_d;
      late_q    <= late_d;
      error_q   <= error_d;
    end
  end

  always_ff @(posedge clk_i) error_line_q <= error_line_d;

`ifndef SYNTHESIS
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == StateIdle);
  a_done_runs : assert property (@(posedge clk_i) disable iff (!rst_ni) done_i |-> state_q == StateRun);
  a_quiet_start : assert property (@(posedge clk_i) disable iff (!rst_ni) start_o |-> quiet_i);
  a_clean_start : assert property (@(posedge clk_i) disable iff (!rst_ni) $rose(state_q == StateRun) |-> !error_i && !error_q);
`endif

endmodule
