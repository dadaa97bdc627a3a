// Bench of the launch path: host port and dispatcher together, with the cores left to C++. All ports have the widths of the
// largest shape, so that one C++ side serves every configuration.
module launch_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  // AXI4-Lite
  input  logic [31:0]      aw_addr_i,
  input  logic             aw_valid_i,
  output logic             aw_ready_o,
  input  logic [31:0]      w_data_i,
  input  logic [3:0]       w_strb_i,
  input  logic             w_valid_i,
  output logic             w_ready_o,
  output logic [1:0]       b_resp_o,
  output logic             b_valid_o,
  input  logic             b_ready_i,
  input  logic [31:0]      ar_addr_i,
  input  logic             ar_valid_i,
  output logic             ar_ready_o,
  output logic [31:0]      r_data_o,
  output logic [1:0]       r_resp_o,
  output logic             r_valid_o,
  input  logic             r_ready_i,
  output logic             irq_o,
  // the cores' side
  output logic             abort_o,
  output logic             invalidate_o,
  output logic             kill_o,
  output logic             done_o,
  output logic             clean_o,          // the scratchpad; a row of it becomes zero
  output logic             clear_o,
  output logic [31:0]      clear_row_o,
  output logic [3:0]       dispatch_valid_o,
  input  logic [3:0]       dispatch_ready_i,
  output logic [7:0]       warp_o,
  output logic [7:0]       group_slot_o,
  output logic [7:0]       group_warps_o,
  output logic [7:0]       warp_in_group_o,
  output logic [31:0]      mask_o,
  output logic [2:0][31:0] group_id_o,
  output logic [2:0][31:0] group_base_o,
  output logic [31:0]      scratch_base_o,
  output logic [31:0]      local_base_o,
  output logic [31:0][2:0][15:0] local_id_o,
  input  logic [3:0]       warp_done_valid_i,
  input  logic [3:0][7:0]  warp_done_i,
  input  logic [3:0]       fault_valid_i,
  input  logic [3:0][31:0] fault_cause_i,    // the other fields of the fault follow from it, see below
  input  logic [3:0][7:0]  retire_slots_i,
  input  logic [3:0][7:0]  retire_lanes_i
);

  axi_lite_request_t            request;
  axi_lite_response_t           response;
  launch_t                      launch;
  local_id_t                    local_items;
  logic                         start, busy, aborted, faulted, uses;
  logic [ScratchBits:0]         reach;
  fault_t                       fault;
  core_id_t                     fault_core;
  dispatch_t                    dispatch;
  logic     [Cores-1:0]         dispatch_valid;
  warp_id_t [Cores-1:0]         warp_done;
  fault_t   [Cores-1:0]         core_fault;
  retire_t  [Cores-1:0]         retire;
  stalls_t  [Cores-1:0]         stalls;

  assign request = '{aw_addr: aw_addr_i, aw_valid: aw_valid_i, w_data: w_data_i, w_strb: w_strb_i, w_valid: w_valid_i,
                     b_ready: b_ready_i, ar_addr: ar_addr_i, ar_valid: ar_valid_i, r_ready: r_ready_i};
  assign aw_ready_o = response.aw_ready;
  assign w_ready_o  = response.w_ready;
  assign b_resp_o   = response.b_resp;
  assign b_valid_o  = response.b_valid;
  assign ar_ready_o = response.ar_ready;
  assign r_data_o   = response.r_data;
  assign r_resp_o   = response.r_resp;
  assign r_valid_o  = response.r_valid;

  host_port u_host_port (
    .clk_i,
    .rst_ni,
    .axi_i         (request),
    .axi_o         (response),
    .irq_o,
    .mgmt_request_i ('0),
    .mgmt_valid_i   (1'b0),
    .mgmt_ready_o   (),
    .mgmt_response_o(),
    .ended_o        (),
    .ended_fault_o  (),
    .block_write_o       (),
    .block_write_error_i (1'b1),
    .block_read_address_o(),
    .block_read_data_i   ('0),
    .block_read_error_i  (1'b1),
    .launch_o      (launch),
    .local_items_o (local_items),
    .start_o       (start),
    .abort_o,
    .done_i        (done_o),
    .aborted_i     (aborted),
    .faulted_i     (faulted),
    .fault_i       (fault),
    .fault_core_i  (fault_core),
    .owned_i       ('1),
    .retire_i      (retire),
    .stalls_i      (stalls)
  );

  dispatcher u_dispatcher (
    .clk_i,
    .rst_ni,
    .start_i          (start),
    .abort_i          (abort_o),
    .num_groups_i     (launch.num_groups),
    .local_size_i     ({local_id_t'(launch.local_size[2]), local_id_t'(launch.local_size[1]), local_id_t'(launch.local_size[0])}),
    .local_items_i    (local_items),
    .scratch_size_i   (launch.scratch_size[ScratchBits:0]),
    .accumulators_i   (launch.accumulators),
    .busy_o           (busy),
    .done_o,
    .aborted_o        (aborted),
    .faulted_o        (faulted),
    .fault_o          (fault),
    .fault_core_o     (fault_core),
    .clean_i          (clean_o),
    .uses_o           (uses),
    .scratch_reach_o  (reach),
    .usable_i         ('1),
    .more_o           (),
    .vacant_o         (),
    .invalidate_o,
    .kill_o,
    .dispatch_o       (dispatch),
    .dispatch_valid_o (dispatch_valid),
    .dispatch_ready_i (dispatch_ready_i[Cores-1:0]),
    .warp_done_valid_i(warp_done_valid_i[Cores-1:0]),
    .warp_done_i      (warp_done),
    .fault_valid_i    (fault_valid_i[Cores-1:0]),
    .fault_i          (core_fault),
    .clear_o          (),
    .release_o        (),
    .engines_busy_i   ('0),
    .engines_fault_i  (1'b0)
  );

  localparam int unsigned Rows      = ScratchpadBytes / 4 / Lanes;
  localparam int unsigned RowShift  = $clog2(4 * Lanes);
  logic [ScratchBits-RowShift-1:0] clear_row;

  scrubber #(
    .Rows(Rows)
  ) u_scrubber (
    .clk_i,
    .rst_ni,
    .use_i  (uses),
    .used_i (reach[ScratchBits:RowShift]),
    .clean_o,
    .clear_o,
    .row_o  (clear_row)
  );

  assign clear_row_o      = 32'(clear_row);
  assign dispatch_valid_o = 4'(dispatch_valid);
  assign warp_o           = 8'(dispatch.warp);
  assign group_slot_o     = 8'(dispatch.group_slot);
  assign group_warps_o    = 8'(dispatch.group_warps);
  assign warp_in_group_o  = 8'(dispatch.warp_in_group);
  assign mask_o           = 32'(dispatch.mask);
  assign group_id_o       = dispatch.group_id;
  assign group_base_o     = dispatch.group_base;
  assign scratch_base_o   = 32'(dispatch.scratch_base);
  assign local_base_o     = 32'(dispatch.local_base);

  always_comb begin
    local_id_o = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      for (int unsigned i = 0; i < 3; i++) local_id_o[l][i] = 16'(dispatch.local_id[l][i]);
    end
  end

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    assign warp_done[c]           = warp_id_t'(warp_done_i[c]);
    // Half of the warp slots idle, the others waiting for memory.
    always_comb begin
      stalls[c]              = '0;
      stalls[c][StallIdle]   = (WarpBits + 1)'(Warps / 2);
      stalls[c][StallMemory] = (WarpBits + 1)'(Warps - Warps / 2);
    end
    assign retire[c].slots        = ($bits(retire[c].slots))'(retire_slots_i[c]);
    assign retire[c].lanes        = ($bits(retire[c].lanes))'(retire_lanes_i[c]);
    assign core_fault[c].cause    = fault_cause_i[c];
    assign core_fault[c].pc       = ~fault_cause_i[c];
    assign core_fault[c].value    = {fault_cause_i[c][15:0], fault_cause_i[c][31:16]};
    assign core_fault[c].detail   = '0;
    assign core_fault[c].group_id = {fault_cause_i[c] + 32'd3, fault_cause_i[c] + 32'd2, fault_cause_i[c] + 32'd1};
    assign core_fault[c].local_id = local_id_t'(fault_cause_i[c]);
    assign core_fault[c].lane     = lane_id_t'(fault_cause_i[c]);
    assign core_fault[c].warp     = warp_id_t'(fault_cause_i[c]);
  end

  // The smaller shapes leave inputs over, and the launch has more than the dispatcher needs.
  logic unused;
  assign unused = ^{launch, busy, reach, dispatch_ready_i, warp_done_valid_i, warp_done_i, fault_valid_i, fault_cause_i,
                    retire_slots_i, retire_lanes_i};

endmodule
