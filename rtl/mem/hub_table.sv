// Ordering point of the memory hub: the transactions that are not complete, by line and word, and what each waits for.
// A transaction that enters waits for every earlier one that shares a word with it, unless both only read; others pass it.
// An AMO is one transaction with a read and a write phase, so nobody sees its word in between. When it has its old word and
// the next in line is an AMO on the same word, that one goes on from the new word at once: the first is merged into it, neither
// writes nor is waited for, and completes with it.
// Latency: a transaction can be picked in the cycle after it enters or after the last one it waits for completes.
// Throughput: one entry, one read pick, one write pick and one completion per cycle.
// Invariants: transactions that share a word and do not both read are performed in the order in which they entered; a
// picked transaction waits for nothing; only busy transactions complete.
module hub_table
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  // a transaction enters
  output logic          free_o,
  output axi_id_t       free_id_o,
  input  logic          enter_i,          // takes free_id_o
  input  line_address_t enter_line_i,
  input  line_words_t   enter_words_i,
  input  logic          enter_read_i,     // begins with a read
  input  logic          enter_write_i,    // writes, now or later, or keeps its place as if it did
  input  logic          enter_amo_i,      // reads, then writes
  // reads to start
  output logic          read_valid_o,
  output axi_id_t       read_id_o,
  output line_address_t read_line_o,
  input  logic          read_take_i,
  // writes to start
  output logic          write_valid_o,
  output axi_id_t       write_id_o,
  input  logic          write_take_i,
  // an AMO has its old word: its write phase begins
  input  logic          modified_i,
  input  axi_id_t       modified_id_i,
  output logic          next_valid_o,     // an AMO on the same word follows: modified_id_i is merged into it
  output axi_id_t       next_id_o,
  // a transaction is complete
  input  logic          complete_i,
  input  axi_id_t       complete_id_i,
  // address of a transaction
  input  axi_id_t       line_id_i,
  output line_address_t line_o,
  input  axi_id_t       line2_id_i,
  output line_address_t line2_o
);

  typedef logic [MemoryRequests-1:0] set_t;

  set_t                               busy_d, busy_q, to_read_d, to_read_q, to_write_d, to_write_q;
  set_t                               writes_d, writes_q;   // conflicts with readers, too
  set_t                               amo_d, amo_q;
  set_t                               merged_d, merged_q;   // done but for the answer
  set_t          [MemoryRequests-1:0] waits_d, waits_q;     // per transaction: those it waits for
  line_address_t [MemoryRequests-1:0] line_d, line_q;
  line_words_t   [MemoryRequests-1:0] words_d, words_q;
  set_t                               done, passed, next, conflict, unblocked, read_ready, write_ready;

  lowest_one #(
    .Width(MemoryRequests)
  ) u_free (
    .bits_i  (~busy_q),
    .any_o   (free_o),
    .onehot_o(),
    .index_o (free_id_o)
  );

  rr_arbiter #(
    .Width(MemoryRequests)
  ) u_read (
    .clk_i,
    .rst_ni,
    .request_i(read_ready),
    .accept_i (read_take_i),
    .valid_o  (read_valid_o),
    .grant_o  (),
    .index_o  (read_id_o)
  );

  rr_arbiter #(
    .Width(MemoryRequests)
  ) u_write (
    .clk_i,
    .rst_ni,
    .request_i(write_ready),
    .accept_i (write_take_i),
    .valid_o  (write_valid_o),
    .grant_o  (),
    .index_o  (write_id_o)
  );

  assign read_line_o = line_q[read_id_o];
  assign line_o      = line_q[line_id_i];
  assign line2_o     = line_q[line2_id_i];
  assign done        = complete_i ? set_t'(1) << complete_id_i : '0;
  assign passed      = done | (next_valid_o ? set_t'(1) << modified_id_i : '0);  // nobody waits for these any more
  assign read_ready  = to_read_q & unblocked;
  assign write_ready = to_write_q & unblocked;

  always_comb begin
    for (int unsigned t = 0; t < MemoryRequests; t++) begin
      unblocked[t] = waits_q[t] == '0;
    end
  end

  // An AMO that waits for the modified one alone is on the same word.
  always_comb begin
    next = '0;
    if (modified_i) begin
      for (int unsigned t = 0; t < MemoryRequests; t++) begin
        next[t] = to_read_q[t] && amo_q[t] && waits_q[t] == set_t'(1) << modified_id_i;
      end
    end
  end

  lowest_one #(
    .Width(MemoryRequests)
  ) u_next (
    .bits_i  (next),
    .any_o   (next_valid_o),
    .onehot_o(),
    .index_o (next_id_o)
  );

  always_comb begin
    conflict = '0;
    if (enter_i) begin
      for (int unsigned t = 0; t < MemoryRequests; t++) begin
        conflict[t] = line_q[t] == enter_line_i && (words_q[t] & enter_words_i) != '0 && (writes_q[t] || enter_write_i);
      end
    end
  end

  always_comb begin
    busy_d     = busy_q & ~done;
    to_read_d  = to_read_q;
    to_write_d = to_write_q;
    writes_d   = writes_q;
    amo_d      = amo_q;
    merged_d   = merged_q;
    waits_d    = waits_q;
    line_d     = line_q;
    words_d    = words_q;
    if (passed != '0) begin
      for (int unsigned t = 0; t < MemoryRequests; t++) begin
        waits_d[t] = waits_q[t] & ~passed;
      end
    end
    if (read_take_i)  to_read_d[read_id_o]      = 1'b0;
    if (write_take_i) to_write_d[write_id_o]    = 1'b0;
    if (next_valid_o) begin
      merged_d[modified_id_i] = 1'b1;
      to_read_d[next_id_o]    = 1'b0;
    end else if (modified_i) begin
      to_write_d[modified_id_i] = 1'b1;
    end
    if (enter_i) begin
      busy_d[free_id_o]     = 1'b1;
      to_read_d[free_id_o]  = enter_read_i;
      to_write_d[free_id_o] = ~enter_read_i;
      writes_d[free_id_o]   = enter_write_i;
      amo_d[free_id_o]      = enter_amo_i;
      merged_d[free_id_o]   = 1'b0;
      waits_d[free_id_o]    = conflict & busy_q & ~merged_q & ~passed;
      line_d[free_id_o]     = enter_line_i;
      words_d[free_id_o]    = enter_words_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q     <= '0;
      to_read_q  <= '0;
      to_write_q <= '0;
      writes_q   <= '0;
      amo_q      <= '0;
      merged_q   <= '0;
      waits_q    <= '0;
      line_q     <= '0;
      words_q    <= '0;
    end else begin
      busy_q     <= busy_d;
      to_read_q  <= to_read_d;
      to_write_q <= to_write_d;
      writes_q   <= writes_d;
      amo_q      <= amo_d;
      merged_q   <= merged_d;
      waits_q    <= waits_d;
      line_q     <= line_d;
      words_q    <= words_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_enter_free : assert (!enter_i || (free_o));
      a_complete_busy : assert (!complete_i || (busy_q[complete_id_i] && !to_read_q[complete_id_i] &&
        !to_write_q[complete_id_i]));
      a_modified_busy : assert (!modified_i || (busy_q[modified_id_i] && amo_q[modified_id_i] &&
        !to_read_q[modified_id_i]));
      a_take_valid : assert ((!read_take_i || read_valid_o) && (!write_take_i || write_valid_o));
      a_one_next : assert ($onehot0(next));
      a_pick_busy : assert (((to_read_q | to_write_q) & ~busy_q) == '0 && (to_read_q & to_write_q) == '0);
    end
  end
`endif

endmodule
