// Two readers of lines of 32 bytes of the scratchpad share a port. A read is for two lines, each at its own address, or for one. Where a row has room for
// two lines, those whose banks differ go in one request: both of a reader, or the next one of each; else a line goes alone. What has begun is ended with a
// line of the other reader; then the reader that is behind is preferred, of equals by turns, but nobody goes alone while the other has two lines.
// Latency: none; responses when the last line is there. Throughput: a request per cycle.
// Invariants: one response per read, in order per reader.
module scratch_lines
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import scratch_pkg::*;
#(
  parameter int unsigned Outstanding = 8  // requests
) (
  input  logic                                     clk_i,
  input  logic                                     rst_ni,

  // readers
  input  logic [1:0][1:0][ScratchBits-1:0]         address_i,  // multiples of 32
  input  logic [1:0]                               all_i,      // both lines; else the first alone
  input  logic [1:0]                               valid_i,
  input  logic [1:0]                               behind_i,   // the reader that is behind, if one is
  output logic [1:0]                               ready_o,
  output logic [1:0][1:0][255:0]                   line_o,
  output logic [1:0]                               valid_o,    // always accepted

  output scratch_request_t                         request_o,
  output logic                                     request_valid_o,
  input  logic                                     request_ready_i,
  input  scratch_response_t                        response_i,
  input  logic                                     response_valid_i
);

  localparam int unsigned Words = 8;              // of a line
  localparam bit          Room  = Lanes >= 2 * Words;

  typedef logic [Lanes-1:0] banks_t;

  // A line in a request, in the lowest lanes or in the highest ones.
  typedef struct packed {
    logic valid;
    logic reader;
    logic second;  // line of its read
    logic last;    // of its read
  } part_t;

  // ---- which lines go ------------------------------------------------------------------------------------------------
  banks_t [1:0][1:0] banks;
  logic   [1:0]      second_d, second_q;  // the first line of the read has been requested
  logic   [1:0]      own, last;           // both lines can go; the next line is the last
  logic              turn_d, turn_q, across, sent, room, some;
  part_t  [1:0]      part, came;

  always_comb begin
    banks = '0;
    for (int unsigned r = 0; r < 2; r++) begin
      for (int unsigned l = 0; l < 2; l++) begin
        for (int unsigned w = 0; w < Words; w++) banks[r][l][bank_of(address_i[r][l] + ScratchBits'(4 * w))] = 1'b1;
      end
      last[r] = second_q[r] || !all_i[r];
      own[r]  = Room && valid_i[r] && !last[r] && (banks[r][0] & banks[r][1]) == '0;
    end
    across = Room && valid_i == '1 && (banks[0][second_q[0]] & banks[1][second_q[1]]) == '0;
  end

  always_comb begin
    logic reader;
    reader  = (behind_i != '0) ? behind_i[1] : turn_q;
    reader  = valid_i[reader] ? reader : !reader;
    if (own[!reader] && !own[reader] && !(across && second_q != '0)) reader = !reader;
    part[0] = '{valid: 1'b1, reader: reader, second: second_q[reader], last: last[reader]};
    part[1] = '0;
    if (own[reader] && !(across && second_q != '0)) begin
      part[1] = '{valid: 1'b1, reader: reader, second: 1'b1, last: 1'b1};
    end else if (across) begin
      part[1] = '{valid: 1'b1, reader: !reader, second: second_q[!reader], last: last[!reader]};
    end
  end

  assign request_valid_o = valid_i != '0 && room;
  assign sent            = request_valid_o && request_ready_i;
  assign turn_d          = sent ? !part[0].reader : turn_q;

  always_comb begin
    ready_o  = '0;
    second_d = second_q;
    for (int unsigned p = 0; p < 2; p++) begin
      if (sent && part[p].valid) begin
        second_d[part[p].reader] = !part[p].last;
        ready_o[part[p].reader]  = part[p].last;
      end
    end
  end

  always_comb begin
    request_o.op      = LsuLoad;
    request_o.amo     = AmoSwap;
    request_o.mask    = '0;
    request_o.address = '0;
    request_o.strobe  = '0;
    request_o.data    = '0;
    request_o.tag     = '0;
    request_o.reserve = 1'b0;
    for (int unsigned w = 0; w < Words; w++) begin
      request_o.mask[w]    = 1'b1;
      request_o.address[w] = address_i[part[0].reader][part[0].second] + ScratchBits'(4 * w);
      if (Room) begin
        request_o.mask[Lanes-Words+w]    = part[1].valid;
        request_o.address[Lanes-Words+w] = address_i[part[1].reader][part[1].second] + ScratchBits'(4 * w);
      end
    end
  end

  fifo #(
    .Width(2 * $bits(part_t)),
    .Depth(Outstanding)
  ) u_parts (
    .clk_i,
    .rst_ni,
    .data_i (part),
    .valid_i(sent),
    .ready_o(room),
    .data_o (came),
    .valid_o(some),
    .ready_i(response_valid_i),
    .count_o()
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      second_q <= '0;
      turn_q   <= 1'b0;
    end else begin
      second_q <= second_d;
      turn_q   <= turn_d;
    end
  end

  // ---- responses: the first line waits for the second ------------------------------------------------------------------
  logic [1:0][255:0] lines, first_q;

  always_comb begin
    for (int unsigned w = 0; w < Words; w++) begin
      lines[0][32*w +: 32] = response_i.data[w];
      lines[1][32*w +: 32] = response_i.data[Lanes-Words+w];
    end
    valid_o = '0;
    for (int unsigned r = 0; r < 2; r++) begin
      line_o[r][0] = first_q[r];
      line_o[r][1] = lines[0];
      for (int unsigned p = 0; p < 2; p++) begin
        if (came[p].valid && came[p].reader == 1'(r)) begin
          line_o[r][came[p].second] = lines[p];
          if (response_valid_i && came[p].last) valid_o[r] = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (response_valid_i) begin
      for (int unsigned r = 0; r < 2; r++) first_q[r] <= line_o[r][0];
    end
  end

`ifndef SYNTHESIS
  a_response : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> some);
  a_behind : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(behind_i));
  for (genvar r = 0; r < 2; r++) begin : gen_assert
    a_aligned : assert property (@(posedge clk_i) disable iff (!rst_ni)
      valid_i[r] |-> 32'(address_i[r][0]) % 32 == 0 && 32'(address_i[r][1]) % 32 == 0);
    a_second : assert property (@(posedge clk_i) disable iff (!rst_ni) second_q[r] |-> valid_i[r] && all_i[r]);
  end
`endif

endmodule
