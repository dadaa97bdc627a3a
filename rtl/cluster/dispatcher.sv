// Runs a launch on the cores of a cluster: walks the grid (x fastest), places each workgroup on a core that has room for all its
// warps (the core with the most free slots; of equals the lowest) while the scratchpad has room for its allocation, and starts
// its warps, one per cycle. A fault or a host abort ends the launch early: kill_o rises, nothing more starts, and the launch is
// over when every warp has ended. A workgroup keeps what it has, and the launch goes on, while the engines have commands of it under way.
// A launch with scratchpad or accumulators places its first workgroup when these memories hold nothing of an earlier one (clean_i).
//
// Latency: the first warp is offered 3 + Lanes / LanesPerStep (local_id_table) cycles after start_i, then one per cycle;
// done_o comes in the cycle after the last warp_done at the earliest.
// Invariants: a workgroup starts only where it fits, on a core that it may use; nothing starts while kill_o is high; when the dispatcher is
// idle no warp runs. A fault must be reported no later than with the warp_done of its warp.
module dispatcher
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  /* verilator lint_off UNUSEDPARAM */  // for the monitors alone
  parameter int unsigned Slot = 0  // launch slot
  /* verilator lint_on UNUSEDPARAM */
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // host port
  input  logic                    start_i,         // pulse, while not busy; the launch was found possible
  input  logic                    abort_i,         // pulse; no effect while not busy
  input  logic [2:0][31:0]        num_groups_i,    // the launch, stable while busy
  input  local_id_t [2:0]         local_size_i,    // x y z
  input  local_id_t               local_items_i,   // work-items of a workgroup, x * y * z
  input  logic [ScratchBits:0]    scratch_size_i,
  input  logic [1:0]              accumulators_i,  // buffers of a workgroup
  output logic                    busy_o,
  output logic                    done_o,          // pulse; busy_o is low from the next cycle
  output logic                    aborted_o,       // how the launch ended: holds from done_o to the next start_i
  output logic                    faulted_o,
  output fault_t                  fault_o,         // with faulted_o: the first fault
  output core_id_t                fault_core_o,

  // scratchpad and accumulators
  input  logic                    clean_i,         // nothing of an earlier launch is there
  output logic                    uses_o,          // level: the launch has them, from its first workgroup to its end
  output logic [ScratchBits:0]    scratch_reach_o, // with uses_o: bytes of the scratchpad from here on were not given to a workgroup

  // cores
  input  logic      [Cores-1:0]   usable_i,        // workgroups may be placed there
  output logic                    more_o,          // there are workgroups to be placed
  output logic      [Cores-1:0]   vacant_o,        // no workgroup is there
  output logic                    invalidate_o,    // pulse, before the first warp of a launch
  output logic                    kill_o,
  output dispatch_t               dispatch_o,      // to all cores; dispatch_valid_o says to which
  output logic      [Cores-1:0]   dispatch_valid_o,
  input  logic      [Cores-1:0]   dispatch_ready_i,
  input  logic      [Cores-1:0]   warp_done_valid_i,
  input  warp_id_t  [Cores-1:0]   warp_done_i,
  input  logic      [Cores-1:0]   fault_valid_i,
  input  fault_t    [Cores-1:0]   fault_i,

  // engines
  output logic                    clear_o,         // pulse: a launch begins
  output logic [Cores*Warps-1:0]  release_o,       // workgroups that are gone, by core and name
  input  logic [Cores*Warps-1:0]  engines_busy_i,  // workgroups with commands under way
  input  logic                    engines_fault_i  // a fault of the engines is on its way here
);

  typedef enum logic [1:0] {StateIdle, StateClear, StateRun, StateKill} state_e;

  state_e               state_d, state_q;
  logic                 aborted_d, aborted_q;
  logic                 faulted_d, faulted_q;
  fault_t               fault_d, fault_q;
  core_id_t             fault_core_d, fault_core_q;

  // The workgroup whose warps are being started, or that was started last.
  logic [2:0][31:0]       group_d, group_q;
  logic [2:0][31:0]       base_d, base_q;            // global id of its first work-item
  logic                   first_d, first_q;          // no workgroup of this launch was placed yet
  logic                   issue_valid_d, issue_valid_q;
  core_id_t               issue_core_d, issue_core_q;
  logic [ScratchBits-1:0] issue_base_d, issue_base_q;
  warp_id_t               issue_name_d, issue_name_q;
  logic [WarpBits:0]      issue_warp_d, issue_warp_q;
  local_id_t              issue_items_d, issue_items_q;  // work-items from this warp on

  logic                    clear, running, finished;
  logic                    issue_first, issue_last, issue_fire, issue_free;
  logic [2:0]              at_end;
  logic                    more_groups, place, place_found;
  core_id_t                place_core;
  logic [WarpBits:0]       place_room;
  logic [WarpBits:0]       group_warps;
  warp_id_t                issue_slot, group_name;
  logic                    scratch_grant;
  logic [ScratchBits-1:0]  scratch_base;
  logic                    scratch_release;
  logic [ScratchBits-1:0]  scratch_release_base;
  logic                    ids_valid;

  logic [Cores-1:0]                  core_running, core_place, core_take, core_starting;
  logic [Cores-1:0]                  release_valid, release_ready;
  logic [Cores-1:0][WarpBits:0]      core_room;
  warp_id_t [Cores-1:0]              core_slot;
  logic [Cores-1:0][ScratchBits-1:0] release_base;
  warp_id_t [Cores-1:0]              release_group;
  logic [Cores-1:0][1:0]             core_buffers;
  logic [1:0]                        issue_buffers;
  logic                              buffers_grant, first_buffer, issue_buffer_d, issue_buffer_q;
  logic                              shares, uses_d, uses_q;
  logic [1:0]                        buffers_taken_d, buffers_taken_q, place_buffers, release_buffers;

  // ---- the launch -------------------------------------------------------------------------------------------------
  assign clear        = state_q == StateClear;
  assign running      = core_running != '0 || engines_busy_i != '0 || engines_fault_i;
  assign clear_o      = clear;
  assign busy_o       = state_q != StateIdle;
  assign invalidate_o = clear;
  assign kill_o       = state_q == StateKill;
  assign aborted_o    = aborted_q;
  assign faulted_o    = faulted_q;
  assign fault_o      = fault_q;
  assign fault_core_o = fault_core_q;
  assign group_warps  = (WarpBits + 1)'((32'(local_items_i) + 32'(Lanes - 1)) / Lanes);

  always_comb begin
    state_d      = state_q;
    aborted_d    = aborted_q;
    faulted_d    = faulted_q;
    fault_d      = fault_q;
    fault_core_d = fault_core_q;
    finished     = 1'b0;
    unique case (state_q)
      StateIdle: begin
        if (start_i) begin
          state_d   = StateClear;
          aborted_d = 1'b0;
          faulted_d = 1'b0;
        end
      end
      StateClear: begin
        state_d = StateRun;
        if (abort_i) begin
          state_d   = StateKill;
          aborted_d = 1'b1;
        end
      end
      StateRun: begin
        if (fault_valid_i != '0) begin
          state_d   = StateKill;
          faulted_d = 1'b1;
          for (int unsigned c = Cores; c > 0; c--) begin
            if (fault_valid_i[c-1]) begin
              fault_d      = fault_i[c-1];
              fault_core_d = core_id_t'(c - 1);
            end
          end
        end else if (!running && !issue_valid_q && !more_groups) begin
          state_d  = StateIdle;
          finished = 1'b1;
        end else if (abort_i) begin
          state_d   = StateKill;
          aborted_d = 1'b1;
        end
      end
      StateKill: begin
        if (!running) begin
          state_d   = StateIdle;
          finished  = 1'b1;
          aborted_d = aborted_q | ~faulted_q;  // one of them has led here, or a wrong bit, which must not look like success
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  assign done_o = finished;

  // ---- placing workgroups -----------------------------------------------------------------------------------------
  // group_q is the workgroup that was placed last, so another one follows unless it is the last of the grid.
  for (genvar i = 0; i < 3; i++) begin : gen_dimension
    assign at_end[i] = group_q[i] + 1'b1 == num_groups_i[i];
  end
  assign more_groups = first_q || at_end != 3'b111;
  assign more_o      = state_q == StateRun && more_groups;

  always_comb begin
    group_d = group_q;
    base_d  = base_q;
    first_d = first_q;
    if (place) begin
      first_d    = 1'b0;
      group_d[0] = at_end[0] ? '0 : group_q[0] + 1'b1;
      base_d[0]  = at_end[0] ? '0 : base_q[0] + 32'(local_size_i[0]);
      if (at_end[0]) begin
        group_d[1] = at_end[1] ? '0 : group_q[1] + 1'b1;
        base_d[1]  = at_end[1] ? '0 : base_q[1] + 32'(local_size_i[1]);
      end
      if (at_end[0] && at_end[1]) begin
        group_d[2] = group_q[2] + 1'b1;
        base_d[2]  = base_q[2] + 32'(local_size_i[2]);
      end
      if (first_q) begin
        group_d = '0;
        base_d  = '0;
      end
    end
    if (clear) first_d = 1'b1;
  end

  always_comb begin
    place_core  = '0;
    place_room  = '0;
    place_found = 1'b0;
    for (int unsigned c = 0; c < Cores; c++) begin
      if (usable_i[c] && core_room[c] >= group_warps && core_room[c] > place_room) begin
        place_found = 1'b1;
        place_core  = core_id_t'(c);
        place_room  = core_room[c];
      end
    end
  end

  assign place = state_q == StateRun && more_groups && issue_free && place_found && scratch_grant && buffers_grant &&
                 (!shares || uses_q || clean_i);

  assign shares = scratch_size_i != '0 || accumulators_i != '0;
  assign uses_d = (uses_q || (place && shares)) && !finished;
  assign uses_o = uses_q;

  scratch_allocator #(
    .Slots(Cores * Warps)
  ) u_scratch_allocator (
    .clk_i,
    .rst_ni,
    .clear_i       (clear),
    .size_i        (scratch_size_i),
    .alloc_i       (place),
    .grant_o       (scratch_grant),
    .base_o        (scratch_base),
    .reach_o       (scratch_reach_o),
    .release_i     (scratch_release),
    .release_base_i(scratch_release_base)
  );

  // Buffers of accumulators: a workgroup with one may have either.
  assign first_buffer  = accumulators_i == 2'd1 && buffers_taken_q[0];
  assign place_buffers = (accumulators_i == 2'd0) ? 2'b00 : (accumulators_i == 2'd2) ? 2'b11 : first_buffer ? 2'b10 : 2'b01;
  assign buffers_grant = MatrixDim == 0 || (buffers_taken_q & place_buffers) == '0;

  if (MatrixDim != 0) begin : gen_buffers
    assign buffers_taken_d = clear ? '0 : (buffers_taken_q & ~release_buffers) | (place ? place_buffers : '0);
    assign issue_buffer_d  = place ? first_buffer : issue_buffer_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        buffers_taken_q <= '0;
        issue_buffer_q  <= 1'b0;
      end else begin
        buffers_taken_q <= buffers_taken_d;
        issue_buffer_q  <= issue_buffer_d;
      end
    end
  end else begin : gen_no_buffers
    assign buffers_taken_d = '0;
    assign buffers_taken_q = '0;
    assign issue_buffer_d  = 1'b0;
    assign issue_buffer_q  = 1'b0;

    logic unused_buffers;
    assign unused_buffers = ^{release_buffers, buffers_taken_d, issue_buffer_d};
  end

  // ---- starting their warps ---------------------------------------------------------------------------------------
  assign issue_first = issue_warp_q == '0;
  assign issue_last  = issue_warp_q + 1'b1 == group_warps;
  assign issue_slot  = core_slot[issue_core_q];
  assign issue_fire  = |(dispatch_valid_o & dispatch_ready_i);
  assign issue_free  = !issue_valid_q || (issue_fire && issue_last);
  assign group_name  = issue_first ? issue_slot : issue_name_q;
  assign issue_buffers = (accumulators_i == 2'd0) ? 2'b00 : (accumulators_i == 2'd2) ? 2'b11 : issue_buffer_q ? 2'b10 : 2'b01;

  always_comb begin
    issue_valid_d = issue_valid_q;
    issue_core_d  = issue_core_q;
    issue_base_d  = issue_base_q;
    issue_name_d  = issue_name_q;
    issue_warp_d  = issue_warp_q;
    issue_items_d = issue_items_q;
    if (issue_fire) begin
      issue_name_d  = group_name;
      issue_warp_d  = issue_warp_q + 1'b1;
      issue_items_d = issue_items_q - local_id_t'(Lanes);
      if (issue_last) issue_valid_d = 1'b0;
    end
    if (place) begin
      issue_valid_d = 1'b1;
      issue_core_d  = place_core;
      issue_base_d  = scratch_base;
      issue_warp_d  = '0;
      issue_items_d = local_items_i;
    end
    if (state_q != StateRun) issue_valid_d = 1'b0;
  end

  local_id_table u_local_id_table (
    .clk_i,
    .rst_ni,
    .start_i      (clear),
    .local_size_i (local_size_i[1:0]),
    .group_warps_i(group_warps),
    .warp_i       (issue_warp_q[WarpBits-1:0]),
    .valid_o      (ids_valid),
    .local_id_o   (dispatch_o.local_id)
  );

  always_comb begin
    dispatch_o.warp          = issue_slot;
    dispatch_o.group_slot    = group_name;
    dispatch_o.group_warps   = group_warps;
    dispatch_o.warp_in_group = issue_warp_q[WarpBits-1:0];
    dispatch_o.group_id      = group_q;
    dispatch_o.group_base    = base_q;
    dispatch_o.scratch_base  = issue_base_q;
    dispatch_o.first_buffer  = issue_buffer_q;
    dispatch_o.local_base    = local_items_i - issue_items_q;
    for (int unsigned l = 0; l < Lanes; l++) dispatch_o.mask[l] = issue_items_q > local_id_t'(l);
  end

  // ---- occupancy of the cores -------------------------------------------------------------------------------------
  for (genvar c = 0; c < Cores; c++) begin : gen_core
    logic selected;

    assign selected            = issue_core_q == core_id_t'(c);
    assign dispatch_valid_o[c] = state_q == StateRun && issue_valid_q && selected && ids_valid;
    assign core_place[c]       = place && place_core == core_id_t'(c);
    assign core_take[c]        = dispatch_valid_o[c] && dispatch_ready_i[c];
    assign core_starting[c]    = issue_valid_q && selected && !issue_first;
    // Of a workgroup that was stopped before its first warp only an idle dispatcher is sure that it is gone.
    assign vacant_o[c]         = state_q == StateIdle || (state_q == StateRun && core_room[c] == (WarpBits + 1)'(Warps) && !core_place[c]);

    warp_slots u_warp_slots (
      .clk_i,
      .rst_ni,
      .clear_i          (clear),
      .group_warps_i    (group_warps),
      .available_o      (core_room[c]),
      .place_i          (core_place[c]),
      .free_slot_o      (core_slot[c]),
      .take_i           (core_take[c]),
      .take_first_i     (issue_first),
      .take_base_i      (issue_base_q),
      .take_buffers_i   (issue_buffers),
      .take_group_i     (group_name),
      .starting_i       (core_starting[c]),
      .warp_done_valid_i(warp_done_valid_i[c]),
      .warp_done_i      (warp_done_i[c]),
      .running_o        (core_running[c]),
      .release_valid_o  (release_valid[c]),
      .release_ready_i  (release_ready[c]),
      .hold_i           (engines_busy_i[c*Warps +: Warps] | {Warps{engines_fault_i}}),
      .release_group_o  (release_group[c]),
      .release_base_o   (release_base[c]),
      .release_buffers_o(core_buffers[c])
    );
  end

  // One workgroup is released per cycle, lowest core first. That cannot starve: a core that has nothing running is not released.
  always_comb begin
    release_ready        = '0;
    scratch_release      = 1'b0;
    scratch_release_base = '0;
    release_buffers      = '0;
    release_o            = '0;
    for (int unsigned c = Cores; c > 0; c--) begin
      if (release_valid[c-1]) begin
        release_ready        = Cores'(1) << (c - 1);
        scratch_release      = 1'b1;
        scratch_release_base = release_base[c-1];
        release_buffers      = core_buffers[c-1];
        release_o            = '0;
        release_o[(c-1)*Warps + 32'(release_group[c-1])] = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q       <= StateIdle;
      aborted_q     <= 1'b0;
      faulted_q     <= 1'b0;
      fault_q       <= '0;
      fault_core_q  <= '0;
      group_q       <= '0;
      base_q        <= '0;
      first_q       <= 1'b0;
      uses_q        <= 1'b0;
      issue_valid_q <= 1'b0;
      issue_core_q  <= '0;
      issue_base_q  <= '0;
      issue_name_q  <= '0;
      issue_warp_q  <= '0;
      issue_items_q <= '0;
    end else begin
      state_q       <= state_d;
      aborted_q     <= aborted_d;
      faulted_q     <= faulted_d;
      fault_q       <= fault_d;
      fault_core_q  <= fault_core_d;
      group_q       <= group_d;
      base_q        <= base_d;
      first_q       <= first_d;
      uses_q        <= uses_d;
      issue_valid_q <= issue_valid_d;
      issue_core_q  <= issue_core_d;
      issue_base_q  <= issue_base_d;
      issue_name_q  <= issue_name_d;
      issue_warp_q  <= issue_warp_d;
      issue_items_q <= issue_items_d;
    end
  end

`ifndef SYNTHESIS
  // A launch starts only when none runs, and then no core has anything left of an earlier one.
  assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> !busy_o);
  assert property (@(posedge clk_i) disable iff (!rst_ni) !busy_o |-> !running && warp_done_valid_i == '0);
  // Nothing starts once the launch is being stopped.
  assert property (@(posedge clk_i) disable iff (!rst_ni) kill_o |-> dispatch_valid_o == '0);
  // At most one core is offered a warp, and a warp has at least one lane.
  assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(dispatch_valid_o));
  assert property (@(posedge clk_i) disable iff (!rst_ni) dispatch_valid_o != '0 |-> dispatch_o.mask[0]);
  // Scratchpad and accumulators are somebody's only while a launch runs.
  assert property (@(posedge clk_i) disable iff (!rst_ni) uses_o |-> busy_o && shares);
  // A fault belongs to a launch.
  assert property (@(posedge clk_i) disable iff (!rst_ni) fault_valid_i != '0 |-> state_q inside {StateRun, StateKill});
`endif

endmodule
