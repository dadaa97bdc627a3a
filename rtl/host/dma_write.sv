// The writing half of the DMA engine: sends the beats in the buffer to their destination in bursts, each when all its beats are there, and
// counts the answers: a descriptor is complete when its last burst has been answered.
// Latency: three cycles from a beat in the buffer to its burst, five if it is the host's. Throughput: one beat per cycle.
// Invariants: descriptors complete in order; one side at a time is written; a burst that has been offered is sent whole; of a descriptor that
// fails nothing is said before all earlier bursts have been answered.
module dma_write
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;
  import dma_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              stop_i,            // sends no new burst, forgets what it has
  output logic              idle_o,

  input  work_t             work_i,
  input  logic              work_valid_i,
  output logic              work_ready_o,
  input  axi_data_t         data_i,
  input  logic              data_valid_i,
  output logic              data_ready_o,
  input  buffer_t           data_count_i,
  input  cause_e            no_more_i,         // the buffer gets nothing more, because of this

  output page_t             page_o,
  output logic              page_valid_o,
  input  logic              page_done_i,
  input  logic              page_ok_i,

  output host_axi_address_t host_aw_o,         // may be withdrawn
  output logic              host_aw_valid_o,
  input  logic              host_aw_ready_i,
  output axi_write_t        host_w_o,
  output logic              host_w_valid_o,
  input  logic              host_w_ready_i,
  input  logic [1:0]        host_b_resp_i,     // always taken; what nobody waits for is dropped
  input  logic              host_b_valid_i,
  output axi_address_t      device_aw_o,
  output logic              device_aw_valid_o,
  input  logic              device_aw_ready_i,
  output axi_write_t        device_w_o,
  output logic              device_w_valid_o,
  input  logic              device_w_ready_i,
  input  logic [1:0]        device_b_resp_i,
  input  logic              device_b_valid_i,

  output logic              complete_o,        // pulse: the next descriptor is complete
  output logic              notify_o,          // with it
  output cause_e            failed_o           // the descriptor that would be complete next has failed
);

  localparam int unsigned Bursts = 16;  // not answered

  typedef enum logic [1:0] {StateIdle, StateSplit, StateLook, StateSend} state_e;

  // A burst whose data are being sent.
  typedef struct packed {
    burst_t beats;
    logic   first;   // of its descriptor
    logic   last;
    byte_t  from;    // place of the first byte of the first beat
    byte_t  to;      // place of the last byte of the last beat
  } data_t;

  typedef struct packed {
    logic last;      // of its descriptor
    logic notify;
  } answer_t;

  state_e      state_d, state_q;
  cause_e      cause_d, cause_q;              // of this descriptor
  logic        host_d, host_q, notify_d, notify_q, first_d, first_q;
  logic [63:0] address_d, address_q;
  beats_t      left_d, left_q;
  burst_t      burst_d, burst_q;
  byte_t       from_d, from_q, to_d, to_q;
  buffer_t     promised_d, promised_q;        // beats in the buffer that belong to bursts already offered
  logic        take, send, send_ready, last, enough;
  data_t       next_burst, burst;
  logic        burst_room, burst_valid, burst_leaves;
  answer_t     next_answer, answer;
  logic        answer_room, answer_valid, answered, answer_error;

  // ---- bursts --------------------------------------------------------------------------------------------------------------------
  assign take         = state_q == StateIdle && work_valid_i && cause_q == CAUSE_NONE && (host_q == work_i.to_host || !answer_valid) && !stop_i;
  assign work_ready_o = take || stop_i;
  assign last         = left_q == beats_t'(burst_q);
  assign enough       = data_count_i - promised_q >= buffer_t'(burst_q);
  assign send         = state_q == StateSend && enough && burst_room && answer_room && !stop_i;
  assign send_ready   = host_q ? host_aw_ready_i : device_aw_ready_i;

  always_comb begin
    state_d   = state_q;
    cause_d   = cause_q;
    host_d    = host_q;
    notify_d  = notify_q;
    first_d   = first_q;
    address_d = address_q;
    left_d    = left_q;
    burst_d   = burst_q;
    from_d    = from_q;
    to_d      = to_q;
    unique case (state_q)
      StateIdle: begin
        if (take) begin
          cause_d   = work_i.cause;
          host_d    = work_i.to_host;
          notify_d  = work_i.notify;
          first_d   = 1'b1;
          address_d = {work_i.address[63:ByteBits], ByteBits'(0)};
          left_d    = beats_of(work_i.address[ByteBits-1:0], work_i.bytes);
          from_d    = work_i.address[ByteBits-1:0];
          to_d      = work_i.address[ByteBits-1:0] + byte_t'(work_i.bytes) - byte_t'(1);
          if (work_i.cause == CAUSE_NONE) state_d = StateSplit;
        end
      end
      StateSplit: begin
        burst_d = burst_of(address_q[11:ByteBits], left_q);
        state_d = host_q ? StateLook : StateSend;
      end
      StateLook: begin
        if (page_done_i) state_d = page_ok_i ? StateSend : StateIdle;
        if (page_done_i && !page_ok_i) cause_d = CAUSE_PIN;
      end
      StateSend: begin
        if (send && send_ready) begin
          address_d = address_q + (64'(burst_q) << ByteBits);
          left_d    = left_q - beats_t'(burst_q);
          first_d   = 1'b0;
          state_d   = last ? StateIdle : StateSplit;
        end else if (!enough && no_more_i != CAUSE_NONE) begin
          cause_d = no_more_i;
          state_d = StateIdle;
        end
      end
      default: ;
    endcase
    if (stop_i) begin
      state_d = StateIdle;
      cause_d = CAUSE_NONE;
    end
  end

  assign page_o            = address_q[63:12];
  assign page_valid_o      = state_q == StateLook;
  assign host_aw_valid_o   = send && host_q;
  assign device_aw_valid_o = send && !host_q;
  assign host_aw_o         = '{id: host_id_t'(0), addr: address_q, len: 8'(burst_q) - 8'd1, size: 3'(ByteBits), burst: 2'b01};
  assign device_aw_o       = '{id: axi_id_t'(DmaFirstId), addr: address_q[31:0], len: 8'(burst_q) - 8'd1, size: 3'(ByteBits), burst: 2'b01};
  assign next_burst        = '{beats: burst_q, first: first_q, last: last, from: from_q, to: to_q};
  assign next_answer       = '{last: last, notify: notify_q};

  fifo #(
    .Width($bits(data_t)),
    .Depth(4)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .data_i (next_burst),
    .valid_i(send && send_ready),
    .ready_o(burst_room),
    .data_o (burst),
    .valid_o(burst_valid),
    .ready_i(burst_leaves),
    .count_o()
  );

  // ---- data ------------------------------------------------------------------------------------------------------------------------
  burst_t     sent_d, sent_q;     // beats of this burst
  axi_write_t w;
  logic       w_valid, w_leaves, drop;

  assign w_valid          = burst_valid && data_valid_i;
  assign w_leaves         = w_valid && (host_q ? host_w_ready_i : device_w_ready_i);
  assign burst_leaves     = w_leaves && w.last;
  assign sent_d           = burst_leaves ? '0 : sent_q + burst_t'(w_leaves);
  assign drop             = stop_i && !burst_valid && state_q == StateIdle;
  assign data_ready_o     = w_leaves || drop;
  assign promised_d       = promised_q + ((send && send_ready) ? buffer_t'(burst_q) : '0) - buffer_t'(w_leaves);
  assign host_w_valid_o   = w_valid && host_q;
  assign device_w_valid_o = w_valid && !host_q;
  assign host_w_o         = w;
  assign device_w_o       = w;

  always_comb begin
    w.data = data_i;
    w.last = sent_q == burst.beats - burst_t'(1);
    w.strb = '1;
    if (burst.first && sent_q == '0) w.strb = w.strb & (axi_strobe_t'('1) << burst.from);
    if (burst.last && w.last)        w.strb = w.strb & (axi_strobe_t'('1) >> ~burst.to);
  end

  // ---- answers ---------------------------------------------------------------------------------------------------------------------
  fifo #(
    .Width($bits(answer_t)),
    .Depth(Bursts)
  ) u_answers (
    .clk_i,
    .rst_ni,
    .data_i (next_answer),
    .valid_i(send && send_ready),
    .ready_o(answer_room),
    .data_o (answer),
    .valid_o(answer_valid),
    .ready_i(answered),
    .count_o()
  );

  assign answered     = answer_valid && (host_q ? host_b_valid_i : device_b_valid_i);
  assign answer_error = host_q ? host_b_resp_i[1] : device_b_resp_i[1];
  assign complete_o   = answered && answer.last && !answer_error;
  assign notify_o     = answer.notify;

  always_comb begin
    failed_o = CAUSE_NONE;
    if (answered && answer_error) failed_o = CAUSE_WRITE;
    else if (!answer_valid)       failed_o = cause_q;
  end

  assign idle_o = state_q == StateIdle && !burst_valid && !answer_valid && !work_valid_i && data_count_i == '0;

  always_ff @(posedge clk_i) begin
    notify_q  <= notify_d;
    first_q   <= first_d;
    address_q <= address_d;
    left_q    <= left_d;
    burst_q   <= burst_d;
    from_q    <= from_d;
    to_q      <= to_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StateIdle;
      cause_q    <= CAUSE_NONE;
      host_q     <= 1'b0;
      promised_q <= '0;
      sent_q     <= '0;
    end else begin
      state_q    <= state_d;
      cause_q    <= cause_d;
      host_q     <= host_d;
      promised_q <= promised_d;
      sent_q     <= sent_d;
    end
  end

`ifndef SYNTHESIS
  a_one_side : assert property (@(posedge clk_i) disable iff (!rst_ni) host_d != host_q |-> !answer_valid && !burst_valid);
  a_promise : assert property (@(posedge clk_i) disable iff (!rst_ni) promised_q <= data_count_i);
`endif

endmodule
