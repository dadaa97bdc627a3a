// The CSRs of a core with plain ports.
module csr_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  localparam int unsigned LaunchWords = ($bits(launch_t) + 31) / 32,
  localparam int unsigned EventWords  = ($bits(event_t) + 31) / 32
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] shape_o [4],            // warps, lanes, ports, bits of a local id
  // launch: size of a workgroup, workgroups, arguments, kernel, private and scratchpad bytes
  input  logic [31:0] launch_i [10],
  input  logic [31:0] launch_rest_i [LaunchWords], // all that the CSRs do not show
  // dispatch
  input  logic        start_valid_i,
  output logic        start_ready_o,
  input  logic [31:0] start_warp_i,
  input  logic [31:0] start_i [12],           // warps, warp in the group, mask, group id, first global id, scratchpad, local base, buffer
  input  logic [31:0] start_local_id_i [Lanes][3],
  // issue, slots that are void
  input  logic        issue_valid_i [Ports],
  input  logic [31:0] issue_warp_i [Ports],
  input  logic        squash_valid_i [Squashes],
  input  logic [31:0] squash_warp_i [Squashes],
  input  logic [31:0] squash_count_i [Squashes],
  // read
  input  logic        read_i,
  input  logic [31:0] read_number_i,
  input  logic [31:0] read_warp_i,
  input  logic [31:0] fcsr_i [Lanes],
  output logic [31:0] read_data_o [Lanes],
  // event
  input  logic        event_valid_i,
  input  logic [31:0] event_warp_i,
  input  logic        event_retired_i,
  input  logic        event_trap_i,
  input  logic [31:0] event_trapping_i,
  input  logic [31:0] event_executed_i,
  input  logic [31:0] event_pc_i,             // address
  input  logic [31:0] event_cause_i,
  input  logic [31:0] event_plus_one_i,
  input  logic [31:0] event_value_i,
  input  logic        event_value_per_lane_i,
  input  logic        event_write_i,
  input  logic [31:0] event_csr_i,
  input  logic [31:0] event_data_i [Lanes],
  input  logic [31:0] event_rest_i [EventWords],   // all of the event that is none of their business
  output logic [31:0] event_vector_o,         // address
  // identity
  input  logic [31:0] identity_warp_i,
  output logic [31:0] identity_o [4],         // group id, local base
  input  logic [31:0] scratch_warp_i,
  output logic [31:0] scratch_base_o,
  output logic        first_buffer_o
);

  assign shape_o = '{Warps, Lanes, Ports, LocalIdBits};

  logic [32*LaunchWords-1:0]  launch_rest;
  logic [32*EventWords-1:0]   event_rest;
  launch_t                    launch;
  dispatch_t                  start;
  event_t                     event_now;
  logic     [Ports-1:0]       issue_valid;
  warp_id_t [Ports-1:0]       issue_warp;
  squash_t  [Squashes-1:0]    squash;
  logic [Squashes-1:0][1:0]   squash_count;
  logic [Lanes-1:0][7:0]      fcsr;
  lane_words_t                read_data;
  pc_t                        event_vector;
  logic [2:0][31:0]           identity_group;
  local_id_t                  identity_base;
  logic [ScratchBits-1:0]     scratch_base;

  always_comb begin
    for (int unsigned i = 0; i < LaunchWords; i++) launch_rest[32*i +: 32] = launch_rest_i[i];
    for (int unsigned i = 0; i < EventWords; i++) event_rest[32*i +: 32] = event_rest_i[i];
    launch              = launch_t'(launch_rest[$bits(launch_t)-1:0]);
    launch.local_size   = {launch_i[2], launch_i[1], launch_i[0]};
    launch.num_groups   = {launch_i[5], launch_i[4], launch_i[3]};
    launch.args         = launch_i[6];
    launch.kernel       = launch_i[7];
    launch.private_size = launch_i[8];
    launch.scratch_size = launch_i[9];

    start               = '0;
    start.warp          = warp_id_t'(start_warp_i);
    start.group_warps   = (WarpBits + 1)'(start_i[0]);
    start.warp_in_group = warp_id_t'(start_i[1]);
    start.mask          = lane_mask_t'(start_i[2]);
    start.group_id      = {start_i[5], start_i[4], start_i[3]};
    start.group_base    = {start_i[8], start_i[7], start_i[6]};
    start.scratch_base  = ScratchBits'(start_i[9]);
    start.local_base    = local_id_t'(start_i[10]);
    start.first_buffer  = start_i[11][0];

    event_now                = event_t'(event_rest[$bits(event_t)-1:0]);
    event_now.path.warp      = warp_id_t'(event_warp_i);
    event_now.path.pc        = event_pc_i[31:2];
    event_now.path.retired   = event_retired_i;
    event_now.path.trap      = event_trap_i;
    event_now.path.trapping  = lane_mask_t'(event_trapping_i);
    event_now.path.executed  = lane_mask_t'(event_executed_i);
    event_now.csr_write      = event_write_i;
    event_now.csr            = event_csr_i[11:0];
    event_now.cause          = event_cause_i[4:0];
    event_now.cause_plus_one = lane_mask_t'(event_plus_one_i);
    event_now.value          = event_value_i;
    event_now.value_per_lane = event_value_per_lane_i;

    for (int unsigned l = 0; l < Lanes; l++) begin
      event_now.lane_data[l] = event_data_i[l];
      fcsr[l]                = fcsr_i[l][7:0];
      read_data_o[l]         = read_data[l];
      for (int unsigned i = 0; i < 3; i++) start.local_id[l][i] = LocalIdBits'(start_local_id_i[l][i]);
    end
    for (int unsigned p = 0; p < Ports; p++) begin
      issue_valid[p] = issue_valid_i[p];
      issue_warp[p]  = warp_id_t'(issue_warp_i[p]);
    end
    for (int unsigned s = 0; s < Squashes; s++) begin
      squash[s]       = '{valid: squash_valid_i[s], warp: warp_id_t'(squash_warp_i[s])};
      squash_count[s] = squash_count_i[s][1:0];
    end
  end

  csr_unit u_csrs (
    .clk_i,
    .rst_ni,
    .core_id_i            ('0),
    .launch_i             (launch),
    .start_valid_i,
    .start_ready_o,
    .start_i              (start),
    .issue_valid_i        (issue_valid),
    .issue_warp_i         (issue_warp),
    .squash_i             (squash),
    .squash_count_i       (squash_count),
    .read_i,
    .read_number_i        (read_number_i[11:0]),
    .read_warp_i          (warp_id_t'(read_warp_i)),
    .read_data_o          (read_data),
    .fcsr_i               (fcsr),
    .event_valid_i,
    .event_i              (event_now),
    .event_vector_o       (event_vector),
    .identity_warp_i      (warp_id_t'(identity_warp_i)),
    .identity_group_o     (identity_group),
    .identity_local_base_o(identity_base),
    .scratch_warp_i       (warp_id_t'(scratch_warp_i)),
    .scratch_base_o       (scratch_base),
    .first_buffer_o
  );

  assign event_vector_o = {event_vector, 2'b00};
  assign identity_o     = '{identity_group[0], identity_group[1], identity_group[2], 32'(identity_base)};
  assign scratch_base_o = 32'(scratch_base);

endmodule
