// The reading half of the DMA engine: takes descriptors, tells the writing half what to do for each, and asks the source for their bytes in
// bursts, as many at once as the buffer has room for. What comes goes through dma_align, in order.
// Latency: three cycles from a descriptor to its first burst, five if it is the host's. Throughput: one beat per cycle.
// Invariants: the buffer has room for all beats under way; one side at a time is read; after the first failure nothing more is asked for or
// handed on.
module dma_read
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              stop_i,          // asks for nothing more, forgets what it has
  input  logic              clear_i,         // pulse at the end of that
  output logic              idle_o,

  input  descriptor_t       descriptor_i,
  input  logic              valid_i,
  output logic              ready_o,
  input  logic              complete_i,      // every descriptor handed on before is complete

  output work_t             work_o,
  output logic              work_valid_o,
  input  logic              work_ready_i,

  output page_t             page_o,
  output logic              page_valid_o,
  input  logic              page_done_i,
  input  logic              page_ok_i,

  output host_axi_address_t host_ar_o,       // may be withdrawn
  output logic              host_ar_valid_o,
  input  logic              host_ar_ready_i,
  input  host_axi_read_t    host_r_i,        // what nobody waits for is dropped
  input  logic              host_r_valid_i,
  output logic              host_r_ready_o,
  output axi_address_t      device_ar_o,
  output logic              device_ar_valid_o,
  input  logic              device_ar_ready_i,
  input  axi_read_t         device_r_i,
  input  logic              device_r_valid_i,
  output logic              device_r_ready_o,

  output axi_data_t         data_o,          // beats of the destination; always taken
  output logic              data_valid_o,
  input  logic              data_leaves_i,   // one has left the buffer
  output cause_e            failed_o         // no more beats come, because of this
);

  typedef enum logic [1:0] {StateIdle, StateSplit, StateLook, StateAsk} state_e;

  state_e      state_d, state_q;
  logic        host_d, host_q;                 // the host's side is read
  logic [63:0] address_d, address_q;           // of the beat
  beats_t      left_d, left_q;
  burst_t      burst_d, burst_q;
  logic        first_d, first_q, prime_d, prime_q, flush_d, flush_q;
  cause_e      failed_d, failed_q;
  buffer_t     open_d, open_q;                 // beats under way
  buffer_t     reserved_d, reserved_q;         // of the destination: under way or in the buffer
  buffer_t     more;
  logic        take, stuck_d, stuck_q, ask, ask_ready, last;
  align_t      align, align_next;
  logic        align_valid, align_ready, align_push, align_room, align_idle;

  // ---- a new descriptor ------------------------------------------------------------------------------------------------------
  logic [63:0] source, target;
  byte_t       from, to;
  beats_t      source_beats, target_beats;
  logic        prime, flush, may_begin;

  assign source       = descriptor_i.to_host ? 64'(descriptor_i.device) : descriptor_i.host;
  assign target       = descriptor_i.to_host ? descriptor_i.host : 64'(descriptor_i.device);
  assign from         = source[ByteBits-1:0];
  assign to           = target[ByteBits-1:0];
  assign source_beats = beats_of(from, descriptor_i.bytes);
  assign target_beats = beats_of(to, descriptor_i.bytes);
  assign prime        = from > to;
  assign flush        = target_beats > source_beats - beats_t'(prime);
  assign align        = '{beats: source_beats, rotate: to - from, prime: prime, flush: flush};

  assign may_begin = descriptor_i.cause != CAUSE_NONE || ((complete_i || !descriptor_i.fence) && (open_q == '0 || host_q != descriptor_i.to_host));
  assign take      = state_q == StateIdle && valid_i && may_begin && work_ready_i && align_room && !stuck_q && failed_q == CAUSE_NONE && !stop_i;
  assign ready_o   = take || stop_i;
  assign stuck_d   = (take && descriptor_i.cause != CAUSE_NONE) || (stuck_q && !clear_i);   // it is the last one

  assign work_valid_o = take;
  assign work_o       = '{cause: descriptor_i.cause, to_host: descriptor_i.to_host, notify: descriptor_i.notify, address: target,
                          bytes: descriptor_i.bytes};
  assign align_push   = take && descriptor_i.cause == CAUSE_NONE;

  fifo #(
    .Width($bits(align_t)),
    .Depth(4)
  ) u_align_next (
    .clk_i,
    .rst_ni,
    .data_i (align),
    .valid_i(align_push),
    .ready_o(align_room),
    .data_o (align_next),
    .valid_o(align_valid),
    .ready_i(align_ready),
    .count_o()
  );

  // ---- bursts ------------------------------------------------------------------------------------------------------------------
  always_comb begin
    state_d   = state_q;
    host_d    = host_q;
    address_d = address_q;
    left_d    = left_q;
    burst_d   = burst_q;
    first_d   = first_q;
    prime_d   = prime_q;
    flush_d   = flush_q;
    unique case (state_q)
      StateIdle: begin
        if (align_push) begin
          state_d   = StateSplit;
          host_d    = !descriptor_i.to_host;
          address_d = {source[63:ByteBits], ByteBits'(0)};
          left_d    = source_beats;
          first_d   = 1'b1;
          prime_d   = prime;
          flush_d   = flush;
        end
      end
      StateSplit: begin
        burst_d = burst_of(address_q[11:ByteBits], left_q);
        state_d = host_q ? StateLook : StateAsk;
      end
      StateLook: if (page_done_i) state_d = page_ok_i ? StateAsk : StateIdle;
      StateAsk: begin
        if (ask && ask_ready) begin
          address_d = address_q + (64'(burst_q) << ByteBits);
          left_d    = left_q - beats_t'(burst_q);
          first_d   = 1'b0;
          state_d   = last ? StateIdle : StateSplit;
        end
      end
      default: ;
    endcase
    if (stop_i || failed_q != CAUSE_NONE) state_d = StateIdle;
  end

  assign page_o       = address_q[63:12];
  assign page_valid_o = state_q == StateLook;

  // Of the destination's beats: one less where the first gives none, one more where the last gives two.
  assign last              = left_q == beats_t'(burst_q);
  assign more              = buffer_t'(burst_q) + buffer_t'(last && flush_q) - buffer_t'(first_q && prime_q);
  assign ask               = state_q == StateAsk && 32'(reserved_q) + 32'(more) <= DmaBeats && !stop_i && failed_q == CAUSE_NONE;
  assign host_ar_valid_o   = ask && host_q;
  assign device_ar_valid_o = ask && !host_q;
  assign ask_ready         = host_q ? host_ar_ready_i : device_ar_ready_i;
  assign host_ar_o         = '{id: host_id_t'(0), addr: address_q, len: 8'(burst_q) - 8'd1, size: 3'(ByteBits), burst: 2'b01};
  assign device_ar_o       = '{id: axi_id_t'(DmaFirstId), addr: address_q[31:0], len: 8'(burst_q) - 8'd1, size: 3'(ByteBits), burst: 2'b01};

  // ---- what comes --------------------------------------------------------------------------------------------------------------
  logic      beat_valid, beat_ready, beat_error, beat_takes, drop, align_takes;
  axi_data_t beat;

  assign beat_valid       = (host_q ? host_r_valid_i : device_r_valid_i) && open_q != '0;
  assign beat             = host_q ? host_r_i.data : device_r_i.data;
  assign beat_error       = host_q ? host_r_i.resp[1] : device_r_i.resp[1];
  assign drop             = stop_i || failed_q == CAUSE_READ || beat_error;
  assign beat_ready       = drop || align_takes;
  assign beat_takes       = beat_valid && beat_ready;
  assign host_r_ready_o   = !host_q || open_q == '0 || beat_ready;
  assign device_r_ready_o = host_q || open_q == '0 || beat_ready;

  // An answer that is an error goes before a page that is not pinned: that is of a later burst.
  always_comb begin
    failed_d = failed_q;
    if (page_valid_o && page_done_i && !page_ok_i && failed_q == CAUSE_NONE) failed_d = CAUSE_PIN;
    if (beat_valid && beat_error)                                            failed_d = CAUSE_READ;
    if (clear_i || stop_i)                                                   failed_d = CAUSE_NONE;
  end

  assign open_d     = open_q + ((ask && ask_ready) ? buffer_t'(burst_q) : '0) - buffer_t'(beat_takes);
  assign reserved_d = clear_i ? '0 : reserved_q + ((ask && ask_ready) ? more : '0) - buffer_t'(data_leaves_i);

  dma_align u_align (
    .clk_i,
    .rst_ni,
    .stop_i,
    .idle_o       (align_idle),
    .align_i      (align_next),
    .align_valid_i(align_valid),
    .align_ready_o(align_ready),
    .data_i       (beat),
    .valid_i      (beat_valid && !drop),
    .ready_o      (align_takes),
    .data_o,
    .valid_o      (data_valid_o)
  );

  assign idle_o   = state_q == StateIdle && open_q == '0 && !align_valid && align_idle;
  assign failed_o = (open_q == '0 && align_idle) ? failed_q : CAUSE_NONE;

  always_ff @(posedge clk_i) begin
    address_q <= address_d;
    left_q    <= left_d;
    burst_q   <= burst_d;
    first_q   <= first_d;
    prime_q   <= prime_d;
    flush_q   <= flush_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StateIdle;
      host_q     <= 1'b0;
      stuck_q    <= 1'b0;
      failed_q   <= CAUSE_NONE;
      open_q     <= '0;
      reserved_q <= '0;
    end else begin
      state_q    <= state_d;
      host_q     <= host_d;
      stuck_q    <= stuck_d;
      failed_q   <= failed_d;
      open_q     <= open_d;
      reserved_q <= reserved_d;
    end
  end

`ifndef SYNTHESIS
  a_room : assert property (@(posedge clk_i) disable iff (!rst_ni) 32'(reserved_q) <= DmaBeats);
  a_one_side : assert property (@(posedge clk_i) disable iff (!rst_ni) host_d != host_q |-> open_q == '0);
`endif

endmodule
