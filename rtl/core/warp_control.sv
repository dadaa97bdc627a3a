// What slots do to their warps: the events of the last port's execute stage (registered here), of port 0's (event_queue) and of
// memory instructions, one per cycle, in this order; the paths; barriers; CSRs; faults; the counts of what retired.
// Latency: an event acts one cycle after the execute stage, at the earliest.
// Invariants: those of warp_paths, barrier_unit and csr_unit.
module warp_control
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  core_id_t          core_id_i,
  input  launch_t           launch_i,

  input  logic              start_valid_i,
  input  dispatch_t         start_i,
  output logic              start_ready_o,
  output logic [Warps-1:0]  ended_o,
  output logic [Warps-1:0]  transit_o,
  output logic [Warps-1:0]  waiting_o,

  // issue
  output logic     [Warps-1:0] ready_o,
  input  logic     [Ports-1:0] issue_valid_i,
  input  warp_id_t [Ports-1:0] issue_warp_i,
  input  logic     [Ports-1:0] issue_control_i,
  input  logic     [Ports-1:0] issue_speculative_i,
  input  pc_t      [Ports-1:0] issue_distance_i,
  output path_t    [Ports-1:0] issue_path_o,
  output logic     [Ports-1:0] issue_resolve_o,
  output logic     [Ports-1:0] issue_speculative_o,
  input  squash_t [Squashes-1:0]   squash_i,
  input  logic [Squashes-1:0][1:0] squash_count_i,     // slots
  input  logic [Squashes-1:0][1:0] squash_advanced_i,  // of these, slots without an event
  output logic [1:0]        redirect_valid_o,
  output redirect_t [1:0]   redirect_o,

  // operand stage
  input  logic              csr_read_i,
  input  logic [11:0]       csr_number_i,
  input  warp_id_t          csr_warp_i,
  input  logic [Lanes-1:0][7:0] fcsr_i,
  output lane_words_t       csr_data_o,

  // execute stage
  input  logic   [Ports-1:0] execute_valid_i,    // not a memory instruction, not killed
  input  slot_t  [Ports-1:0] execute_slot_i,
  input  event_t [Ports-1:0] execute_event_i,
  input  logic   [Ports-1:0] execute_resolves_i,
  input  warp_id_t          live_warp_i,
  output lane_mask_t        live_o,
  output logic              waits_o,
  output logic [ScratchBits-1:0] scratch_base_o,
  output logic              first_buffer_o,

  // mbarriers: what a warp waits for is over; its lanes run again
  input  logic [Warps-1:0]  wake_i,
  output logic [Warps-1:0]  woken_o,
  output logic [Warps-1:0]  idle_o,              // warp_paths, for wait_watch
  output logic [Warps-1:0]  waits_any_o,
  input  warp_id_t          wait_warp_i,
  output lane_id_t          wait_lane_o,
  output pc_t               wait_pc_o,
  output word_t             wait_address_o,

  // events
  input  logic              memory_event_valid_i,
  input  event_t            memory_event_i,
  output logic              memory_event_ready_o,
  input  logic              safe_valid_i,        // memory instructions without an event
  input  slot_t             safe_slot_i,
  output logic              event_waits_o,       // one that is there could not act in this cycle
  output logic              event_valid_o,
  output event_t            event_o,
  output logic              fence_i_o,

  // memory errors
  input  logic              error_valid_i,
  input  warp_id_t          error_warp_i,
  input  pc_t               error_pc_i,
  input  lane_id_t          error_lane_i,
  input  word_t             error_address_i,
  input  logic              error_write_i,
  input  logic              engine_valid_i,
  input  engine_fault_t     engine_i,

  output logic              fault_pending_o,
  output logic              fault_valid_o,
  output fault_t            fault_o,
  output retire_t           retire_o
);

  // ---- events ----
  logic       execute_event_valid_q, queue_event_valid, event_valid;
  event_t     execute_event_q, queue_event, event_now;
  pc_t        event_vector;
  logic       event_fault, event_deadlock, event_arrived, event_ended;
  lane_mask_t deadlock_lanes;
  pc_t        deadlock_pc;
  word_t      deadlock_operand;
  logic [Warps-1:0] barrier_release;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) execute_event_valid_q <= 1'b0;
    else         execute_event_valid_q <= execute_resolves_i[ControlPort];
  end
  always_ff @(posedge clk_i) begin
    if (execute_resolves_i[ControlPort]) execute_event_q <= execute_event_i[ControlPort];
  end

  if (Ports > 1) begin : gen_queue
    event_queue u_queue (
      .clk_i,
      .rst_ni,
      .valid_i   (execute_resolves_i[0]),
      .slot_i    (execute_slot_i[0]),
      .trapping_i(execute_event_i[0].path.trapping),
      .valid_o   (queue_event_valid),
      .event_o   (queue_event),
      .ready_i   (!execute_event_valid_q)
    );
  end else begin : gen_no_queue
    assign queue_event_valid = 1'b0;
    assign queue_event       = '0;
  end

  assign event_valid          = execute_event_valid_q || queue_event_valid || memory_event_valid_i;
  assign event_now            = execute_event_valid_q ? execute_event_q : queue_event_valid ? queue_event : memory_event_i;
  assign memory_event_ready_o = !execute_event_valid_q && !queue_event_valid;
  assign event_waits_o        = (execute_event_valid_q && queue_event_valid) || (memory_event_valid_i && !memory_event_ready_o);
  assign event_valid_o        = event_valid;
  assign event_o              = event_now;
  assign fence_i_o            = event_valid && event_now.fence_i;

  // ---- paths and barriers ----
  warp_paths u_paths (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i      (start_i.warp),
    .start_pc_i        (launch_i.entry[31:2]),
    .start_mask_i      (start_i.mask),
    .ready_o,
    .issue_valid_i,
    .issue_warp_i,
    .issue_control_i,
    .issue_speculative_i,
    .issue_distance_i,
    .issue_path_o,
    .issue_resolve_o,
    .issue_speculative_o,
    .squash_i,
    .squash_advanced_i,
    .live_warp_i,
    .live_o,
    .waits_o,
    .event_valid_i     (event_valid),
    .event_i           (event_now.path),
    .event_vector_i    (event_vector),
    .event_fault_o     (event_fault),
    .event_deadlock_o  (event_deadlock),
    .deadlock_lanes_o  (deadlock_lanes),
    .deadlock_pc_o     (deadlock_pc),
    .deadlock_operand_o(deadlock_operand),
    .event_arrived_o   (event_arrived),
    .event_ended_o     (event_ended),
    .release_i         (barrier_release),
    .wake_i,
    .woken_o,
    .idle_o,
    .waits_any_o,
    .wait_warp_i,
    .wait_lane_o,
    .wait_pc_o,
    .wait_address_o,
    .halt_valid_i      (error_valid_i || engine_valid_i),
    .halt_warp_i       (error_valid_i ? error_warp_i : engine_i.warp),
    .redirect_valid_o,
    .redirect_o,
    .ended_o,
    .transit_o,
    .waiting_o
  );

  barrier_unit u_barrier (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_i,
    .arrived_i    (event_arrived),
    .ended_i      (event_ended),
    .warp_i       (event_now.path.warp),
    .release_o    (barrier_release)
  );

  // ---- CSRs and faults ----
  logic [2:0][31:0] identity_group;
  local_id_t        identity_local_base;
  warp_id_t         identity_warp;

  csr_unit u_csr (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .launch_i,
    .start_valid_i,
    .start_ready_o,
    .start_i,
    .issue_valid_i,
    .issue_warp_i,
    .squash_i,
    .squash_count_i,
    .read_i               (csr_read_i),
    .read_number_i        (csr_number_i),
    .read_warp_i          (csr_warp_i),
    .read_data_o          (csr_data_o),
    .fcsr_i,
    .event_valid_i        (event_valid),
    .event_i              (event_now),
    .event_vector_o       (event_vector),
    .identity_warp_i      (identity_warp),
    .identity_group_o     (identity_group),
    .identity_local_base_o(identity_local_base),
    .scratch_warp_i       (execute_slot_i[ControlPort].warp),
    .scratch_base_o,
    .first_buffer_o
  );

  fault_unit u_fault (
    .clk_i,
    .rst_ni,
    .event_i              (event_now),
    .trap_i               (event_fault),
    .deadlock_i           (event_deadlock),
    .deadlock_lanes_i     (deadlock_lanes),
    .deadlock_pc_i        (deadlock_pc),
    .deadlock_operand_i   (deadlock_operand),
    .error_valid_i,
    .error_warp_i,
    .error_pc_i,
    .error_lane_i,
    .error_address_i,
    .error_write_i,
    .engine_valid_i,
    .engine_i,
    .identity_warp_o      (identity_warp),
    .identity_group_i     (identity_group),
    .identity_local_base_i(identity_local_base),
    .pending_o            (fault_pending_o),
    .fault_valid_o,
    .fault_o
  );

  // ---- what retired ----
  logic       [RetirePorts-1:0] retire_valid;
  lane_mask_t [RetirePorts-1:0] retire_lanes;

  assign retire_valid[Ports]   = safe_valid_i;
  assign retire_lanes[Ports]   = safe_slot_i.mask;
  assign retire_valid[Ports+1] = memory_event_valid_i && memory_event_ready_o && memory_event_i.path.retired;
  assign retire_lanes[Ports+1] = memory_event_i.path.executed & ~memory_event_i.path.trapping;
  for (genvar p = 0; p < Ports; p++) begin : gen_retire
    assign retire_valid[p] = execute_valid_i[p] && execute_event_i[p].path.retired;
    assign retire_lanes[p] = execute_event_i[p].path.executed & ~execute_event_i[p].path.trapping;
  end

  retire_counter u_retire (
    .clk_i,
    .rst_ni,
    .valid_i (retire_valid),
    .lanes_i (retire_lanes),
    .retire_o
  );

endmodule
