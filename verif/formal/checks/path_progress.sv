// Progress under the selection rule: a lane that stays runnable executes within 2 (limit + hold + lanes (quantum + hold)) slots, whatever
// the program does (docs/architecture.md, section 2). The rule is path_rules; which path it selects is written here from the document.
// The program is free: any instruction, trap and yield in any slot; lanes that executed may go to wait or leave, lanes that wait come
// back at any time. The lane that decides the selection executes in the slot (a path that an indirect jump splits may need one slot per
// lane for that; the quantum is longer than that).
module path_progress
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  parameter int unsigned Bound = 1
) (
  input logic        clk_i,
  input logic        rst_ni,
  input path_event_t event_i,
  input lane_mask_t  leave_i,      // of the lanes that executed
  input lane_mask_t  release_i,    // come (back)
  input logic        several_now_i
);

  rule_state_t rule_q, selected, after;
  lane_mask_t  run_q, run_after;
  logic        slot, hold_decides, several;

  assign slot         = run_q != '0;
  assign hold_decides = rule_q.hold != '0 && run_q[rule_q.hold_lane];
  assign selected     = (!hold_decides && rule_q.serve && !run_q[rule_q.quantum_lane]) ? rule_next_lane(rule_q, run_q) : rule_q;
  assign several      = (run_q & ~event_i.executed) != '0;
  assign run_after    = run_q & ~(leave_i & event_i.executed);

  always_comb begin
    if (rst_ni) begin
      m_executes : assume (event_i.executed != '0 && (event_i.executed & ~run_q) == '0 || !slot);
      m_traps : assume ((event_i.trapping & ~event_i.executed) == '0);
      m_hold : assume (!(slot && hold_decides) || event_i.executed[rule_q.hold_lane]);
      m_serve : assume (!(slot && !hold_decides && selected.serve) || event_i.executed[selected.quantum_lane]);
      m_one_kind : assume (!(event_i.load_reserved && event_i.store_conditional) && !(event_i.load_reserved && event_i.yield));
    end
  end

  path_rules u_rules (
    .state_i(selected), .event_i, .several_i(several), .several_now_i, .run_i(run_after), .state_o(after)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rule_q <= '0;
      run_q  <= '1;
    end else begin
      if (slot) rule_q <= after;
      run_q <= (slot ? run_after : run_q) | release_i;
    end
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [7:0] waited_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)                                      waited_q <= '0;
      else if (!run_q[l] || event_i.executed[l])        waited_q <= '0;
      else if (slot && waited_q != 8'd255)              waited_q <= waited_q + 8'd1;
    end
    always_comb begin
      if (rst_ni) begin
        a_progress : assert (32'(waited_q) <= Bound);
        // The bound is not wildly beyond what happens.
        c_waits_long : cover (32'(waited_q) > Bound / 3);
      end
    end
  end

endmodule
