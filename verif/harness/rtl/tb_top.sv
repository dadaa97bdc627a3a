// Top of the simulation: heddle_die with its ports as plain vectors for the C++ harness, and the monitors bound in.
module tb_top
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         irq_o,
  // AXI4-Lite, host side
  input  logic [11:0]  host_aw_addr_i,
  input  logic         host_aw_valid_i,
  output logic         host_aw_ready_o,
  input  logic [31:0]  host_w_data_i,
  input  logic [3:0]   host_w_strb_i,
  input  logic         host_w_valid_i,
  output logic         host_w_ready_o,
  output logic [1:0]   host_b_resp_o,
  output logic         host_b_valid_o,
  input  logic         host_b_ready_i,
  input  logic [11:0]  host_ar_addr_i,
  input  logic         host_ar_valid_i,
  output logic         host_ar_ready_o,
  output logic [31:0]  host_r_data_o,
  output logic [1:0]   host_r_resp_o,
  output logic         host_r_valid_o,
  input  logic         host_r_ready_i,
  // AXI4, memory side. Ids are padded to 8 bits, strobes to 128 bits, so that the C++ side has one type for all shapes.
  output logic [7:0]   aw_id_o,
  output logic [31:0]  aw_addr_o,
  output logic [7:0]   aw_len_o,
  output logic [2:0]   aw_size_o,
  output logic [1:0]   aw_burst_o,
  output logic         aw_valid_o,
  input  logic         aw_ready_i,
  output line_t        w_data_o,
  output logic [127:0] w_strb_o,
  output logic         w_last_o,
  output logic         w_valid_o,
  input  logic         w_ready_i,
  input  logic [7:0]   b_id_i,
  input  logic [1:0]   b_resp_i,
  input  logic         b_valid_i,
  output logic         b_ready_o,
  output logic [7:0]   ar_id_o,
  output logic [31:0]  ar_addr_o,
  output logic [7:0]   ar_len_o,
  output logic [2:0]   ar_size_o,
  output logic [1:0]   ar_burst_o,
  output logic         ar_valid_o,
  input  logic         ar_ready_i,
  input  logic [7:0]   r_id_i,
  input  line_t        r_data_i,
  input  logic [1:0]   r_resp_i,
  input  logic         r_last_i,
  input  logic         r_valid_i,
  output logic         r_ready_o
);

  axi_lite_request_t  host_request;
  axi_lite_response_t host_response;
  axi_request_t       axi_request;
  axi_response_t      axi_response;

  heddle_die u_die (
    .clk_i,
    .rst_ni,
    .host_i(host_request),
    .host_o(host_response),
    .axi_o (axi_request),
    .axi_i (axi_response),
    .irq_o
  );

  assign host_request.aw_addr  = 32'(host_aw_addr_i);
  assign host_request.aw_valid = host_aw_valid_i;
  assign host_request.w_data   = host_w_data_i;
  assign host_request.w_strb   = host_w_strb_i;
  assign host_request.w_valid  = host_w_valid_i;
  assign host_request.b_ready  = host_b_ready_i;
  assign host_request.ar_addr  = 32'(host_ar_addr_i);
  assign host_request.ar_valid = host_ar_valid_i;
  assign host_request.r_ready  = host_r_ready_i;
  assign host_aw_ready_o = host_response.aw_ready;
  assign host_w_ready_o  = host_response.w_ready;
  assign host_b_resp_o   = host_response.b_resp;
  assign host_b_valid_o  = host_response.b_valid;
  assign host_ar_ready_o = host_response.ar_ready;
  assign host_r_data_o   = host_response.r_data;
  assign host_r_resp_o   = host_response.r_resp;
  assign host_r_valid_o  = host_response.r_valid;

  assign aw_id_o    = 8'(axi_request.aw.id);
  assign aw_addr_o  = axi_request.aw.addr;
  assign aw_len_o   = axi_request.aw.len;
  assign aw_size_o  = axi_request.aw.size;
  assign aw_burst_o = axi_request.aw.burst;
  assign aw_valid_o = axi_request.aw_valid;
  assign w_data_o   = axi_request.w.data;
  assign w_strb_o   = 128'(axi_request.w.strb);
  assign w_last_o   = axi_request.w.last;
  assign w_valid_o  = axi_request.w_valid;
  assign b_ready_o  = axi_request.b_ready;
  assign ar_id_o    = 8'(axi_request.ar.id);
  assign ar_addr_o  = axi_request.ar.addr;
  assign ar_len_o   = axi_request.ar.len;
  assign ar_size_o  = axi_request.ar.size;
  assign ar_burst_o = axi_request.ar.burst;
  assign ar_valid_o = axi_request.ar_valid;
  assign r_ready_o  = axi_request.r_ready;

  assign axi_response.aw_ready = aw_ready_i;
  assign axi_response.w_ready  = w_ready_i;
  assign axi_response.b.id     = axi_id_t'(b_id_i);
  assign axi_response.b.resp   = b_resp_i;
  assign axi_response.b_valid  = b_valid_i;
  assign axi_response.ar_ready = ar_ready_i;
  assign axi_response.r.id     = axi_id_t'(r_id_i);
  assign axi_response.r.data   = r_data_i;
  assign axi_response.r.resp   = r_resp_i;
  assign axi_response.r.last   = r_last_i;
  assign axi_response.r_valid  = r_valid_i;

  if (AxiIdBits < 8) begin : gen_unused_ids
    logic unused_ids;  // The harness only answers with ids it was given.
    assign unused_ids = ^{b_id_i[7:AxiIdBits], r_id_i[7:AxiIdBits]};
  end

endmodule

// The monitors see the design's own signals by name.
bind simt_core core_monitor u_core_monitor (.*);
bind memory_hub memory_monitor u_memory_monitor (.*);
bind scratchpad scratch_monitor u_scratch_monitor (.*);
bind host_port launch_monitor u_launch_monitor (.clk_i, .rst_ni, .ended_i(busy && state_d == StateIdle));
