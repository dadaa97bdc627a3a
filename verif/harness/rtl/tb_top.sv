// Top of the simulation: heddle_die between the harness's memory and host, and the monitors bound in. Clock and reset are
// the only inputs, and reset is registered: everything else crosses to C++ by DPI at the rising edge, so that nothing depends
// combinationally on an input (Verilator would evaluate that logic twice a cycle).
module tb_top
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic clk_i,
  input logic reset_ni
);

  // Reset acts at once and ends at a rising edge, as a die's own synchroniser would have it. For the simulation it matters more that it
  // comes from a register: what depends on an input in a combinational way Verilator evaluates at both edges of the clock.
  logic reset_n_q, rst_ni;
  assign rst_ni = reset_n_q;

  always_ff @(posedge clk_i or negedge reset_ni) begin
    if (!reset_ni) reset_n_q <= 1'b0;
    else reset_n_q <= 1'b1;
  end

  axi_lite_request_t  host_request;
  axi_lite_response_t host_response;
  axi_request_t       axi_request;
  axi_response_t      axi_response;
  host_axi_request_t  bus_master_request;
  host_axi_response_t bus_master_response;
  aperture_request_t  aperture_request;
  aperture_response_t aperture_response;

  heddle_die u_die (
    .clk_i,
    .rst_ni,
    .host_i(host_request),
    .host_o(host_response),
    .axi_o (axi_request),
    .axi_i (axi_response),
    .aperture_i  (aperture_request),
    .aperture_o  (aperture_response),
    .bus_master_o(bus_master_request),
    .bus_master_i(bus_master_response),
    .irq_o ()
  );

  if (HostDma != 0) begin : gen_host
    memory_port_dpi #(
      .Port      (bus_pkg::HostMemory),
      .id_t      (host_id_t),
      .request_t (host_axi_request_t),
      .response_t(host_axi_response_t)
    ) u_host_memory (
      .clk_i,
      .rst_ni,
      .request_i (bus_master_request),
      .response_o(bus_master_response)
    );

    aperture_port_dpi u_aperture (
      .clk_i,
      .rst_ni,
      .request_o (aperture_request),
      .response_i(aperture_response)
    );
  end else begin : gen_no_host
    assign bus_master_response = '0;
    assign aperture_request    = '0;

    logic unused;
    assign unused = ^{bus_master_request, aperture_response};
  end

  memory_port_dpi u_memory (
    .clk_i,
    .rst_ni,
    .request_i (axi_request),
    .response_o(axi_response)
  );

  host_port_dpi u_host (
    .clk_i,
    .rst_ni,
    .request_o (host_request),
    .response_i(host_response)
  );

endmodule

// The monitors see the design's own signals by name.
bind simt_core core_monitor u_core_monitor (.*);
bind simt_core request_monitor u_request_monitor (.*);
bind l2_data memory_monitor u_memory_monitor (.*);
bind scratchpad scratch_monitor u_scratch_monitor (.*);
bind async_engines engine_monitor u_engine_monitor (.*);
bind copy_engine copy_stop_monitor u_copy_stop_monitor (.*);
bind matrix_window window_monitor #(.AddressBits(AddressBits), .Units(Units)) u_window_monitor (.*);
bind cluster_engines request_tag_monitor u_request_tag_monitor (.*);
bind launch_gate refusal_monitor #(.Slot(Slot)) u_refusal_monitor (.*);
bind dispatcher abort_monitor #(.Slot(Slot)) u_abort_monitor (.*);
bind launch_port launch_monitor #(.Slot(Slot)) u_launch_monitor (.clk_i, .rst_ni, .ended_i(busy && state_d == StateIdle), .hw_i(hw));
bind core_owners owner_monitor u_owner_monitor (.*);
bind launch_turns holder_monitor u_holder_monitor (.*);
bind mgmt_subsystem management_monitor u_management_monitor (.clk_i, .rst_ni, .running_i(running_o), .trace_i(trace_o),
  .trace_valid_i(trace_valid_o), .host_i(host_request_i), .host_accepted_i(host_valid_i && host_ready_o));
bind host_port register_monitor u_register_monitor (.clk_i, .rst_ni,
  .written_i(mgmt_write && mgmt_whole && !write_error), .offset_i(mgmt_request_i.address), .value_i(mgmt_request_i.data));
