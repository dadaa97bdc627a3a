// Instruction cache: reads aligned blocks of FetchWords instructions. Set associative, several lines in flight.
//
// A lookup is presented in one cycle and answered in the next: hit with data, or miss. A miss with `miss_allowed_i` starts
// a fill of its line unless one is on its way or no entry is free; nobody waits inside: the requester tries again after
// `filled_o`. Fills are a block per cycle beside lookups. After each fill the line is safe from replacement for four
// cycles, in which the warp that started it (`filled_warp_o`) must look it up again: so it makes progress in any case.
// `invalidate_i` empties the cache and makes fills in flight vanish when they arrive.
// A line whose read ended in a bus error is kept like others and answers with `error_o`.
// Invariants: at most one way hits; a response names an entry in flight.
module icache
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  core_id_t      core_id_i,
  input  logic          invalidate_i,

  // cycle 0
  input  logic          lookup_valid_i,
  input  pc_t           lookup_pc_i,
  input  warp_id_t      lookup_warp_i,
  // cycle 1
  input  logic          miss_allowed_i,
  output logic          hit_o,
  output logic          error_o,
  output logic [FetchWords-1:0][31:0] data_o,

  output logic          filled_o,
  output warp_id_t      filled_warp_o,

  output mem_request_t  request_o,
  output logic          request_valid_o,
  input  logic          request_ready_i,
  input  mem_response_t response_i,
  input  logic          response_valid_i
);

  localparam int unsigned BlockBits = FetchWords * 32;
  localparam int unsigned Blocks    = LineBytes * 8 / BlockBits;
  localparam int unsigned BlockIndexBits = (Blocks > 1) ? $clog2(Blocks) : 1;
  localparam int unsigned Sets      = IcacheBytes / (LineBytes * IcacheWays);
  localparam int unsigned SetBits   = $clog2(Sets);
  localparam int unsigned SetIndex  = (Sets > 1) ? SetBits : 1;
  localparam int unsigned LineAddressBits = 32 - OffsetBits;
  localparam int unsigned TagBits   = LineAddressBits - SetBits;
  localparam int unsigned WayBits   = (IcacheWays > 1) ? $clog2(IcacheWays) : 1;
  localparam int unsigned Entries   = (LsuRequests < 4) ? LsuRequests : 4;
  localparam int unsigned EntryBits = $clog2(Entries);

  localparam int unsigned DataBits  = (Sets * Blocks > 1) ? $clog2(Sets * Blocks) : 1;

  typedef logic [LineAddressBits-1:0] line_address_t;
  typedef logic [SetIndex-1:0]        set_t;
  typedef logic [TagBits-1:0]         tag_t;
  typedef logic [WayBits-1:0]         way_t;
  typedef logic [EntryBits-1:0]       entry_t;
  typedef logic [BlockIndexBits-1:0]  block_t;

  function automatic set_t set_of(line_address_t line);
    return set_t'(line % LineAddressBits'(Sets));
  endfunction
  function automatic tag_t tag_of(line_address_t line);
    return tag_t'(line >> SetBits);
  endfunction

  // ---- storage ----
  logic [Sets-1:0][IcacheWays-1:0] valid_q;
  logic [IcacheWays-1:0]       error_q [Sets];
  tag_t [IcacheWays-1:0]       tag;
  logic [IcacheWays-1:0][BlockBits-1:0] data;

  line_address_t lookup_line;
  block_t        lookup_block;
  assign lookup_line = lookup_pc_i[31:OffsetBits];
  assign lookup_block = block_t'((32'(lookup_pc_i) % (LineBytes / 4)) / FetchWords);  // (a pc counts words)

  logic                  fill_tag_write, fill_data_write;
  way_t                  fill_way_q;
  line_address_t         fill_line;
  block_t                fill_block_q;
  logic [BlockBits-1:0]  fill_data;

  for (genvar w = 0; w < IcacheWays; w++) begin : gen_way
    ram_1r1w #(
      .Depth(Sets),
      .Width(TagBits)
    ) u_tag (
      .clk_i,
      .read_enable_i  (lookup_valid_i),
      .read_address_i (set_of(lookup_line)),
      .read_data_o    (tag[w]),
      .write_enable_i (fill_tag_write && fill_way_q == way_t'(w)),
      .write_address_i(set_of(fill_line)),
      .write_data_i   (tag_of(fill_line))
    );
    ram_1r1w #(
      .Depth(Sets * Blocks),
      .Width(BlockBits)
    ) u_data (
      .clk_i,
      .read_enable_i  (lookup_valid_i),
      .read_address_i (DataBits'(32'(set_of(lookup_line)) * Blocks + 32'(lookup_block))),
      .read_data_o    (data[w]),
      .write_enable_i (fill_data_write && fill_way_q == way_t'(w)),
      .write_address_i(DataBits'(32'(set_of(fill_line)) * Blocks + 32'(fill_block_q))),
      .write_data_i   (fill_data)
    );
  end

  // ---- lookup, cycle 1 ----
  logic                  lookup_q;
  line_address_t         line_q;
  warp_id_t              warp_q;
  logic [IcacheWays-1:0] way_hit;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) lookup_q <= 1'b0;
    else         lookup_q <= lookup_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (lookup_valid_i) begin
      line_q <= lookup_line;
      warp_q <= lookup_warp_i;
    end
  end

  always_comb begin
    data_o = '0;
    for (int unsigned w = 0; w < IcacheWays; w++) begin
      way_hit[w] = valid_q[set_of(line_q)][w] && tag[w] == tag_of(line_q);
      if (way_hit[w]) data_o = data_o | data[w];
    end
  end
  assign hit_o   = lookup_q && (|way_hit);
  assign error_o = |(way_hit & error_q[set_of(line_q)]);

  // ---- lines in flight ----
  logic [Entries-1:0] used_d, used_q;        // allocated
  logic [Entries-1:0] filled_d, filled_q;    // data is in the line buffer
  logic [Entries-1:0] stale_d, stale_q;      // overtaken by an invalidation
  logic [Entries-1:0] bad_d, bad_q;          // bus error
  logic               unsent_d, unsent_q;    // the entry allocated last has not been sent yet
  entry_t             last_q, free_entry, next_filled, response_entry;
  line_address_t      entry_line_q [Entries];
  warp_id_t           entry_warp_q [Entries];
  line_t              line_buffer [Entries];
  logic               any_free, any_filled, in_flight, allocate, finish;
  entry_t             fill_entry_q;
  logic [Entries-1:0] unused_free_onehot, unused_filled_onehot;

  always_comb begin
    in_flight = 1'b0;
    for (int unsigned e = 0; e < Entries; e++) begin
      if (used_q[e] && !stale_q[e] && entry_line_q[e] == line_q) in_flight = 1'b1;
    end
  end

  lowest_one #(.Width(Entries)) u_free (
    .bits_i(~used_q), .any_o(any_free), .onehot_o(unused_free_onehot), .index_o(free_entry)
  );
  lowest_one #(.Width(Entries)) u_filled (
    .bits_i(filled_q), .any_o(any_filled), .onehot_o(unused_filled_onehot), .index_o(next_filled)
  );

  assign allocate       = lookup_q && !(|way_hit) && miss_allowed_i && !in_flight && any_free && !unsent_q;
  assign response_entry = entry_t'(response_i.id);

  always_comb begin
    used_d   = used_q;
    filled_d = filled_q;
    stale_d  = stale_q;
    bad_d    = bad_q;
    unsent_d = unsent_q && !request_ready_i;
    if (invalidate_i) stale_d = '1;
    if (finish) begin
      used_d[fill_entry_q]   = 1'b0;
      filled_d[fill_entry_q] = 1'b0;
    end
    if (allocate) begin
      used_d[free_entry]  = 1'b1;
      stale_d[free_entry] = 1'b0;
      unsent_d            = 1'b1;
    end
    if (response_valid_i) begin
      filled_d[response_entry] = 1'b1;
      bad_d[response_entry]    = response_i.error;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      used_q   <= '0;
      filled_q <= '0;
      stale_q  <= '0;
      bad_q    <= '0;
      unsent_q <= 1'b0;
    end else begin
      used_q   <= used_d;
      filled_q <= filled_d;
      stale_q  <= stale_d;
      bad_q    <= bad_d;
      unsent_q <= unsent_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (allocate) begin
      last_q                   <= free_entry;
      entry_line_q[free_entry] <= line_q;
      entry_warp_q[free_entry] <= warp_q;
    end
    if (response_valid_i) line_buffer[response_entry] <= response_i.data;
  end

  assign request_valid_o = unsent_q;
  always_comb begin
    request_o          = '0;
    request_o.op       = MemRead;
    request_o.address  = {entry_line_q[last_q], OffsetBits'(0)};
    request_o.id       = mem_id_t'(last_q);
    request_o.tag.core = core_id_i;
    request_o.tag.warp = entry_warp_q[last_q];
  end

  // ---- fill ----
  typedef enum logic [2:0] {FillIdle, FillTag, FillData, FillSettle, FillValid, FillGap} fill_e;
  fill_e                 fill_d, fill_q;
  logic [1:0]            gap_d, gap_q;
  block_t                fill_block_d;
  way_t                  victim, next_way_q;
  logic                  fill_start;
  line_t                 fill_buffer;

  assign fill_line   = entry_line_q[fill_entry_q];
  assign fill_buffer = line_buffer[fill_entry_q];
  assign fill_data   = fill_buffer[32'(fill_block_q) * BlockBits +: BlockBits];

  // An invalid way if there is one, else round robin.
  always_comb begin
    victim = next_way_q;
    for (int unsigned w = IcacheWays; w > 0; w--) begin
      if (!valid_q[set_of(entry_line_q[next_filled])][w-1]) victim = way_t'(w - 1);
    end
  end

  assign fill_start      = (fill_q == FillIdle) && any_filled;
  assign fill_tag_write  = (fill_q == FillTag);
  assign fill_data_write = (fill_q == FillData);
  assign finish          = (fill_q == FillValid);

  always_comb begin
    fill_d      = fill_q;
    fill_block_d = fill_block_q;
    gap_d       = gap_q;
    unique case (fill_q)
      FillIdle: begin
        fill_block_d = '0;
        if (any_filled) fill_d = FillTag;
      end
      FillTag: fill_d = FillData;
      FillData: begin
        fill_block_d = fill_block_q + block_t'(1);
        if (fill_block_q == block_t'(Blocks - 1)) fill_d = FillSettle;
      end
      // A lookup that read the last block while it was written has been answered before the line becomes valid.
      FillSettle: fill_d = FillValid;
      FillValid: begin
        fill_d = FillGap;
        gap_d  = 2'd3;
      end
      default: begin
        gap_d = gap_q - 2'd1;
        if (gap_q == '0) fill_d = FillIdle;
      end
    endcase
  end

  logic filled_pulse_q;
  way_t next_way_d;
  assign next_way_d = !finish ? next_way_q : (next_way_q == way_t'(IcacheWays - 1)) ? '0 : next_way_q + way_t'(1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_q         <= FillIdle;
      gap_q          <= '0;
      next_way_q     <= '0;
      filled_pulse_q <= 1'b0;
    end else begin
      fill_q         <= fill_d;
      gap_q          <= gap_d;
      next_way_q     <= next_way_d;
      filled_pulse_q <= finish;
    end
  end

  always_ff @(posedge clk_i) begin
    fill_block_q <= fill_block_d;
    if (fill_start) begin
      fill_entry_q <= next_filled;
      fill_way_q   <= victim;
    end
  end

  assign filled_o      = filled_pulse_q;
  assign filled_warp_o = entry_warp_q[fill_entry_q];

  // ---- valid bits ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
    end else if (invalidate_i && PlantedBug != 20) begin  // planted bug 20: what is in the cache outlives fence.i and launches
      valid_q <= '0;
    end else if (fill_tag_write) begin
      valid_q[set_of(fill_line)][fill_way_q] <= 1'b0;
    end else if (finish && !stale_q[fill_entry_q]) begin
      valid_q[set_of(fill_line)][fill_way_q] <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (finish) error_q[set_of(fill_line)][fill_way_q] <= bad_q[fill_entry_q];
  end

  logic unused_id;
  if (MemIdBits > EntryBits) begin : gen_unused_id
    assign unused_id = ^{response_i.id[MemIdBits-1:EntryBits], lookup_pc_i[2 +: $clog2(FetchWords)]};
  end else begin : gen_unused_pc
    assign unused_id = ^lookup_pc_i[2 +: $clog2(FetchWords)];
  end

`ifndef SYNTHESIS
  a_one_way : assert property (@(posedge clk_i) disable iff (!rst_ni) lookup_q |-> $onehot0(way_hit));
  a_response_used : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                     response_valid_i |-> used_q[response_entry] && !filled_q[response_entry]);
`endif

endmodule
