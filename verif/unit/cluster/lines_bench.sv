// scratch_lines with plain ports.
module lines_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                       clk_i,
  input  logic                       rst_ni,

  input  logic [1:0][1:0][31:0]      address_i,
  input  logic [1:0]                 all_i,
  input  logic [1:0]                 valid_i,
  input  logic [1:0]                 behind_i,
  output logic [1:0]                 ready_o,
  output logic [1:0][1:0][7:0][31:0] line_o,
  output logic [1:0]                 valid_o,

  output logic [31:0]                bytes_o,            // of the scratchpad
  output logic [31:0]                lanes_o,            // of a request
  output logic                       load_o,
  output logic [31:0]                mask_o,
  output logic [Lanes-1:0][31:0]     request_address_o,
  output logic                       request_valid_o,
  input  logic                       request_ready_i,
  input  logic [Lanes-1:0][31:0]     data_i,
  input  logic                       response_valid_i
);

  logic [1:0][1:0][ScratchBits-1:0] address;
  scratch_request_t                 request;
  scratch_response_t                response;

  always_comb begin
    for (int unsigned r = 0; r < 2; r++) begin
      for (int unsigned l = 0; l < 2; l++) address[r][l] = ScratchBits'(address_i[r][l]);
    end
    for (int unsigned l = 0; l < Lanes; l++) request_address_o[l] = 32'(request.address[l]);
    response      = '0;
    response.data = data_i;
  end

  assign bytes_o = ScratchpadBytes;
  assign lanes_o = Lanes;
  assign load_o  = request.op == LsuLoad && request.strobe == '0 && !request.reserve;
  assign mask_o  = 32'(request.mask);

  scratch_lines u_lines (
    .clk_i,
    .rst_ni,
    .address_i      (address),
    .all_i,
    .valid_i,
    .behind_i,
    .ready_o,
    .line_o,
    .valid_o,
    .request_o      (request),
    .request_valid_o,
    .request_ready_i,
    .response_i     (response),
    .response_valid_i
  );

  logic unused;
  assign unused = ^{request.amo, request.data, request.tag, address_i};

endmodule
