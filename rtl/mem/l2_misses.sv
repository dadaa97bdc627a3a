// Lines that a bank of the L2 cache fetches, and the requests that wait for them, per line in the order in which they came.
// A fetch is sent when every write-back of its line has been answered. When its line has come, its requests are handed out again
// one by one (replay); with the last one the entry is free. Until then the line keeps its way.
// Latency: a fetch can be sent in the cycle after it enters; a replay can begin in the cycle after filled_i.
// Throughput: one entry, one request, one fetch sent and one replay per cycle.
// Invariants: a line has one entry at most; an entry has at least one request; each request is replayed once, in order.
module l2_misses
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  // room
  output logic          free_o,           // for one request, on a line of its own
  output logic          free_two_o,       // for two
  output logic          empty_o,
  input  l2_set_t       check_set_i,
  output logic          check_full_o,     // entries hold every way of the set
  // the request at the tags
  input  line_address_t line_i,
  output logic          hit_o,            // its line has an entry
  output l2_ways_t      locked_o,         // ways of its set that entries hold
  input  logic          enter_i,          // its line gets an entry, the request waits there
  input  l2_way_t       enter_way_i,
  input  l2_misses_t    enter_waits_i,    // write-backs to wait for
  input  logic          append_i,         // with hit_o: the request waits in the entry
  output l2_pending_t   pending_o,        // where the request waits
  input  l2_misses_t    written_i,        // write-backs answered
  // to AXI4
  output logic          read_valid_o,
  output l2_miss_t      read_index_o,
  output line_address_t read_line_o,
  input  logic          read_take_i,
  // the line has come
  input  l2_miss_t      fill_index_i,
  output line_address_t fill_line_o,
  input  logic          filled_i,         // it is in the cache (or never will be): replay can begin
  input  l2_miss_t      filled_index_i,
  // replay
  output logic          replay_valid_o,
  output l2_pending_t   replay_pending_o,
  output line_address_t replay_line_o,
  input  logic          replay_take_i
);

  l2_misses_t                      busy_d, busy_q, to_read_d, to_read_q, filled_d, filled_q;
  l2_misses_t    [L2Misses-1:0]    waits_d, waits_q;
  line_address_t [L2Misses-1:0]    line_q;
  l2_way_t       [L2Misses-1:0]    way_q;
  l2_pending_t   [L2Misses-1:0]    first_d, first_q, last_d, last_q;
  logic [L2Pending-1:0]            used_d, used_q;
  logic [L2PendingBits-1:0]        next [L2Pending];     // the request behind this one
  l2_misses_t                      free, hit, read_ready;
  logic [L2Pending-1:0]            slot_free;
  logic                            entry_free, slot_any, replay_last;
  l2_miss_t                        free_index, hit_index, replay_index;

  assign free       = ~busy_q;
  assign slot_free  = ~used_q;
  assign free_o     = entry_free & slot_any;
  assign free_two_o = (free & (free - l2_misses_t'(1))) != '0 && (slot_free & (slot_free - L2Pending'(1))) != '0;
  assign empty_o    = busy_q == '0;

  lowest_one #(
    .Width(L2Misses)
  ) u_free (
    .bits_i  (free),
    .any_o   (entry_free),
    .onehot_o(),
    .index_o (free_index)
  );

  lowest_one #(
    .Width(L2Pending)
  ) u_slot (
    .bits_i  (slot_free),
    .any_o   (slot_any),
    .onehot_o(),
    .index_o (pending_o)
  );

  // ---- lookup --------------------------------------------------------------------------------------------------------
  always_comb begin
    hit      = '0;
    locked_o = '0;
    if (busy_q != '0) begin
      for (int unsigned i = 0; i < L2Misses; i++) begin
        hit[i] = busy_q[i] && line_q[i] == line_i;
        if (busy_q[i] && set_of(line_q[i]) == set_of(line_i)) locked_o[way_q[i]] = 1'b1;
      end
    end
  end

  lowest_one #(
    .Width(L2Misses)
  ) u_hit (
    .bits_i  (hit),
    .any_o   (hit_o),
    .onehot_o(),
    .index_o (hit_index)
  );

  l2_ways_t check_locked;
  always_comb begin
    check_locked = '0;
    if (busy_q != '0) begin
      for (int unsigned i = 0; i < L2Misses; i++) begin
        if (busy_q[i] && set_of(line_q[i]) == check_set_i) check_locked[way_q[i]] = 1'b1;
      end
    end
  end
  assign check_full_o = check_locked == '1;

  // ---- fetches -----------------------------------------------------------------------------------------------------
  always_comb begin
    for (int unsigned i = 0; i < L2Misses; i++) read_ready[i] = to_read_q[i] && waits_q[i] == '0;
  end

  rr_arbiter #(
    .Width(L2Misses)
  ) u_read (
    .clk_i,
    .rst_ni,
    .request_i(read_ready),
    .accept_i (read_take_i),
    .valid_o  (read_valid_o),
    .grant_o  (),
    .index_o  (read_index_o)
  );

  assign read_line_o = line_q[read_index_o];
  assign fill_line_o = line_q[fill_index_i];

  // ---- replay ------------------------------------------------------------------------------------------------------
  // The lowest entry drains before the next one begins: nothing joins its line meanwhile, as replays come first at the tags.
  lowest_one #(
    .Width(L2Misses)
  ) u_replay (
    .bits_i  (filled_q),
    .any_o   (replay_valid_o),
    .onehot_o(),
    .index_o (replay_index)
  );

  assign replay_pending_o = first_q[replay_index];
  assign replay_line_o    = line_q[replay_index];
  assign replay_last      = first_q[replay_index] == last_q[replay_index];

  always_comb begin
    busy_d    = busy_q;
    to_read_d = to_read_q;
    filled_d  = filled_q;
    waits_d   = waits_q;
    first_d   = first_q;
    last_d    = last_q;
    used_d    = used_q;
    if (written_i != '0) begin
      for (int unsigned i = 0; i < L2Misses; i++) waits_d[i] = waits_q[i] & ~written_i;
    end
    if (read_take_i) to_read_d[read_index_o]  = 1'b0;
    if (filled_i)    filled_d[filled_index_i] = 1'b1;
    if (replay_take_i) begin
      used_d[replay_pending_o] = 1'b0;
      first_d[replay_index]    = next[replay_pending_o];
      if (replay_last) begin
        busy_d[replay_index]   = 1'b0;
        filled_d[replay_index] = 1'b0;
      end
    end
    if (enter_i) begin
      busy_d[free_index]    = 1'b1;
      to_read_d[free_index] = 1'b1;
      waits_d[free_index]   = enter_waits_i & ~written_i;
      first_d[free_index]   = pending_o;
      last_d[free_index]    = pending_o;
      used_d[pending_o]     = 1'b1;
    end
    if (append_i) begin
      last_d[hit_index] = pending_o;
      used_d[pending_o] = 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (enter_i) begin
      line_q[free_index] <= line_i;
      way_q[free_index]  <= enter_way_i;
    end
    if (append_i) next[last_q[hit_index]] <= pending_o;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q    <= '0;
      to_read_q <= '0;
      filled_q  <= '0;
      waits_q   <= '0;
      first_q   <= '0;
      last_q    <= '0;
      used_q    <= '0;
    end else begin
      busy_q    <= busy_d;
      to_read_q <= to_read_d;
      filled_q  <= filled_d;
      waits_q   <= waits_d;
      first_q   <= first_d;
      last_q    <= last_d;
      used_q    <= used_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_enter_free : assert (!enter_i || (free_o && !hit_o));
      a_append_hit : assert (!append_i || (slot_any && hit_o && !enter_i));
      a_one_entry : assert ($onehot0(hit));
      a_filled_sent : assert (!filled_i || (busy_q[filled_index_i] && !to_read_q[filled_index_i] && !filled_q[filled_index_i]));
      a_no_join_at_end : assert (!(append_i && replay_take_i && hit_index == replay_index));
      a_replay_used : assert (!replay_take_i || (replay_valid_o && used_q[replay_pending_o]));
      a_way_once : assert (!enter_i || !locked_o[enter_way_i]);
    end
  end
`endif

endmodule
