// path_rules against steps 1 to 7 of docs/architecture.md, section 2, written from there.
// The count of the rule saturates; the document's does not, so the state to start from counts at most as far as it can get:
// while `hold` delays the end of a phase.
module path_rules_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input rule_state_t state_i,
  input path_event_t event_i,
  input logic        several_i,
  input logic        several_now_i,
  input lane_mask_t  run_i,
  input rule_state_t state_o
);

  // The state of the document, and what becomes of it.
  logic        serve;
  int unsigned count, limit;
  int unsigned hold, hold_lane, quantum_lane;
  lane_mask_t  served, candidates;
  logic        yield_now, step_7;

  always_comb begin
    serve        = state_i.serve;
    count        = 32'(state_i.count);
    served       = state_i.served;
    limit        = state_i.short_limit ? 512 : 65536;
    hold         = 32'(state_i.hold);
    hold_lane    = 32'(state_i.hold_lane);
    quantum_lane = 32'(state_i.quantum_lane);
    step_7       = 1'b0;
    yield_now    = event_i.yield;
    candidates   = '0;
    // 1
    if (several_i && event_i.ordering) limit = 512;
    // 2
    if (event_i.load_reserved && event_i.trapping == '0 && hold == 0) begin
      hold = 16;
      for (int unsigned l = Lanes; l > 0; l--) if (event_i.executed[l-1]) hold_lane = l - 1;
    end else if (hold > 0) begin
      hold = hold - 1;
      if (event_i.store_conditional || event_i.trapping[hold_lane]) hold = 0;
    end
    // 4
    if (!several_i && !several_now_i) begin
      serve  = 1'b0;
      count  = 0;
      served = '0;
      limit  = 65536;
    end else begin
      // 5
      served = served | event_i.executed;
      if (count != 131071) count = count + 1;
      // 6
      if (hold == 0) begin
        if (!serve) step_7 = count >= limit || yield_now;
        else        step_7 = !run_i[quantum_lane] || count >= 64 || yield_now;
      end
      // 7
      if (step_7) begin
        candidates = run_i & ~served;
        count      = 0;
        if (candidates == '0) begin
          serve  = 1'b0;
          served = '0;
        end else begin
          serve = 1'b1;
          for (int unsigned l = Lanes; l > 0; l--) if (candidates[l-1]) quantum_lane = l - 1;
        end
      end
    end
  end

  // A slot executes in at least one lane: execute asserts that (a_lead).
  always_comb m_executes : assume (event_i.executed != '0);

  always_comb begin
    a_mode : assert (state_o.serve == serve);
    a_count : assert (32'(state_o.count) == count);
    a_served : assert (state_o.served == served);
    a_limit : assert ((state_o.short_limit ? 512 : 65536) == limit);
    a_hold : assert (32'(state_o.hold) == hold && (hold == 0 || 32'(state_o.hold_lane) == hold_lane));
    a_quantum : assert (!serve || 32'(state_o.quantum_lane) == quantum_lane);
    c_serve : cover (!state_i.serve && state_o.serve);
    c_next : cover (state_i.serve && state_o.serve && state_o.quantum_lane != state_i.quantum_lane);
    c_greedy : cover (state_i.serve && !state_o.serve && several_i);
    c_hold : cover (state_i.hold == '0 && state_o.hold != '0);
  end

endmodule
bind path_rules path_rules_checker u_check (.*);
