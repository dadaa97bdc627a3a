// A requester of words of Bytes bytes at the scratchpad, which serves a word of 32 bits per lane and request: a word becomes one request or several.
// Latency: none; responses when the scratchpad's last one of the word is there. Throughput: one request per cycle.
// Invariants: one response per word, reads and writes, in order.
module scratch_client
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter int unsigned Bytes     = 32,    // a power of two, at least 4
  parameter int unsigned Alignment = Bytes  // of addresses; a power of two, at least 4
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    write_i,
  input  logic [ScratchBits-1:0]  address_i,  // a multiple of Alignment
  input  logic [Bytes-1:0]        strobe_i,   // of a write
  input  logic [8*Bytes-1:0]      data_i,
  input  slot_tag_t               tag_i,      // for the monitors
  input  logic                    valid_i,
  output logic                    ready_o,
  output logic [8*Bytes-1:0]      data_o,     // of a read
  output logic                    valid_o,    // always accepted

  output scratch_request_t        request_o,
  output logic                    request_valid_o,
  input  logic                    request_ready_i,
  input  scratch_response_t       response_i,
  input  logic                    response_valid_i
);

  localparam int unsigned Words     = Bytes / 4;
  localparam int unsigned Beat      = (Words < Lanes) ? Words : Lanes;  // words of a request
  localparam int unsigned Beats     = Words / Beat;
  localparam int unsigned CountBits = (Beats > 1) ? $clog2(Beats) : 1;

  typedef logic [CountBits-1:0] count_t;

  count_t                          sent_d, sent_q, come_d, come_q;
  logic [Words-1:0][31:0]          words, gathered_d, gathered_q;
  logic [Words-1:0][3:0]           strobes;
  logic                            empty;  // a beat of a write without a byte: a read in its stead

  assign words   = data_i;
  assign strobes = strobe_i;

  always_comb begin
    logic [$clog2(Words + 1)-1:0] word;
    word              = '0;
    empty             = 1'b1;
    request_o.amo     = AmoSwap;
    request_o.mask    = '0;
    request_o.address = '0;
    request_o.strobe  = '0;
    request_o.data    = '0;
    request_o.tag     = tag_i;
    request_o.reserve = 1'b0;
    for (int unsigned l = 0; l < Beat; l++) begin
      word                 = ($bits(word))'(32'(sent_q) * Beat + l);
      request_o.address[l] = address_i + ScratchBits'(4 * 32'(word));
      request_o.strobe[l]  = strobes[word];
      request_o.data[l]    = words[word];
      request_o.mask[l]    = !write_i || strobes[word] != '0;
      if (strobes[word] != '0) empty = 1'b0;
    end
    request_o.op = (write_i && !empty) ? LsuStore : LsuLoad;
    if (write_i && empty) request_o.mask[0] = 1'b1;
  end

  assign request_valid_o = valid_i;
  assign ready_o         = request_ready_i && 32'(sent_q) == Beats - 1;
  assign sent_d          = !(valid_i && request_ready_i) ? sent_q : (32'(sent_q) == Beats - 1) ? '0 : sent_q + count_t'(1);
  assign come_d          = !response_valid_i ? come_q : (32'(come_q) == Beats - 1) ? '0 : come_q + count_t'(1);

  always_comb begin
    gathered_d = gathered_q;
    for (int unsigned l = 0; l < Beat; l++) gathered_d[32'(come_q) * Beat + l] = response_i.data[l];
  end

  assign data_o  = gathered_d;
  assign valid_o = response_valid_i && 32'(come_q) == Beats - 1;

  always_ff @(posedge clk_i) begin
    if (response_valid_i) gathered_q <= gathered_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q <= '0;
      come_q <= '0;
    end else begin
      sent_q <= sent_d;
      come_q <= come_d;
    end
  end

`ifndef SYNTHESIS
  a_aligned : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> 32'(address_i) % Alignment == 0);
`endif

endmodule
