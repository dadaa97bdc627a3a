// Between the instruction fetch of a core and its port of the L2 cache: behind each line that is fetched it asks for the next lines
// to be brought into the L2 cache (MemTouch), so that straight code misses there once and not at every line. Lines are asked for
// within a page of 4 KB and only when the port is free; a fetch that comes meanwhile starts anew behind its own line.
// Latency: none. Throughput: one request per cycle.
// Invariants: a request offered stays until it is taken; requests of the core pass unchanged and in order.
module fetch_ahead
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
#(
  parameter int unsigned Lines = 16    // asked for behind each
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         idle_o,
  input  mem_request_t request_i,
  input  logic         request_valid_i,
  output logic         request_ready_o,
  output mem_request_t request_o,
  output logic         request_valid_o,
  input  logic         request_ready_i
);

  localparam int unsigned PageBits  = 12;
  localparam int unsigned CountBits = $clog2(Lines + 1);

  logic [CountBits-1:0] left_d, left_q;
  line_address_t        next_d, next_q;
  logic                 touch_q, touch_d, take, fetched, touched, page_ends;

  // A touch that was offered has to stay.
  assign request_valid_o = touch_q | request_valid_i;
  assign request_ready_o = request_ready_i & ~touch_q;
  assign fetched         = request_valid_i & request_ready_o;
  assign touched         = touch_q & request_ready_i;
  assign idle_o          = left_q == '0 && !touch_q;

  always_comb begin
    request_o = request_i;
    if (touch_q) begin
      request_o.op      = MemTouch;
      request_o.address = {next_q, OffsetBits'(0)};
    end
  end

  // A touch is offered in a cycle in which the core offers nothing.
  assign take      = left_q != '0 && !touch_q && !request_valid_i;
  assign touch_d   = take | (touch_q & ~request_ready_i);
  assign page_ends = next_d[PageBits-1:OffsetBits] == '0;

  always_comb begin
    next_d = next_q;
    left_d = left_q;
    if (fetched) begin
      next_d = request_i.address[31:OffsetBits] + line_address_t'(1);
      left_d = CountBits'(Lines);
    end else if (touched) begin
      next_d = next_q + line_address_t'(1);
      left_d = left_q - CountBits'(1);
    end
    if (((fetched || touched) && page_ends)) left_d = '0;
  end

  always_ff @(posedge clk_i) begin
    if (fetched || touched) next_q <= next_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q  <= '0;
      touch_q <= 1'b0;
    end else begin
      left_q  <= left_d;
      touch_q <= touch_d;
    end
  end

`ifndef SYNTHESIS
  a_touch_stays : assert property (@(posedge clk_i) disable iff (!rst_ni) touch_q && !request_ready_i |=> touch_q);
  a_reads : assert property (@(posedge clk_i) disable iff (!rst_ni) request_valid_i |-> request_i.op == MemRead);
`endif

endmodule
