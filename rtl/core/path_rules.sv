// The update of the selection rule's state after a slot: steps 1 to 7 of docs/architecture.md, section 2. Combinational.
// `run_i` is the set of lanes that run after the instruction, before any release.
module path_rules
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  rule_state_t state_i,
  input  path_event_t event_i,
  input  logic        several_i,      // several paths when this one was selected
  input  logic        several_now_i,  // several paths after the slot; only looked at when !several_i
  input  lane_mask_t  run_i,
  output rule_state_t state_o
);

  rule_state_t          next;
  logic                 switch_lane;
  logic [CountBits-1:0] limit;

  always_comb begin
    next = state_i;
    // 1
    if (several_i && event_i.ordering) next.short_limit = 1'b1;
    limit = next.short_limit ? ShortLimit : LongLimit;
    // 2
    if (event_i.load_reserved && event_i.trapping == '0 && state_i.hold == '0) begin
      next.hold      = HoldSlots;
      next.hold_lane = lowest_lane(event_i.executed);
    end else begin
      if (state_i.hold != '0) next.hold = state_i.hold - 5'd1;
      if (event_i.store_conditional || event_i.trapping[state_i.hold_lane]) next.hold = '0;
    end
    switch_lane = 1'b0;
    if (!several_i && !several_now_i) begin
      // 4
      next.serve       = 1'b0;
      next.count       = '0;
      next.served      = '0;
      next.short_limit = 1'b0;
    end else begin
      // 5
      next.served = state_i.served | event_i.executed;
      next.count  = (state_i.count == '1) ? state_i.count : state_i.count + CountBits'(1);
      // 3, 6
      if (!state_i.serve) switch_lane = next.count >= limit || event_i.yield;
      else                switch_lane = next.count >= Quantum || (event_i.yield && PlantedBug != 17) ||  // planted bug 17: no yield in SERVE
                                        !run_i[state_i.quantum_lane];
      if (next.hold != '0) switch_lane = 1'b0;
    end
    // 7
    state_o = switch_lane ? rule_next_lane(next, run_i) : next;
  end

endmodule
