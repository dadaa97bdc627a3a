// Bench top: the data caches of all cores. The C++ side plays the load/store units above and the memory below. Ports are arrays
// of words so that it is the same for every configuration; fields follow mem_request_t, mem_response_t and snoop_t.
module dcache_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam int unsigned LineWords = LineBytes / 4
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // configuration: cores, warps, line bytes, LSU requests, banks, cache lines, lines prefetched
  output logic [31:0] shape_o [7],
  input  logic        invalidate_i,
  // load/store units
  input  logic        req_valid_i [Cores],
  output logic        req_ready_o [Cores],
  input  logic [31:0] req_op_i [Cores],
  input  logic [31:0] req_address_i [Cores],
  input  logic [31:0] req_id_i [Cores],
  input  logic [31:0] req_order_i [Cores],
  input  logic        req_private_i [Cores],
  input  logic [3:0]  req_strobe_i [Cores][LineWords],
  input  logic [31:0] req_data_i [Cores][LineWords],
  output logic        rsp_valid_o [Cores],
  output logic [31:0] rsp_id_o [Cores],
  output logic        rsp_error_o [Cores],
  output logic [31:0] rsp_data_o [Cores][LineWords],
  // memory
  output logic        mem_valid_o [Cores],
  input  logic        mem_ready_i [Cores],
  output logic [31:0] mem_op_o [Cores],
  output logic [31:0] mem_address_o [Cores],
  output logic [31:0] mem_id_o [Cores],
  output logic [31:0] mem_order_o [Cores],
  output logic [3:0]  mem_strobe_o [Cores][LineWords],
  output logic [31:0] mem_data_o [Cores][LineWords],
  input  logic        mem_rsp_valid_i [Cores],
  input  logic [31:0] mem_rsp_id_i [Cores],
  input  logic        mem_rsp_error_i [Cores],
  input  logic [31:0] mem_rsp_data_i [Cores][LineWords],
  input  logic        snoop_valid_i [Cores][L2Banks],
  input  logic [31:0] snoop_address_i [Cores][L2Banks],
  // what happened
  output logic        idle_o [Cores],
  output logic [31:0] events_o [Cores]
);

  assign shape_o = '{Cores, Warps, LineBytes, LsuRequests, L2Banks, DcacheBytes / LineBytes, DcachePrefetch};

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    mem_request_t  request, mem_request;
    mem_response_t response, mem_response;
    snoop_t        snoop;

    always_comb begin
      request              = '0;
      request.op           = mem_op_e'(req_op_i[c][2:0]);
      request.address      = req_address_i[c];
      request.id           = mem_id_t'(req_id_i[c]);
      request.tag.core     = core_id_t'(c);
      request.tag.order    = req_order_i[c];
      request.private_line = req_private_i[c];
      mem_response         = '0;
      mem_response.id      = mem_id_t'(mem_rsp_id_i[c]);
      mem_response.error   = mem_rsp_error_i[c];
      for (int w = 0; w < LineWords; w++) begin
        request.strobe[4*w +: 4]       = req_strobe_i[c][w];
        request.data[32*w +: 32]       = req_data_i[c][w];
        mem_response.data[32*w +: 32]  = mem_rsp_data_i[c][w];
      end
      for (int b = 0; b < L2Banks; b++) begin
        snoop.valid[b] = snoop_valid_i[c][b];
        snoop.line[b]  = snoop_address_i[c][b][31:OffsetBits];
      end
    end

    // Packed copies: Verilator 5.006 cannot sample an array port in an assertion.
    logic request_valid, mem_ready, mem_response_valid;
    assign request_valid      = req_valid_i[c];
    assign mem_ready          = mem_ready_i[c];
    assign mem_response_valid = mem_rsp_valid_i[c];

    data_cache u_cache (
      .clk_i,
      .rst_ni,
      .invalidate_i,
      .idle_o              (idle_o[c]),
      .request_i           (request),
      .request_valid_i     (request_valid),
      .request_ready_o     (req_ready_o[c]),
      .response_o          (response),
      .response_valid_o    (rsp_valid_o[c]),
      .look_valid_i        (1'b0),
      .look_line_i         ('0),
      .look_hit_o          (),
      .look_take_i         (1'b0),
      .look_data_o         (),
      .look_done_i         (1'b0),
      .mem_request_o       (mem_request),
      .mem_request_valid_o (mem_valid_o[c]),
      .mem_request_ready_i (mem_ready),
      .mem_response_i      (mem_response),
      .mem_response_valid_i(mem_response_valid),
      .snoop_i             (snoop)
    );

    assign rsp_id_o[c]      = 32'(response.id);
    assign rsp_error_o[c]   = response.error;
    assign mem_op_o[c]      = 32'(mem_request.op);
    assign mem_address_o[c] = mem_request.address;
    assign mem_id_o[c]      = 32'(mem_request.id);
    assign mem_order_o[c]   = mem_request.tag.order;
    assign events_o[c]      = 32'(u_cache.events);

    for (genvar w = 0; w < LineWords; w++) begin : gen_word
      assign rsp_data_o[c][w]   = response.data[32*w +: 32];
      assign mem_data_o[c][w]   = mem_request.data[32*w +: 32];
      assign mem_strobe_o[c][w] = mem_request.strobe[4*w +: 4];
    end
  end

endmodule
