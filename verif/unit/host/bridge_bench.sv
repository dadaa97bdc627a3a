// host_bridge with its ports as plain signals; beats are widened to 64 bytes.
module bridge_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic [31:0]  beat_bytes_o,
  output logic [31:0]  first_id_o,

  input  logic         write_valid_i,
  input  logic [31:0]  write_address_i,
  input  logic [31:0]  write_data_i,
  input  logic [3:0]   write_strobe_i,
  input  logic         write_hart_i,
  output logic         write_error_o,
  input  logic [31:0]  read_address_i,
  output logic [31:0]  read_data_o,
  output logic         read_error_o,
  input  logic         launch_irq_i,
  input  logic         management_irq_i,
  output logic         irq_o,
  output logic         hart_irq_o,

  // host memory
  output logic         host_aw_valid_o,
  output logic [7:0]   host_aw_id_o,
  output logic [63:0]  host_aw_addr_o,
  output logic [7:0]   host_aw_len_o,
  output logic [2:0]   host_aw_size_o,
  output logic [1:0]   host_aw_burst_o,
  input  logic         host_aw_ready_i,
  output logic         host_w_valid_o,
  output logic [511:0] host_w_data_o,
  output logic [63:0]  host_w_strb_o,
  output logic         host_w_last_o,
  input  logic         host_w_ready_i,
  input  logic         host_b_valid_i,
  input  logic [7:0]   host_b_id_i,
  input  logic [1:0]   host_b_resp_i,
  output logic         host_b_ready_o,
  output logic         host_ar_valid_o,
  output logic [7:0]   host_ar_id_o,
  output logic [63:0]  host_ar_addr_o,
  output logic [7:0]   host_ar_len_o,
  output logic [2:0]   host_ar_size_o,
  output logic [1:0]   host_ar_burst_o,
  input  logic         host_ar_ready_i,
  input  logic         host_r_valid_i,
  input  logic [7:0]   host_r_id_i,
  input  logic [511:0] host_r_data_i,
  input  logic [1:0]   host_r_resp_i,
  input  logic         host_r_last_i,
  output logic         host_r_ready_o,

  // device memory
  output logic         device_aw_valid_o,
  output logic [7:0]   device_aw_id_o,
  output logic [63:0]  device_aw_addr_o,
  output logic [7:0]   device_aw_len_o,
  output logic [2:0]   device_aw_size_o,
  output logic [1:0]   device_aw_burst_o,
  input  logic         device_aw_ready_i,
  output logic         device_w_valid_o,
  output logic [511:0] device_w_data_o,
  output logic [63:0]  device_w_strb_o,
  output logic         device_w_last_o,
  input  logic         device_w_ready_i,
  input  logic         device_b_valid_i,
  input  logic [7:0]   device_b_id_i,
  input  logic [1:0]   device_b_resp_i,
  output logic         device_b_ready_o,
  output logic         device_ar_valid_o,
  output logic [7:0]   device_ar_id_o,
  output logic [63:0]  device_ar_addr_o,
  output logic [7:0]   device_ar_len_o,
  output logic [2:0]   device_ar_size_o,
  output logic [1:0]   device_ar_burst_o,
  input  logic         device_ar_ready_i,
  input  logic         device_r_valid_i,
  input  logic [7:0]   device_r_id_i,
  input  logic [511:0] device_r_data_i,
  input  logic [1:0]   device_r_resp_i,
  input  logic         device_r_last_i,
  output logic         device_r_ready_o,

  // BAR2
  input  logic         aperture_aw_valid_i,
  input  logic [7:0]   aperture_aw_id_i,
  input  logic [63:0]  aperture_aw_addr_i,
  input  logic [7:0]   aperture_aw_len_i,
  input  logic [2:0]   aperture_aw_size_i,
  input  logic [1:0]   aperture_aw_burst_i,
  output logic         aperture_aw_ready_o,
  input  logic         aperture_w_valid_i,
  input  logic [511:0] aperture_w_data_i,
  input  logic [63:0]  aperture_w_strb_i,
  input  logic         aperture_w_last_i,
  output logic         aperture_w_ready_o,
  output logic         aperture_b_valid_o,
  output logic [7:0]   aperture_b_id_o,
  output logic [1:0]   aperture_b_resp_o,
  input  logic         aperture_b_ready_i,
  input  logic         aperture_ar_valid_i,
  input  logic [7:0]   aperture_ar_id_i,
  input  logic [63:0]  aperture_ar_addr_i,
  input  logic [7:0]   aperture_ar_len_i,
  input  logic [2:0]   aperture_ar_size_i,
  input  logic [1:0]   aperture_ar_burst_i,
  output logic         aperture_ar_ready_o,
  output logic         aperture_r_valid_o,
  output logic [7:0]   aperture_r_id_o,
  output logic [511:0] aperture_r_data_o,
  output logic [1:0]   aperture_r_resp_o,
  output logic         aperture_r_last_o,
  input  logic         aperture_r_ready_i,

  // the cluster
  input  logic         cluster_aw_valid_i,
  input  logic [7:0]   cluster_aw_id_i,
  input  logic [63:0]  cluster_aw_addr_i,
  input  logic [7:0]   cluster_aw_len_i,
  input  logic [2:0]   cluster_aw_size_i,
  input  logic [1:0]   cluster_aw_burst_i,
  output logic         cluster_aw_ready_o,
  input  logic         cluster_w_valid_i,
  input  logic [511:0] cluster_w_data_i,
  input  logic [63:0]  cluster_w_strb_i,
  input  logic         cluster_w_last_i,
  output logic         cluster_w_ready_o,
  output logic         cluster_b_valid_o,
  output logic [7:0]   cluster_b_id_o,
  output logic [1:0]   cluster_b_resp_o,
  input  logic         cluster_b_ready_i,
  input  logic         cluster_ar_valid_i,
  input  logic [7:0]   cluster_ar_id_i,
  input  logic [63:0]  cluster_ar_addr_i,
  input  logic [7:0]   cluster_ar_len_i,
  input  logic [2:0]   cluster_ar_size_i,
  input  logic [1:0]   cluster_ar_burst_i,
  output logic         cluster_ar_ready_o,
  output logic         cluster_r_valid_o,
  output logic [7:0]   cluster_r_id_o,
  output logic [511:0] cluster_r_data_o,
  output logic [1:0]   cluster_r_resp_o,
  output logic         cluster_r_last_o,
  input  logic         cluster_r_ready_i
);

  host_axi_request_t  host_request;
  host_axi_response_t host_response;
  axi_request_t       memory_request, cluster_request;
  axi_response_t      memory_response, cluster_response;
  aperture_request_t  aperture_request;
  aperture_response_t aperture_response;

  assign beat_bytes_o = AxiBytes;
  assign first_id_o   = dma_pkg::DmaFirstId;

  host_bridge u_bridge (
    .clk_i,
    .rst_ni,
    .write_i         ('{valid: write_valid_i, address: write_address_i, data: write_data_i, strobe: write_strobe_i, hart: write_hart_i}),
    .write_error_o,
    .read_address_i,
    .read_data_o,
    .read_error_o,
    .launch_irq_i,
    .management_irq_i,
    .irq_o,
    .hart_irq_o,
    .aperture_i      (aperture_request),
    .aperture_o      (aperture_response),
    .host_o          (host_request),
    .host_i          (host_response),
    .cluster_i       (cluster_request),
    .cluster_o       (cluster_response),
    .memory_o        (memory_request),
    .memory_i        (memory_response)
  );

  assign host_aw_valid_o = host_request.aw_valid;
  assign host_aw_id_o    = 8'(host_request.aw.id);
  assign host_aw_addr_o  = 64'(host_request.aw.addr);
  assign host_aw_len_o       = host_request.aw.len;
  assign host_aw_size_o      = host_request.aw.size;
  assign host_aw_burst_o     = host_request.aw.burst;
  assign host_ar_valid_o = host_request.ar_valid;
  assign host_ar_id_o    = 8'(host_request.ar.id);
  assign host_ar_addr_o  = 64'(host_request.ar.addr);
  assign host_ar_len_o       = host_request.ar.len;
  assign host_ar_size_o      = host_request.ar.size;
  assign host_ar_burst_o     = host_request.ar.burst;
  assign host_w_valid_o = host_request.w_valid;
  assign host_w_data_o  = 512'(host_request.w.data);
  assign host_w_strb_o  = 64'(host_request.w.strb);
  assign host_w_last_o  = host_request.w.last;
  assign host_b_ready_o = host_request.b_ready;
  assign host_r_ready_o = host_request.r_ready;
  always_comb begin
    host_response.aw_ready      = host_aw_ready_i;
    host_response.w_ready       = host_w_ready_i;
    host_response.b_valid       = host_b_valid_i;
    host_response.b.id          = host_id_t'(host_b_id_i);
    host_response.b.resp        = host_b_resp_i;
    host_response.ar_ready      = host_ar_ready_i;
    host_response.r_valid       = host_r_valid_i;
    host_response.r.id          = host_id_t'(host_r_id_i);
    host_response.r.data        = axi_data_t'(host_r_data_i);
    host_response.r.resp        = host_r_resp_i;
    host_response.r.last        = host_r_last_i;
  end

  assign device_aw_valid_o = memory_request.aw_valid;
  assign device_aw_id_o    = 8'(memory_request.aw.id);
  assign device_aw_addr_o  = 64'(memory_request.aw.addr);
  assign device_aw_len_o     = memory_request.aw.len;
  assign device_aw_size_o    = memory_request.aw.size;
  assign device_aw_burst_o   = memory_request.aw.burst;
  assign device_ar_valid_o = memory_request.ar_valid;
  assign device_ar_id_o    = 8'(memory_request.ar.id);
  assign device_ar_addr_o  = 64'(memory_request.ar.addr);
  assign device_ar_len_o     = memory_request.ar.len;
  assign device_ar_size_o    = memory_request.ar.size;
  assign device_ar_burst_o   = memory_request.ar.burst;
  assign device_w_valid_o = memory_request.w_valid;
  assign device_w_data_o  = 512'(memory_request.w.data);
  assign device_w_strb_o  = 64'(memory_request.w.strb);
  assign device_w_last_o  = memory_request.w.last;
  assign device_b_ready_o = memory_request.b_ready;
  assign device_r_ready_o = memory_request.r_ready;
  always_comb begin
    memory_response.aw_ready    = device_aw_ready_i;
    memory_response.w_ready     = device_w_ready_i;
    memory_response.b_valid     = device_b_valid_i;
    memory_response.b.id        = axi_id_t'(device_b_id_i);
    memory_response.b.resp      = device_b_resp_i;
    memory_response.ar_ready    = device_ar_ready_i;
    memory_response.r_valid     = device_r_valid_i;
    memory_response.r.id        = axi_id_t'(device_r_id_i);
    memory_response.r.data      = axi_data_t'(device_r_data_i);
    memory_response.r.resp      = device_r_resp_i;
    memory_response.r.last      = device_r_last_i;
  end

  always_comb begin
    aperture_request.aw_valid    = aperture_aw_valid_i;
    aperture_request.aw.id       = aperture_id_t'(aperture_aw_id_i);
    aperture_request.aw.addr     = aperture_aw_addr_i[31:0];
    aperture_request.aw.len      = aperture_aw_len_i;
    aperture_request.aw.size     = aperture_aw_size_i;
    aperture_request.aw.burst    = aperture_aw_burst_i;
    aperture_request.ar_valid    = aperture_ar_valid_i;
    aperture_request.ar.id       = aperture_id_t'(aperture_ar_id_i);
    aperture_request.ar.addr     = aperture_ar_addr_i[31:0];
    aperture_request.ar.len      = aperture_ar_len_i;
    aperture_request.ar.size     = aperture_ar_size_i;
    aperture_request.ar.burst    = aperture_ar_burst_i;
    aperture_request.w_valid     = aperture_w_valid_i;
    aperture_request.w           = '{data: axi_data_t'(aperture_w_data_i), strb: axi_strobe_t'(aperture_w_strb_i), last: aperture_w_last_i};
    aperture_request.b_ready     = aperture_b_ready_i;
    aperture_request.r_ready     = aperture_r_ready_i;
  end
  assign aperture_aw_ready_o = aperture_response.aw_ready;
  assign aperture_w_ready_o = aperture_response.w_ready;
  assign aperture_ar_ready_o = aperture_response.ar_ready;
  assign aperture_b_valid_o = aperture_response.b_valid;
  assign aperture_b_id_o    = 8'(aperture_response.b.id);
  assign aperture_b_resp_o  = aperture_response.b.resp;
  assign aperture_r_valid_o = aperture_response.r_valid;
  assign aperture_r_id_o    = 8'(aperture_response.r.id);
  assign aperture_r_data_o  = 512'(aperture_response.r.data);
  assign aperture_r_resp_o  = aperture_response.r.resp;
  assign aperture_r_last_o  = aperture_response.r.last;

  always_comb begin
    cluster_request.aw_valid     = cluster_aw_valid_i;
    cluster_request.aw.id        = axi_id_t'(cluster_aw_id_i);
    cluster_request.aw.addr      = cluster_aw_addr_i[31:0];
    cluster_request.aw.len       = cluster_aw_len_i;
    cluster_request.aw.size      = cluster_aw_size_i;
    cluster_request.aw.burst     = cluster_aw_burst_i;
    cluster_request.ar_valid     = cluster_ar_valid_i;
    cluster_request.ar.id        = axi_id_t'(cluster_ar_id_i);
    cluster_request.ar.addr      = cluster_ar_addr_i[31:0];
    cluster_request.ar.len       = cluster_ar_len_i;
    cluster_request.ar.size      = cluster_ar_size_i;
    cluster_request.ar.burst     = cluster_ar_burst_i;
    cluster_request.w_valid      = cluster_w_valid_i;
    cluster_request.w            = '{data: axi_data_t'(cluster_w_data_i), strb: axi_strobe_t'(cluster_w_strb_i), last: cluster_w_last_i};
    cluster_request.b_ready      = cluster_b_ready_i;
    cluster_request.r_ready      = cluster_r_ready_i;
  end
  assign cluster_aw_ready_o = cluster_response.aw_ready;
  assign cluster_w_ready_o = cluster_response.w_ready;
  assign cluster_ar_ready_o = cluster_response.ar_ready;
  assign cluster_b_valid_o = cluster_response.b_valid;
  assign cluster_b_id_o    = 8'(cluster_response.b.id);
  assign cluster_b_resp_o  = cluster_response.b.resp;
  assign cluster_r_valid_o = cluster_response.r_valid;
  assign cluster_r_id_o    = 8'(cluster_response.r.id);
  assign cluster_r_data_o  = 512'(cluster_response.r.data);
  assign cluster_r_resp_o  = cluster_response.r.resp;
  assign cluster_r_last_o  = cluster_response.r.last;
endmodule
