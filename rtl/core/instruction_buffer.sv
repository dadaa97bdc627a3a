// Decoded instructions of one warp between fetch and issue: in order, up to FetchWords in and one out per cycle.
// `flush_i` empties it and wins over a push. `room_o` says that as many more fit.
// Invariant: never pushed without room, never popped when empty.
module instruction_buffer
  import core_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           flush_i,
  input  logic     [FetchWords-1:0] push_valid_i,   // each only with those below
  input  decoded_t [FetchWords-1:0] push_i,
  output logic           room_o,
  output logic           valid_o,
  output decoded_t       head_o,
  input  logic           pop_i
);

  localparam int unsigned IndexBits = $clog2(BufferDepth);

  decoded_t mem [BufferDepth];

  logic [IndexBits-1:0] read_d, read_q, write_d, write_q;
  logic [IndexBits:0]   count_d, count_q;

  assign room_o  = count_q <= (IndexBits + 1)'(BufferDepth - FetchWords);
  assign valid_o = count_q != '0;
  assign head_o  = mem[read_q];

  always_comb begin
    read_d  = read_q + IndexBits'(pop_i);
    write_d = write_q;
    count_d = count_q - (IndexBits + 1)'(pop_i);
    for (int unsigned i = 0; i < FetchWords; i++) begin
      write_d = write_d + IndexBits'(push_valid_i[i]);
      count_d = count_d + (IndexBits + 1)'(push_valid_i[i]);
    end
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
    for (int unsigned i = 0; i < FetchWords; i++) begin
      if (push_valid_i[i]) mem[write_q + IndexBits'(i)] <= push_i[i];
    end
  end

`ifndef SYNTHESIS
  a_push_room : assert property (@(posedge clk_i) disable iff (!rst_ni) push_valid_i[0] |-> room_o);
  a_push_order : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  (push_valid_i & (push_valid_i + FetchWords'(1))) == '0);
  a_pop_valid : assert property (@(posedge clk_i) disable iff (!rst_ni) pop_i |-> valid_o);
`endif

endmodule
