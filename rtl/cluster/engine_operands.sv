// The matrix engine's reads of its two operands at the scratchpad: one port for both where a row of the scratchpad has room for two lines, else one each.
// Lines go together there whose banks differ: those of both operands (scratch_pair), or, where the engine reads two lines of an operand at a time, also
// those of one (scratch_lines).
// Latency: none. Throughput: that of scratch_client and scratch_pair, or of scratch_lines.
// Invariants: one response per request and operand, in order.
module engine_operands
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter  int unsigned Together = 1,  // lines of a request: 1 or 2
  localparam bit          Paired   = Lanes >= 16,
  localparam int unsigned Ports    = Paired ? 1 : 2
) (
  input  logic                                             clk_i,
  input  logic                                             rst_ni,

  input  matrix_pkg::scratch_address_t [1:0][Together-1:0] address_i,
  input  logic [1:0]                                       all_i,    // all lines; else the first alone
  input  logic [1:0]                                       valid_i,
  input  logic [1:0]                                       behind_i, // the operand that is wanted first, if one is
  output logic [1:0]                                       ready_o,
  output matrix_pkg::group_t [1:0][Together-1:0]           line_o,
  output logic [1:0]                                       valid_o,  // always accepted

  output scratch_request_t [Ports-1:0]                     scratch_request_o,
  output logic [Ports-1:0]                                 scratch_request_valid_o,
  input  logic [Ports-1:0]                                 scratch_request_ready_i,
  input  scratch_response_t [Ports-1:0]                    scratch_response_i,
  input  logic [Ports-1:0]                                 scratch_response_valid_i
);

  if (Together == 1) begin : gen_line
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
        .address_i       (ScratchBits'(address_i[o][0])),
        .strobe_i        ('0),
        .data_i          ('0),
        .tag_i           ('0),
        .valid_i         (valid_i[o]),
        .ready_o         (ready_o[o]),
        .data_o          (line_o[o][0]),
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

    logic unused;
    assign unused = ^{all_i, behind_i};
  end else begin : gen_lines
    logic [1:0][1:0][ScratchBits-1:0] address;

    for (genvar o = 0; o < 2; o++) begin : gen_operand
      for (genvar l = 0; l < 2; l++) begin : gen_address
        assign address[o][l] = ScratchBits'(address_i[o][l]);
      end
    end

    // With a port for each operand the other reader of it has nothing to read.
    for (genvar p = 0; p < Ports; p++) begin : gen_port
      logic [1:0]                            mine, ready, answered;
      matrix_pkg::group_t [1:0][Together-1:0] lines;

      assign mine = Paired ? '1 : 2'b01 << p;

      scratch_lines u_lines (
        .clk_i,
        .rst_ni,
        .address_i       (address),
        .all_i,
        .valid_i         (valid_i & mine),
        .behind_i,
        .ready_o         (ready),
        .line_o          (lines),
        .valid_o         (answered),
        .request_o       (scratch_request_o[p]),
        .request_valid_o (scratch_request_valid_o[p]),
        .request_ready_i (scratch_request_ready_i[p]),
        .response_i      (scratch_response_i[p]),
        .response_valid_i(scratch_response_valid_i[p])
      );

      for (genvar o = 0; o < 2; o++) begin : gen_operand
        if (Paired || o == p) begin : gen_mine
          assign ready_o[o] = ready[o];
          assign line_o[o]  = lines[o];
          assign valid_o[o] = answered[o];
        end else begin : gen_other
          logic unused;
          assign unused = ^{ready[o], lines[o], answered[o]};
        end
      end
    end
  end

endmodule
