// host_window before host_port, with their ports as plain signals; of up to four launch slots and cores. What the slots show the dispatchers is seen of one
// at a time (slot_i), and of one region of it (region_i).
module port_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  output logic [31:0]      shape_o,            // cores, warps, lanes, launches: a byte each
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
  // the bus of the management core
  output logic [31:0]      bus_address_o,
  output logic             bus_write_o,
  output logic [3:0]       bus_strobe_o,
  output logic [31:0]      bus_data_o,
  output logic             bus_valid_o,
  input  logic             bus_ready_i,
  input  logic             bus_answer_i,
  input  logic [31:0]      bus_data_i,
  input  logic             bus_error_i,
  // its accesses
  input  logic [31:0]      hart_address_i,
  input  logic             hart_write_i,
  input  logic [3:0]       hart_strobe_i,
  input  logic [31:0]      hart_data_i,
  input  logic             hart_valid_i,
  output logic             hart_ready_o,
  output logic             hart_answer_o,
  output logic [31:0]      hart_data_o,
  output logic             hart_error_o,
  output logic             ended_o,
  output logic             ended_fault_o,
  // the registers behind those of the slots
  output logic             block_valid_o,
  output logic [31:0]      block_address_o,
  output logic [31:0]      block_data_o,
  output logic [3:0]       block_strobe_o,
  output logic             block_hart_o,
  input  logic             block_write_error_i,
  output logic [31:0]      block_read_address_o,
  input  logic [31:0]      block_read_data_i,
  input  logic             block_read_error_i,
  // dispatchers
  input  logic [1:0]       slot_i,
  input  logic [4:0]       region_i,
  output logic [7:0][31:0] words_o,            // entry, kernel, args, private base and size, scratchpad, accumulators, work-items
  output logic [5:0][31:0] sizes_o,            // groups, local
  output logic [2:0][31:0] region_o,           // base, last, rights
  output logic [31:0]      regions_o,          // that there are
  output logic [3:0]       start_o,
  output logic [3:0]       abort_o,
  input  logic [3:0]       done_i,
  input  logic             aborted_i,          // of all slots, as what follows
  input  logic             faulted_i,
  input  logic [6:0][31:0] fault_i,            // cause, pc, value, detail, group
  input  logic [31:0]      fault_local_i,
  input  logic [31:0]      fault_place_i,      // lane, warp, core: a byte each
  // cores
  input  logic [3:0][3:0]  owned_i,            // by slot
  input  logic [3:0][7:0]  retire_slots_i,
  input  logic [3:0][7:0]  retire_lanes_i,
  input  logic [3:0][9:0][7:0] stalls_i
);

  axi_lite_request_t  host_request, registers_request;
  axi_lite_response_t host_response, registers_response;
  mgmt_request_t      bus_request, hart_request;
  mgmt_response_t     bus_response, hart_response;
  block_write_t       block_write;
  launch_t            [Launches-1:0] launch;
  local_id_t          [Launches-1:0] items;
  logic               [Launches-1:0] start, abort;
  fault_t             fault;
  logic [Launches-1:0][Cores-1:0] owned;
  retire_t            [Cores-1:0] retire;
  stalls_t            [Cores-1:0] stalls;

  assign shape_o = {8'(Launches), 8'(Lanes), 8'(Warps), 8'(Cores)};

  assign host_request = '{aw_addr: aw_addr_i, aw_valid: aw_valid_i, w_data: w_data_i, w_strb: w_strb_i, w_valid: w_valid_i,
                          b_ready: b_ready_i, ar_addr: ar_addr_i, ar_valid: ar_valid_i, r_ready: r_ready_i};
  assign {aw_ready_o, w_ready_o, b_resp_o, b_valid_o, ar_ready_o, r_data_o, r_resp_o, r_valid_o} = host_response;
  assign {bus_address_o, bus_write_o, bus_strobe_o, bus_data_o} = bus_request;
  assign bus_response = {bus_answer_i, bus_data_i, bus_error_i};
  assign hart_request = {hart_address_i, hart_write_i, hart_strobe_i, hart_data_i};
  assign {hart_answer_o, hart_data_o, hart_error_o} = hart_response;
  assign {block_valid_o, block_address_o, block_data_o, block_strobe_o, block_hart_o} = block_write;

  host_window u_window (
    .clk_i,
    .rst_ni,
    .host_i         (host_request),
    .host_o         (host_response),
    .registers_o    (registers_request),
    .registers_i    (registers_response),
    .bus_request_o  (bus_request),
    .bus_valid_o,
    .bus_ready_i,
    .bus_response_i (bus_response)
  );

  host_port u_port (
    .clk_i,
    .rst_ni,
    .axi_i               (registers_request),
    .axi_o               (registers_response),
    .irq_o,
    .mgmt_request_i      (hart_request),
    .mgmt_valid_i        (hart_valid_i),
    .mgmt_ready_o        (hart_ready_o),
    .mgmt_response_o     (hart_response),
    .ended_o,
    .ended_fault_o,
    .block_write_o       (block_write),
    .block_write_error_i,
    .block_read_address_o,
    .block_read_data_i,
    .block_read_error_i,
    .launch_o            (launch),
    .local_items_o       (items),
    .start_o             (start),
    .abort_o             (abort),
    .done_i              (done_i[Launches-1:0]),
    .aborted_i           ({Launches{aborted_i}}),
    .faulted_i           ({Launches{faulted_i}}),
    .fault_i             ({Launches{fault}}),
    .fault_core_i        ({Launches{core_id_t'(fault_place_i[23:16])}}),
    .owned_i             (owned),
    .retire_i            (retire),
    .stalls_i            (stalls)
  );

  always_comb begin
    fault.cause    = fault_i[0];
    fault.pc       = fault_i[1];
    fault.value    = fault_i[2];
    fault.detail   = fault_i[3];
    fault.group_id = fault_i[6:4];
    fault.local_id = local_id_t'(fault_local_i);
    fault.lane     = lane_id_t'(fault_place_i[7:0]);
    fault.warp     = warp_id_t'(fault_place_i[15:8]);
    for (int unsigned s = 0; s < Launches; s++) owned[s] = owned_i[s][Cores-1:0];
    for (int unsigned c = 0; c < Cores; c++) begin
      retire[c].slots = $bits(retire[c].slots)'(retire_slots_i[c]);
      retire[c].lanes = $bits(retire[c].lanes)'(retire_lanes_i[c]);
      for (int unsigned r = 0; r < StallReasons; r++) stalls[c][r] = (WarpBits + 1)'(stalls_i[c][r]);
    end
  end

  launch_t seen;
  region_t region;
  assign seen      = launch[(Launches > 1) ? 32'(slot_i) : 0];
  assign region    = seen.regions[(32'(region_i) < Regions) ? 32'(region_i) : 0];
  assign words_o   = {32'(items[(Launches > 1) ? 32'(slot_i) : 0]), 32'(seen.accumulators), seen.scratch_size, seen.private_size, seen.private_base, seen.args,
                      seen.kernel, seen.entry};
  assign sizes_o   = {seen.local_size, seen.num_groups};
  assign region_o  = {29'd0, region.x, region.w, region.r, region.last, region.base};
  assign regions_o = Regions;
  assign start_o   = 4'(start);
  assign abort_o   = 4'(abort);

endmodule
