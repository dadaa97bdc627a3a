// warp_paths with its event as plain ports. Masks are 32 bits wide for all shapes. Speculative slots are driven as well: port
// `issue_port_i` issues, and `squash_i` sets a warp back.
module path_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] warps_o,
  output logic [31:0] lanes_o,

  input  logic        start_valid_i,
  input  logic [4:0]  start_warp_i,
  input  logic [31:0] start_pc_i,
  input  logic [31:0] start_mask_i,

  output logic [31:0] ready_o,
  input  logic        issue_valid_i,
  input  logic [4:0]  issue_warp_i,
  input  logic        issue_port_i,      // taken modulo the number of ports
  input  logic        issue_control_i,
  input  logic        issue_speculative_i,
  input  logic [31:0] issue_next_i,      // where it goes on
  output logic [31:0] issue_pc_o,
  output logic [5:0]  issue_depth_o,
  output logic [31:0] issue_mask_o,
  output logic        issue_resolve_o,
  output logic        issue_speculative_o,
  input  logic        squash_valid_i,
  input  logic        squash_port_i,
  input  logic [4:0]  squash_warp_i,
  input  logic [1:0]  squash_advanced_i,
  output logic [31:0] live_o,            // of issue_warp_i

  input  logic        event_valid_i,
  input  logic [4:0]  event_warp_i,
  input  logic [31:0] event_pc_i,
  input  logic [5:0]  event_depth_i,
  input  logic [31:0] event_path_i,
  input  logic [31:0] event_executed_i,
  input  logic [31:0] event_moved_i,
  input  logic [1:0]  event_leave_i,     // stays, exits, to the barrier, to sync
  input  logic [31:0] event_trapping_i,
  input  logic [31:0] event_target_i,
  input  logic [5:0]  event_target_depth_i,
  input  logic [31:0] event_rest_i,
  input  logic        event_retired_i,
  input  logic        event_ordering_i,
  input  logic        event_load_reserved_i,
  input  logic        event_store_conditional_i,
  input  logic        event_yield_i,
  input  logic [31:0] event_sync_operand_i,
  input  logic        event_predicted_i,
  input  logic [31:0] event_predicted_pc_i,
  input  logic [31:0] event_vector_i,
  output logic        event_fault_o,
  output logic        event_deadlock_o,
  output logic [31:0] deadlock_lanes_o,
  output logic [31:0] deadlock_pc_o,
  output logic [31:0] deadlock_operand_o,
  output logic        event_arrived_o,
  output logic        event_ended_o,

  input  logic [31:0] release_i,
  output logic [1:0]  redirect_valid_o,
  output logic [4:0]  redirect_warp_0_o,
  output logic [4:0]  redirect_warp_1_o,
  output logic [31:0] redirect_pc_0_o,
  output logic [31:0] redirect_pc_1_o,
  input  logic        halt_valid_i,
  input  logic [4:0]  halt_warp_i,
  output logic [31:0] ended_o,
  output logic [31:0] transit_o,
  output logic [31:0] waiting_o
);

  path_event_t     slot_event;
  path_t [Ports-1:0] issue_path;
  logic  [Ports-1:0] issue_valid, issue_resolve, issue_speculative;
  pc_t               issue_distance;
  logic              port;
  squash_t [Squashes-1:0]   squash;
  logic [Squashes-1:0][1:0] squash_advanced;
  redirect_t [1:0] redirect;
  pc_t             deadlock_pc;
  logic [Warps-1:0] ready, ended, transit, waiting;
  lane_mask_t      live, deadlock_lanes;

  assign warps_o = 32'(Warps);
  assign lanes_o = 32'(Lanes);

  always_comb begin
    slot_event                   = '0;
    slot_event.warp              = warp_id_t'(event_warp_i);
    slot_event.pc                = event_pc_i[31:2];
    slot_event.depth             = event_depth_i;
    slot_event.path              = lane_mask_t'(event_path_i);
    slot_event.executed          = lane_mask_t'(event_executed_i);
    slot_event.moved             = lane_mask_t'(event_moved_i);
    slot_event.leave             = leave_e'({1'b0, event_leave_i});
    slot_event.trap              = event_trapping_i != '0;
    slot_event.trapping          = lane_mask_t'(event_trapping_i);
    slot_event.target            = event_target_i[31:2];
    slot_event.target_depth      = event_target_depth_i;
    slot_event.rest              = event_rest_i[31:2];
    slot_event.retired           = event_retired_i;
    slot_event.ordering          = event_ordering_i;
    slot_event.load_reserved     = event_load_reserved_i;
    slot_event.store_conditional = event_store_conditional_i;
    slot_event.yield             = event_yield_i;
    slot_event.sync_operand      = event_sync_operand_i;
    slot_event.predicted         = event_predicted_i;
    slot_event.predicted_pc      = event_predicted_pc_i[31:2];
  end

  assign port                = (Ports == 1) ? 1'b0 : issue_port_i;
  assign issue_valid         = Ports'(issue_valid_i) << port;
  assign issue_distance      = issue_next_i[31:2] - issue_path[port].pc;
  assign issue_resolve_o     = issue_resolve[port];
  assign issue_speculative_o = issue_speculative[port];
  always_comb begin
    squash       = '0;
    squash_advanced = '0;
    squash[squash_port_i]       = '{valid: squash_valid_i, warp: warp_id_t'(squash_warp_i)};
    squash_advanced[squash_port_i] = squash_advanced_i;
  end

  warp_paths u_paths (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i      (warp_id_t'(start_warp_i)),
    .start_pc_i        (start_pc_i[31:2]),
    .start_mask_i      (lane_mask_t'(start_mask_i)),
    .ready_o           (ready),
    .issue_valid_i     (issue_valid),
    .issue_warp_i      ({Ports{warp_id_t'(issue_warp_i)}}),
    .issue_control_i   ({Ports{issue_control_i}}),
    .issue_speculative_i({Ports{issue_speculative_i}}),
    .issue_distance_i  ({Ports{issue_distance}}),
    .issue_path_o      (issue_path),
    .issue_resolve_o   (issue_resolve),
    .issue_speculative_o(issue_speculative),
    .squash_i          (squash),
    .squash_advanced_i (squash_advanced),
    .live_warp_i       (warp_id_t'(issue_warp_i)),
    .live_o            (live),
    .waits_o           (),
    .event_valid_i,
    .event_i           (slot_event),
    .event_vector_i    (event_vector_i[31:2]),
    .event_fault_o,
    .event_deadlock_o,
    .deadlock_lanes_o  (deadlock_lanes),
    .deadlock_pc_o     (deadlock_pc),
    .deadlock_operand_o,
    .event_arrived_o,
    .event_ended_o,
    .release_i         (release_i[Warps-1:0]),
    .wake_i            ('0),
    .woken_o           (),
    .idle_o            (),
    .waits_any_o       (),
    .wait_warp_i       ('0),
    .wait_lane_o       (),
    .wait_pc_o         (),
    .wait_address_o    (),
    .halt_valid_i,
    .halt_warp_i       (warp_id_t'(halt_warp_i)),
    .redirect_valid_o,
    .redirect_o        (redirect),
    .ended_o           (ended),
    .transit_o         (transit),
    .waiting_o         (waiting)
  );

  assign ready_o           = 32'(ready);
  assign ended_o           = 32'(ended);
  assign transit_o         = 32'(transit);
  assign waiting_o         = 32'(waiting);
  assign live_o            = 32'(live);
  assign issue_pc_o        = pc_word(issue_path[port].pc);
  assign issue_depth_o     = issue_path[port].depth;
  assign issue_mask_o      = 32'(issue_path[port].mask);
  assign deadlock_lanes_o  = 32'(deadlock_lanes);
  assign deadlock_pc_o     = pc_word(deadlock_pc);
  assign redirect_warp_0_o = 5'(redirect[0].warp);
  assign redirect_warp_1_o = 5'(redirect[1].warp);
  assign redirect_pc_0_o   = pc_word(redirect[0].pc);
  assign redirect_pc_1_o   = pc_word(redirect[1].pc);

  // The low two bits of addresses, and what exceeds the shape.
  logic unused;
  assign unused = ^{start_warp_i, issue_warp_i, event_warp_i, halt_warp_i, start_pc_i[1:0], start_mask_i, event_pc_i[1:0], event_path_i,
                    event_executed_i, event_moved_i, event_trapping_i, event_target_i[1:0], event_rest_i[1:0],
                    event_predicted_pc_i[1:0], event_vector_i[1:0], release_i};

endmodule
