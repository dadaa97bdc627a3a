// The parts of the caches that keep books, side by side, with plain ports: streams of loads, tags of the data cache and of a bank of the
// L2 cache, fetches and write-backs of a bank, reservations. All inputs of a part are its own. Line addresses are numbers of lines.
module caches_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // bytes of a line; lines fetched ahead; sets, ways and snoop ports of the data cache; sets, ways and fetches of a bank; owners of reservations;
  // bytes of a beat; identifiers of reads
  output logic [31:0] shape_o [11],

  // streams of loads
  input  logic        stream_clear_i,
  input  logic        stream_load_i,
  input  logic [31:0] stream_line_i,
  output logic        stream_valid_o,
  output logic [31:0] stream_line_o,
  input  logic        stream_take_i,
  output logic        stream_idle_o,

  // tags of the data cache
  input  logic        l1_invalidate_i,
  input  logic        l1_lookup_i,
  input  logic [31:0] l1_lookup_line_i,
  output logic        l1_hit_o,
  output logic [31:0] l1_hit_slot_o,
  input  logic        l1_kill_i,
  input  logic        l1_snoop_i [L2Banks],
  input  logic [31:0] l1_snoop_line_i [L2Banks],
  input  logic [31:0] l1_fill_line_i,
  output logic [31:0] l1_fill_slot_o,
  output logic        l1_evict_o,
  input  logic        l1_fill_i,

  // tags of the L2 cache
  input  logic        l2_read_i,
  input  logic [31:0] l2_read_set_i,
  input  logic        l2_valid_i,
  input  logic [31:0] l2_line_i,
  input  logic [31:0] l2_locked_i,
  output logic        l2_hit_o,
  output logic        l2_full_o,
  output logic [63:0] l2_dirty_o,
  output logic [31:0] l2_way_o,
  input  logic        l2_allocate_i,
  input  logic        l2_fill_i,
  input  logic        l2_write_i,
  input  logic [63:0] l2_strobe_i,
  input  logic        l2_clean_i,
  input  logic        l2_clean_whole_i,
  output logic        l2_evict_o,
  output logic [31:0] l2_evict_line_o,
  output logic [63:0] l2_evict_strobe_o,
  input  logic        l2_flush_i,
  input  logic        l2_whole_i,
  output logic        l2_clean_valid_o,
  output logic [31:0] l2_clean_set_o,
  output logic        l2_all_clean_o,
  input  logic        l2_invalidate_i,

  // fetches
  output logic        miss_free_o,
  output logic        miss_free_two_o,
  output logic        miss_empty_o,
  input  logic [31:0] miss_check_set_i,
  output logic        miss_check_full_o,
  input  logic [31:0] miss_line_i,
  output logic        miss_hit_o,
  output logic [31:0] miss_locked_o,
  input  logic        miss_enter_i,
  input  logic [31:0] miss_way_i,
  input  logic [63:0] miss_waits_i,
  input  logic        miss_append_i,
  output logic [31:0] miss_pending_o,
  input  logic [63:0] miss_written_i,
  output logic        miss_read_valid_o,
  output logic [31:0] miss_read_index_o,
  output logic [31:0] miss_read_line_o,
  input  logic        miss_read_take_i,
  input  logic [31:0] miss_fill_index_i,
  output logic [31:0] miss_fill_line_o,
  input  logic        miss_filled_i,
  input  logic [31:0] miss_filled_index_i,
  output logic        miss_replay_valid_o,
  output logic [31:0] miss_replay_pending_o,
  output logic [31:0] miss_replay_line_o,
  input  logic        miss_replay_take_i,

  // write-backs
  output logic        back_free_o,
  output logic        back_free_two_o,
  output logic        back_half_o,
  output logic        back_empty_o,
  input  logic        back_enter_i,
  input  logic [31:0] back_enter_line_i,
  input  logic [63:0] back_enter_strobe_i,
  input  line_t       back_data_i,
  input  logic [63:0] back_lost_i,
  input  logic [31:0] back_match_line_i,
  output logic [63:0] back_match_o,
  output logic [63:0] back_done_o,
  output logic        back_write_valid_o,
  input  logic        back_write_ready_i,
  output logic [31:0] back_write_index_o,
  output logic [31:0] back_write_line_o,
  output line_t       back_write_data_o,
  output logic [63:0] back_write_strobe_o,
  input  logic        back_response_i,
  input  logic [31:0] back_response_index_i,
  output logic [31:0] back_response_line_o,
  output logic        back_response_lost_o,

  // reservations
  input  logic        reserve_lr_i [L2Banks],
  input  logic        reserve_write_i [L2Banks],
  input  logic [31:0] reserve_owner_i [L2Banks],
  input  logic [31:0] reserve_lane_i [L2Banks],
  input  logic [31:0] reserve_word_i [L2Banks],   // of device memory; of a write: any of the line
  input  logic [31:0] reserve_words_i [L2Banks],  // of the line, that are written
  input  logic [31:0] query_owner_i [L2Banks],
  input  logic [31:0] query_word_i [L2Banks],
  input  logic [31:0] query_lane_i [L2Banks],
  output logic        query_hit_o [L2Banks],

  // beats that are read, and their lines
  input  logic        beat_valid_i,
  output logic        beat_ready_o,
  input  logic [31:0] beat_id_i,
  input  axi_data_t   beat_data_i,
  input  logic        beat_error_i,
  input  logic        beat_last_i,
  output logic        line_valid_o,
  input  logic        line_ready_i,
  output logic [31:0] line_id_o,
  output line_t       line_data_o,
  output logic        line_error_o,

  // lines that are written, and their beats
  input  logic        store_valid_i,
  output logic        store_taken_o,
  input  line_t       store_data_i,
  input  logic [63:0] store_strobe_i,
  input  logic        store_ready_i,
  output axi_data_t   store_beat_o,
  output logic [63:0] store_beat_strobe_o,
  output logic        store_last_o
);

  assign shape_o = '{LineBytes, DcachePrefetch, lsu_pkg::CacheSets, DcacheWays, lsu_pkg::SnoopPorts, mem_pkg::L2Sets, L2Ways, L2Misses,
                     mem_pkg::Owners, AxiBytes, MemoryRequests};

  // ---- streams ----------------------------------------------------------------------------------------------------
  lsu_pkg::line_address_t stream_line;

  data_cache_prefetch u_streams (
    .clk_i,
    .rst_ni,
    .clear_i    (stream_clear_i),
    .load_i     (stream_load_i),
    .load_line_i(lsu_pkg::line_address_t'(stream_line_i)),
    .valid_o    (stream_valid_o),
    .line_o     (stream_line),
    .take_i     (stream_take_i),
    .idle_o     (stream_idle_o)
  );
  assign stream_line_o = 32'(stream_line);

  // ---- tags of the data cache -------------------------------------------------------------------------------------
  lsu_pkg::cache_slot_t                         l1_hit_slot, l1_fill_slot;
  logic [lsu_pkg::SnoopPorts-1:0]               l1_snoop;
  lsu_pkg::line_address_t [lsu_pkg::SnoopPorts-1:0] l1_snoop_line;

  for (genvar s = 0; s < lsu_pkg::SnoopPorts; s++) begin : gen_snoop
    assign l1_snoop[s]      = l1_snoop_i[s];
    assign l1_snoop_line[s] = lsu_pkg::line_address_t'(l1_snoop_line_i[s]);
  end

  data_cache_tags u_l1_tags (
    .clk_i,
    .rst_ni,
    .invalidate_i  (l1_invalidate_i),
    .lookup_valid_i(l1_lookup_i),
    .lookup_line_i (lsu_pkg::line_address_t'(l1_lookup_line_i)),
    .hit_o         (l1_hit_o),
    .hit_slot_o    (l1_hit_slot),
    .kill_i        (l1_kill_i),
    .snoop_valid_i (l1_snoop),
    .snoop_line_i  (l1_snoop_line),
    .fill_line_i   (lsu_pkg::line_address_t'(l1_fill_line_i)),
    .fill_slot_o   (l1_fill_slot),
    .evict_o       (l1_evict_o),
    .fill_i        (l1_fill_i)
  );
  assign l1_hit_slot_o  = 32'(l1_hit_slot);
  assign l1_fill_slot_o = 32'(l1_fill_slot);

  // ---- tags of the L2 cache ---------------------------------------------------------------------------------------
  line_strobe_t           l2_dirty, l2_evict_strobe;
  mem_pkg::l2_way_t       l2_way;
  mem_pkg::l2_set_t       l2_clean_set;
  mem_pkg::line_address_t l2_evict_line;

  l2_tags u_l2_tags (
    .clk_i,
    .rst_ni,
    .bank_i        ('0),
    .read_i        (l2_read_i),
    .read_set_i    (mem_pkg::l2_set_t'(l2_read_set_i)),
    .valid_i       (l2_valid_i),
    .line_i        (mem_pkg::line_address_t'(l2_line_i)),
    .locked_i      (mem_pkg::l2_ways_t'(l2_locked_i)),
    .hit_o         (l2_hit_o),
    .full_o        (l2_full_o),
    .dirty_o       (l2_dirty),
    .way_o         (l2_way),
    .allocate_i    (l2_allocate_i),
    .fill_i        (l2_fill_i),
    .write_i       (l2_write_i),
    .strobe_i      (line_strobe_t'(l2_strobe_i)),
    .clean_i       (l2_clean_i),
    .clean_whole_i (l2_clean_whole_i),
    .evict_o       (l2_evict_o),
    .evict_line_o  (l2_evict_line),
    .evict_strobe_o(l2_evict_strobe),
    .flush_i       (l2_flush_i),
    .whole_i       (l2_whole_i),
    .clean_valid_o (l2_clean_valid_o),
    .clean_set_o   (l2_clean_set),
    .all_clean_o   (l2_all_clean_o),
    .invalidate_i  (l2_invalidate_i)
  );
  assign l2_dirty_o        = 64'(l2_dirty);
  assign l2_way_o          = 32'(l2_way);
  assign l2_evict_line_o   = 32'(l2_evict_line);
  assign l2_evict_strobe_o = 64'(l2_evict_strobe);
  assign l2_clean_set_o    = 32'(l2_clean_set);

  // ---- fetches ----------------------------------------------------------------------------------------------------
  mem_pkg::l2_ways_t      miss_locked;
  mem_pkg::l2_pending_t   miss_pending, miss_replay_pending;
  mem_pkg::l2_miss_t      miss_read_index;
  mem_pkg::line_address_t miss_read_line, miss_fill_line, miss_replay_line;

  l2_misses u_misses (
    .clk_i,
    .rst_ni,
    .free_o          (miss_free_o),
    .free_two_o      (miss_free_two_o),
    .empty_o         (miss_empty_o),
    .check_set_i     (mem_pkg::l2_set_t'(miss_check_set_i)),
    .check_full_o    (miss_check_full_o),
    .line_i          (mem_pkg::line_address_t'(miss_line_i)),
    .hit_o           (miss_hit_o),
    .locked_o        (miss_locked),
    .enter_i         (miss_enter_i),
    .enter_way_i     (mem_pkg::l2_way_t'(miss_way_i)),
    .enter_waits_i   (mem_pkg::l2_misses_t'(miss_waits_i)),
    .append_i        (miss_append_i),
    .pending_o       (miss_pending),
    .written_i       (mem_pkg::l2_misses_t'(miss_written_i)),
    .read_valid_o    (miss_read_valid_o),
    .read_index_o    (miss_read_index),
    .read_line_o     (miss_read_line),
    .read_take_i     (miss_read_take_i),
    .fill_index_i    (mem_pkg::l2_miss_t'(miss_fill_index_i)),
    .fill_line_o     (miss_fill_line),
    .filled_i        (miss_filled_i),
    .filled_index_i  (mem_pkg::l2_miss_t'(miss_filled_index_i)),
    .replay_valid_o  (miss_replay_valid_o),
    .replay_pending_o(miss_replay_pending),
    .replay_line_o   (miss_replay_line),
    .replay_take_i   (miss_replay_take_i)
  );
  assign miss_locked_o         = 32'(miss_locked);
  assign miss_pending_o        = 32'(miss_pending);
  assign miss_read_index_o     = 32'(miss_read_index);
  assign miss_read_line_o      = 32'(miss_read_line);
  assign miss_fill_line_o      = 32'(miss_fill_line);
  assign miss_replay_pending_o = 32'(miss_replay_pending);
  assign miss_replay_line_o    = 32'(miss_replay_line);

  // ---- write-backs ------------------------------------------------------------------------------------------------
  mem_pkg::l2_misses_t    back_match, back_done;
  mem_pkg::l2_miss_t      back_write_index;
  mem_pkg::line_address_t back_write_line, back_response_line;
  line_strobe_t           back_write_strobe;

  l2_writebacks u_writebacks (
    .clk_i,
    .rst_ni,
    .free_o          (back_free_o),
    .free_two_o      (back_free_two_o),
    .half_o          (back_half_o),
    .empty_o         (back_empty_o),
    .enter_i         (back_enter_i),
    .enter_line_i    (mem_pkg::line_address_t'(back_enter_line_i)),
    .enter_strobe_i  (line_strobe_t'(back_enter_strobe_i)),
    .data_i          (back_data_i),
    .lost_i          (line_strobe_t'(back_lost_i)),
    .match_line_i    (mem_pkg::line_address_t'(back_match_line_i)),
    .match_o         (back_match),
    .done_o          (back_done),
    .write_valid_o   (back_write_valid_o),
    .write_ready_i   (back_write_ready_i),
    .write_index_o   (back_write_index),
    .write_line_o    (back_write_line),
    .write_data_o    (back_write_data_o),
    .write_strobe_o  (back_write_strobe),
    .response_valid_i(back_response_i),
    .response_index_i(mem_pkg::l2_miss_t'(back_response_index_i)),
    .response_line_o (back_response_line),
    .response_lost_o (back_response_lost_o)
  );
  assign back_match_o         = 64'(back_match);
  assign back_done_o          = 64'(back_done);
  assign back_write_index_o   = 32'(back_write_index);
  assign back_write_line_o    = 32'(back_write_line);
  assign back_write_strobe_o  = 64'(back_write_strobe);
  assign back_response_line_o = 32'(back_response_line);

  // ---- reservations -----------------------------------------------------------------------------------------------
  mem_pkg::l2_event_t [L2Banks-1:0]       events;
  mem_pkg::owner_t    [L2Banks-1:0]       query_owner;
  logic               [L2Banks-1:0][31:2] query_word;
  lane_id_t           [L2Banks-1:0]       query_lane;
  logic               [L2Banks-1:0]       query_hit;

  for (genvar b = 0; b < L2Banks; b++) begin : gen_bank
    assign events[b] = '{
      lr:    reserve_lr_i[b],
      write: reserve_write_i[b],
      owner: mem_pkg::owner_t'(reserve_owner_i[b]),
      lane:  lane_id_t'(reserve_lane_i[b]),
      word:  reserve_word_i[b][mem_pkg::WordBits-1:0],
      line:  reserve_word_i[b][29:mem_pkg::WordBits],
      words: mem_pkg::line_words_t'(reserve_words_i[b])
    };
    assign query_owner[b] = mem_pkg::owner_t'(query_owner_i[b]);
    assign query_word[b]  = query_word_i[b][29:0];
    assign query_lane[b]  = lane_id_t'(query_lane_i[b]);
    assign query_hit_o[b] = query_hit[b];
  end

  l2_reservations u_reservations (
    .clk_i,
    .rst_ni,
    .event_i      (events),
    .query_owner_i(query_owner),
    .query_word_i (query_word),
    .query_lane_i (query_lane),
    .query_hit_o  (query_hit)
  );

  // ---- beats ------------------------------------------------------------------------------------------------------
  axi_read_t           beat;
  mem_pkg::line_read_t line;
  axi_write_t          store_beat;

  always_comb begin
    beat      = '0;
    beat.id   = axi_id_t'(beat_id_i);
    beat.data = beat_data_i;
    beat.resp = {beat_error_i, 1'b0};
    beat.last = beat_last_i;
  end

  axi_read_lines u_read_lines (
    .clk_i,
    .rst_ni,
    .r_i    (beat),
    .valid_i(beat_valid_i),
    .ready_o(beat_ready_o),
    .line_o (line),
    .valid_o(line_valid_o),
    .ready_i(line_ready_i)
  );
  assign line_id_o    = 32'(line.id);
  assign line_data_o  = line.data;
  assign line_error_o = line.error;

  axi_write_beats u_write_beats (
    .clk_i,
    .rst_ni,
    .line_i ('{data: store_data_i, strobe: line_strobe_t'(store_strobe_i)}),
    .valid_i(store_valid_i),
    .taken_o(store_taken_o),
    .w_o    (store_beat),
    .ready_i(store_ready_i)
  );
  assign store_beat_o        = store_beat.data;
  assign store_beat_strobe_o = 64'(store_beat.strb);
  assign store_last_o        = store_beat.last;

endmodule
