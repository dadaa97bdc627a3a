// Moves pieces: lines of memory and words of the scratchpad's port, as many at once as there are slots. A line that has been read is turned to where it
// belongs in its word, waits in its slot and is written; a word that is stored is read, waits in a queue and goes to memory with its place in the line.
// Where lines and words have one size loads and fills are written in the order of their pieces: so those that meet in a word are joined, and it is
// written once. Else they are written as they come.
//   load:  piece -> memory request ... response -> turn -> slot -> join -> scratchpad request ... response: moved
//   store: piece -> scratchpad request ... response -> queue -> turn -> memory request ... response: moved
//   fill:  piece -> slot -> join -> scratchpad request ... response: moved
// Lines on their way back go before new pieces, so what is under way always gets on.
// Latency: a load's scratchpad request 5 cycles after memory's response. Throughput: one piece per cycle.
// Invariants: a memory identifier is in use once; each piece that is taken is reported as moved once; responses are for requests.
module copy_move
  import copy_pkg::*;
#(
  parameter  int unsigned LineBytes    = 64,
  parameter  int unsigned ScratchBytes = 32,
  parameter  int unsigned Slots        = 16,   // a power of two
  parameter  int unsigned Commands     = 8,
  localparam int unsigned SlotBits     = $clog2(Slots),
  localparam int unsigned IndexBits    = (Commands > 1) ? $clog2(Commands) : 1,
  localparam int unsigned Events       = 3
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,

  input  piece_t                              piece_i,    // PieceLoad, PieceStore or PieceFill
  input  logic [IndexBits-1:0]                index_i,    // of its command
  input  logic                                valid_i,
  output logic                                ready_o,

  output logic [Events-1:0]                   moved_o,
  output logic [Events-1:0][IndexBits-1:0]    moved_index_o,
  output logic                                fail_o,     // memory has refused a line
  output logic [IndexBits-1:0]                fail_index_o,
  output logic [31:0]                         fail_line_o,

  // memory: one response per request, in any order, always accepted
  output logic                                memory_write_o,
  output logic [31:0]                         memory_address_o,  // of a line
  output logic [LineBytes-1:0]                memory_strobe_o,   // bytes that are written, or wanted
  output logic [8*LineBytes-1:0]              memory_data_o,
  output logic [SlotBits-1:0]                 memory_id_o,
  output logic [IndexBits-1:0]                memory_index_o,    // for the monitors
  output logic                                memory_valid_o,
  input  logic                                memory_ready_i,
  input  logic [SlotBits-1:0]                 memory_response_id_i,
  input  logic [8*LineBytes-1:0]              memory_response_data_i,
  input  logic                                memory_response_error_i,
  input  logic                                memory_response_valid_i,

  // scratchpad: one response per request, in order, always accepted; a write is seen by whoever asks after its response
  output logic                                scratch_write_o,
  output scratch_address_t                    scratch_address_o, // of a word
  output logic [ScratchBytes-1:0]             scratch_strobe_o,
  output logic [8*ScratchBytes-1:0]           scratch_data_o,
  output logic [IndexBits-1:0]                scratch_index_o,   // for the monitors: whose it is
  output logic                                scratch_valid_o,
  input  logic                                scratch_ready_i,
  input  logic [8*ScratchBytes-1:0]           scratch_response_data_i,
  input  logic                                scratch_response_valid_i
);

  localparam int unsigned LineBits   = $clog2(LineBytes);
  localparam int unsigned PortBits   = $clog2(ScratchBytes);
  localparam int unsigned Chunks     = ScratchBytes / 16;
  localparam int unsigned Flight     = 8;  // requests at the scratchpad
  localparam int unsigned StoreDepth = 8;  // words that are read for stores
  localparam int unsigned StoreBits  = $clog2(StoreDepth + 1);

  typedef logic [8*LineBytes-1:0]        line_t;
  typedef logic [LineBytes-1:0][7:0]     line_bytes_t;
  typedef logic [8*ScratchBytes-1:0]     word_t;
  typedef logic [ScratchBytes-1:0][7:0]  word_bytes_t;
  typedef logic [ScratchBytes-1:0]       word_strobe_t;
  typedef logic [SlotBits-1:0]           slot_t;
  typedef logic [IndexBits-1:0]          index_t;

  typedef struct packed {
    logic                 store;
    logic                 fill;
    logic [31:0]          pattern;  // of a fill
    logic [31:0]          address;
    scratch_address_t     word;
    logic [PortBits-1:0]  offset;
    logic [1:0]           exchange;
    logic [6:0]           bytes;
    index_t               index;
  } info_t;

  typedef struct packed {
    logic                   write;
    logic [31:LineBits]     address;
    logic [LineBytes-1:0]   strobe;
    line_t                  data;
    slot_t                  id;
  } memory_request_t;

  typedef struct packed {
    logic                   write;
    logic [17:PortBits]     address;
    word_strobe_t           strobe;
    word_t                  data;
    index_t                 index;
  } scratch_request_t;

  typedef struct packed {
    logic       store;
    logic [1:0] ended;  // pieces of loads and fills that it ends
    slot_t      slot;   // of a store
    index_t     index;
  } flight_t;

  // Bytes of a word from an offset on.
  function automatic word_strobe_t bytes_of(logic [PortBits-1:0] offset, logic [6:0] bytes);
    word_strobe_t strobe;
    strobe = '0;
    for (int unsigned b = 0; b < ScratchBytes; b++) strobe[b] = b >= 32'(offset) && b < 32'(offset) + 32'(bytes);
    return strobe;
  endfunction

  /* verilator lint_off UNUSEDSIGNAL */  // a port of 16 bytes has one chunk, with nothing to exchange
  function automatic word_t exchanged(word_t data, logic [1:0] by);
    word_t result;
    result = data;
    for (int unsigned c = 0; c < Chunks; c++) result[128*c +: 128] = data[128*((c ^ 32'(by)) % Chunks) +: 128];
    return result;
  endfunction

  function automatic word_strobe_t exchanged_strobe(word_strobe_t strobe, logic [1:0] by);
    word_strobe_t result;
    result = strobe;
    for (int unsigned c = 0; c < Chunks; c++) result[16*c +: 16] = strobe[16*((c ^ 32'(by)) % Chunks) +: 16];
    return result;
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  // ---- slots -------------------------------------------------------------------------------------------------------------
  logic [Slots-1:0] used_d, used_q, slot_onehot, released;
  logic             slot_free, take;
  slot_t            slot;
  info_t            info_i;
  info_t            infos [Slots];

  lowest_one #(
    .Width(Slots)
  ) u_slot (
    .bits_i  (~used_q),
    .any_o   (slot_free),
    .onehot_o(slot_onehot),
    .index_o (slot)
  );

  always_comb begin
    info_i.store    = piece_i.kind == PieceStore;
    info_i.fill     = piece_i.kind == PieceFill;
    info_i.pattern  = piece_i.fill;
    info_i.address  = piece_i.address;
    info_i.word     = piece_i.word;
    info_i.offset   = piece_i.offset[PortBits-1:0];
    info_i.exchange = piece_i.exchange;
    info_i.bytes    = piece_i.bytes;
    info_i.index    = index_i;
  end

  assign take   = valid_i && ready_o;
  assign used_d = (used_q | (take ? slot_onehot : '0)) & ~released;

  always_ff @(posedge clk_i) begin
    if (take) infos[slot] <= info_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) used_q <= '0;
    else         used_q <= used_d;
  end

  // ---- which piece can go ------------------------------------------------------------------------------------------------
  memory_request_t  memory_d;
  scratch_request_t scratch_d;
  logic             memory_ready, scratch_ready, memory_push, scratch_push, flight_ready, store_out, load_out, store_room;

  // The queues' ready outputs come from registers.
  always_comb begin
    unique case (piece_i.kind)
      PieceLoad:  ready_o = slot_free && memory_ready && !store_out;
      PieceStore: ready_o = slot_free && store_room && scratch_ready && flight_ready && !load_out;
      PieceFill:  ready_o = slot_free;
      default:    ready_o = 1'b0;
    endcase
  end

  // ---- responses of memory -------------------------------------------------------------------------------------------------
  logic        r_valid_q, r_error_q;
  slot_t       r_id_q;
  line_t       r_data_q;
  info_t       r_info;
  line_bytes_t r_bytes;
  word_bytes_t r_word;
  logic        r_load;

  assign r_info  = infos[r_id_q];
  assign r_bytes = r_data_q;
  assign r_load  = r_valid_q && !r_info.store && !r_error_q;

  always_comb begin
    for (int unsigned b = 0; b < ScratchBytes; b++) begin
      r_word[b] = r_bytes[LineBits'(b + 32'(r_info.address[LineBits-1:0]) - 32'(r_info.offset))];
    end
  end

  always_ff @(posedge clk_i) begin
    if (memory_response_valid_i) begin
      r_id_q    <= memory_response_id_i;
      r_data_q  <= memory_response_data_i;
      r_error_q <= memory_response_error_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) r_valid_q <= 1'b0;
    else         r_valid_q <= memory_response_valid_i;
  end

  // ---- loads and fills: lines to be written ----------------------------------------------
  logic [Slots-1:0]  come_d, come_q, refused_q;  // by slot
  logic              order_valid, load_read, load_drop, load_ready, load_take;
  logic              read_valid_d, read_valid_q;
  logic [PortBits:0] load_end;                   // of the piece, from the begin of its first word
  slot_t             load_slot, read_slot_q;
  info_t             load_info;
  word_t             load_word;                  // turned

  // Where no two lines meet in a word the order would only keep slots occupied.
  if (LineBytes == ScratchBytes) begin : gen_ordered
    logic some;

    fifo #(
      .Width(SlotBits),
      .Depth(Slots)
    ) u_loads (
      .clk_i,
      .rst_ni,
      .data_i (slot),
      .valid_i(take && piece_i.kind != PieceStore),
      .ready_o(),
      .data_o (load_slot),
      .valid_o(some),
      .ready_i(load_read),
      .count_o()
    );

    assign order_valid = some && come_q[load_slot];
  end else begin : gen_any
    rr_arbiter #(
      .Width(Slots)
    ) u_loads (
      .clk_i,
      .rst_ni,
      .request_i(come_q),
      .accept_i (load_read),
      .valid_o  (order_valid),
      .grant_o  (),
      .index_o  (load_slot)
    );
  end

  assign load_read    = order_valid && (!read_valid_q || load_take);
  assign load_drop    = load_read && refused_q[load_slot];
  assign read_valid_d = (load_read && !load_drop) || (read_valid_q && !load_take);
  assign load_info    = infos[read_slot_q];
  assign load_end     = (PortBits + 1)'(load_info.offset) + (PortBits + 1)'(load_info.bytes);

  always_comb begin
    come_d = come_q;
    if (r_valid_q && !r_info.store) come_d[r_id_q] = 1'b1;
    if (take && piece_i.kind == PieceFill) come_d[slot] = 1'b1;
    if (load_read) come_d[load_slot] = 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (take) refused_q[slot] <= 1'b0;
    if (r_valid_q && r_error_q) refused_q[r_id_q] <= 1'b1;
  end

  ram_1r1w #(
    .Depth(Slots),
    .Width(8 * ScratchBytes)
  ) u_words (
    .clk_i,
    .read_enable_i  (load_read),
    .read_address_i (load_slot),
    .read_data_o    (load_word),
    .write_enable_i (r_load),
    .write_address_i(r_id_q),
    .write_data_i   (r_word)
  );

  always_ff @(posedge clk_i) begin
    if (load_read) read_slot_q <= load_slot;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      come_q       <= '0;
      read_valid_q <= 1'b0;
    end else begin
      come_q       <= come_d;
      read_valid_q <= read_valid_d;
    end
  end

  logic               join_valid;
  logic [17:PortBits] join_word;
  word_strobe_t       join_strobe, load_strobe, load_behind;
  word_t              join_data, load_data;
  index_t             join_index;
  logic [1:0]         join_ended;

  assign load_strobe = exchanged_strobe(bytes_of(load_info.offset, load_info.bytes),
                                        load_info.exchange);
  assign load_behind = (32'(load_end) > ScratchBytes)
                     ? bytes_of('0, 7'(load_end) - 7'(ScratchBytes)) : '0;
  assign load_data   = load_info.fill ? {(ScratchBytes / 4){load_info.pattern}}
                                      : exchanged(load_word, load_info.exchange);
  assign load_out    = join_valid && scratch_ready && flight_ready;

  copy_join #(
    .ScratchBytes(ScratchBytes),
    .IndexBits   (IndexBits)
  ) u_join (
    .clk_i,
    .rst_ni,
    .word_i  (load_info.word[17:PortBits]),
    .strobe_i(load_strobe),
    .behind_i(load_behind),
    .data_i  (load_data),
    .index_i (load_info.index),
    .valid_i (read_valid_q),
    .ready_o (load_ready),
    .word_o  (join_word),
    .strobe_o(join_strobe),
    .data_o  (join_data),
    .index_o (join_index),
    .ended_o (join_ended),
    .valid_o (join_valid),
    .ready_i (scratch_ready && flight_ready)
  );

  assign load_take = read_valid_q && load_ready;

  // ---- requests to the scratchpad ----------------------------------------------------------------------------------------------
  flight_t flight_d, flight;
  logic    flight_valid;

  always_comb begin
    scratch_push      = load_out || (take && piece_i.kind == PieceStore);
    scratch_d.write   = load_out;
    scratch_d.address = load_out ? join_word : piece_i.word[17:PortBits];
    scratch_d.strobe  = join_strobe;
    scratch_d.data    = join_data;
    scratch_d.index   = load_out ? join_index : index_i;
    flight_d.store    = !load_out;
    flight_d.ended    = load_out ? join_ended : '0;
    flight_d.slot     = slot;
    flight_d.index    = scratch_d.index;
  end

  scratch_request_t scratch_request;

  skid_buffer #(
    .Width($bits(scratch_request_t))
  ) u_scratch_request (
    .clk_i,
    .rst_ni,
    .data_i (scratch_d),
    .valid_i(scratch_push),
    .ready_o(scratch_ready),
    .data_o (scratch_request),
    .valid_o(scratch_valid_o),
    .ready_i(scratch_ready_i)
  );

  fifo #(
    .Width($bits(flight_t)),
    .Depth(Flight)
  ) u_flight (
    .clk_i,
    .rst_ni,
    .data_i (flight_d),
    .valid_i(scratch_push),
    .ready_o(flight_ready),
    .data_o (flight),
    .valid_o(flight_valid),
    .ready_i(scratch_response_valid_i),
    .count_o()
  );

  assign scratch_write_o   = scratch_request.write;
  assign scratch_address_o = {scratch_request.address, {PortBits{1'b0}}};
  assign scratch_strobe_o  = scratch_request.strobe;
  assign scratch_data_o    = scratch_request.data;
  assign scratch_index_o   = scratch_request.index;

  // ---- stores: words on their way to memory --------------------------------------------------------------------------------------
  logic [StoreBits-1:0] stores_d, stores_q;  // from the piece to the memory request
  logic                 store_valid;
  slot_t                store_slot;
  info_t                store_info;
  word_t                store_word;
  word_bytes_t          store_bytes;

  fifo #(
    .Width(SlotBits + 8 * ScratchBytes),
    .Depth(StoreDepth)
  ) u_stores (
    .clk_i,
    .rst_ni,
    .data_i ({flight.slot, scratch_response_data_i}),
    .valid_i(scratch_response_valid_i && flight.store),
    .ready_o(),
    .data_o ({store_slot, store_word}),
    .valid_o(store_valid),
    .ready_i(store_out),
    .count_o()
  );

  assign store_room  = stores_q != StoreBits'(StoreDepth);
  assign store_out   = store_valid && memory_ready;
  assign store_info  = infos[store_slot];
  assign store_bytes = exchanged(store_word, store_info.exchange);
  assign stores_d    = stores_q + StoreBits'(take && piece_i.kind == PieceStore) - StoreBits'(store_out);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) stores_q <= '0;
    else         stores_q <= stores_d;
  end

  // ---- requests to memory ----------------------------------------------------------------------------------------------------------
  memory_request_t     memory_request;
  logic [LineBits-1:0] line_offset;
  logic [6:0]          line_count;

  always_comb begin
    line_offset      = store_out ? store_info.address[LineBits-1:0] : piece_i.address[LineBits-1:0];
    line_count       = store_out ? store_info.bytes : piece_i.bytes;
    memory_push      = store_out || (take && piece_i.kind == PieceLoad);
    memory_d.write   = store_out;
    memory_d.address = store_out ? store_info.address[31:LineBits] : piece_i.address[31:LineBits];
    memory_d.id      = store_out ? store_slot : slot;
    for (int unsigned b = 0; b < LineBytes; b++) begin
      memory_d.strobe[b]        = b >= 32'(line_offset) && b < 32'(line_offset) + 32'(line_count);
      memory_d.data[8*b +: 8] = store_bytes[PortBits'(b + 32'(store_info.offset) - 32'(store_info.address[LineBits-1:0]))];
    end
  end

  skid_buffer #(
    .Width($bits(memory_request_t))
  ) u_memory_request (
    .clk_i,
    .rst_ni,
    .data_i (memory_d),
    .valid_i(memory_push),
    .ready_o(memory_ready),
    .data_o (memory_request),
    .valid_o(memory_valid_o),
    .ready_i(memory_ready_i)
  );

  assign memory_write_o   = memory_request.write;
  assign memory_address_o = {memory_request.address, {LineBits{1'b0}}};
  assign memory_strobe_o  = memory_request.strobe;
  assign memory_data_o    = memory_request.data;
  assign memory_id_o      = memory_request.id;
  assign memory_index_o   = infos[memory_request.id].index;

  // ---- what has ended ----------------------------------------------------------------------------------------------------------------
  always_comb begin
    released = '0;
    if (load_take) released[read_slot_q] = 1'b1;
    if (load_drop) released[load_slot] = 1'b1;
    if (r_valid_q && r_info.store) released[r_id_q] = 1'b1;
    moved_o       = '0;
    moved_index_o = '0;
    // [0], [2] a word in scratchpad, which ends two pieces at most, [1] a line at memory, or one
    // that it refused.
    moved_o[0]       = scratch_response_valid_i && flight.ended != '0;
    moved_index_o[0] = flight.index;
    moved_o[2]       = scratch_response_valid_i && flight.ended == 2'd2;
    moved_index_o[2] = flight.index;
    moved_o[1]       = r_valid_q && !r_load;
    moved_index_o[1] = r_info.index;
    fail_o           = r_valid_q && r_error_q;
    fail_index_o     = r_info.index;
    fail_line_o      = {r_info.address[31:LineBits], {LineBits{1'b0}}};
  end

`ifndef SYNTHESIS
  a_kind : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> piece_i.kind inside {PieceLoad, PieceStore, PieceFill});
  a_memory_response : assert property (@(posedge clk_i) disable iff (!rst_ni) memory_response_valid_i |-> used_q[memory_response_id_i]);
  a_scratch_response : assert property (@(posedge clk_i) disable iff (!rst_ni) scratch_response_valid_i |-> flight_valid);
  a_slot : assert property (@(posedge clk_i) disable iff (!rst_ni) (released & ~used_q) == '0);
  a_stores : assert property (@(posedge clk_i) disable iff (!rst_ni) stores_q <= StoreBits'(StoreDepth));
`endif

endmodule
