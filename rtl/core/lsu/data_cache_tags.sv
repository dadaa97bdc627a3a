// Tags of the data cache: one lookup, one fill and one snoop per snoop port in each cycle.
// Combinational lookup on the state before this cycle's changes; changes show in the next cycle. The tags are read
// asynchronously (registers or LUTRAM), so that a snoop takes effect in the cycle in which it comes.
// Invariants: a line is in one way at most; a fill never writes a line that is present.
module data_cache_tags
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            invalidate_i,    // everything
  // lookup
  input  logic                            lookup_valid_i,
  input  line_address_t                   lookup_line_i,
  output logic                            hit_o,
  output cache_slot_t                     hit_slot_o,
  input  logic                            kill_i,          // the line that hits is dropped
  // snoops: lines that are dropped
  input  logic          [SnoopPorts-1:0]  snoop_valid_i,
  input  line_address_t [SnoopPorts-1:0]  snoop_line_i,
  // fill
  input  line_address_t                   fill_line_i,
  output cache_slot_t                     fill_slot_o,     // where it goes
  output logic                            evict_o,         // a line lies there
  input  logic                            fill_i
);

  logic [CacheTagBits-1:0]                tags [CacheLines];
  logic [CacheSets-1:0][DcacheWays-1:0]   valid_q;
  cache_way_t                             victim_d, victim_q, fill_way;

  // ---- lookup ------------------------------------------------------------------------------------------------------
  logic [DcacheWays-1:0] hits;
  cache_way_t            hit_way;

  always_comb begin
    hits = '0;
    if (lookup_valid_i) begin
      for (int unsigned w = 0; w < DcacheWays; w++) begin
        hits[w] = valid_q[cache_set(lookup_line_i)][w] &&
                  tags[cache_slot(cache_set(lookup_line_i), cache_way_t'(w))] == cache_tag(lookup_line_i);
      end
    end
  end

  lowest_one #(
    .Width(DcacheWays)
  ) u_hit (
    .bits_i  (hits),
    .any_o   (hit_o),
    .onehot_o(),
    .index_o (hit_way)
  );

  assign hit_slot_o = cache_slot(cache_set(lookup_line_i), hit_way);

  // ---- snoops ------------------------------------------------------------------------------------------------------
  logic [SnoopPorts-1:0][DcacheWays-1:0] snooped;

  always_comb begin
    snooped = '0;
    for (int unsigned s = 0; s < SnoopPorts; s++) begin
      if (snoop_valid_i[s]) begin
        for (int unsigned w = 0; w < DcacheWays; w++) begin
          snooped[s][w] = tags[cache_slot(cache_set(snoop_line_i[s]), cache_way_t'(w))] == cache_tag(snoop_line_i[s]);
        end
      end
    end
  end

  // ---- fill: a free way, otherwise each in turn --------------------------------------------------------------------
  logic       any_free;
  cache_way_t free_way;

  lowest_one #(
    .Width(DcacheWays)
  ) u_free (
    .bits_i  (~valid_q[cache_set(fill_line_i)]),
    .any_o   (any_free),
    .onehot_o(),
    .index_o (free_way)
  );

  assign fill_way    = any_free ? free_way : victim_q;
  assign fill_slot_o = cache_slot(cache_set(fill_line_i), fill_way);
  assign evict_o     = fill_i & ~any_free;
  assign victim_d    = (victim_q == cache_way_t'(DcacheWays - 1)) ? '0 : victim_q + cache_way_t'(1);

  always_ff @(posedge clk_i) begin
    if (fill_i) tags[fill_slot_o] <= cache_tag(fill_line_i);
  end

  // What is dropped goes before what is filled: a way that is dropped and refilled in one cycle holds the new line.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      victim_q <= '0;
    end else if (invalidate_i) begin
      valid_q  <= '0;
    end else begin
      for (int unsigned s = 0; s < SnoopPorts; s++) begin
        if (snoop_valid_i[s]) begin
          for (int unsigned w = 0; w < DcacheWays; w++) begin
            if (snooped[s][w]) valid_q[cache_set(snoop_line_i[s])][w] <= 1'b0;
          end
        end
      end
      if (kill_i) valid_q[cache_set(lookup_line_i)][hit_way] <= 1'b0;
      if (fill_i) valid_q[cache_set(fill_line_i)][fill_way]  <= 1'b1;
      if (evict_o) victim_q <= victim_d;
    end
  end

`ifndef SYNTHESIS
  logic [DcacheWays-1:0] same;
  always_comb begin
    same = '0;
    if (fill_i) begin
      for (int unsigned w = 0; w < DcacheWays; w++) begin
        same[w] = valid_q[cache_set(fill_line_i)][w] &&
                  tags[cache_slot(cache_set(fill_line_i), cache_way_t'(w))] == cache_tag(fill_line_i);
      end
    end
  end
  a_one_way : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(hits));
  a_fill_absent : assert property (@(posedge clk_i) disable iff (!rst_ni) same == '0);
  a_kill_hit : assert property (@(posedge clk_i) disable iff (!rst_ni) kill_i |-> hit_o);
`endif

endmodule
