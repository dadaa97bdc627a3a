// The units of the execute stage and the instruction cache side by side, with plain ports.
module unit_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic [31:0]            lanes_o,
  output logic [31:0]            line_bytes_o,

  // one lane's integer unit and multiplier
  input  logic [5:0]             alu_op_i,
  input  logic [31:0]            a_i,
  input  logic [31:0]            b_i,
  output logic [31:0]            alu_o,
  input  logic                   multiply_valid_i,
  input  logic [1:0]             multiply_op_i,
  output logic [31:0]            multiply_o,

  // all lanes
  input  logic [Lanes-1:0][31:0] lanes_a_i,
  input  logic [Lanes-1:0][31:0] lanes_b_i,
  input  logic [31:0]            mask_i,
  input  logic [2:0]             branch_condition_i,
  output logic [31:0]            branch_o,
  input  logic [5:0]             collective_op_i,
  output logic [Lanes-1:0][31:0] collective_o,
  input  logic                   divide_start_i,
  input  logic [1:0]             divide_op_i,
  output logic                   divide_done_o,
  input  logic                   divide_accept_i,
  output logic [Lanes-1:0][31:0] divide_o,

  // instruction cache
  input  logic                   invalidate_i,
  input  logic                   lookup_valid_i,
  input  logic [31:0]            lookup_pc_i,
  input  logic                   miss_allowed_i,
  output logic                   hit_o,
  output logic                   error_o,
  output logic [63:0]            data_o,
  output logic                   filled_o,
  output logic                   request_valid_o,
  input  logic                   request_ready_i,
  output logic [31:0]            request_address_o,
  output logic [7:0]             request_id_o,
  input  logic                   response_valid_i,
  input  logic [7:0]             response_id_i,
  input  logic                   response_error_i,
  input  line_t                  response_data_i
);

  assign lanes_o      = 32'(Lanes);
  assign line_bytes_o = 32'(LineBytes);

  alu u_alu (
    .op_i    (alu_op_e'(alu_op_i)),
    .a_i,
    .b_i,
    .result_o(alu_o)
  );

  multiplier u_multiplier (
    .clk_i,
    .rst_ni,
    .valid_i    (multiply_valid_i),
    .operation_i(multiply_op_i),
    .a_i,
    .b_i,
    .result_o   (multiply_o)
  );

  lane_mask_t taken;
  branch_unit u_branch (
    .enable_i   (1'b1),
    .condition_i(branch_condition_i),
    .a_i        (lanes_a_i),
    .b_i        (lanes_b_i),
    .taken_o    (taken)
  );
  assign branch_o = 32'(taken);

  vote_shuffle u_collective (
    .enable_i(1'b1),
    .op_i    (collective_op_e'(collective_op_i)),
    .mask_i  (lane_mask_t'(mask_i)),
    .a_i     (lanes_a_i),
    .b_i     (lanes_b_i),
    .result_o(collective_o)
  );

  divider u_divider (
    .clk_i,
    .rst_ni,
    .start_i    (divide_start_i),
    .operation_i(divide_op_i),
    .mask_i     (lane_mask_t'(mask_i)),
    .a_i        (lanes_a_i),
    .b_i        (lanes_b_i),
    .done_o     (divide_done_o),
    .accept_i   (divide_accept_i),
    .result_o   (divide_o)
  );

  mem_request_t  request;
  mem_response_t response;
  warp_id_t      filled_warp;
  // The pair of instructions that was asked for.
  logic [FetchWords-1:0][31:0] block;
  logic [$clog2(FetchWords)-1:0] even_q, odd_q;
  always_ff @(posedge clk_i) begin
    even_q <= lookup_pc_i[2 +: $clog2(FetchWords)] & ~($clog2(FetchWords))'(1);
    odd_q  <= lookup_pc_i[2 +: $clog2(FetchWords)] | ($clog2(FetchWords))'(1);
  end
  assign data_o = {block[odd_q], block[even_q]};

  icache u_icache (
    .clk_i,
    .rst_ni,
    .core_id_i       ('0),
    .invalidate_i,
    .lookup_valid_i,
    .lookup_pc_i     (lookup_pc_i[31:2]),
    .lookup_warp_i   ('0),
    .miss_allowed_i,
    .hit_o,
    .error_o,
    .data_o          (block),
    .filled_o,
    .filled_warp_o   (filled_warp),
    .request_o       (request),
    .request_valid_o,
    .request_ready_i,
    .response_i      (response),
    .response_valid_i
  );
  assign request_address_o = request.address;
  assign request_id_o      = 8'(request.id);
  assign response          = '{id: mem_id_t'(response_id_i), data: response_data_i, error: response_error_i};

  // What exceeds the shape, and what only a memory would look at.
  logic unused;
  assign unused = ^{mask_i, lookup_pc_i[1:0], filled_warp, request, response_id_i};

endmodule
