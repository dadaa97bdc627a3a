// Lines that a bank of the L2 cache writes back, from the moment they leave the cache (or are cleaned) until memory has answered.
// A line enters in two steps: its address and strobe with enter_i, its data in the next cycle. A write-back waits for earlier ones of
// the same line; a fetch of a line waits for all of them (match_o names those it has to wait for, done_o those that end).
// Latency: 3 cycles from enter_i to write_valid_o. Throughput: one line per cycle.
// Invariants: an entry is sent once, after its data is there; only an entry that was sent is answered; two write-backs of one line are
// never under way at once.
module l2_writebacks
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  // a line enters
  output logic          free_o,         // for one line
  output logic          free_two_o,     // for two lines
  output logic          half_o,         // at least half of the entries are free
  output logic          empty_o,
  input  logic          enter_i,
  input  line_address_t enter_line_i,
  input  line_strobe_t  enter_strobe_i,
  input  line_t         data_i,         // in the cycle after enter_i
  input  line_strobe_t  lost_i,         // ... bytes of it that are lost; if one was to be written, nothing of the line is
  // write-backs of a line under way
  input  line_address_t match_line_i,
  output l2_misses_t    match_o,
  output l2_misses_t    done_o,
  // to AXI4
  output logic          write_valid_o,
  input  logic          write_ready_i,
  output l2_miss_t      write_index_o,
  output line_address_t write_line_o,
  output line_t         write_data_o,
  output line_strobe_t  write_strobe_o,
  // from AXI4, always accepted
  input  logic          response_valid_i,
  input  l2_miss_t      response_index_i,
  output line_address_t response_line_o,
  output logic          response_lost_o // nothing of it was written
);

  l2_misses_t                     busy_d, busy_q, filled_d, filled_q;   // filled: data is there, not yet sent
  l2_misses_t                     lost_q;
  l2_misses_t    [L2Misses-1:0]   waits_d, waits_q;
  line_address_t [L2Misses-1:0]   line_q;
  line_strobe_t                   strobes [L2Misses];
  l2_misses_t                     free, same, send;
  l2_miss_t                       free_index, fill_index_q, send_index;
  logic                           fill_q, send_valid, send_take;
  logic                           out_valid_d, out_valid_q;
  l2_miss_t                       out_index_q;

  assign free       = ~busy_q;
  assign free_two_o = (free & (free - l2_misses_t'(1))) != '0;
  assign half_o     = $countones(busy_q) <= L2Misses / 2;
  assign empty_o    = busy_q == '0;
  assign done_o     = response_valid_i ? l2_misses_t'(1) << response_index_i : '0;

  lowest_one #(
    .Width(L2Misses)
  ) u_free (
    .bits_i  (free),
    .any_o   (free_o),
    .onehot_o(),
    .index_o (free_index)
  );

  always_comb begin
    match_o = '0;
    same    = '0;
    send    = '0;
    for (int unsigned i = 0; i < L2Misses; i++) begin
      match_o[i] = busy_q[i] && line_q[i] == match_line_i;
      same[i]    = enter_i && busy_q[i] && line_q[i] == enter_line_i;
      send[i]    = filled_q[i] && waits_q[i] == '0;
    end
  end

  rr_arbiter #(
    .Width(L2Misses)
  ) u_send (
    .clk_i,
    .rst_ni,
    .request_i(send),
    .accept_i (send_take),
    .valid_o  (send_valid),
    .grant_o  (),
    .index_o  (send_index)
  );

  assign send_take   = send_valid & (~out_valid_q | write_ready_i);
  assign out_valid_d = send_take | (out_valid_q & ~write_ready_i);

  ram_1r1w #(
    .Depth(L2Misses),
    .Width(LineBits)
  ) u_data (
    .clk_i,
    .read_enable_i  (send_take),
    .read_address_i (send_index),
    .read_data_o    (write_data_o),
    .write_enable_i (fill_q),
    .write_address_i(fill_index_q),
    .write_data_i   (data_i)
  );

  assign write_valid_o   = out_valid_q;
  assign write_index_o   = out_index_q;
  assign write_line_o    = line_q[out_index_q];
  assign write_strobe_o  = lost_q[out_index_q] ? '0 : strobes[out_index_q];
  assign response_line_o = line_q[response_index_i];
  assign response_lost_o = lost_q[response_index_i];

  always_comb begin
    busy_d   = busy_q & ~done_o;
    filled_d = filled_q;
    waits_d  = waits_q;
    if (fill_q)    filled_d[fill_index_q] = 1'b1;
    if (send_take) filled_d[send_index]   = 1'b0;
    if (done_o != '0) begin
      for (int unsigned i = 0; i < L2Misses; i++) waits_d[i] = waits_q[i] & ~done_o;
    end
    if (enter_i) begin
      busy_d[free_index]  = 1'b1;
      waits_d[free_index] = same & ~done_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (enter_i) begin
      line_q[free_index]  <= enter_line_i;
      strobes[free_index] <= enter_strobe_i;
      fill_index_q        <= free_index;
    end
    if (fill_q)    lost_q[fill_index_q] <= (lost_i & strobes[fill_index_q]) != '0;
    if (send_take) out_index_q <= send_index;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q      <= '0;
      filled_q    <= '0;
      waits_q     <= '0;
      fill_q      <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      busy_q      <= busy_d;
      filled_q    <= filled_d;
      waits_q     <= waits_d;
      fill_q      <= enter_i;
      out_valid_q <= out_valid_d;
    end
  end

`ifndef SYNTHESIS
  // Entries handed to AXI4 whose answer has not come.
  l2_misses_t sent_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q <= '0;
    end else begin
      if (response_valid_i)               sent_q[response_index_i] <= 1'b0;
      if (write_valid_o && write_ready_i) sent_q[out_index_q]      <= 1'b1;
    end
  end
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_enter_free : assert (!enter_i || free_o);
      a_answer_sent : assert (!response_valid_i || (busy_q[response_index_i] && sent_q[response_index_i]));
      a_one_per_line : assert (!(write_valid_o && waits_q[out_index_q] != '0));
      a_filled_busy : assert ((filled_q & ~busy_q) == '0);
    end
  end
`endif

endmodule
