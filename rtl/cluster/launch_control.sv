// The launches of a cluster: for each launch slot the gate that begins and ends it and the dispatcher that places its workgroups. With one
// slot the launch has all cores. With several each core is connected to the launch that owns it (core_owners), a launch that begins or ends
// takes its turn (launch_turns), and scratchpad and engines are connected to the launch that has them.
// Latency: that of launch_gate and dispatcher; with several slots two cycles more at the beginning and at the end, and those for a core to
// become free and to be given.
// Invariants: a warp starts only on a core that its launch owns; what a core reports goes to its owner.
module launch_control
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                            clk_i,
  input  logic                            rst_ni,

  // host port, by launch slot
  input  launch_t   [Launches-1:0]        launch_i,        // stable from start_i to done_o
  input  local_id_t [Launches-1:0]        local_items_i,   // work-items of a workgroup
  input  logic      [Launches-1:0]        start_i,
  input  logic      [Launches-1:0]        abort_i,
  output logic      [Launches-1:0]        done_o,
  output logic      [Launches-1:0]        aborted_o,
  output logic      [Launches-1:0]        faulted_o,
  output fault_t    [Launches-1:0]        fault_o,
  output core_id_t  [Launches-1:0]        fault_core_o,
  output logic [Launches-1:0][Cores-1:0]  owned_o,         // cores of the launch

  // cores
  output launch_t   [Cores-1:0]           core_launch_o,   // of whoever owns the core
  output logic      [Cores-1:0]           invalidate_fetch_o,
  output logic      [Cores-1:0]           invalidate_data_o,
  output logic      [Cores-1:0]           kill_o,
  output dispatch_t [Cores-1:0]           dispatch_o,
  output logic      [Cores-1:0]           dispatch_valid_o,
  input  logic      [Cores-1:0]           dispatch_ready_i,
  input  logic      [Cores-1:0]           warp_done_valid_i,
  input  warp_id_t  [Cores-1:0]           warp_done_i,
  input  logic      [Cores-1:0]           fault_valid_i,
  input  fault_t    [Cores-1:0]           fault_i,
  input  logic      [Cores-1:0]           stored_i,        // no access of a warp is outstanding
  input  logic      [Cores-1:0]           cache_idle_i,    // nothing of the data cache is under way
  input  logic                            fetches_idle_i,  // no core fetches instructions, nor ahead, nor asks the L2 cache for anything

  // scratchpad and accumulators
  input  logic                            clean_i,         // nothing of an earlier launch is there
  output logic                            uses_o,          // a launch has them
  output logic      [ScratchBits:0]       scratch_reach_o, // ... and the scratchpad up to here

  // engines
  output launch_t                         engines_launch_o,
  output logic                            engines_kill_o,
  output dispatch_t                       engines_dispatch_o,
  output logic      [Cores-1:0]           engines_taken_o,
  output logic                            engines_clear_o,
  output logic      [Cores*Warps-1:0]     engines_release_o,
  input  logic      [Cores*Warps-1:0]     engines_busy_i,
  input  logic                            engines_fault_i,

  // L2 cache
  output logic                            pause_o,
  output logic                            flush_o,
  output logic                            invalidate_o,
  input  logic                            idle_i,
  input  logic                            flushed_i,
  input  logic                            error_i,
  input  word_t                           error_line_i
);

  typedef logic [Launches-1:0] launches_t;

  launches_t                               start, abort, done, faulted, dispatching, refused_valid, invalidate, flush, write_back, waits,
                                           stopped, quiet, stored, flushed, more, clear, kill, invalidate_fetch, uses;
  logic      [Launches-1:0][ScratchBits:0] reach;
  fault_t    [Launches-1:0]                ended_by, refused;
  core_id_t  [Launches-1:0]                ended_by_core;
  logic      [Launches-1:0][Cores-1:0]     usable, vacant, valid;
  dispatch_t [Launches-1:0]                dispatch;
  logic      [Launches-1:0][Cores*Warps-1:0] release_groups;
  launch_id_t                              holder;
  logic                                    held;

  for (genvar s = 0; s < Launches; s++) begin : gen_launch
    logic   [Cores-1:0]            fault_valid;
    fault_t [Cores-1:0]            fault;
    logic   [Cores-1:0][Warps-1:0] owned_groups;
    logic                          has_engines;

    launch_gate #(
      .Slot(s)
    ) u_gate (
      .clk_i,
      .rst_ni,
      .start_i        (start_i[s]),
      .abort_i        (abort_i[s]),
      .done_o         (done_o[s]),
      .faulted_o      (faulted_o[s]),
      .fault_o        (fault_o[s]),
      .fault_core_o   (fault_core_o[s]),
      .start_o        (start[s]),
      .abort_o        (abort[s]),
      .done_i         (done[s]),
      .busy_i         (dispatching[s]),
      .aborted_i      (aborted_o[s]),
      .faulted_i      (faulted[s]),
      .fault_i        (ended_by[s]),
      .fault_core_i   (ended_by_core[s]),
      .refused_valid_o(refused_valid[s]),
      .refused_o      (refused[s]),
      .waits_o        (waits[s]),
      .stopped_o      (stopped[s]),
      .quiet_i        (quiet[s]),
      .invalidate_o   (invalidate[s]),
      .flush_o        (flush[s]),
      .write_back_o   (write_back[s]),
      .stored_i       (stored[s]),
      .flushed_i      (flushed[s]),
      .error_i,
      .error_line_i
    );

    // A refused write-back is a fault of no core; it stands in for core 0, whose own comes first.
    always_comb begin
      fault_valid    = fault_valid_i & owned_o[s];
      fault          = fault_i;
      if (!fault_valid[0]) fault[0] = refused[s];
      fault_valid[0] = fault_valid[0] | (refused_valid[s] & ~flush[s]);
      for (int unsigned c = 0; c < Cores; c++) owned_groups[c] = {Warps{owned_o[s][c]}};
    end

    assign has_engines = Launches == 1 || (held && holder == launch_id_t'(s));

    dispatcher #(
      .Slot(s)
    ) u_dispatcher (
      .clk_i,
      .rst_ni,
      .start_i          (start[s]),
      .abort_i          (abort[s]),
      .num_groups_i     (launch_i[s].num_groups),
      .local_size_i     ({local_id_t'(launch_i[s].local_size[2]), local_id_t'(launch_i[s].local_size[1]),
                          local_id_t'(launch_i[s].local_size[0])}),
      .local_items_i    (local_items_i[s]),
      .scratch_size_i   (launch_i[s].scratch_size[ScratchBits:0]),
      .accumulators_i   (launch_i[s].accumulators),
      .busy_o           (dispatching[s]),
      .done_o           (done[s]),
      .aborted_o        (aborted_o[s]),
      .faulted_o        (faulted[s]),
      .fault_o          (ended_by[s]),
      .fault_core_o     (ended_by_core[s]),
      .clean_i,
      .uses_o           (uses[s]),
      .scratch_reach_o  (reach[s]),
      .usable_i         (usable[s]),
      .more_o           (more[s]),
      .vacant_o         (vacant[s]),
      .invalidate_o     (invalidate_fetch[s]),
      .kill_o           (kill[s]),
      .dispatch_o       (dispatch[s]),
      .dispatch_valid_o (valid[s]),
      .dispatch_ready_i,
      .warp_done_valid_i(warp_done_valid_i & owned_o[s]),
      .warp_done_i,
      .fault_valid_i    (fault_valid),
      .fault_i          (fault),
      .clear_o          (clear[s]),
      .release_o        (release_groups[s]),
      .engines_busy_i   (engines_busy_i & owned_groups),
      .engines_fault_i  (engines_fault_i && has_engines)
    );

`ifndef SYNTHESIS
    a_owned : assert property (@(posedge clk_i) disable iff (!rst_ni) (valid[s] & ~owned_o[s]) == '0);
    a_ended_vacant : assert property (@(posedge clk_i) disable iff (!rst_ni) done_o[s] |-> Launches == 1 || owned_o[s] == '0);
`endif
  end

  if (Launches == 1) begin : gen_alone
    assign owned_o            = '1;
    assign usable             = '1;
    assign core_launch_o      = {Cores{launch_i[0]}};
    assign invalidate_fetch_o = {Cores{invalidate_fetch[0]}};
    assign invalidate_data_o  = {Cores{invalidate[0]}};
    assign kill_o             = {Cores{kill[0]}};
    assign dispatch_o         = {Cores{dispatch[0]}};
    assign dispatch_valid_o   = valid[0];
    assign quiet[0]           = idle_i && fetches_idle_i && cache_idle_i == '1;
    assign stored[0]          = stored_i == '1;
    assign flushed[0]         = flushed_i;
    assign pause_o            = 1'b0;
    assign flush_o            = write_back[0];
    assign held               = 1'b1;
    assign holder             = '0;

    logic unused;
    assign unused = ^{waits, stopped, more, vacant, held};
  end else begin : gen_several
    launch_id_t [Cores-1:0] owner;
    logic       [Cores-1:0] core_invalidate;
    launches_t              shares;

    core_owners u_owners (
      .clk_i,
      .rst_ni,
      .more_i      (more),
      .vacant_i    (vacant),
      .owned_o,
      .usable_o    (usable),
      .clean_i     (stored_i & cache_idle_i),
      .owner_o     (owner),
      .invalidate_o(core_invalidate)
    );

    assign invalidate_fetch_o = core_invalidate;
    assign invalidate_data_o  = core_invalidate;

    always_comb begin
      for (int unsigned c = 0; c < Cores; c++) begin
        core_launch_o[c]    = launch_i[owner[c]];
        dispatch_o[c]       = dispatch[owner[c]];
        dispatch_valid_o[c] = valid[owner[c]][c];
        kill_o[c]           = kill[owner[c]] && owned_o[owner[c]][c];
      end
      for (int unsigned s = 0; s < Launches; s++) begin
        shares[s] = launch_i[s].scratch_size != '0 || launch_i[s].accumulators != '0;
        stored[s] = owned_o[s] == '0;
      end
    end

    launch_turns u_turns (
      .clk_i,
      .rst_ni,
      .shares_i    (shares),
      .waits_i     (waits),
      .stopped_i   (stopped),
      .write_back_i(write_back),
      .quiet_o     (quiet),
      .flushed_o   (flushed),
      .done_i      (done_o),
      .held_o      (held),
      .holder_o    (holder),
      .pause_o,
      .flush_o,
      .idle_i,
      .flushed_i
    );

    logic unused;
    assign unused = ^{invalidate_fetch, fetches_idle_i};
  end

  assign invalidate_o       = invalidate != '0;
  assign uses_o             = uses != '0;
  assign scratch_reach_o    = reach[holder];
  assign engines_launch_o   = launch_i[holder];
  assign engines_kill_o     = held && kill[holder];
  assign engines_dispatch_o = dispatch[holder];
  assign engines_taken_o    = valid[holder] & dispatch_ready_i;
  assign engines_clear_o    = held && clear[holder];
  assign engines_release_o  = held ? release_groups[holder] : '0;

`ifndef SYNTHESIS
  a_one_user : assert property (@(posedge clk_i) disable iff (!rst_ni) uses_o |-> $onehot(uses) && held && uses[holder]);
`endif

endmodule
