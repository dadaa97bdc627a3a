// Sends a line as the beats of an AXI4 write burst, lowest addresses first.
// Latency: none; the line leaves with its last beat. Throughput: one beat per cycle.
// Invariant: a beat stays until it is taken (the line does).
module axi_write_beats
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  line_write_t line_i,
  input  logic        valid_i,    // of W, too
  output logic        taken_o,    // line_i is done with this cycle
  output axi_write_t  w_o,
  input  logic        ready_i
);

  if (MemoryBeats == 1) begin : gen_single
    assign w_o     = '{data: line_i.data, strb: line_i.strobe, last: 1'b1};
    assign taken_o = ready_i;

    logic unused;
    assign unused = ^{clk_i, rst_ni, valid_i};
  end else begin : gen_burst
    localparam int unsigned BeatBits = $clog2(MemoryBeats);

    logic                leaves;
    logic [BeatBits-1:0] beat_d, beat_q;

    assign w_o.data = line_i.data[32'(beat_q) * 8 * AxiBytes +: 8 * AxiBytes];
    assign w_o.strb = line_i.strobe[32'(beat_q) * AxiBytes +: AxiBytes];
    assign w_o.last = beat_q == '1;
    assign taken_o  = ready_i & w_o.last;
    assign leaves   = valid_i & ready_i;
    assign beat_d   = beat_q + BeatBits'(leaves);

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) beat_q <= '0;
      else         beat_q <= beat_d;
    end
  end

endmodule
