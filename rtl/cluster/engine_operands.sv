// The matrix engine's reads of its two operands at the scratchpad: one port for both where a row of the scratchpad has room for two lines, else one each.
// Latency: none. Throughput: that of scratch_client and scratch_pair.
// Invariants: one response per line and operand, in order.
module engine_operands
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam bit          Paired = Lanes >= 16,
  localparam int unsigned Ports  = Paired ? 1 : 2
) (
  input  logic                                     clk_i,
  input  logic                                     rst_ni,

  input  matrix_pkg::scratch_address_t [1:0]       address_i,
  input  logic                         [1:0]       valid_i,
  output logic                         [1:0]       ready_o,
  output matrix_pkg::group_t           [1:0]       line_o,
  output logic                         [1:0]       valid_o,   // always accepted

  output scratch_request_t             [Ports-1:0] scratch_request_o,
  output logic                         [Ports-1:0] scratch_request_valid_o,
  input  logic                         [Ports-1:0] scratch_request_ready_i,
  input  scratch_response_t            [Ports-1:0] scratch_response_i,
  input  logic                         [Ports-1:0] scratch_response_valid_i
);

  scratch_request_t  [1:0] request;
  scratch_response_t [1:0] response;
  logic              [1:0] request_valid, request_ready, response_valid;

  for (genvar o = 0; o < 2; o++) begin : gen_operand
    scratch_client #(
      .Bytes(32)
    ) u_client (
      .clk_i,
      .rst_ni,
      .write_i         (1'b0),
      .address_i       (ScratchBits'(address_i[o])),
      .strobe_i        ('0),
      .data_i          ('0),
      .tag_i           ('0),
      .valid_i         (valid_i[o]),
      .ready_o         (ready_o[o]),
      .data_o          (line_o[o]),
      .valid_o         (valid_o[o]),
      .request_o       (request[o]),
      .request_valid_o (request_valid[o]),
      .request_ready_i (request_ready[o]),
      .response_i      (response[o]),
      .response_valid_i(response_valid[o])
    );
  end

  if (Paired) begin : gen_paired
    scratch_pair u_pair (
      .clk_i,
      .rst_ni,
      .reader_request_i (request),
      .reader_valid_i   (request_valid),
      .reader_ready_o   (request_ready),
      .reader_response_o(response),
      .reader_valid_o   (response_valid),
      .request_o        (scratch_request_o[0]),
      .request_valid_o  (scratch_request_valid_o[0]),
      .request_ready_i  (scratch_request_ready_i[0]),
      .response_i       (scratch_response_i[0]),
      .response_valid_i (scratch_response_valid_i[0])
    );
  end else begin : gen_each
    assign scratch_request_o       = request;
    assign scratch_request_valid_o = request_valid;
    assign request_ready           = scratch_request_ready_i;
    assign response                = scratch_response_i;
    assign response_valid          = scratch_response_valid_i;
  end

endmodule
