// Finds streams in the loads of a core and names lines to fetch ahead of them. A stream is known by the newest line that was loaded from
// it. A load a few lines further on moves it on; a load at its newest line or shortly behind it (warps are not in step) changes nothing;
// any other load begins a stream in place of the one that was begun first. A stream that moves has the lines ahead of it named, each
// once: at first two, with each move twice as many, DcachePrefetch at most. So scattered loads fetch little in vain, and a stream is far ahead soon.
// Latency: a line is offered two cycles after the load. Throughput: one load and one line per cycle; of several streams the one that moved last
// goes first, and the others go on with their next move.
// Invariants: a line offered stays until it is taken, unless everything is cleared; no line is named beyond DcachePrefetch lines ahead.
module data_cache_prefetch
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,       // all streams are forgotten
  input  logic          load_i,        // a load goes through the cache
  input  line_address_t load_line_i,
  output logic          valid_o,
  output line_address_t line_o,
  input  logic          take_i,
  output logic          idle_o
);

  localparam int unsigned Streams    = 8;
  localparam int unsigned StreamBits = $clog2(Streams);
  localparam int unsigned Ahead      = 4;    // lines by which a load may be ahead of its stream
  localparam int unsigned Behind     = 8;    // ... behind it
  localparam int unsigned Depth      = 4;    // lines that wait
  localparam int unsigned FrameBits  = 16;   // a stream does not leave its 64 KB

  typedef logic [StreamBits-1:0] stream_t;
  typedef logic [4:0]            reach_t;      // lines, up to DcachePrefetch

  line_address_t [Streams-1:0] newest_q, named_q;   // named: the last line that was
  reach_t        [Streams-1:0] reach_q;
  logic          [Streams-1:0] valid_q, ahead, near;
  stream_t                     victim_q, ahead_index, write_index, work_q;
  logic                        moves, begins, push, queue_ready, queue_valid, work_d, work_valid_q, behind, far;
  reach_t                      reach_d;
  line_address_t               target, lead;

  always_comb begin
    line_address_t distance;
    distance = '0;
    ahead    = '0;
    near     = '0;
    if (load_i) begin
      for (int unsigned s = 0; s < Streams; s++) begin
        distance = load_line_i - newest_q[s];
        ahead[s] = valid_q[s] && distance != '0 && distance <= line_address_t'(Ahead);
        near[s]  = valid_q[s] && (distance == '0 || -distance <= line_address_t'(Behind));
      end
    end
  end

  lowest_one #(
    .Width(Streams)
  ) u_ahead (
    .bits_i  (ahead),
    .any_o   (),
    .onehot_o(),
    .index_o (ahead_index)
  );

  assign moves       = ahead != '0 && near == '0;
  assign begins      = load_i && ahead == '0 && near == '0;
  assign write_index = moves ? ahead_index : victim_q;

  // At first two lines, then twice as many.
  always_comb begin
    reach_d = reach_t'(DcachePrefetch);
    if (reach_q[ahead_index] == '0 && DcachePrefetch > 2) begin
      reach_d = reach_t'(2);
    end else if (reach_q[ahead_index] != '0 && 32'(reach_q[ahead_index]) * 2 < DcachePrefetch) begin
      reach_d = reach_q[ahead_index] << 1;
    end
    if (begins) reach_d = '0;
  end

  // ---- the stream that moved last names its next line -----------------------------------------------------------------------
  assign lead   = named_q[work_q] - newest_q[work_q];
  assign behind = lead == '0 || lead[31];           // loads have come as far
  assign target = (behind ? newest_q[work_q] : named_q[work_q]) + line_address_t'(1);
  assign far    = reach_q[work_q] == '0 || (!behind && lead >= line_address_t'(reach_q[work_q])) ||
                  target[31:FrameBits] != newest_q[work_q][31:FrameBits];
  assign push   = work_valid_q & ~far;
  assign work_d = moves | (work_valid_q & ~far);

  always_ff @(posedge clk_i) begin
    if (moves) work_q <= ahead_index;
    if (push && queue_ready) named_q[work_q] <= target;
    if (begins) named_q[victim_q] <= load_line_i;
    if (moves || begins) begin
      newest_q[write_index] <= load_line_i;
      reach_q[write_index]  <= reach_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q      <= '0;
      victim_q     <= '0;
      work_valid_q <= 1'b0;
    end else if (clear_i) begin
      valid_q      <= '0;
      work_valid_q <= 1'b0;
    end else begin
      work_valid_q <= work_d;
      if (begins) begin
        valid_q[victim_q] <= 1'b1;
        victim_q          <= victim_q + stream_t'(1);
      end
    end
  end

  fifo #(
    .Width($bits(line_address_t)),
    .Depth(Depth)
  ) u_lines (
    .clk_i,
    .rst_ni,
    .data_i (target),
    .valid_i(push & queue_ready),
    .ready_o(queue_ready),
    .data_o (line_o),
    .valid_o(queue_valid),
    .ready_i(take_i | clear_i),
    .count_o()
  );

  assign valid_o = queue_valid & ~clear_i;
  assign idle_o  = ~queue_valid & ~work_valid_q;

`ifndef SYNTHESIS
  a_near : assert property (@(posedge clk_i) disable iff (!rst_ni)
    push |-> target - newest_q[work_q] != '0 && target - newest_q[work_q] <= line_address_t'(DcachePrefetch));
`endif

endmodule
