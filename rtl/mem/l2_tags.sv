// Tags of one bank of the L2 cache: which lines are in which way, which of their bytes are valid and dirty, which way a new line takes,
// and which sets are to be cleaned.
// A line is full (all bytes valid) or partial (exactly its dirty bytes are valid). Replacement: an empty way, else the next in
// turn of those that are not locked.
// A row is read with read_i and is there in the next cycle (valid_i), in which it is used and written; never two rows of one set in a row.
// Latency: one cycle. Throughput: one row per cycle.
// Invariants: a line is in one way at most; a locked way is neither replaced nor cleaned; a set that is not marked has no dirty byte.
module l2_tags
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  l2_bank_t      bank_i,           // constant
  input  logic          read_i,
  input  l2_set_t       read_set_i,
  input  logic          valid_i,
  input  line_address_t line_i,
  // the line
  input  l2_ways_t      locked_i,         // ways of its set that are being fetched
  output logic          hit_o,
  output logic          full_o,           // of the line that is hit
  output line_strobe_t  dirty_o,
  output l2_way_t       way_o,            // that of the line, of the new line or of the line to clean
  // what happens to it
  input  logic          allocate_i,       // it takes a way
  input  logic          fill_i,           // all its bytes become valid
  input  logic          write_i,          // these become dirty and valid
  input  line_strobe_t  strobe_i,
  input  logic          clean_i,          // the set alone counts: one of its dirty lines is written back, if there is one;
  input  logic          clean_whole_i,    // ... one all of whose bytes are dirty
  // the line that is replaced or cleaned is dirty
  output logic          evict_o,
  output line_address_t evict_line_o,
  output line_strobe_t  evict_strobe_o,
  // sets with dirty lines, while flush_i; with wholly dirty ones, while whole_i
  input  logic          flush_i,
  input  logic          whole_i,
  output logic          clean_valid_o,
  output l2_set_t       clean_set_o,
  output logic          all_clean_o,
  input  logic          invalidate_i      // all lines go
);

  typedef struct packed {
    logic    valid;
    logic    full;
    l2_tag_t tag;
  } row_t;

  row_t         [L2Ways-1:0] rows, new_rows;
  line_strobe_t [L2Ways-1:0] dirties;
  line_strobe_t              new_dirty;
  l2_ways_t                  valid_ways, dirty_ways, whole_ways, left_ways, hit_ways, row_write, dirty_write;
  l2_way_t                   hit_way, spare_way, turn_way, clean_way;
  logic                      spare, turn, cleanable, set_valid;
  l2_set_t                   set;
  logic [L2Sets-1:0]         set_valid_d, set_valid_q, set_dirty_d, set_dirty_q, set_whole_d, set_whole_q, to_clean;

  assign set       = set_of(line_i);
  assign set_valid = set_valid_q[set];

  ram_1r1w #(
    .Depth     (L2Sets),
    .Width     (L2Ways * $bits(row_t)),
    .SliceWidth($bits(row_t))
  ) u_rows (
    .clk_i,
    .read_enable_i  (read_i),
    .read_address_i (read_set_i),
    .read_data_o    (rows),
    .write_enable_i (row_write),
    .write_address_i(set),
    .write_data_i   (new_rows)
  );

  ram_1r1w #(
    .Depth     (L2Sets),
    .Width     (L2Ways * LineBytes),
    .SliceWidth(LineBytes)
  ) u_dirty (
    .clk_i,
    .read_enable_i  (read_i),
    .read_address_i (read_set_i),
    .read_data_o    (dirties),
    .write_enable_i (dirty_write),
    .write_address_i(set),
    .write_data_i   ({L2Ways{new_dirty}})
  );

  // ---- the line -----------------------------------------------------------------------------------------------------------
  always_comb begin
    valid_ways = '0;
    dirty_ways = '0;
    whole_ways = '0;
    hit_ways   = '0;
    if (valid_i && set_valid) begin
      for (int unsigned w = 0; w < L2Ways; w++) begin
        valid_ways[w] = rows[w].valid;
        dirty_ways[w] = rows[w].valid && dirties[w] != '0;
        whole_ways[w] = rows[w].valid && dirties[w] == '1;
        hit_ways[w]   = rows[w].valid && rows[w].tag == tag_of(line_i);
      end
    end
  end

  lowest_one #(
    .Width(L2Ways)
  ) u_hit (
    .bits_i  (hit_ways),
    .any_o   (hit_o),
    .onehot_o(),
    .index_o (hit_way)
  );

  assign full_o  = rows[hit_way].full;
  assign dirty_o = dirties[hit_way];

  // ---- a way for a new line -----------------------------------------------------------------------------------------------
  lowest_one #(
    .Width(L2Ways)
  ) u_spare (
    .bits_i  (~valid_ways),
    .any_o   (spare),
    .onehot_o(),
    .index_o (spare_way)
  );

  rr_arbiter #(
    .Width(L2Ways)
  ) u_turn (
    .clk_i,
    .rst_ni,
    .request_i(~locked_i),
    .accept_i (allocate_i),
    .valid_o  (turn),
    .grant_o  (),
    .index_o  (turn_way)
  );

  // ---- a line to clean ----------------------------------------------------------------------------------------------------
  lowest_one #(
    .Width(L2Ways)
  ) u_clean (
    .bits_i  (!clean_i ? '0 : clean_whole_i ? whole_ways & ~locked_i : dirty_ways & ~locked_i),
    .any_o   (cleanable),
    .onehot_o(),
    .index_o (clean_way)
  );

  always_comb begin
    to_clean = '0;
    if (flush_i || whole_i) begin
      to_clean = flush_i ? set_dirty_q : set_whole_q;
      if (valid_i) to_clean[set] = 1'b0;
    end
  end

  lowest_one #(
    .Width(L2Sets)
  ) u_clean_set (
    .bits_i  (to_clean),
    .any_o   (clean_valid_o),
    .onehot_o(),
    .index_o (clean_set_o)
  );

  assign all_clean_o = set_dirty_q == '0;

  // ---- what happens -------------------------------------------------------------------------------------------------------
  assign way_o          = clean_i ? clean_way : !allocate_i ? hit_way : spare ? spare_way : turn_way;
  assign evict_o        = (allocate_i & dirty_ways[way_o]) | cleanable;
  assign evict_strobe_o = dirties[way_o];
  assign evict_line_o   = line_in(bank_i, set, rows[way_o].tag);
  assign new_dirty      = ((allocate_i || clean_i) ? '0 : dirties[way_o]) | (write_i ? strobe_i : '0);

  always_comb begin
    row_write   = '0;
    dirty_write = '0;
    new_rows    = '0;
    if (allocate_i || write_i || fill_i) begin
      // The first line of a set that was empty makes the other ways' rows true.
      if (!set_valid) row_write = '1;
      row_write[way_o] = 1'b1;
      new_rows[way_o]  = '{valid: 1'b1, full: fill_i | (~allocate_i & rows[way_o].full) | (&new_dirty), tag: tag_of(line_i)};
    end
    if (allocate_i || write_i || cleanable) dirty_write[way_o] = 1'b1;
  end

  always_comb begin
    set_valid_d = set_valid_q;
    set_dirty_d = set_dirty_q;
    set_whole_d = set_whole_q;
    left_ways   = cleanable ? ~(l2_ways_t'(1) << clean_way) : '1;
    if (allocate_i) set_valid_d[set] = 1'b1;
    if (write_i)    set_dirty_d[set] = 1'b1;
    if (write_i && new_dirty == '1) set_whole_d[set] = 1'b1;
    if (clean_i && (dirty_ways & left_ways) == '0) set_dirty_d[set] = 1'b0;
    if (clean_i && (whole_ways & left_ways) == '0) set_whole_d[set] = 1'b0;
    if (invalidate_i) begin
      set_valid_d = '0;
      set_whole_d = '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      set_valid_q <= '0;
      set_dirty_q <= '0;
      set_whole_q <= '0;
    end else begin
      set_valid_q <= set_valid_d;
      set_dirty_q <= set_dirty_d;
      set_whole_q <= set_whole_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one_way : assert ($onehot0(hit_ways));
      a_room : assert (!allocate_i || spare || turn);
      a_locked_stays : assert (!((allocate_i || cleanable) && locked_i[way_o] && valid_ways[way_o]));
      a_hit_or_new : assert (!((write_i || fill_i) && !hit_o && !allocate_i));
      a_new_is_new : assert (!(allocate_i && hit_o));
      a_marked : assert (dirty_ways == '0 || set_dirty_q[set]);
      a_partial : assert (!invalidate_i || all_clean_o);
      a_set_once : assert (!(read_i && valid_i && read_set_i == set));
    end
  end
`else
  logic unused_turn;
  assign unused_turn = turn;
`endif

endmodule
