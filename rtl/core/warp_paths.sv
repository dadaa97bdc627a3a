// The paths of every warp: which lanes run, wait or have ended, and which path the next slot of the warp takes.
// Implements docs/architecture.md, section 2, slot by slot.
//
// Per warp: the selected path, and whether there are others and the key of the best of them (the alternative). An
// instruction that cannot change the selection advances the path at issue, and so does a speculative one, which is a squash if
// it turns out otherwise; that (`squash_i`) makes it one with an event. For every other one `issue_resolve_o` is set:
// the warp is not ready until the slot's event arrives and has been worked off. An event takes one cycle when the best
// part of the path stays ahead of the alternative under greedy selection; otherwise (merges, switches, SERVE, hold) the
// path unit searches the lane table, 5 cycles after the event.
// Events of one warp never overlap: one per resolving slot. Any number of warps have slots and events in flight.
// Invariants: the selected mask is non-empty while ready; run, barrier, sync and wait lanes are disjoint; a warp does not
// issue, take an event and receive a selection in the same cycle.
module warp_paths
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,

  // Dispatch of a warp that has ended.
  input  logic             start_valid_i,
  input  warp_id_t         start_warp_i,
  input  pc_t              start_pc_i,
  input  lane_mask_t       start_mask_i,

  // Issue: any ready warps, different ones. The path of `issue_warp_i` is shown in the same cycle.
  output logic     [Warps-1:0] ready_o,
  input  logic     [Ports-1:0] issue_valid_i,
  input  warp_id_t [Ports-1:0] issue_warp_i,
  input  logic     [Ports-1:0] issue_control_i,     // the instruction always has an event
  input  logic     [Ports-1:0] issue_speculative_i, // it has one unless the warp goes on ...
  input  pc_t      [Ports-1:0] issue_distance_i,    // ... so far from its pc
  output path_t    [Ports-1:0] issue_path_o,
  output logic     [Ports-1:0] issue_resolve_o,
  output logic     [Ports-1:0] issue_speculative_o, // goes on, and may be squashed

  // Squashed: what a warp has issued after a speculative slot, which now has an event. So many of these slots had none.
  input  squash_t [Squashes-1:0]     squash_i,
  input  logic [Squashes-1:0][1:0]   squash_advanced_i,

  // Lanes of a warp that have not ended.
  input  warp_id_t         live_warp_i,
  output lane_mask_t       live_o,
  output logic             waits_o,           // some of them wait for an mbarrier

  // Event of a slot, and the trap vector of its warp (zero: none).
  input  logic             event_valid_i,
  input  path_event_t      event_i,
  input  pc_t              event_vector_i,
  output logic             event_fault_o,     // the trap has no handler; the warp is halted
  output logic             event_deadlock_o,  // no lane runs and the .sync can never complete; the warp is halted
  output lane_mask_t       deadlock_lanes_o,
  output pc_t              deadlock_pc_o,
  output word_t            deadlock_operand_o,
  output logic             event_arrived_o,   // every live lane of the event's warp is at the barrier
  output logic             event_ended_o,     // no lane of the event's warp is left

  // Barrier release: warps that have arrived run again.
  input  logic [Warps-1:0] release_i,

  // What a warp's lanes in state WAIT wait for is over (or will have been once they are in that state): they run with the warp's
  // next event, or at once where no lane runs.
  input  logic [Warps-1:0] wake_i,
  output logic [Warps-1:0] woken_o,
  output logic [Warps-1:0] idle_o,        // no lane runs, and none is about to
  output logic [Warps-1:0] waits_any_o,   // a lane waits for an mbarrier
  input  warp_id_t         wait_warp_i,   // the lowest that does, the address of its mbarrier and its pc
  output lane_id_t         wait_lane_o,
  output pc_t              wait_pc_o,
  output word_t            wait_address_o,

  // Stop a warp for good (memory error).
  input  logic             halt_valid_i,
  input  warp_id_t         halt_warp_i,

  // Fetch must go on elsewhere than it did. At most two per cycle, of different warps.
  output logic [1:0]       redirect_valid_o,
  output redirect_t [1:0]  redirect_o,

  output logic [Warps-1:0] ended_o,    // no lane left, or never started
  output logic [Warps-1:0] transit_o,  // a slot's event or a selection is in flight
  output logic [Warps-1:0] waiting_o   // no lane runs
);

  // ---- state ----
  pc_t         path_pc_q    [Warps];
  depth_t      path_depth_q [Warps];
  lane_mask_t  path_mask_q  [Warps];
  path_key_t   other_key_q  [Warps];   // best alternative
  lane_mask_t  run_q        [Warps];
  lane_mask_t  barrier_q    [Warps];
  lane_mask_t  sync_q       [Warps];
  rule_state_t rule_q       [Warps];
  pc_t         sync_pc_q      [Warps]; // of the lowest lane that waits in a .sync
  word_t       sync_operand_q [Warps];
  pc_t         predicted_pc_q [Warps]; // where fetch went on after the last event

  lane_mask_t [Warps-1:0] wait_q;
  logic [Warps-1:0] wake_q;  // lanes that wait are to run

  logic [Warps-1:0] several_q, ready_q, transit_q, halted_q, retired_q, predicted_q, pending_q, ended_q;

  assign ready_o   = ready_q & ~halted_q;
  assign ended_o   = ended_q;
  assign transit_o = transit_q;
  for (genvar w = 0; w < Warps; w++) begin : gen_waiting
    assign waiting_o[w] = run_q[w] == '0;
  end
  assign live_o    = run_q[live_warp_i] | barrier_q[live_warp_i] | sync_q[live_warp_i] | wait_q[live_warp_i];
  assign waits_o   = wait_q[live_warp_i] != '0;

  // ---- issue ----
  rule_state_t [Ports-1:0] issue_rule_next;
  pc_t         [Ports-1:0] issue_pc_next;
  logic        [Ports-1:0] issue_advance;

  for (genvar p = 0; p < Ports; p++) begin : gen_issue
    rule_state_t rule, rule_next;
    path_key_t   key_next;
    logic        several, passed, settled;   // settled: nothing of the rule's state is lost when a slot leaves the warp with one path

    assign issue_path_o[p]  = '{pc: path_pc_q[issue_warp_i[p]], depth: path_depth_q[issue_warp_i[p]],
                                mask: path_mask_q[issue_warp_i[p]]};
    assign rule             = rule_q[issue_warp_i[p]];
    assign several          = several_q[issue_warp_i[p]];
    assign issue_pc_next[p] = issue_path_o[p].pc + issue_distance_i[p];
    assign key_next         = path_key(issue_pc_next[p], issue_path_o[p].depth);
    assign settled          = rule.hold == '0 && (several || (!rule.serve && rule.count == '0 && rule.served == '0 &&
                                                              !rule.short_limit));
    assign passed           = !(key_next > other_key_q[issue_warp_i[p]]);

    always_comb begin
      rule_next = rule;
      if (!several) begin
        rule_next.serve       = 1'b0;
        rule_next.count       = '0;
        rule_next.served      = '0;
        rule_next.short_limit = 1'b0;
        if (rule.hold != '0) rule_next.hold = rule.hold - 5'd1;
      end else begin
        rule_next.count  = rule.count + CountBits'(1);
        rule_next.served = rule.served | issue_path_o[p].mask;
      end
      issue_resolve_o[p] = issue_control_i[p] || (issue_speculative_i[p] && !settled) || wake_q[issue_warp_i[p]] ||
                           (several && (rule.serve || rule.hold != '0 || passed ||
                                        rule_next.count >= (rule.short_limit ? ShortLimit : LongLimit)));
    end
    assign issue_rule_next[p]     = rule_next;
    assign issue_advance[p]       = issue_valid_i[p] && !issue_resolve_o[p];
    assign issue_speculative_o[p] = issue_speculative_i[p] && !issue_resolve_o[p];
  end

  // ---- squash ----
  rule_state_t [Squashes-1:0] squash_rule;
  always_comb begin
    for (int unsigned s = 0; s < Squashes; s++) begin
      squash_rule[s] = rule_q[squash_i[s].warp];
      if (several_q[squash_i[s].warp]) squash_rule[s].count = squash_rule[s].count - CountBits'(squash_advanced_i[s]) - CountBits'(1);
    end
  end

  // ---- event ----
  warp_id_t    ew;
  lane_mask_t  ev_moved_run, ev_rest, ev_run, ev_barrier, ev_sync, ev_wait, ev_run_released;
  path_key_t   moved_key, rest_key, other_key, first_key, second_key;
  logic        moved_valid, rest_valid, same_key, first_valid, second_valid, moved_first, several_before, several_now;
  lane_mask_t  first_mask;
  rule_state_t event_rule;
  logic        retired_now, none_run, sync_release, wake_now, fault, deadlock, fast, slow;
  pc_t         moved_pc;
  depth_t      moved_depth;

  assign ew = event_i.warp;

  always_comb begin
    moved_pc    = event_i.trap ? event_vector_i : event_i.target;
    moved_depth = event_i.trap ? ((event_i.depth == '1) ? event_i.depth : event_i.depth + depth_t'(1))
                               : event_i.target_depth;
    moved_key   = path_key(moved_pc, moved_depth);
    rest_key    = path_key(event_i.rest, event_i.depth);
    other_key   = other_key_q[ew];

    ev_rest      = event_i.path & ~event_i.moved;
    ev_moved_run = (event_i.leave == LaneStaysRun) ? event_i.moved : '0;
    ev_run       = (run_q[ew] & ~event_i.moved) | ev_moved_run;
    ev_barrier   = barrier_q[ew] | ((event_i.leave == LaneToBarrier) ? event_i.moved : '0);
    ev_sync      = sync_q[ew] | ((event_i.leave == LaneToSync) ? event_i.moved : '0);
    ev_wait      = wait_q[ew] | ((CopyEngine != 0 && event_i.leave == LaneToWait) ? event_i.moved : '0);

    // The two groups of the path in order; equal keys are one path.
    moved_valid    = ev_moved_run != '0;
    rest_valid     = ev_rest != '0;
    same_key       = moved_key == rest_key;
    moved_first    = moved_valid && (!rest_valid || moved_key > rest_key);
    first_valid    = moved_valid || rest_valid;
    second_valid   = moved_valid && rest_valid && !same_key;
    first_key      = moved_first ? moved_key : rest_key;
    second_key     = moved_first ? rest_key : moved_key;
    first_mask     = (moved_valid && rest_valid && same_key) ? event_i.path : moved_first ? ev_moved_run : ev_rest;
    several_before = several_q[ew];
    several_now    = several_before || second_valid;
  end

  path_rules u_rules (
    .state_i      (rule_q[ew]),
    .event_i,
    .several_i    (several_before),
    .several_now_i(second_valid),
    .run_i        (ev_run),
    .state_o      (event_rule)
  );

  always_comb begin
    retired_now     = retired_q[ew] || event_i.retired;
    none_run        = ev_run == '0;
    fault           = event_valid_i && event_i.trap && event_i.trapping != '0 && event_vector_i == '0;
    sync_release    = none_run && ev_sync != '0 && ev_wait == '0 && retired_now;
    deadlock        = event_valid_i && !fault && none_run && ev_sync != '0 && ev_wait == '0 && !retired_now;
    wake_now        = event_valid_i && wake_q[ew] && ev_wait != '0;
    ev_run_released = (sync_release ? ev_sync : ev_run) | (wake_now ? ev_wait : '0);

    // The selection stays with this path, or the best part of it.
    fast = first_valid && !event_rule.serve && !wake_now &&
           (!several_now || (event_rule.hold == '0 && (!several_before || first_key > other_key)));
    slow = !fast && ev_run_released != '0;
  end

  assign event_fault_o    = fault;
  assign event_deadlock_o = deadlock;
  assign event_arrived_o  = event_valid_i && !fault && none_run && ev_sync == '0 && ev_wait == '0 && ev_barrier != '0;
  assign event_ended_o    = event_valid_i && !fault && none_run && ev_sync == '0 && ev_wait == '0 && ev_barrier == '0;
  assign deadlock_lanes_o = ev_sync;

  // The lowest waiting lane names the deadlock: keep its pc and operand.
  logic sync_lowest;
  assign sync_lowest        = (event_i.leave == LaneToSync) && event_i.moved[lowest_lane(ev_sync)];
  assign deadlock_pc_o      = sync_lowest ? event_i.pc : sync_pc_q[ew];
  assign deadlock_operand_o = sync_lowest ? event_i.sync_operand : sync_operand_q[ew];

  assign redirect_valid_o[0] = event_valid_i && !fault && fast &&
                               !(event_i.predicted && event_i.predicted_pc == ~first_key.pc_inverted);
  assign redirect_o[0]       = '{warp: ew, pc: ~first_key.pc_inverted};

  // ---- lanes that wait for an mbarrier ----
  logic [Warps-1:0] wake_idle;  // of warps without a lane that runs

  if (CopyEngine != 0) begin : gen_wait
    logic       [Warps-1:0] wake_d;
    lane_mask_t [Warps-1:0] wait_d;

    for (genvar w = 0; w < Warps; w++) begin : gen_warp
      logic here;
      assign here         = event_valid_i && ew == warp_id_t'(w);
      assign wake_idle[w] = wake_q[w] && wait_q[w] != '0 && waiting_o[w] && !transit_q[w] && !here;
      assign woken_o[w]   = wake_idle[w] || (wake_now && here);
      always_comb begin
        wait_d[w] = wait_q[w];
        wake_d[w] = wake_q[w] || wake_i[w];
        if (here) wait_d[w] = ev_wait;
        if (woken_o[w]) begin
          wait_d[w] = '0;
          wake_d[w] = 1'b0;
        end
        if (start_valid_i && start_warp_i == warp_id_t'(w)) begin
          wait_d[w] = '0;
          wake_d[w] = 1'b0;
        end
      end
    end

    pc_t   wait_pc_q      [Warps];
    word_t wait_address_q [Warps];

    always_ff @(posedge clk_i) begin
      if (event_valid_i && event_i.leave == LaneToWait && event_i.moved[lowest_lane(ev_wait)]) begin
        wait_pc_q[ew]      <= event_i.pc;
        wait_address_q[ew] <= event_i.sync_operand;
      end
    end

    assign idle_o         = waiting_o & ~transit_q & ~wake_q & ~pending_q;
    assign wait_lane_o    = lowest_lane(wait_q[wait_warp_i]);
    assign wait_pc_o      = wait_pc_q[wait_warp_i];
    assign wait_address_o = wait_address_q[wait_warp_i];
    for (genvar w = 0; w < Warps; w++) begin : gen_any
      assign waits_any_o[w] = wait_q[w] != '0;
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        wait_q <= '0;
        wake_q <= '0;
      end else begin
        wait_q <= wait_d;
        wake_q <= wake_d;
      end
    end
  end else begin : gen_no_wait
    assign idle_o         = '0;
    assign waits_any_o    = '0;
    assign wait_lane_o    = '0;
    assign wait_pc_o      = '0;
    assign wait_address_o = '0;
    assign wait_q    = '0;
    assign wake_q    = '0;
    assign wake_idle = '0;
    assign woken_o   = '0;

    logic unused_wake;
    assign unused_wake = ^{wake_i, wait_warp_i};
  end

  // ---- requests to the path unit ----
  logic        pending_valid, write_valid_q, select_valid_d, select_valid_q, by_lane, hold_decides;
  warp_id_t    pending_warp, write_warp_q, select_warp_q;
  lane_mask_t  write_moved_q, write_rest_q, select_run;
  path_key_t   write_moved_key_q, write_rest_key_q;
  logic        event_slow;
  rule_state_t select_rule, select_rule_next;
  lane_id_t    select_lane;
  logic        select_rule_write;

  assign event_slow     = event_valid_i && !fault && slow;
  assign select_valid_d = event_slow || pending_valid;

  logic [Warps-1:0] unused_pending_onehot;
  lowest_one #(
    .Width(Warps)
  ) u_pending (
    .bits_i  (pending_q),
    .any_o   (pending_valid),
    .onehot_o(unused_pending_onehot),
    .index_o (pending_warp)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_valid_q  <= 1'b0;
      select_valid_q <= 1'b0;
    end else begin
      write_valid_q  <= event_valid_i;
      select_valid_q <= select_valid_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (event_valid_i) begin
      write_warp_q      <= ew;
      write_moved_q     <= event_i.moved;
      write_rest_q      <= ev_rest;
      write_moved_key_q <= moved_key;
      write_rest_key_q  <= rest_key;
    end
    if (select_valid_d) select_warp_q <= event_slow ? ew : pending_warp;
  end

  // select(): who decides, on the states left by the event and the release.
  assign select_run  = run_q[select_warp_q];
  assign select_rule = rule_q[select_warp_q];
  always_comb begin
    hold_decides      = select_rule.hold != '0 && select_run[select_rule.hold_lane];
    select_rule_write = select_valid_q && !hold_decides && select_rule.serve && !select_run[select_rule.quantum_lane];
    select_rule_next  = select_rule_write ? rule_next_lane(select_rule, select_run) : select_rule;
    by_lane           = hold_decides || select_rule_next.serve;
    select_lane       = hold_decides ? select_rule.hold_lane : select_rule_next.quantum_lane;
  end

  logic       early_valid, result_valid, result_several;
  warp_id_t   early_warp, result_warp;
  path_key_t  early_key, result_key, result_alternative;
  lane_mask_t result_mask;

  path_unit u_path_unit (
    .clk_i,
    .rst_ni,
    .write_valid_i       (write_valid_q),
    .write_warp_i        (write_warp_q),
    .write_moved_i       (write_moved_q),
    .write_moved_key_i   (write_moved_key_q),
    .write_rest_i        (write_rest_q),
    .write_rest_key_i    (write_rest_key_q),
    .select_valid_i      (select_valid_q),
    .select_warp_i       (select_warp_q),
    .select_run_i        (select_run),
    .select_by_lane_i    (by_lane),
    .select_lane_i       (select_lane),
    .early_valid_o       (early_valid),
    .early_warp_o        (early_warp),
    .early_key_o         (early_key),
    .result_valid_o      (result_valid),
    .result_warp_o       (result_warp),
    .result_key_o        (result_key),
    .result_mask_o       (result_mask),
    .result_several_o    (result_several),
    .result_alternative_o(result_alternative)
  );

  assign redirect_valid_o[1] = early_valid && !(predicted_q[early_warp] &&
                                                predicted_pc_q[early_warp] == ~early_key.pc_inverted);
  assign redirect_o[1]       = '{warp: early_warp, pc: ~early_key.pc_inverted};

  // ---- state: paths and rule ----
  // Start, issue, event, selection request and result of one warp exclude each other, so the order below does not matter.
  always_ff @(posedge clk_i) begin
    if (start_valid_i) begin
      path_pc_q[start_warp_i]    <= start_pc_i;
      path_depth_q[start_warp_i] <= '0;
      path_mask_q[start_warp_i]  <= start_mask_i;
      run_q[start_warp_i]        <= start_mask_i;
      barrier_q[start_warp_i]    <= '0;
      sync_q[start_warp_i]       <= '0;
      rule_q[start_warp_i]       <= '0;
    end
    for (int unsigned p = 0; p < Ports; p++) begin
      if (issue_advance[p]) begin
        path_pc_q[issue_warp_i[p]] <= issue_pc_next[p];
        rule_q[issue_warp_i[p]]    <= issue_rule_next[p];
      end
    end
    // What a squashed slot did to the rule's state is undone: of what it can change, served has the path's lanes either way.
    for (int unsigned s = 0; s < Squashes; s++) begin
      if (squash_i[s].valid) rule_q[squash_i[s].warp] <= squash_rule[s];
    end
    if (event_valid_i) begin
      run_q[ew]          <= ev_run_released;
      barrier_q[ew]      <= ev_barrier;
      sync_q[ew]         <= sync_release ? '0 : ev_sync;
      rule_q[ew]         <= event_rule;
      predicted_pc_q[ew] <= event_i.predicted_pc;
      if (sync_lowest) begin
        sync_pc_q[ew]      <= event_i.pc;
        sync_operand_q[ew] <= event_i.sync_operand;
      end
      if (fast) begin
        path_pc_q[ew]    <= ~first_key.pc_inverted;
        path_depth_q[ew] <= first_key.depth;
        path_mask_q[ew]  <= first_mask;
        if (second_valid && (!several_before || second_key > other_key)) other_key_q[ew] <= second_key;
      end
    end
    if (select_rule_write) rule_q[select_warp_q] <= select_rule_next;
    if (result_valid) begin
      path_pc_q[result_warp]    <= ~result_key.pc_inverted;
      path_depth_q[result_warp] <= result_key.depth;
      path_mask_q[result_warp]  <= result_mask;
      other_key_q[result_warp]  <= result_alternative;
    end
    for (int unsigned w = 0; w < Warps; w++) begin
      if (release_i[w]) begin
        run_q[w]     <= barrier_q[w];
        barrier_q[w] <= '0;
      end
      if (wake_idle[w]) run_q[w] <= wait_q[w];
    end
  end

  // ---- state: flags ----
  logic [Warps-1:0] several_d, ready_d, transit_d, halted_d, retired_d, predicted_d, pending_d, ended_d;

  always_comb begin
    several_d   = several_q;
    ready_d     = ready_q;
    transit_d   = transit_q;
    halted_d    = halted_q;
    retired_d   = retired_q;
    predicted_d = predicted_q;
    pending_d   = pending_q | release_i | wake_idle;
    ended_d     = ended_q;

    for (int unsigned p = 0; p < Ports; p++) begin
      if (issue_valid_i[p]) begin
        if (issue_resolve_o[p]) begin
          ready_d[issue_warp_i[p]]   = 1'b0;
          transit_d[issue_warp_i[p]] = 1'b1;
        end else begin
          // Too early where the slot is squashed, or a speculative one traps in all lanes. That makes no difference: before
          // anything has retired since dispatch a trap has no handler, and since a release a warp is at a .sync.
          retired_d[issue_warp_i[p]] = 1'b1;
        end
      end
    end
    for (int unsigned s = 0; s < Squashes; s++) begin
      if (squash_i[s].valid) begin
        ready_d[squash_i[s].warp]   = 1'b0;
        transit_d[squash_i[s].warp] = 1'b1;
      end
    end
    if (event_valid_i) begin
      predicted_d[ew] = event_i.predicted;
      retired_d[ew]   = retired_now && !sync_release;
      halted_d[ew]    = halted_q[ew] || fault || deadlock;
      ended_d[ew]     = event_ended_o;
      transit_d[ew]   = event_slow;
      ready_d[ew]     = fast && !fault;
      if (fast) several_d[ew] = several_now;
    end
    if (pending_valid && !event_slow) pending_d[pending_warp] = 1'b0;
    transit_d = transit_d | release_i | wake_idle;
    if (result_valid) begin
      ready_d[result_warp]   = 1'b1;
      transit_d[result_warp] = 1'b0;
      several_d[result_warp] = result_several;
    end
    if (halt_valid_i) halted_d[halt_warp_i] = 1'b1;
    if (start_valid_i) begin
      several_d[start_warp_i] = 1'b0;
      ready_d[start_warp_i]   = 1'b1;
      halted_d[start_warp_i]  = 1'b0;
      retired_d[start_warp_i] = 1'b0;
      ended_d[start_warp_i]   = 1'b0;
      pending_d[start_warp_i] = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      several_q   <= '0;
      ready_q     <= '0;
      transit_q   <= '0;
      halted_q    <= '0;
      retired_q   <= '0;
      predicted_q <= '0;
      pending_q   <= '0;
      ended_q     <= '1;
    end else begin
      several_q   <= several_d;
      ready_q     <= ready_d;
      transit_q   <= transit_d;
      halted_q    <= halted_d;
      retired_q   <= retired_d;
      predicted_q <= predicted_d;
      pending_q   <= pending_d;
      ended_q     <= ended_d;
    end
  end

`ifndef SYNTHESIS
  lane_mask_t ew_run;  // (an element of an unpacked array in an assertion is too much for verilator 5.006)
  assign ew_run = run_q[ew];

  for (genvar p = 0; p < Ports; p++) begin : gen_issue_assert
    a_issue_ready : assert property (@(posedge clk_i) disable iff (!rst_ni) issue_valid_i[p] |-> ready_o[issue_warp_i[p]]);
    a_issue_mask : assert property (@(posedge clk_i) disable iff (!rst_ni) issue_valid_i[p] |-> issue_path_o[p].mask != '0);
  end
  a_event_transit : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                     event_valid_i |-> transit_q[ew] && !ready_q[ew] && !pending_q[ew]);
  a_event_path : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  event_valid_i |-> (event_i.path & ~ew_run) == '0 && event_i.path != '0);
  a_event_moved : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   event_valid_i |-> (event_i.moved & ~event_i.path) == '0);
  a_states_disjoint : assert property (@(posedge clk_i) disable iff (!rst_ni) event_valid_i |->
      (ev_run & ev_barrier) == '0 && (ev_run & ev_sync) == '0 && (ev_barrier & ev_sync) == '0 &&
      (ev_wait & (ev_run | ev_barrier | ev_sync)) == '0);
  for (genvar s = 0; s < Squashes; s++) begin : gen_assert
    a_squash_running : assert property (@(posedge clk_i) disable iff (!rst_ni) squash_i[s].valid |->
        !(event_valid_i && ew == squash_i[s].warp) && !(start_valid_i && start_warp_i == squash_i[s].warp));
  end
  a_result_transit : assert property (@(posedge clk_i) disable iff (!rst_ni) result_valid |-> transit_q[result_warp]);
  a_start_ended : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   start_valid_i |-> !transit_q[start_warp_i] && start_mask_i != '0);
`endif

endmodule
