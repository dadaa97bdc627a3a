// Transactions of the data cache that are in flight at the memory port, by port identifier: their lines, the LSU requests that
// wait for each, and whether a load in flight may serve later loads and fill the cache.
// A load is *open* while nothing can have changed its line since it was sent: stores and atomics of the core, and snoops, close
// it. An open load takes further loads; a closed one answers those it has and fills nothing.
// Combinational queries on the state before this cycle's changes; changes show in the next cycle.
// Invariants: one open load per line at most; only open loads take others; an identifier is freed when nobody waits for it.
module data_cache_table
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           close_all_i,
  // query by line
  input  logic                           query_valid_i,
  input  line_address_t                  query_line_i,
  output logic                           open_o,          // an open load
  output logic                           load_o,          // a load, open or closed
  output logic                           write_o,         // a store or atomic
  // a transaction begins, with the query's line
  output logic                           free_o,
  output logic                           load_free_o,     // fewer than DcacheMisses loads are in flight
  output logic                           half_free_o,     // at least half of the identifiers are free
  output lsu_id_t                        free_id_o,
  input  logic                           begin_i,
  input  logic                           begin_load_i,
  input  logic                           begin_install_i, // may fill the cache
  input  logic                           begin_waiter_i,  // 0: a prefetch
  // a request waits: with begin_i for the new transaction, with merge_i for the open load
  input  logic                           merge_i,
  input  lsu_id_t                        waiter_i,
  // loads of the query's line are closed
  input  logic                           close_i,
  input  logic          [SnoopPorts-1:0] snoop_valid_i,
  input  line_address_t [SnoopPorts-1:0] snoop_line_i,
  // the transaction that is being answered
  input  lsu_id_t                        answer_id_i,
  input  logic                           answer_valid_i,
  output line_address_t                  answer_line_o,
  output logic                           answer_load_o,
  output logic                           answer_install_o, // it may fill the cache, also after this cycle's changes
  output logic                           answer_any_o,     // somebody waits
  output lsu_id_t                        answer_waiter_o,
  output logic                           answer_final_o,   // and nobody else will
  input  logic                           answered_i,       // that one is answered
  input  logic                           installed_i,
  input  logic                           end_i,            // the identifier is free again
  output logic                           idle_o            // nothing is in flight
);

  localparam int unsigned Entries   = LsuRequests;
  localparam int unsigned CountBits = $clog2(Entries + 1);

  logic [31:OffsetBits]                     lines_q [Entries];
  logic [Entries-1:0]                       valid_d, valid_q, load_d, load_q, open_d, open_q, install_d, install_q;
  logic [Entries-1:0][LsuRequests-1:0]      waiters_q;
  logic [Entries-1:0]                       same, snooped, open_same;
  lsu_id_t                                  open_id;
  logic                                     begin_read, end_read;
  logic [LsuRequests-1:0]                   answer_waiters, answer_onehot;
  logic [CountBits-1:0]                     count_d, count_q, loads_d, loads_q;

  always_comb begin
    same    = '0;
    snooped = '0;
    if (query_valid_i) begin
      for (int unsigned e = 0; e < Entries; e++) begin
        same[e] = valid_q[e] && lines_q[e] == query_line_i;
      end
    end
    for (int unsigned s = 0; s < SnoopPorts; s++) begin
      if (snoop_valid_i[s]) begin
        for (int unsigned e = 0; e < Entries; e++) begin
          if (lines_q[e] == snoop_line_i[s]) snooped[e] = 1'b1;
        end
      end
    end
  end

  assign open_same = same & open_q;
  assign load_o    = (same & load_q) != '0;
  assign write_o   = (same & ~load_q) != '0;

  lowest_one #(
    .Width(Entries)
  ) u_open (
    .bits_i  (open_same),
    .any_o   (open_o),
    .onehot_o(),
    .index_o (open_id)
  );

  lowest_one #(
    .Width(Entries)
  ) u_free (
    .bits_i  (~valid_q),
    .any_o   (free_o),
    .onehot_o(),
    .index_o (free_id_o)
  );

  assign load_free_o = 32'(loads_q) < DcacheMisses;
  assign half_free_o = 32'(count_q) <= Entries / 2;
  assign begin_read  = begin_i & begin_load_i;
  assign end_read    = end_i & answer_load_o;
  assign idle_o      = count_q == '0;

  // ---- answer --------------------------------------------------------------------------------------------------------
  assign answer_waiters   = answer_valid_i ? waiters_q[answer_id_i] : '0;
  assign answer_line_o    = lines_q[answer_id_i];
  assign answer_load_o    = load_q[answer_id_i];
  assign answer_install_o = install_q[answer_id_i] & ~snooped[answer_id_i] & ~(close_i & same[answer_id_i]) & ~close_all_i;
  assign answer_final_o   = (answer_waiters & ~answer_onehot) == '0 && !(merge_i && open_id == answer_id_i);

  lowest_one #(
    .Width(LsuRequests)
  ) u_waiter (
    .bits_i  (answer_waiters),
    .any_o   (answer_any_o),
    .onehot_o(answer_onehot),
    .index_o (answer_waiter_o)
  );

  // ---- state ---------------------------------------------------------------------------------------------------------
  always_comb begin
    logic [Entries-1:0] closed;
    closed    = snooped | (close_i ? same : '0) | {Entries{close_all_i}};
    valid_d   = valid_q;
    load_d    = load_q;
    open_d    = open_q & ~closed;
    install_d = install_q & ~closed;
    if (installed_i) install_d[answer_id_i] = 1'b0;
    if (end_i) begin
      valid_d[answer_id_i]   = 1'b0;
      open_d[answer_id_i]    = 1'b0;
      install_d[answer_id_i] = 1'b0;
    end
    if (begin_i) begin
      valid_d[free_id_o]   = 1'b1;
      load_d[free_id_o]    = begin_load_i;
      open_d[free_id_o]    = begin_load_i;
      install_d[free_id_o] = begin_install_i;
    end
    count_d = count_q + CountBits'(begin_i) - CountBits'(end_i);
    loads_d = loads_q + CountBits'(begin_read) - CountBits'(end_read);
  end

  always_ff @(posedge clk_i) begin
    if (begin_i) lines_q[free_id_o] <= query_line_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= '0;
      load_q    <= '0;
      open_q    <= '0;
      install_q <= '0;
      waiters_q <= '0;
      count_q   <= '0;
      loads_q   <= '0;
    end else begin
      valid_q   <= valid_d;
      load_q    <= load_d;
      open_q    <= open_d;
      install_q <= install_d;
      count_q   <= count_d;
      loads_q   <= loads_d;
      if (answered_i)                waiters_q[answer_id_i][answer_waiter_o] <= 1'b0;
      if (merge_i)                   waiters_q[open_id][waiter_i]          <= 1'b1;
      if (begin_i && begin_waiter_i) waiters_q[free_id_o][waiter_i]          <= 1'b1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one_open : assert ($onehot0(open_same));
      a_open_load : assert ((open_q & ~(valid_q & load_q)) == '0);
      a_install_open : assert ((install_q & ~open_q) == '0);
      a_begin_free : assert (!begin_i || (free_o && waiters_q[free_id_o] == '0));
      a_merge_open : assert (!merge_i || (open_o && !begin_i && !waiters_q[open_id][waiter_i]));
      a_end_nobody : assert (!end_i || (answer_valid_i && valid_q[answer_id_i] && answer_final_o && (answered_i || !answer_any_o)));
      a_count : assert (32'(count_q) == $countones(valid_q));
    end
  end
`endif

endmodule
