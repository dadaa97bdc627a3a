// Joins what goes to one word of the scratchpad. What comes in lies in one word, or in that and the
// next one: the part in the next one is kept, and goes with what comes behind it, if that is of the
// same word and the same command and is there when the part could go; else it goes alone.
// Latency: none. Throughput: one line in and one word out per cycle; a kept part that goes alone
// takes a cycle of its own.
// Invariants: every byte goes out once; `ended_o` counts each line once, with its last byte.
module copy_join #(
  parameter  int unsigned ScratchBytes = 32,  // of the scratchpad's port: 16, 32 or 64
  parameter  int unsigned IndexBits    = 3,
  localparam int unsigned PortBits     = $clog2(ScratchBytes)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  // part of a line: byte b of either word is byte b of the data
  input  logic [17:PortBits]        word_i,
  input  logic [ScratchBytes-1:0]   strobe_i,   // of the word
  input  logic [ScratchBytes-1:0]   behind_i,   // of the next one: 0, if nothing is in it
  input  logic [8*ScratchBytes-1:0] data_i,
  input  logic [IndexBits-1:0]      index_i,    // of its command
  input  logic                      valid_i,
  output logic                      ready_o,

  output logic [17:PortBits]        word_o,
  output logic [ScratchBytes-1:0]   strobe_o,
  output logic [8*ScratchBytes-1:0] data_o,
  output logic [IndexBits-1:0]      index_o,
  output logic [1:0]                ended_o,    // lines whose last byte is in it
  output logic                      valid_o,
  input  logic                      ready_i
);

  logic                      kept_d, kept_q, same, alone, out;
  logic [17:PortBits]        word_q;
  logic [ScratchBytes-1:0]   strobe_q;
  logic [8*ScratchBytes-1:0] data_q;
  logic [IndexBits-1:0]      index_q;

  assign same    = kept_q && valid_i && word_i == word_q && index_i == index_q;
  assign alone   = kept_q && !same;
  assign valid_o = valid_i || kept_q;
  assign ready_o = ready_i && !alone;
  assign out     = valid_o && ready_i;
  assign kept_d  = out ? !alone && behind_i != '0 : kept_q;

  assign word_o   = alone ? word_q : word_i;
  assign index_o  = alone ? index_q : index_i;
  assign strobe_o = (alone ? '0 : strobe_i) | (kept_q ? strobe_q : '0);
  assign ended_o  = alone ? 2'd1 : 2'(behind_i == '0) + 2'(same);

  always_comb begin
    for (int unsigned b = 0; b < ScratchBytes; b++) begin
      data_o[8*b +: 8] = (kept_q && strobe_q[b]) ? data_q[8*b +: 8] : data_i[8*b +: 8];
    end
  end

  always_ff @(posedge clk_i) begin
    if (out && !alone) begin
      word_q   <= word_i + (18 - PortBits)'(1);
      strobe_q <= behind_i;
      data_q   <= data_i;
      index_q  <= index_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) kept_q <= 1'b0;
    else         kept_q <= kept_d;
  end

`ifndef SYNTHESIS
  a_apart : assert property (@(posedge clk_i) disable iff (!rst_ni)
    same |-> (strobe_i & strobe_q) == '0);
  a_bytes : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_i |-> strobe_i != '0);
`endif

endmodule
