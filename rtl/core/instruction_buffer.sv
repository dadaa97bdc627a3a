// Decoded instructions of one warp between fetch and issue: in order, up to two in and one out per cycle.
// `flush_i` empties it and wins over a push. `room_o` says that two more fit.
// Invariant: never pushed without room, never popped when empty.
module instruction_buffer
  import core_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           flush_i,
  input  logic [1:0]     push_valid_i,   // [1] only with [0]
  input  decoded_t [1:0] push_i,
  output logic           room_o,
  output logic           valid_o,
  output decoded_t       head_o,
  input  logic           pop_i
);

  localparam int unsigned IndexBits = $clog2(BufferDepth);

  decoded_t mem [BufferDepth];

  logic [IndexBits-1:0] read_d, read_q, write_d, write_q;
  logic [IndexBits:0]   count_d, count_q;

  assign room_o  = count_q <= (IndexBits + 1)'(BufferDepth - 2);
  assign valid_o = count_q != '0;
  assign head_o  = mem[read_q];

  always_comb begin
    read_d  = read_q + IndexBits'(pop_i);
    write_d = write_q + IndexBits'(push_valid_i[0]) + IndexBits'(push_valid_i[1]);
    count_d = count_q + (IndexBits + 1)'(push_valid_i[0]) + (IndexBits + 1)'(push_valid_i[1]) - (IndexBits + 1)'(pop_i);
    if (flush_i) begin
      read_d  = '0;
      write_d = '0;
      count_d = '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      count_q <= '0;
    end else begin
      read_q  <= read_d;
      write_q <= write_d;
      count_q <= count_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push_valid_i[0]) mem[write_q]                <= push_i[0];
    if (push_valid_i[1]) mem[write_q + IndexBits'(1)] <= push_i[1];
  end

`ifndef SYNTHESIS
  a_push_room : assert property (@(posedge clk_i) disable iff (!rst_ni) push_valid_i[0] |-> room_o);
  a_push_order : assert property (@(posedge clk_i) disable iff (!rst_ni) push_valid_i[1] |-> push_valid_i[0]);
  a_pop_valid : assert property (@(posedge clk_i) disable iff (!rst_ni) pop_i |-> valid_o);
`endif

endmodule
