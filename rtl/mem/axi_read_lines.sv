// Puts the beats of AXI4 read bursts together to lines. Bursts of different identifiers may be interleaved, as AXI4 allows; those of one
// identifier come in order.
// Latency: one cycle from the last beat to the line; none if a line is one beat. Throughput: one beat per cycle.
// Invariants: the last beat is where the length of the burst says; a line stays until it is taken.
module axi_read_lines
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,
  input  axi_read_t  r_i,
  input  logic       valid_i,
  output logic       ready_o,
  output line_read_t line_o,
  output logic       valid_o,
  input  logic       ready_i
);

  logic last;

  if (MemoryBeats == 1) begin : gen_single
    assign last    = 1'b1;
    assign line_o  = '{id: r_i.id, data: r_i.data, error: r_i.resp[1]};
    assign valid_o = valid_i;
    assign ready_o = ready_i;

    logic unused;
    assign unused = r_i.resp[0];
  end else begin : gen_burst
    localparam int unsigned BeatBits = $clog2(MemoryBeats);

    // Of each identifier's burst: beats that have come, and whether one of them was an error.
    logic [MemoryRequests-1:0][BeatBits-1:0] beat_d, beat_q;
    logic [MemoryRequests-1:0]               error_d, error_q;
    logic                                    valid_d, valid_q, take, finish, line_error_q;
    axi_id_t                                 id_q;
    axi_data_t                               last_q;
    line_t                                   earlier;

    assign last    = beat_q[r_i.id] == '1;
    assign ready_o = ~last | ~valid_q | ready_i;
    assign take    = valid_i & ready_o;
    assign finish  = take & last;
    assign valid_d = finish | (valid_q & ~ready_i);

    always_comb begin
      beat_d  = beat_q;
      error_d = error_q;
      if (take) begin
        beat_d[r_i.id]  = beat_q[r_i.id] + BeatBits'(1);  // after the last it is zero again
        error_d[r_i.id] = ~last & (error_q[r_i.id] | r_i.resp[1]);
      end
    end

    // The last beat of a line does not go through the memory.
    ram_1r1w #(
      .Depth     (MemoryRequests),
      .Width     (LineBits),
      .SliceWidth(8 * AxiBytes)
    ) u_beats (
      .clk_i,
      .read_enable_i  (finish),
      .read_address_i (r_i.id),
      .read_data_o    (earlier),
      .write_enable_i (take ? MemoryBeats'(1) << beat_q[r_i.id] : '0),
      .write_address_i(r_i.id),
      .write_data_i   ({MemoryBeats{r_i.data}})
    );

    assign line_o.id    = id_q;
    assign line_o.data  = {last_q, earlier[LineBits-8*AxiBytes-1:0]};
    assign line_o.error = line_error_q;
    assign valid_o      = valid_q;

    always_ff @(posedge clk_i) begin
      if (finish) begin
        id_q         <= r_i.id;
        last_q       <= r_i.data;
        line_error_q <= error_q[r_i.id] | r_i.resp[1];
      end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        beat_q  <= '0;
        error_q <= '0;
        valid_q <= 1'b0;
      end else begin
        beat_q  <= beat_d;
        error_q <= error_d;
        valid_q <= valid_d;
      end
    end

    logic unused;
    assign unused = ^{r_i.resp[0], earlier[LineBits-1 -: 8*AxiBytes]};
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_r_last : assert (!valid_i || r_i.last == last);
    end
  end
`else
  logic unused_last;
  assign unused_last = ^{r_i.last, last};
`endif

endmodule
