// Finds streams in the loads of a core and names lines to fetch ahead of them. A stream is known by the newest line that was loaded from
// it. A load a few lines further on moves it on and names the line DcachePrefetch lines ahead of that load; a load at its newest
// line or shortly behind it (warps are not in step) changes nothing; any other load begins a stream in place of the one that was begun first,
// and names nothing. So scattered loads fetch nothing in vain.
// Latency: a line is offered in the cycle after the load. Throughput: one load per cycle; lines beyond what the queue holds are dropped.
// Invariant: a line offered stays until it is taken, unless everything is cleared.
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

  line_address_t [Streams-1:0] newest_q;
  logic          [Streams-1:0] valid_q, ahead, near;
  stream_t                     victim_q, ahead_index, write_index;
  logic                        moves, begins, push, queue_ready, queue_valid;
  line_address_t               target;

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
  assign target      = load_line_i + line_address_t'(DcachePrefetch);
  assign push        = moves && target[31:FrameBits] == load_line_i[31:FrameBits];

  always_ff @(posedge clk_i) begin
    if (moves || begins) newest_q[write_index] <= load_line_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      victim_q <= '0;
    end else if (clear_i) begin
      valid_q  <= '0;
    end else if (begins) begin
      valid_q[victim_q] <= 1'b1;
      victim_q          <= victim_q + stream_t'(1);
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
  assign idle_o  = ~queue_valid;

endmodule
