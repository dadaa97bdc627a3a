// Scratchpad requests in flight: limits them to what the response queue can hold, and joins each response, which come
// in order and are always accepted, with its request.
// Latency: none from response to part, where no other part waits. Throughput: one request and one response per cycle.
// Invariant: responses never outnumber requests; the queue of words never overflows.
module lsu_scratch
  import heddle_pkg::*;
  import lsu_pkg::*;
  import heddle_config_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  output logic              free_o,            // one more request may leave
  input  logic              send_i,
  input  lsu_slot_t         send_slot_i,
  input  lane_mask_t        send_lanes_i,
  input  lane_words_t       send_address_i,
  input  logic              send_store_i,
  input  scratch_response_t response_i,
  input  logic              response_valid_i,
  output logic              stored_o,          // these lanes' stores are complete
  output lsu_slot_t         stored_slot_o,
  output lane_mask_t        stored_lanes_o,
  output lsu_part_t         part_o,
  output logic              part_valid_o,
  input  logic              part_ready_i
);

  localparam int unsigned CountBits = $clog2(ScratchDepth + 1);

  typedef struct packed {
    lsu_slot_t   slot;
    lane_mask_t  mask;
    lane_bytes_t bytes;
    logic        store;
  } entry_t;

  entry_t               sent, head;
  lsu_part_t            part, queued;
  logic                 head_valid, send_ready, part_ready, part_taken, loaded, queued_valid;
  logic [CountBits-1:0] used_d, used_q;

  always_comb begin
    sent.slot  = send_slot_i;
    sent.mask  = send_lanes_i;
    sent.store = send_store_i;
    for (int unsigned l = 0; l < Lanes; l++) begin
      sent.bytes[l] = send_address_i[l][1:0];
    end
  end

  fifo #(
    .Width($bits(entry_t)),
    .Depth(ScratchDepth)
  ) u_sent (
    .clk_i,
    .rst_ni,
    .data_i (sent),
    .valid_i(send_i),
    .ready_o(send_ready),
    .data_o (head),
    .valid_o(head_valid),
    .ready_i(response_valid_i),
    .count_o()
  );

  assign loaded         = response_valid_i & ~head.store;
  assign stored_o       = response_valid_i & head.store;
  assign stored_slot_o  = head.slot;
  assign stored_lanes_o = head.mask;

  assign part.slot  = head.slot;
  assign part.mask  = head.mask;
  assign part.bytes = head.bytes;
  assign part.words = response_i.data;

  fifo #(
    .Width($bits(lsu_part_t)),
    .Depth(ScratchDepth)
  ) u_words (
    .clk_i,
    .rst_ni,
    .data_i (part),
    .valid_i(loaded & (queued_valid | ~part_ready_i)),
    .ready_o(part_ready),
    .data_o (queued),
    .valid_o(queued_valid),
    .ready_i(part_ready_i),
    .count_o()
  );

  // Through an empty queue a part passes at once.
  assign part_valid_o = queued_valid | loaded;
  assign part_o       = queued_valid ? queued : part;
  assign part_taken   = part_valid_o & part_ready_i;

  // Requests sent whose words have not left the second queue.
  assign free_o = used_q != CountBits'(ScratchDepth);
  assign used_d = used_q + CountBits'(send_i) - CountBits'(stored_o) - CountBits'(part_taken);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) used_q <= '0;
    else         used_q <= used_d;
  end

  // The request's own mask and tag are known here already.
  logic unused_response;
  assign unused_response = ^{response_i.mask, response_i.tag, send_ready, part_ready, head_valid, send_address_i};

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_send_fits : assert (!send_i || (free_o && send_ready));
      a_answers_request : assert (!response_valid_i || (head_valid && response_i.mask == head.mask));
      a_words_fit : assert (!loaded || (part_ready));
    end
  end
`endif

endmodule
