// One bank of the L2 cache: the lines whose address ends in bank_i. Set associative, write-back; a write to a line that is not there
// takes a way without a fetch: such a line is partial, and exactly its dirty bytes are valid. A read that finds its bytes is answered, any
// other waits in l2_misses for the line; so does every later request for that line, which keeps the order per line.
// This is the ordering point: a request takes its place when it passes the tag stage, one per cycle.
//
// Stages: head (request taken from a port, tags read) -> tag stage (decision; tags, dirty bytes and data written, data read) ->
// data stage (answer, AMO result written, victim handed to l2_writebacks; snoops and trace). The tag stage never waits: what enters it
// has found room for everything it could need. It takes, in this order of preference: a line that has come, a request whose line has
// come, a set to be cleaned (when flushing, or when there is no request: lines that have been written whole, which cost no more early
// than late), a new request; never two of one set in a row, and nothing right behind an AMO, which writes in the data stage,
// but an AMO on the same word: it follows at once, in the same way, and works on the result of the one before; 16 at most, so that
// others have their turn.
// Latency of a hit: 4 cycles from port to answer. Throughput: one request per cycle, on one set every second cycle, AMOs on one word every cycle.
// Invariants: a line is in one way at most; a line that is fetched keeps its way; a cleaned line is not being fetched; everything that
// is replayed hits, unless its fetch failed; each request but a touch is answered once.
module l2_bank
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  l2_bank_t                 bank_i,           // constant
  input  logic                     flush_i,          // write back what is dirty
  output logic                     flushed_o,        // nothing is dirty or being written back
  input  logic                     invalidate_i,     // while idle_o: no line is valid any more
  output logic                     idle_o,
  // requests: port_i is the one that goes first
  input  mem_request_t [Ports-1:0] request_i,
  input  port_t                    port_i,
  input  logic                     request_valid_i,
  output logic                     request_ready_o,
  // answers
  output l2_answer_t               answer_o,
  output logic                     answer_valid_o,
  input  logic                     answer_ready_i,
  // reservations
  output l2_event_t                event_o,
  output owner_t                   query_owner_o,
  output logic         [31:2]      query_word_o,
  output lane_id_t                 query_lane_o,
  input  logic                     query_hit_i,
  // cores that are told of a change to a line
  output logic         [Cores-1:0] snoop_valid_o,
  output line_address_t            snoop_line_o,
  // AXI4
  output logic                     read_valid_o,
  input  logic                     read_ready_i,
  output l2_miss_t                 read_index_o,
  output line_address_t            read_line_o,
  input  logic                     fill_valid_i,
  output logic                     fill_ready_o,
  input  l2_miss_t                 fill_index_i,
  input  line_t                    fill_data_i,
  input  logic                     fill_error_i,
  output logic                     write_valid_o,
  input  logic                     write_ready_i,
  output l2_miss_t                 write_index_o,
  output line_address_t            write_line_o,
  output line_t                    write_data_o,
  output line_strobe_t             write_strobe_o,
  input  logic                     written_valid_i,
  input  l2_miss_t                 written_index_i,
  output line_address_t            written_line_o,
  output logic                     written_lost_o    // its data were lost in the cache
);

  typedef enum logic [1:0] {KindFill, KindReplay, KindClean, KindRequest} kind_e;

  // ---- head --------------------------------------------------------------------------------------------------------------
  mem_request_t  head_q;
  port_t         head_port_q;
  logic          head_valid_d, head_valid_q, head_take;
  line_address_t head_line;
  line_word_t    head_word;
  transaction_t  head_transaction;

  assign request_ready_o = ~head_valid_q | head_take;
  assign head_valid_d    = request_ready_o ? request_valid_i : head_valid_q;
  assign head_line       = head_q.address[31:OffsetBits];
  assign head_word       = head_q.address[OffsetBits-1:2];

  always_ff @(posedge clk_i) begin
    if (request_ready_o && request_valid_i) begin
      head_q      <= request_i[port_i];
      head_port_q <= port_i;
    end
  end

  assign head_transaction = '{port: head_port_q, id: head_q.id, op: head_q.op, amo: head_q.amo, word: head_word,
                              core: head_q.tag.core, warp: head_q.tag.warp, lane: head_q.lane, reserve: head_q.reserve};

  // ---- what enters the tag stage -------------------------------------------------------------------------------------------
  logic          t_valid_d, t_valid_q, t_amo_op;
  kind_e         t_kind_d, t_kind_q;
  line_address_t t_line_d, t_line_q;
  logic          fill_take, replay_take, clean_take, chain_take, all_clean;
  logic          fill_set_free, replay_set_free, head_set_free, written_room, miss_room;
  logic          replay_valid, clean_valid, head_full, answer_room;
  logic          miss_free, miss_free_two, miss_empty, written_free, written_free_two, written_half, written_empty;
  line_address_t fill_line, replay_line, clean_line;
  l2_pending_t   replay_pending;
  l2_set_t       clean_set;
  l2_count_t     answer_count;
  logic          d_busy;

  // What is in the tag stage; the arbitration looks at it.
  logic         t_error_q;                       // the fetch of the line failed
  l2_miss_t     t_fill_q;
  transaction_t t_head_q, t_pending, t;
  line_strobe_t t_head_strobe_q, t_pending_strobe, t_strobe;
  line_t        t_head_data_q, t_pending_data, t_data;
  logic [31:0]  t_head_order_q, t_pending_order, t_order;
  logic         t_replay, t_access, t_first, t_fill, t_clean, t_chain_q, t_whole_q;
  logic [3:0]   chain_length_q;

  assign answer_room = 32'(answer_count) + 32'(t_valid_q) + 32'(d_busy) < L2Answers;
  assign clean_line  = line_address_t'((32'(clean_set) << BankShift) | ((L2Banks > 1) ? 32'(bank_i) : 32'd0));

  // The set that is in the tag stage takes nothing else.
  assign fill_set_free   = ~t_valid_q || set_of(fill_line) != set_of(t_line_q);
  assign replay_set_free = ~t_valid_q || set_of(replay_line) != set_of(t_line_q);
  assign head_set_free   = ~t_valid_q || set_of(head_line) != set_of(t_line_q);
  // Room for what the tag stage may still take, too.
  assign written_room    = written_free_two | (written_free & ~t_valid_q);
  assign miss_room       = miss_free_two | (miss_free & ~t_valid_q);

  always_comb begin
    fill_take   = 1'b0;
    replay_take = 1'b0;
    clean_take  = 1'b0;
    chain_take  = 1'b0;
    head_take   = 1'b0;
    if (!t_amo_op) begin
      if (fill_valid_i && fill_set_free) begin
        fill_take = 1'b1;
      end else if (replay_valid && answer_room && replay_set_free) begin
        replay_take = 1'b1;
      end else if (clean_valid && written_room) begin
        clean_take = 1'b1;
      end else if (head_valid_q && answer_room && head_set_free && !head_full && written_room && miss_room) begin
        head_take = 1'b1;
      end
    end else if (t_first && chain_length_q != '1 && head_valid_q && head_q.op == MemAmo && head_line == t_line_q && head_word == t.word &&
                 answer_room && miss_room) begin
      chain_take = 1'b1;
      head_take  = 1'b1;
    end
  end

  assign fill_ready_o = fill_take;
  assign t_valid_d    = fill_take | replay_take | clean_take | head_take;

  always_comb begin
    if (fill_take) begin
      t_kind_d = KindFill;
      t_line_d = fill_line;
    end else if (replay_take) begin
      t_kind_d = KindReplay;
      t_line_d = replay_line;
    end else if (clean_take) begin
      t_kind_d = KindClean;
      t_line_d = clean_line;
    end else begin
      t_kind_d = KindRequest;
      t_line_d = head_line;
    end
  end

  // ---- tag stage: the operation ----------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (t_valid_d) begin
      t_kind_q       <= t_kind_d;
      t_line_q       <= t_line_d;
      t_chain_q      <= chain_take;
      t_whole_q      <= ~flush_i;
      chain_length_q <= chain_take ? chain_length_q + 4'd1 : 4'd0;
    end
    if (fill_take) begin
      t_fill_q      <= fill_index_i;
      t_error_q     <= fill_error_i;
      t_head_data_q <= fill_data_i;
    end
    if (head_take) begin
      t_head_q        <= head_transaction;
      t_head_strobe_q <= head_q.strobe;
      t_head_order_q  <= head_q.tag.order;
      if (head_q.op != MemRead) t_head_data_q <= head_q.data;
    end
  end

  assign t_replay = t_kind_q == KindReplay;
  assign t_first  = t_valid_q && t_kind_q == KindRequest;
  assign t_access = t_first | (t_valid_q & t_replay);
  assign t_fill   = t_valid_q && t_kind_q == KindFill;
  assign t_clean  = t_valid_q && t_kind_q == KindClean;
  assign t        = t_replay ? t_pending : t_head_q;
  assign t_strobe = t_replay ? t_pending_strobe : t_head_strobe_q;
  assign t_data   = t_replay ? t_pending_data : t_head_data_q;
  assign t_order  = t_replay ? t_pending_order : t_head_order_q;
  assign t_amo_op = t_access && t.op == MemAmo;

  // ---- tag stage: the line ---------------------------------------------------------------------------------------------------
  logic          hit, full, busy, allocate, evict, set_writes;
  line_strobe_t  dirty, evict_strobe, word_strobe, wanted, write_strobe;
  l2_ways_t      locked;
  l2_way_t       way;
  line_address_t evict_line;
  logic          touch, reads, covered, waits, absent, fetch, failed, sc_fails, writes, performs, amo, fill;
  l2_misses_t    written, written_match;
  l2_pending_t   pending;
  line_t         line;
  line_strobe_t  line_error;

  l2_tags u_tags (
    .clk_i,
    .rst_ni,
    .bank_i,
    .read_i        (t_valid_d & ~chain_take),  // the row is there already
    .read_set_i    (set_of(t_line_d)),
    .valid_i       (t_valid_q & ~(t_chain_q & busy)),  // it waits with the one before, whose row is out of date
    .line_i        (t_line_q),
    .locked_i      (locked),
    .hit_o         (hit),
    .full_o        (full),
    .dirty_o       (dirty),
    .way_o         (way),
    .allocate_i    (allocate),
    .fill_i        (fill),
    .write_i       (set_writes),
    .strobe_i      (write_strobe),
    .clean_i       (t_clean),
    .clean_whole_i (t_whole_q),
    .evict_o       (evict),
    .evict_line_o  (evict_line),
    .evict_strobe_o(evict_strobe),
    .flush_i,
    .whole_i       (~head_valid_q & written_half),
    .clean_valid_o (clean_valid),
    .clean_set_o   (clean_set),
    .all_clean_o   (all_clean),
    .invalidate_i
  );

  // ---- tag stage: the decision ----------------------------------------------------------------------------------------------
  assign touch        = t.op == MemTouch;
  assign reads        = t.op == MemRead || t.op == MemLr || t.op == MemAmo || touch;
  assign word_strobe  = line_strobe_t'(4'b1111) << {t.word, 2'b00};
  assign wanted       = touch ? '1 : (t.op != MemRead) ? word_strobe : (t_strobe == '0) ? '1 : t_strobe;
  assign covered      = hit && (full || (wanted & ~dirty) == '0);
  assign waits        = t_first & busy;
  assign absent       = t_access & ~waits & reads & ~covered;
  assign fetch        = absent & t_first;
  assign failed       = absent & ~t_first;
  assign sc_fails     = ~(query_hit_i & t.reserve);
  assign writes       = t_access && !waits && (t.op == MemWrite || (t.op == MemSc && !sc_fails));
  assign performs     = t_access & ~waits & ~absent;
  assign amo          = performs && t.op == MemAmo;
  assign fill         = t_fill & ~t_error_q;
  assign allocate     = (fetch | writes) & ~hit;
  assign set_writes   = writes | amo;
  assign write_strobe = (t.op == MemAmo || t.op == MemLr) ? word_strobe : t_strobe;

  assign query_owner_o = owner_t'(32'(t.core) * Warps + 32'(t.warp));
  assign query_word_o  = {t_line_q, t.word};
  assign query_lane_o  = t.lane;

  always_comb begin
    event_o.lr    = performs && t.op == MemLr && t.reserve;
    event_o.write = set_writes;
    event_o.owner = query_owner_o;
    event_o.lane  = t.lane;
    event_o.word  = t.word;
    event_o.line  = t_line_q;
    event_o.words = '0;
    if (set_writes) begin
      for (int unsigned w = 0; w < LineWords; w++) event_o.words[w] = write_strobe[4*w +: 4] != 4'b0000;
    end
  end

  l2_misses u_misses (
    .clk_i,
    .rst_ni,
    .free_o          (miss_free),
    .free_two_o      (miss_free_two),
    .empty_o         (miss_empty),
    .check_set_i     (set_of(head_line)),
    .check_full_o    (head_full),
    .line_i          (t_line_q),
    .hit_o           (busy),
    .locked_o        (locked),
    .enter_i         (fetch),
    .enter_way_i     (way),
    .enter_waits_i   (written_match),
    .append_i        (waits & ~touch),
    .pending_o       (pending),
    .written_i       (written),
    .read_valid_o,
    .read_index_o,
    .read_line_o,
    .read_take_i     (read_valid_o & read_ready_i),
    .fill_index_i,
    .fill_line_o     (fill_line),
    .filled_i        (t_fill),
    .filled_index_i  (t_fill_q),
    .replay_valid_o  (replay_valid),
    .replay_pending_o(replay_pending),
    .replay_line_o   (replay_line),
    .replay_take_i   (replay_take)
  );

  l2_writebacks u_writebacks (
    .clk_i,
    .rst_ni,
    .free_o          (written_free),
    .free_two_o      (written_free_two),
    .half_o          (written_half),
    .empty_o         (written_empty),
    .enter_i         (evict),
    .enter_line_i    (evict_line),
    .enter_strobe_i  (evict_strobe),
    .data_i          (line),
    .lost_i          (line_error),
    .match_line_i    (t_line_q),
    .match_o         (written_match),
    .done_o          (written),
    .write_valid_o,
    .write_ready_i,
    .write_index_o,
    .write_line_o,
    .write_data_o,
    .write_strobe_o,
    .response_valid_i(written_valid_i),
    .response_index_i(written_index_i),
    .response_line_o (written_line_o),
    .response_lost_o (written_lost_o)
  );

  // ---- memories ----------------------------------------------------------------------------------------------------------------
  // Requests that wait for a line; the order number serves the monitors alone and has a memory of its own.
  ram_1r1w #(
    .Depth(L2Pending),
    .Width($bits(transaction_t) + LineBytes + LineBits)
  ) u_pending (
    .clk_i,
    .read_enable_i  (replay_take),
    .read_address_i (replay_pending),
    .read_data_o    ({t_pending, t_pending_strobe, t_pending_data}),
    .write_enable_i ((waits & ~touch) | fetch),
    .write_address_i(pending),
    .write_data_i   ({t_head_q, t_head_strobe_q, t_head_data_q})
  );

  ram_1r1w #(
    .Depth(L2Pending),
    .Width(32)
  ) u_orders (
    .clk_i,
    .read_enable_i  (replay_take),
    .read_address_i (replay_pending),
    .read_data_o    (t_pending_order),
    .write_enable_i ((waits & ~touch) | fetch),
    .write_address_i(pending),
    .write_data_i   (t_head_order_q)
  );

  // ---- data stage ------------------------------------------------------------------------------------------------------------
  l2_place_t place;

  assign place = '{transaction: t, line: t_line_q, way: way, strobe: write_strobe, order: t_order,
                   failed: failed, sc_fails: sc_fails};

  l2_data u_data (
    .clk_i,
    .rst_ni,
    .place_i      (place),
    .answers_i    ((performs | failed) & ~touch),
    .data_i       (t_data),
    .read_i       ((performs & reads & ~touch & ~t_chain_q) | evict),
    .write_i      (writes ? t_strobe : fill ? ~dirty : '0),
    .amo_i        (amo),
    .chain_i      (amo & t_chain_q),
    .line_o       (line),
    .line_error_o (line_error),
    .busy_o       (d_busy),
    .count_o      (answer_count),
    .answer_o,
    .answer_valid_o,
    .answer_ready_i,
    .snoop_valid_o,
    .snoop_line_o
  );

  assign idle_o    = ~head_valid_q & ~t_valid_q & ~d_busy & ~answer_valid_o & miss_empty & written_empty;
  assign flushed_o = ~t_valid_q & all_clean & written_empty;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q <= 1'b0;
      t_valid_q    <= 1'b0;
    end else begin
      head_valid_q <= head_valid_d;
      t_valid_q    <= t_valid_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_chain : assert (!(t_valid_q && t_chain_q) || amo || waits);
      a_fill_hits : assert (!t_fill || (hit && busy));
      a_replay_hits : assert (!(t_access && t_replay) || hit);
      a_idle : assert (!invalidate_i || idle_o);
      a_line_aligned : assert (!(head_valid_q && (head_q.op == MemRead || head_q.op == MemWrite)) ||
        head_q.address[OffsetBits-1:0] == '0);
      a_own_bank : assert (!head_valid_q || bank_of(head_line) == bank_i);
    end
  end
`endif

endmodule
