// Interrupts as messages (MSI): a source that rises becomes pending, and is sent unless it is masked, the lowest first.
// Latency: a source is pending in the next cycle, and asked for to be sent in the one after. One message is under way at a time.
// Invariants: what is pending was high since it was sent last; without enable_i nothing is pending.
module host_messages
  import heddle_pkg::*;
#(
  parameter int unsigned Sources = 4
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic [Sources-1:0] levels_i,
  input  logic               enable_i,
  input  logic [Sources-1:0] mask_i,
  input  logic [Sources-1:0] rearm_i,          // pulses
  input  logic               clear_error_i,    // pulse
  input  word_t              data_i,
  output logic [Sources-1:0] pending_o,
  output logic               error_o,          // a message was answered with an error
  output logic               message_valid_o,  // stays until message_done_i
  output word_t              message_data_o,
  input  logic               message_done_i,
  input  logic               message_error_i
);

  localparam int unsigned NumberBits = $clog2(Sources);

  logic [Sources-1:0]    seen_d, seen_q, pending_d, pending_q, lowest, sent;
  logic                  any, sending_d, sending_q, error_d, error_q;
  logic [NumberBits-1:0] number;
  word_t                 data_d, data_q;

  lowest_one #(
    .Width(Sources)
  ) u_lowest (
    .bits_i  (pending_q & ~mask_i),
    .any_o   (any),
    .onehot_o(lowest),
    .index_o (number)
  );

  assign seen_d    = enable_i ? levels_i : '0;
  assign sent      = (any && !sending_q) ? lowest : '0;
  assign pending_d = enable_i ? ((pending_q & ~sent) | (levels_i & (~seen_q | rearm_i))) : '0;
  assign sending_d = (enable_i && sent != '0) || (sending_q && !message_done_i);
  assign data_d    = sending_q ? data_q : {data_i[31:NumberBits], number};
  assign error_d   = (sending_q && message_done_i && message_error_i) || (error_q && !clear_error_i);

  assign pending_o       = pending_q;
  assign error_o         = error_q;
  assign message_valid_o = sending_q;
  assign message_data_o  = data_q;

  always_ff @(posedge clk_i) begin
    data_q <= data_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      seen_q    <= '0;
      pending_q <= '0;
      sending_q <= 1'b0;
      error_q   <= 1'b0;
    end else begin
      seen_q    <= seen_d;
      pending_q <= pending_d;
      sending_q <= sending_d;
      error_q   <= error_d;
    end
  end

`ifndef SYNTHESIS
  a_pending_needs_enable : assert property (@(posedge clk_i) disable iff (!rst_ni) !enable_i |=> pending_q == '0);
`endif

endmodule
