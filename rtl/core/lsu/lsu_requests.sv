// Table of the line requests in flight: gives each an identifier, knows its lanes, and turns the line that comes back
// into words for those lanes. Responses are always accepted, in any order: lines wait in a RAM, one per identifier, until the
// write-back takes them.
// Latency: two cycles from response to part. Throughput: one request and one response per cycle.
// Invariants: identifiers in flight are unique; every response answers a request in flight, once.
module lsu_requests
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  // a request leaves
  output logic          free_o,
  output lsu_id_t       free_id_o,
  input  logic          send_i,            // takes free_id_o
  input  lsu_slot_t     send_slot_i,
  input  lane_mask_t    send_lanes_i,
  input  lane_words_t   send_address_i,
  input  lane_id_t      send_lane_i,       // the lowest of send_lanes_i
  input  logic          send_store_i,
  // a response comes
  input  mem_response_t response_i,
  input  logic          response_valid_i,
  output logic          stored_o,          // these lanes' stores are complete
  output logic          failed_o,          // the memory answered with an error
  output lsu_slot_t     response_slot_o,   // of stored_o and failed_o
  output lane_mask_t    response_lanes_o,
  output word_t         response_address_o,
  output lane_id_t      response_lane_o,   // the lowest
  // words for the write-back
  output lsu_part_t     part_o,
  output logic          part_valid_o,
  input  logic          part_ready_i
);

  typedef logic [Lanes-1:0][OffsetBits-1:0] lane_offsets_t;

  typedef struct packed {
    lsu_slot_t     slot;
    lane_mask_t    lanes;
    lane_offsets_t offsets;
    logic          store;
  } entry_t;

  logic [$bits(entry_t)-1:0] entries   [LsuRequests];
  logic [31:0]               addresses [LsuRequests];

  logic [LsuRequests-1:0] free_d, free_q;
  entry_t                 sent, answered, read_entry, read_q;
  lsu_id_t                read_id, response_id;
  logic                   loaded, fill_ready, read_valid, read, read_valid_d, read_valid_q;
  line_t                  line;

  lowest_one #(
    .Width(LsuRequests)
  ) u_free (
    .bits_i  (free_q),
    .any_o   (free_o),
    .onehot_o(),
    .index_o (free_id_o)
  );

  always_comb begin
    sent.slot  = send_slot_i;
    sent.lanes = send_lanes_i;
    sent.store = send_store_i;
    for (int unsigned l = 0; l < Lanes; l++) begin
      sent.offsets[l] = send_address_i[l][OffsetBits-1:0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (send_i) begin
      entries[free_id_o]   <= sent;
      addresses[free_id_o] <= send_address_i[send_lane_i];
    end
  end

  // ---- response --------------------------------------------------------------------------------------------------
  assign response_id        = lsu_id_t'(response_i.id);
  assign answered           = entries[response_id];
  assign loaded             = response_valid_i & ~answered.store;
  assign stored_o           = response_valid_i & answered.store;
  assign failed_o           = response_valid_i & response_i.error;
  assign response_slot_o    = answered.slot;
  assign response_lanes_o   = answered.lanes;
  assign response_address_o = addresses[response_id];

  lowest_one #(
    .Width(Lanes)
  ) u_lane (
    .bits_i  (response_valid_i ? answered.lanes : '0),
    .any_o   (),
    .onehot_o(),
    .index_o (response_lane_o)
  );

  fifo #(
    .Width(LsuIdBits),
    .Depth(LsuRequests)
  ) u_filled (
    .clk_i,
    .rst_ni,
    .data_i (response_id),
    .valid_i(loaded),
    .ready_o(fill_ready),
    .data_o (read_id),
    .valid_o(read_valid),
    .ready_i(read),
    .count_o()
  );

  ram_1r1w #(
    .Depth(LsuRequests),
    .Width(LineBits)
  ) u_lines (
    .clk_i,
    .read_enable_i  (read),
    .read_address_i (read_id),
    .read_data_o    (line),
    .write_enable_i (loaded),
    .write_address_i(response_id),
    .write_data_i   (response_i.data)
  );

  // ---- part --------------------------------------------------------------------------------------------------------
  assign read         = read_valid & (~read_valid_q | part_ready_i);
  assign read_valid_d = read | (read_valid_q & ~part_ready_i);
  assign read_entry   = entries[read_id];

  always_ff @(posedge clk_i) begin
    if (read) read_q <= read_entry;
  end

  assign part_valid_o = read_valid_q;

  logic [LineWords-1:0][31:0] line_words;
  assign line_words = line;

  always_comb begin
    part_o.slot = read_q.slot;
    part_o.mask = read_q.lanes;
    for (int unsigned l = 0; l < Lanes; l++) begin
      part_o.bytes[l] = read_q.offsets[l][1:0];
      part_o.words[l] = line_words[read_q.offsets[l][OffsetBits-1:2]];
    end
  end

  always_comb begin
    free_d = free_q;
    if (send_i)   free_d[free_id_o]     = 1'b0;
    if (stored_o) free_d[response_id] = 1'b1;
    if (read)     free_d[read_id]       = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      free_q       <= '1;
      read_valid_q <= 1'b0;
    end else begin
      free_q       <= free_d;
      read_valid_q <= read_valid_d;
    end
  end

  if (MemIdBits > LsuIdBits) begin : gen_unused_id
    logic unused_id;
    assign unused_id = ^response_i.id[MemIdBits-1:LsuIdBits];
  end

`ifndef SYNTHESIS
  // Requests whose response has not come yet.
  logic [LsuRequests-1:0] waiting_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waiting_q <= '0;
    end else begin
      if (response_valid_i) waiting_q[response_id] <= 1'b0;
      if (send_i)           waiting_q[free_id_o]     <= 1'b1;
    end
  end
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_send_free : assert (!send_i || (free_o));
      a_answer_once : assert (!response_valid_i || (waiting_q[response_id]));
      a_fill_fits : assert (!loaded || (fill_ready));
    end
  end
`else
  logic unused_fill_ready;
  assign unused_fill_ready = fill_ready;
`endif

endmodule
