// What the DMA engine is doing: starts and stops it, counts what is complete, tells software by completion records and status.
// Latency: completed_o follows an answer by a cycle; a record is sent three cycles after it, and status.done rises with its answer.
// Invariants: between the first failure or abort and the end nothing new is sent but records; status.running falls when nothing is under
// way; nothing is counted as complete behind a failure.
module dma_control
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        start_i,             // pulses; start only while not running
  input  logic        abort_i,
  input  logic        clear_done_i,
  input  logic        clear_error_i,
  input  word_t       tail_i,
  input  logic        record_enable_i,     // stable while running
  input  logic [63:0] record_address_i,
  output status_t     status_o,
  output word_t       completed_o,
  output word_t       error_index_o,

  output logic        run_o,               // descriptors are taken
  output logic        stop_o,              // everything is forgotten
  output logic        clear_o,             // pulse: the end of that
  input  logic        idle_i,              // nothing is under way or waits
  input  logic        complete_i,          // pulse: a descriptor is complete
  input  logic        notify_i,            // with it
  input  cause_e      failed_i,            // the one that would be complete next has failed

  output page_t       page_o,
  output logic        page_valid_o,
  input  logic        page_done_i,
  input  logic        page_ok_i,
  output logic        message_valid_o,
  output logic [63:0] message_address_o,
  output logic [63:0] message_data_o,
  input  logic        message_done_i,      // pulse
  input  logic        message_error_i
);

  typedef enum logic [1:0] {StateIdle, StateRun, StateStop, StateLast} state_e;
  typedef enum logic [1:0] {RecordIdle, RecordLook, RecordSend} record_e;

  state_e  state_d, state_q;
  record_e record_d, record_q;
  cause_e  cause_d, cause_q;
  logic    done_d, done_q, error_d, error_q, aborted_d, aborted_q;
  logic    frozen_d, frozen_q;             // something has failed
  logic    wanted_d, wanted_q;             // a record
  word_t   completed_d, completed_q, index_d, index_q;
  word_t   sent_d, sent_q;                 // `completed` in the record that is being sent
  cause_e  told;                           // the cause in it
  logic    counted, record_ok, record_failed, ended;

  assign counted = complete_i && !frozen_q && state_q != StateIdle;

  // ---- records -----------------------------------------------------------------------------------------------------------
  assign page_o            = record_address_i[63:12];
  assign told              = (state_q == StateLast) ? cause_q : CAUSE_NONE;
  assign page_valid_o      = record_q == RecordLook;
  assign message_valid_o   = record_q == RecordSend;
  assign message_address_o = record_address_i;
  assign message_data_o    = {28'd0, told, sent_q};
  assign record_ok         = record_q == RecordSend && message_done_i && !message_error_i;
  assign record_failed     = (record_q == RecordSend && message_done_i && message_error_i) || (record_q == RecordLook && page_done_i && !page_ok_i);

  always_comb begin
    record_d = record_q;
    wanted_d = wanted_q || (counted && notify_i && record_enable_i);
    sent_d   = sent_q;
    unique case (record_q)
      RecordIdle: begin
        if ((wanted_q && state_q == StateRun) || (state_q == StateLast && !ended)) record_d = RecordLook;
      end
      RecordLook: begin
        // The record says what is complete now; whoever wanted one before gets it. (Of the last one it is remembered for status.done.)
        sent_d = completed_d;
        if (page_done_i) begin
          record_d = page_ok_i ? RecordSend : RecordIdle;
          wanted_d = wanted_q && state_q == StateLast;
        end
      end
      RecordSend: if (message_done_i) record_d = RecordIdle;
      default:    record_d = RecordIdle;
    endcase
    if (start_i) wanted_d = 1'b0;
  end

  // ---- begin and end -------------------------------------------------------------------------------------------------------
  assign ended = state_q == StateLast && (record_ok || record_failed);

  always_comb begin
    state_d   = state_q;
    cause_d   = cause_q;
    error_d   = error_q && !clear_error_i;
    aborted_d = aborted_q;
    index_d   = index_q;
    clear_o   = 1'b0;
    unique case (state_q)
      StateIdle: begin
        if (start_i) begin
          state_d   = StateRun;
          cause_d   = CAUSE_NONE;
          error_d   = 1'b0;
          aborted_d = 1'b0;
        end
      end
      StateRun: begin
        if (record_failed)          cause_d = CAUSE_COMPLETION;
        if (failed_i != CAUSE_NONE) cause_d = failed_i;
        if (cause_d != CAUSE_NONE || abort_i) state_d = StateStop;
      end
      StateStop: begin
        if (idle_i && record_q == RecordIdle) begin
          clear_o = 1'b1;
          state_d = StateIdle;
          if (cause_q == CAUSE_NONE) begin
            aborted_d = 1'b1;
          end else begin
            index_d = completed_q;
            error_d = 1'b1;
            if (record_enable_i && cause_q != CAUSE_COMPLETION) begin
              state_d = StateLast;
              error_d = error_q && !clear_error_i;
            end
          end
        end
      end
      StateLast: begin
        if (ended) begin
          state_d = StateIdle;
          error_d = 1'b1;
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  always_comb begin
    frozen_d    = frozen_q || failed_i != CAUSE_NONE || record_failed;
    completed_d = completed_q + 32'(counted);
    done_d      = done_q && !clear_done_i;
    if (record_ok && (state_q != StateLast || wanted_q)) done_d = 1'b1;
    if (counted && notify_i && !record_enable_i)         done_d = 1'b1;
    if (start_i) begin
      frozen_d    = 1'b0;
      completed_d = tail_i;
      done_d      = 1'b0;
    end
  end

  assign run_o         = state_q == StateRun;
  assign stop_o        = state_q == StateStop;
  assign status_o      = '{cause: cause_q, aborted: aborted_q, error: error_q, done: done_q, running: state_q != StateIdle};
  assign completed_o   = completed_q;
  assign error_index_o = index_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StateIdle;
      record_q    <= RecordIdle;
      cause_q     <= CAUSE_NONE;
      done_q      <= 1'b0;
      error_q     <= 1'b0;
      aborted_q   <= 1'b0;
      frozen_q    <= 1'b0;
      wanted_q    <= 1'b0;
      completed_q <= '0;
      index_q     <= '0;
      sent_q      <= '0;
    end else begin
      state_q     <= state_d;
      record_q    <= record_d;
      cause_q     <= cause_d;
      done_q      <= done_d;
      error_q     <= error_d;
      aborted_q   <= aborted_d;
      frozen_q    <= frozen_d;
      wanted_q    <= wanted_d;
      completed_q <= completed_d;
      index_q     <= index_d;
      sent_q      <= sent_d;
    end
  end

`ifndef SYNTHESIS
  a_start_while_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == StateIdle);
  a_frozen_completed : assert property (@(posedge clk_i) disable iff (!rst_ni) frozen_q && !start_i |=> $stable(completed_q));
`endif

endmodule
