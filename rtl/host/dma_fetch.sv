// Reads descriptors from the ring, in host or device memory, several ahead, and checks what can be checked of one alone.
// Latency: about six cycles more than memory's from a new tail to the descriptor. Throughput: a descriptor in about four cycles.
// Invariants: descriptors come in the order of their indices; behind one that has a cause because it could not be read nothing is
// read; there is room for what is under way.
module dma_fetch
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               start_i,       // pulse: begins at index tail_i
  input  logic               run_i,
  input  logic               stop_i,        // reads nothing more, forgets what it has
  output logic               idle_o,        // nothing is under way and nothing is here

  input  logic [63:0]        ring_i,        // stable while run_i
  input  logic [3:0]         size_i,
  input  logic               device_i,
  input  word_t              tail_i,
  input  word_t              completed_i,

  output page_t              page_o,
  output logic               page_valid_o,
  input  logic               page_done_i,
  input  logic               page_ok_i,

  output host_axi_address_t  host_ar_o,     // may be withdrawn
  output logic               host_ar_valid_o,
  input  logic               host_ar_ready_i,
  input  host_axi_read_t     host_r_i,      // always taken; what nobody waits for is dropped
  input  logic               host_r_valid_i,
  output axi_address_t       device_ar_o,
  output logic               device_ar_valid_o,
  input  logic               device_ar_ready_i,
  input  axi_read_t          device_r_i,
  input  logic               device_r_valid_i,

  output descriptor_t        descriptor_o,
  output logic               valid_o,
  input  logic               ready_i
);

  localparam int unsigned Ahead     = 8;                                                             // descriptors read or here
  localparam int unsigned AheadBits = $clog2(Ahead + 1);
  localparam int unsigned Beats     = (AxiBytes < DESCRIPTOR_SIZE) ? DESCRIPTOR_SIZE / AxiBytes : 1;  // of one
  localparam int unsigned BeatBits  = (Beats > 1) ? $clog2(Beats) : 1;
  localparam int unsigned Slots     = (AxiBytes > DESCRIPTOR_SIZE) ? AxiBytes / DESCRIPTOR_SIZE : 1;  // in one beat
  localparam int unsigned SlotBits  = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned SizeBits  = $clog2(DESCRIPTOR_SIZE);
  typedef logic [AheadBits-1:0] ahead_t;
  typedef logic [SlotBits-1:0]  slot_t;

  typedef enum logic [2:0] {StateIdle, StateLook, StateAsk, StateFail, StateFailed} state_e;

  state_e      state_d, state_q;
  cause_e      fail_d, fail_q;
  word_t       index_d, index_q;             // next to be read
  logic [63:0] address_d, address_q, where;
  ahead_t      ahead_d, ahead_q;             // read and not yet handed on
  ahead_t      open_d, open_q;               // of them under way
  logic        ask, ask_ready, beat_valid, beat_error, whole, push_fail, store;
  axi_data_t   beat;
  descriptor_t parsed, pushed;

  assign where = ring_i + {32'd0, (index_q & ((32'd1 << size_i) - 32'd1)) << SizeBits};

  // ---- asking ------------------------------------------------------------------------------------------------------------
  always_comb begin
    state_d   = state_q;
    fail_d    = fail_q;
    index_d   = index_q;
    address_d = address_q;
    push_fail = 1'b0;
    unique case (state_q)
      StateIdle: begin
        address_d = where;
        if (run_i && index_q != tail_i) begin
          if (tail_i - completed_i > (32'd1 << size_i)) begin
            fail_d  = CAUSE_INDEX;
            state_d = StateFail;
          end else if (device_i) begin
            fail_d  = CAUSE_RING;
            state_d = where[31] ? StateAsk : StateFail;
          end else begin
            state_d = StateLook;
          end
        end
      end
      StateLook: begin
        fail_d = CAUSE_RING;
        if (page_done_i) state_d = page_ok_i ? StateAsk : StateFail;
      end
      StateAsk: begin
        if (ask && ask_ready) begin
          state_d = StateIdle;
          index_d = index_q + 32'd1;
        end
      end
      StateFail: begin
        push_fail = open_q == '0 && ahead_q != ahead_t'(Ahead);
        if (push_fail) state_d = StateFailed;
      end
      default: ;
    endcase
    if (stop_i || !run_i) begin
      state_d   = StateIdle;
      push_fail = 1'b0;
    end
    if (start_i) index_d = tail_i;
  end

  assign page_o       = address_q[63:12];
  assign page_valid_o = state_q == StateLook;

  assign ask               = state_q == StateAsk && ahead_q != ahead_t'(Ahead) && !stop_i;
  assign host_ar_valid_o   = ask && !device_i;
  assign device_ar_valid_o = ask && device_i;
  assign ask_ready         = device_i ? device_ar_ready_i : host_ar_ready_i;

  logic [63:0] beat_address;
  assign beat_address = {address_q[63:ByteBits], ByteBits'(0)};
  assign host_ar_o    = '{id: host_id_t'(1), addr: beat_address, len: 8'(Beats - 1), size: 3'(ByteBits), burst: 2'b01};
  assign device_ar_o  = '{id: axi_id_t'(DmaFirstId + 1), addr: beat_address[31:0], len: 8'(Beats - 1), size: 3'(ByteBits), burst: 2'b01};

  // ---- what comes ----------------------------------------------------------------------------------------------------------
  assign beat_valid = (device_i ? device_r_valid_i : host_r_valid_i) && open_q != '0;
  assign beat       = device_i ? device_r_i.data : host_r_i.data;
  assign beat_error = device_i ? device_r_i.resp[1] : host_r_i.resp[1];

  logic [8*DESCRIPTOR_SIZE-1:0] words;
  logic                         error;

  if (Beats > 1) begin : gen_beats
    logic [BeatBits-1:0]          seen_d, seen_q;
    logic [8*DESCRIPTOR_SIZE-1:0] words_q;
    logic                         error_q;

    assign whole  = beat_valid && seen_q == '1;
    assign seen_d = seen_q + BeatBits'(beat_valid);
    assign words  = {beat, words_q[8*DESCRIPTOR_SIZE-1:8*AxiBytes]};
    assign error  = beat_error || (error_q && seen_q != '0);

    always_ff @(posedge clk_i) begin
      if (beat_valid) begin
        words_q <= words;
        error_q <= error;
      end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) seen_q <= '0;
      else         seen_q <= seen_d;
    end
  end else if (Slots > 1) begin : gen_slots
    // Which part of the beat it is, in the order in which they were asked for.
    slot_t slot;

    fifo #(
      .Width(SlotBits),
      .Depth(Ahead)
    ) u_slots (
      .clk_i,
      .rst_ni,
      .data_i (address_q[SizeBits +: SlotBits]),
      .valid_i(ask && ask_ready),
      .ready_o(),
      .data_o (slot),
      .valid_o(),
      .ready_i(beat_valid),
      .count_o()
    );

    assign whole = beat_valid;
    assign words = beat[32'(slot) * 8 * DESCRIPTOR_SIZE +: 8 * DESCRIPTOR_SIZE];
    assign error = beat_error;
  end else begin : gen_beat
    assign whole = beat_valid;
    assign words = beat;
    assign error = beat_error;
  end

  // ---- one alone -----------------------------------------------------------------------------------------------------------
  word_t       flags;
  logic [32:0] device_end;

  assign flags      = words[8*DESCRIPTOR_FLAGS +: 32];
  assign device_end = 33'(parsed.device) + 33'(parsed.bytes);   // behind its last byte

  always_comb begin
    parsed         = '0;
    parsed.to_host = flags[FLAGS_DIRECTION_LSB];
    parsed.fence   = flags[FLAGS_FENCE_LSB];
    parsed.notify  = flags[FLAGS_NOTIFY_LSB];
    parsed.host    = {words[8*DESCRIPTOR_HOST_HI +: 32], words[8*DESCRIPTOR_HOST_LO +: 32]};
    parsed.device  = words[8*DESCRIPTOR_DEVICE +: 32];
    parsed.bytes   = words[8*DESCRIPTOR_BYTES +: 32];
  end

  always_comb begin
    pushed = parsed;
    if (!parsed.device[31] || device_end > 33'h1_0000_0000)                                 pushed.cause = CAUSE_DEVICE;
    if ((flags & ~FLAGS_KNOWN) != '0 || flags[FLAGS_DIRECTION_LSB+1] || parsed.bytes == '0) pushed.cause = CAUSE_DESCRIPTOR;
    if (error)                                                                              pushed.cause = CAUSE_RING;
    if (push_fail)                                                                          pushed.cause = fail_q;
  end

  assign store = (whole && !stop_i) || push_fail;

  fifo #(
    .Width($bits(descriptor_t)),
    .Depth(Ahead)
  ) u_descriptors (
    .clk_i,
    .rst_ni,
    .data_i (pushed),
    .valid_i(store),
    .ready_o(),
    .data_o (descriptor_o),
    .valid_o,
    .ready_i(ready_i || stop_i),
    .count_o()
  );

  assign open_d  = open_q + ahead_t'(ask && ask_ready) - ahead_t'(whole);
  assign ahead_d = ahead_q + ahead_t'((ask && ask_ready) || push_fail) - ahead_t'(valid_o && (ready_i || stop_i)) - ahead_t'(whole && stop_i);
  assign idle_o  = open_q == '0 && ahead_q == '0 && state_q == StateIdle;

  always_ff @(posedge clk_i) begin
    address_q <= address_d;
    fail_q    <= fail_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StateIdle;
      index_q <= '0;
      ahead_q <= '0;
      open_q  <= '0;
    end else begin
      state_q <= state_d;
      index_q <= index_d;
      ahead_q <= ahead_d;
      open_q  <= open_d;
    end
  end

`ifndef SYNTHESIS
  a_open_is_ahead : assert property (@(posedge clk_i) disable iff (!rst_ni) open_q <= ahead_q && ahead_q <= ahead_t'(Ahead));
`endif

endmodule
