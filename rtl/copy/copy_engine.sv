// The copy engine (docs/copy.md, "Copy commands"): checks, queue, walk through boxes, pieces, commands under way. Boxes are gone through one after the other; their
// pieces are moved without an order between them, so a command may complete before those issued before it.
// Latency: 21 cycles from a command that is taken to its first request. Throughput: one line of memory per cycle where lines and words of the scratchpad's port lie
// alike.
// Invariants: each command that is taken gives one completion or one fault, or nothing if its workgroup is stopped.
module copy_engine
  import copy_pkg::*;
#(
  parameter  int unsigned LineBytes    = 64,  // of memory
  parameter  int unsigned ScratchBytes = 32,  // of the scratchpad's port: 16, 32 or 64, at most a line
  parameter  int unsigned Regions      = 16,
  parameter  int unsigned Commands     = 8,   // under way
  parameter  int unsigned Slots        = 16,  // lines: a power of two
  localparam int unsigned SlotBits     = $clog2(Slots),
  localparam int unsigned Owners       = 1 << OwnerBits
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  heddle_pkg::region_t [Regions-1:0]  regions_i,  // of the context

  input  descriptor_t                        command_i,
  input  context_t                           context_i,
  input  logic                               command_valid_i,
  output logic                               command_ready_o,
  input  logic [Owners-1:0]                  forget_i,   // workgroups that are gone
  input  logic [Owners-1:0]                  cancel_i,   // workgroups that have been stopped, until they are no longer busy
  output logic [Owners-1:0]                  busy_o,     // workgroups with a command under way

  output tag_t                               done_o,     // a command is complete
  output logic                               done_valid_o,
  input  logic                               done_ready_i,
  output fault_t                             fault_o,
  output logic                               fault_valid_o,
  input  logic                               fault_ready_i,

  // memory and scratchpad: see copy_move
  output logic                               memory_write_o,
  output logic [31:0]                        memory_address_o,
  output logic [LineBytes-1:0]               memory_strobe_o,
  output logic [8*LineBytes-1:0]             memory_data_o,
  output logic [SlotBits-1:0]                memory_id_o,
  output origin_t                            memory_origin_o,   // for the monitors: of the command
  output logic                               memory_valid_o,
  input  logic                               memory_ready_i,
  input  logic [SlotBits-1:0]                memory_response_id_i,
  input  logic [8*LineBytes-1:0]             memory_response_data_i,
  input  logic                               memory_response_error_i,
  input  logic                               memory_response_valid_i,

  output logic                               scratch_write_o,
  output scratch_address_t                   scratch_address_o,
  output logic [ScratchBytes-1:0]            scratch_strobe_o,
  output logic [8*ScratchBytes-1:0]          scratch_data_o,
  output origin_t                            scratch_origin_o,  // for the monitors
  output logic                               scratch_valid_o,
  input  logic                               scratch_ready_i,
  input  logic [8*ScratchBytes-1:0]          scratch_response_data_i,
  input  logic                               scratch_response_valid_i
);

  localparam int unsigned IndexBits = (Commands > 1) ? $clog2(Commands) : 1;
  localparam int unsigned Events    = 3;

  if (Slots != 1 << SlotBits || Slots < 2 || !(ScratchBytes inside {16, 32, 64}) || ScratchBytes > LineBytes) begin : gen_bad_shape
    $error("a power of two of slots; a port of 16, 32 or 64 bytes, no wider than a line");
  end

  typedef logic [IndexBits-1:0] index_t;

  typedef struct packed {
    box_t    box;
    manner_t manner;
    index_t  index;
  } queued_t;

  typedef struct packed {
    manner_t manner;
    index_t  index;
  } current_t;

  // For the monitors: commands of a workgroup that has been stopped end, check_fault's and done_o's.
  /* verilator lint_off UNUSEDSIGNAL */  // read by bound monitors alone
  logic trace_check_stopped, trace_stopped;
  /* verilator lint_on UNUSEDSIGNAL */

  // ---- checks ------------------------------------------------------------------------------------------------------------
  command_t          command;
  fault_t            check_fault, move_fault;
  logic              checked_valid, check_fault_valid, check_fault_ready, move_fault_valid, move_fault_ready, start, table_free, queue_ready;
  logic [Owners-1:0] check_busy, table_busy, failed;

  copy_check u_check (
    .clk_i,
    .rst_ni,
    .descriptor_i   (command_i),
    .context_i,
    .valid_i        (command_valid_i),
    .ready_o        (command_ready_o),
    .command_o      (command),
    .command_valid_o(checked_valid),
    .command_ready_i(table_free && queue_ready),
    .fault_o        (check_fault),
    .fault_valid_o  (check_fault_valid),
    .fault_ready_i  (check_fault_ready),
    .failed_i       (failed),
    .cancel_i,
    .forget_i,
    .busy_o         (check_busy),
    .trace_stopped_o(trace_check_stopped)
  );

  assign start  = checked_valid && table_free && queue_ready;
  assign busy_o = check_busy | table_busy;

  // Faults of commands under way go first; but one of a check that is offered already stays.
  logic from_check, checks_turn_d, checks_turn_q;

  assign from_check        = check_fault_valid && (checks_turn_q || !move_fault_valid);
  assign checks_turn_d     = from_check && !fault_ready_i;
  assign fault_valid_o     = move_fault_valid || check_fault_valid;
  assign fault_o           = from_check ? check_fault : move_fault;
  assign move_fault_ready  = fault_ready_i && !from_check;
  assign check_fault_ready = fault_ready_i && from_check;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) checks_turn_q <= 1'b0;
    else         checks_turn_q <= checks_turn_d;
  end

  // ---- queue and walk --------------------------------------------------------------------------------------------------------
  queued_t  queued;
  current_t current;
  index_t   free_index;
  logic     queued_valid, walk_ready, walk_take, walk_stop, current_ready, current_valid, current_pop;
  logic     run_valid, run_ready, split_valid, split_ready, skip;
  logic [1:0]          currents;
  logic [Commands-1:0] skips;
  run_t     run, split_run;

  fifo #(
    .Width($bits(queued_t)),
    .Depth(Commands)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i ({command.box, command.manner, free_index}),
    .valid_i(start),
    .ready_o(queue_ready),
    .data_o (queued),
    .valid_o(queued_valid),
    .ready_i(walk_take),
    .count_o()
  );

  assign walk_take = queued_valid && walk_ready && current_ready;

  copy_walk u_walk (
    .clk_i,
    .rst_ni,
    .box_i  (queued.box),
    .valid_i(queued_valid && current_ready),
    .ready_o(walk_ready),
    .stop_i (walk_stop),
    .run_o  (run),
    .valid_o(run_valid),
    .ready_i(run_ready)
  );

  fifo #(
    .Width($bits(run_t)),
    .Depth(2)
  ) u_runs (
    .clk_i,
    .rst_ni,
    .data_i (run),
    .valid_i(run_valid),
    .ready_o(run_ready),
    .data_o (split_run),
    .valid_o(split_valid),
    .ready_i(split_ready),
    .count_o()
  );

  // What the box in the split is; the next one may be in the walk already.
  fifo #(
    .Width($bits(current_t)),
    .Depth(2)
  ) u_current (
    .clk_i,
    .rst_ni,
    .data_i ({queued.manner, queued.index}),
    .valid_i(walk_take),
    .ready_o(current_ready),
    .data_o (current),
    .valid_o(current_valid),
    .ready_i(current_pop),
    .count_o(currents)
  );

  // ---- pieces ------------------------------------------------------------------------------------------------------------------
  piece_t   piece;
  index_t   piece_index_q;
  logic     piece_valid, piece_ready, move_valid, move_ready, dropped, to_move;

  assign skip        = current_valid && skips[current.index];
  assign walk_stop   = skip && currents == 2'd1;
  assign current_pop = split_valid && split_ready && split_run.last;

  copy_split #(
    .LineBytes   (LineBytes),
    .ScratchBytes(ScratchBytes),
    .Regions     (Regions)
  ) u_split (
    .clk_i,
    .rst_ni,
    .regions_i,
    .run_i      (split_run),
    .manner_i   (current.manner),
    .skip_i     (skip),
    .run_valid_i(split_valid),
    .run_ready_o(split_ready),
    .piece_o    (piece),
    .valid_o    (piece_valid),
    .ready_i    (piece_ready)
  );

  // The command of the piece: the split takes a run when it makes room for a piece.
  always_ff @(posedge clk_i) begin
    if (split_valid && (!piece_valid || piece_ready)) piece_index_q <= current.index;
  end

  assign dropped     = skips[piece_index_q];  // behind a fault
  assign to_move     = !dropped && !(piece.kind inside {PieceNothing, PieceFault});
  assign move_valid  = piece_valid && to_move;
  assign piece_ready = !to_move || move_ready;

  // ---- for the monitors: who gave the commands under way ---------------------------------------------------------------------
  index_t  memory_index, scratch_index;
  origin_t origins [Commands];

  always_ff @(posedge clk_i) begin
    if (start) origins[free_index] <= command.tag.origin;
  end

  assign memory_origin_o  = origins[memory_index];
  assign scratch_origin_o = origins[scratch_index];

  // ---- moves -------------------------------------------------------------------------------------------------------------------
  logic   [Events-1:0] moved;
  index_t [Events-1:0] moved_index;
  logic                memory_fail;
  index_t              memory_fail_index;
  logic [31:0]         memory_fail_line;

  copy_move #(
    .LineBytes   (LineBytes),
    .ScratchBytes(ScratchBytes),
    .Slots       (Slots),
    .Commands    (Commands)
  ) u_move (
    .clk_i,
    .rst_ni,
    .piece_i      (piece),
    .index_i      (piece_index_q),
    .valid_i      (move_valid),
    .ready_o      (move_ready),
    .moved_o      (moved),
    .moved_index_o(moved_index),
    .fail_o       (memory_fail),
    .fail_index_o (memory_fail_index),
    .fail_line_o  (memory_fail_line),
    .memory_write_o,
    .memory_address_o,
    .memory_strobe_o,
    .memory_data_o,
    .memory_id_o,
    .memory_index_o(memory_index),
    .memory_valid_o,
    .memory_ready_i,
    .memory_response_id_i,
    .memory_response_data_i,
    .memory_response_error_i,
    .memory_response_valid_i,
    .scratch_write_o,
    .scratch_address_o,
    .scratch_strobe_o,
    .scratch_data_o,
    .scratch_index_o(scratch_index),
    .scratch_valid_o,
    .scratch_ready_i,
    .scratch_response_data_i,
    .scratch_response_valid_i
  );

  copy_commands #(
    .Commands(Commands),
    .Slots   (Slots),
    .Events  (Events)
  ) u_commands (
    .clk_i,
    .rst_ni,
    .tag_i         (command.tag),
    .start_i       (start),
    .free_o        (table_free),
    .free_index_o  (free_index),
    .piece_i       (move_valid && move_ready),
    .piece_index_i (piece_index_q),
    .moved_i       (moved),
    .moved_index_i (moved_index),
    .walked_i      (piece_valid && piece_ready && piece.last),
    .walked_index_i(piece_index_q),
    .fail_i        ({memory_fail, piece_valid && !dropped && piece.kind == PieceFault}),
    .fail_index_i  ({memory_fail_index, piece_index_q}),
    .fail_cause_i  ({FaultMemory, FaultAccess}),
    .fail_value_i  ({memory_fail_line, piece.address}),
    .cancel_i,
    .skip_o        (skips),
    .done_o,
    .done_valid_o,
    .done_ready_i,
    .fault_o       (move_fault),
    .fault_valid_o (move_fault_valid),
    .fault_ready_i (move_fault_ready),
    .failed_o      (failed),
    .busy_o        (table_busy),
    .trace_stopped_o(trace_stopped)
  );

`ifndef SYNTHESIS
  a_current : assert property (@(posedge clk_i) disable iff (!rst_ni) split_valid |-> current_valid);
  // A fault that is offered stays, but for one whose workgroup is stopped: also in the next cycle, which is why this looks a cycle later.
  fault_t offered_q;
  logic   offered_valid_q, taken_q;

  always_ff @(posedge clk_i) begin
    offered_q <= fault_o;
    taken_q   <= fault_ready_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_valid_q <= 1'b0;
    else         offered_valid_q <= fault_valid_o && !cancel_i[fault_o.owner];
  end

  stability_check #(
    .Width($bits(fault_t))
  ) u_fault_stability (
    .clk_i,
    .rst_ni,
    .data_i (offered_q),
    .valid_i(offered_valid_q),
    .ready_i(taken_q || cancel_i[offered_q.owner])
  );
`endif

endmodule
