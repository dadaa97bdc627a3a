// Two readers of half a row of the scratchpad each share one port: where their banks differ both go in one request, else by turns.
// Latency: none. Throughput: a request per cycle, of one reader or both.
// Invariants: responses of a reader in order, one per request.
module scratch_pair
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import scratch_pkg::*;
#(
  parameter int unsigned Outstanding = 8
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  scratch_request_t  [1:0] reader_request_i,   // loads in the lower half of the lanes
  input  logic              [1:0] reader_valid_i,
  output logic              [1:0] reader_ready_o,
  output scratch_response_t [1:0] reader_response_o,
  output logic              [1:0] reader_valid_o,

  output scratch_request_t        request_o,
  output logic                    request_valid_o,
  input  logic                    request_ready_i,
  input  scratch_response_t       response_i,
  input  logic                    response_valid_i
);

  localparam int unsigned Half = Lanes / 2;

  logic [1:0]             take, came;
  logic [1:0][Lanes-1:0]  banks;
  logic                   both, turn_d, turn_q, room, some, some_under_way;

  always_comb begin
    banks = '0;
    for (int unsigned r = 0; r < 2; r++) begin
      for (int unsigned l = 0; l < Half; l++) begin
        if (reader_request_i[r].mask[l]) banks[r][bank_of(reader_request_i[r].address[l])] = 1'b1;
      end
    end
    both = reader_valid_i == 2'b11 && (banks[0] & banks[1]) == '0;
    take = reader_valid_i;
    if (reader_valid_i == 2'b11 && !both) take = turn_q ? 2'b10 : 2'b01;
  end

  assign some            = reader_valid_i != '0;
  assign request_valid_o = some && room;
  assign reader_ready_o  = (request_ready_i && room) ? take : '0;
  assign turn_d          = (request_valid_o && request_ready_i && !both && reader_valid_i == 2'b11) ? !turn_q : turn_q;

  always_comb begin
    request_o      = reader_request_i[0];
    request_o.mask = '0;
    for (int unsigned l = 0; l < Half; l++) begin
      request_o.mask[l]           = take[0] && reader_request_i[0].mask[l];
      request_o.mask[Half+l]      = take[1] && reader_request_i[1].mask[l];
      request_o.address[Half+l]   = reader_request_i[1].address[l];
    end
  end

  fifo #(
    .Width(2),
    .Depth(Outstanding)
  ) u_under_way (
    .clk_i,
    .rst_ni,
    .data_i (take),
    .valid_i(request_valid_o && request_ready_i),
    .ready_o(room),
    .data_o (came),
    .valid_o(some_under_way),
    .ready_i(response_valid_i),
    .count_o()
  );

  always_comb begin
    reader_response_o[0] = response_i;
    reader_response_o[1] = response_i;
    for (int unsigned l = 0; l < Half; l++) reader_response_o[1].data[l] = response_i.data[Half+l];
    reader_valid_o = response_valid_i ? came : '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) turn_q <= 1'b0;
    else         turn_q <= turn_d;
  end

`ifndef SYNTHESIS
  a_response : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> some_under_way);
`endif

endmodule
