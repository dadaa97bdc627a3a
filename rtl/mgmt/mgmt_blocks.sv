// The block buffers of the management core, behind one target of its bus (docs/management.md, section 6).
// Latency: an access is answered in the cycle after its acceptance; it waits for the end of its buffer's transfer.
// Invariant: an access that is answered with an error changes nothing.
module mgmt_blocks
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       hart_reset_i,

  input  mgmt_request_t              request_i,
  input  logic                       valid_i,
  output logic                       ready_o,
  output mgmt_response_t             response_o,

  output logic                       idle_o,             // nothing is under way
  output mgmt_line_t    [Blocks-1:0] line_o,
  output logic          [Blocks-1:0] line_valid_o,
  input  logic          [Blocks-1:0] line_ready_i,
  input  mem_response_t              response_i,
  input  logic          [Blocks-1:0] response_valid_i    // for the buffer
);

  mgmt_block_e        place;
  logic               allowed, refused, chosen;
  logic [Blocks-1:0]  access, ready, refuse, idle;
  word_t [Blocks-1:0] read;
  logic [11:0]        offset;
  mgmt_response_t     response_d, response_q;

  assign offset  = request_i.address[11:0];
  assign allowed = mgmt_blocks_allows(offset, request_i.write) && request_i.strobe == '1;

  always_comb begin
    place = BlockData;
    if (offset[11:4] == MGMT_BLOCKS_ADDRESS[11:4]) place = BlockAddress;
    if (offset[11:4] == MGMT_BLOCKS_COMMAND[11:4]) place = BlockCommand;
    if (offset[11:4] == MGMT_BLOCKS_STATUS[11:4])  place = BlockStatus;
    chosen = (place == BlockData) ? offset[BlockBits] : offset[2];
  end

  for (genvar b = 0; b < Blocks; b++) begin : gen_buffer
    assign access[b] = valid_i && allowed && chosen == 1'(b);

    mgmt_block_buffer u_buffer (
      .clk_i,
      .rst_ni,
      .hart_reset_i,
      .place_i         (place),
      .word_i          (offset[5:2]),
      .write_i         (request_i.write),
      .data_i          (request_i.data),
      .valid_i         (access[b]),
      .ready_o         (ready[b]),
      .refuse_o        (refuse[b]),
      .read_o          (read[b]),
      .idle_o          (idle[b]),
      .line_o          (line_o[b]),
      .line_valid_o    (line_valid_o[b]),
      .line_ready_i    (line_ready_i[b]),
      .response_i,
      .response_valid_i(response_valid_i[b])
    );
  end

  assign idle_o  = idle == '1;
  assign ready_o = !allowed || ready[chosen];
  assign refused = !allowed || refuse[chosen];

  always_comb begin
    response_d       = '0;
    response_d.valid = valid_i && ready_o;
    response_d.error = refused;
    if (!refused && !request_i.write) response_d.data = read[chosen];
  end
  assign response_o = response_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) response_q <= '0;
    else         response_q <= response_d;
  end

endmodule
