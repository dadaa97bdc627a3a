// Performs operations on mbarriers in scratchpad (docs/copy.md), one at a time: reads the two words, changes them, writes them back if they have changed.
// Sources (cores, copy engine, matrix engine) are served in turn. A waiter is a warp: its wait is answered at once, or kept in a table and
// answered by the operation that ends the phase.
// Latency: an answer 4 cycles after the operation is taken and the scratchpad's read latency L more. Throughput: one operation in 4 + L cycles.
// Invariants: one answer per operation of a source, in order; one wake-up per wait that was not answered at once, unless it is cancelled;
// nothing is written by an operation with an error.
module mbarrier_unit
  import copy_pkg::*;
#(
  parameter  int unsigned Sources    = 3,
  parameter  int unsigned Waiters    = 8,
  localparam int unsigned SourceBits = (Sources > 1) ? $clog2(Sources) : 1,
  localparam int unsigned WaiterBits = (Waiters > 1) ? $clog2(Waiters) : 1
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,

  input  barrier_op_e      [Sources-1:0]     op_i,
  input  scratch_address_t [Sources-1:0]     address_i,
  input  logic             [Sources-1:0][18:0] limit_i,     // addresses from here on are not allowed
  input  logic             [Sources-1:0][31:0] operand_i,
  input  logic             [Sources-1:0][WaiterBits-1:0] waiter_i,  // of BarrierWait
  input  logic             [Sources-1:0]     valid_i,
  output logic             [Sources-1:0]     ready_o,
  output logic             [Sources-1:0]     answer_valid_o,  // always accepted
  output barrier_error_e                     error_o,
  output logic                               phase_o,         // before the operation
  output logic                               over_o,          // test, wait: the phase is over; a wait that is not over is in the table
  output barrier_op_e                        trace_op_o,      // for the monitors: what is answered
  output scratch_address_t                   trace_address_o,
  output logic             [31:0]            trace_operand_o,

  output logic             [Waiters-1:0]     wake_o,          // the phase that it waits for is over
  input  logic             [Waiters-1:0]     cancel_i,        // it waits no longer

  // scratchpad: 8 bytes; a read is answered once, in order
  output scratch_address_t                   request_address_o,
  output logic                               request_write_o,
  output logic [63:0]                        request_data_o,
  output logic                               request_valid_o,
  input  logic                               request_ready_i,
  input  logic [63:0]                        response_data_i,
  input  logic                               response_valid_i
);

  typedef enum logic [2:0] {
    StateIdle,
    StateRead,
    StateData,
    StateWrite,
    StateAnswer
  } state_e;

  // ---- which source ------------------------------------------------------------------------------------------------------
  state_e                state_d, state_q;
  logic [Sources-1:0]    grant, source_q;
  logic                  any, take;
  logic [SourceBits-1:0] source;
  barrier_op_e           op_q;
  scratch_address_t      address_q;
  logic [18:0]           limit_q;
  logic [31:0]           operand_q;
  logic [WaiterBits-1:0] waiter_q;

  rr_arbiter #(
    .Width(Sources)
  ) u_sources (
    .clk_i,
    .rst_ni,
    .request_i(valid_i),
    .accept_i (take),
    .valid_o  (any),
    .grant_o  (grant),
    .index_o  (source)
  );

  assign take    = any && state_q == StateIdle;
  assign ready_o = (state_q == StateIdle) ? grant : '0;

  always_ff @(posedge clk_i) begin
    if (take) begin
      source_q  <= grant;
      op_q      <= op_i[source];
      address_q <= address_i[source];
      limit_q   <= limit_i[source];
      operand_q <= operand_i[source];
      waiter_q  <= waiter_i[source];
    end
  end

  // ---- the operation -------------------------------------------------------------------------------------------------------
  localparam logic signed [33:0] MostBytes = 34'sd1 <<< 30;  // less one

  barrier_t           found, changed_d, changed_q;
  barrier_error_e     error_d, error_q;
  logic               early_error, writes, ends, phase_q, over_d, over_q;
  logic signed [33:0] bytes;

  assign found = barrier_t'(response_data_i);

  // What is wrong without a look at the words.
  always_comb begin
    error_d = error_q;
    if (state_q == StateRead) begin
      error_d = BarrierFine;
      if (address_q[2:0] != '0 || 19'(address_q) + 19'd8 > limit_q) error_d = BarrierBadAddress;
      else if (op_q == BarrierInit && (operand_q == '0 || operand_q[31:15] != '0)) error_d = BarrierBadCount;
    end else if (state_q == StateData && op_q != BarrierInit) begin
      if (found.count == '0 || found.zero || found.missing > found.count) error_d = BarrierNotValid;
      else if (op_q == BarrierArrive && found.missing == '0) error_d = BarrierTooMany;
      else if (op_q inside {BarrierArrive, BarrierExpect, BarrierComplete} &&
               (operand_q[31:30] != '0 || bytes >= MostBytes || bytes < -MostBytes)) begin
        error_d = BarrierBytes;
      end
    end
  end

  assign early_error = state_q == StateRead && error_d != BarrierFine;

  always_comb begin
    bytes = 34'(found.bytes);
    if (op_q inside {BarrierArrive, BarrierExpect}) bytes = bytes + 34'(signed'({1'b0, operand_q}));
    if (op_q == BarrierComplete) bytes = bytes - 34'(signed'({1'b0, operand_q}));
    changed_d       = found;
    changed_d.bytes = bytes[31:0];
    if (op_q == BarrierArrive) changed_d.missing = found.missing - 15'd1;
    ends = changed_d.missing == '0 && bytes == '0;
    if (ends) begin
      changed_d.phase   = !found.phase;
      changed_d.missing = found.count;
    end
    if (op_q == BarrierInit) changed_d = '{bytes: '0, phase: 1'b0, missing: operand_q[14:0], zero: 1'b0, count: operand_q[14:0]};
    over_d = found.phase != operand_q[0];
    writes = !(op_q inside {BarrierTest, BarrierWait});
  end

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StateIdle:   if (any) state_d = StateRead;
      StateRead:   if (early_error) state_d = StateAnswer;
                   else if (request_ready_i) state_d = StateData;
      StateData:   if (response_valid_i) state_d = (writes && error_d == BarrierFine) ? StateWrite : StateAnswer;
      StateWrite:  if (request_ready_i) state_d = StateAnswer;
      StateAnswer: state_d = StateIdle;
      default:     state_d = StateIdle;
    endcase
  end

  assign request_address_o = address_q;
  assign request_write_o   = state_q == StateWrite;
  assign request_data_o    = changed_q;
  assign request_valid_o   = (state_q == StateRead && !early_error) || state_q == StateWrite;

  logic ended_d, ended_q;  // the operation has ended a phase
  assign ended_d = ends && writes && op_q != BarrierInit && error_d == BarrierFine;

  always_ff @(posedge clk_i) begin
    if (state_q == StateRead || (state_q == StateData && response_valid_i)) error_q <= error_d;
    if (state_q == StateRead) ended_q <= 1'b0;
    if (state_q == StateData && response_valid_i) begin
      changed_q <= changed_d;
      phase_q   <= found.phase;
      over_q    <= over_d;
      ended_q   <= ended_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StateIdle;
    else         state_q <= state_d;
  end

  assign answer_valid_o = (state_q == StateAnswer) ? source_q : '0;
  assign error_o        = error_q;
  assign phase_o        = phase_q;
  assign over_o         = over_q;
  assign trace_op_o      = op_q;
  assign trace_address_o = address_q;
  assign trace_operand_o = operand_q;

  // ---- waiters -------------------------------------------------------------------------------------------------------------
  // A wait that is entered has the current phase, so the end of that phase ends it.
  logic             [Waiters-1:0] waiting_d, waiting_q, hit;
  scratch_address_t [Waiters-1:0] waits_at_q;
  logic             [Waiters-1:0] enter;

  always_comb begin
    enter = '0;
    for (int unsigned i = 0; i < Waiters; i++) begin
      hit[i] = waiting_q[i] && waits_at_q[i] == address_q;
    end
    if (state_q == StateAnswer && op_q == BarrierWait && error_q == BarrierFine && !over_q) enter[waiter_q] = 1'b1;
    wake_o    = (state_q == StateAnswer && ended_q && error_q == BarrierFine) ? hit & ~cancel_i : '0;
    waiting_d = (waiting_q | enter) & ~wake_o & ~cancel_i;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Waiters; i++) begin
      if (enter[i]) waits_at_q[i] <= address_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waiting_q <= '0;
    else         waiting_q <= waiting_d;
  end

`ifndef SYNTHESIS
  a_one_answer : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(answer_valid_o));
  a_response : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> state_q == StateData);
  a_one_wait : assert property (@(posedge clk_i) disable iff (!rst_ni) (enter & waiting_q) == '0);
  a_inside : assert property (@(posedge clk_i) disable iff (!rst_ni) request_valid_o |-> 19'(request_address_o) + 19'd8 <= limit_q);
`endif

endmodule
