// The table of the data cache's transactions: a request waits for one transaction and is answered once; a load that something changed
// since it was sent takes no more requests and fills nothing; an identifier is free when nobody waits for it.
module data_cache_table_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input logic                           clk_i,
  input logic                           rst_ni,
  input logic                           close_all_i,
  input logic                           query_valid_i,
  input line_address_t                  query_line_i,
  input logic                           open_o,
  input logic                           load_o,
  input logic                           write_o,
  input logic                           free_o,
  input logic                           load_free_o,
  input lsu_id_t                        free_id_o,
  input logic                           begin_i,
  input logic                           begin_load_i,
  input logic                           begin_install_i,
  input logic                           begin_waiter_i,
  input logic                           merge_i,
  input lsu_id_t                        waiter_i,
  input logic                           close_i,
  input logic          [SnoopPorts-1:0] snoop_valid_i,
  input line_address_t [SnoopPorts-1:0] snoop_line_i,
  input lsu_id_t                        answer_id_i,
  input logic                           answer_valid_i,
  input line_address_t                  answer_line_o,
  input logic                           answer_load_o,
  input logic                           answer_install_o,
  input logic                           answer_any_o,
  input lsu_id_t                        answer_waiter_o,
  input logic                           answer_final_o,
  input logic                           answered_i,
  input logic                           installed_i,
  input logic                           end_i,
  input logic                           idle_o,
  input logic [LsuRequests-1:0]         valid_q,
  input logic [LsuRequests-1:0]         load_q,
  input logic [LsuRequests-1:0]         open_q,
  input logic [LsuRequests-1:0]         install_q,
  input logic [LsuRequests-1:0][LsuRequests-1:0] waiters_q,
  input lsu_id_t                        open_id
);

  // Per transaction, from its beginning: its line, and whether something has changed that since. Per request: where it waits.
  line_address_t [LsuRequests-1:0] line_d, line_q;
  logic          [LsuRequests-1:0] changed_d, changed_q, waits_d, waits_q;
  lsu_id_t       [LsuRequests-1:0] where_d, where_q;

  always_comb begin
    line_d    = line_q;
    changed_d = changed_q;
    waits_d   = waits_q;
    where_d   = where_q;
    for (int unsigned e = 0; e < LsuRequests; e++) begin
      for (int unsigned s = 0; s < SnoopPorts; s++) begin
        if (snoop_valid_i[s] && snoop_line_i[s] == line_q[e]) changed_d[e] = 1'b1;
      end
      if (close_i && query_valid_i && query_line_i == line_q[e]) changed_d[e] = 1'b1;
      if (close_all_i) changed_d[e] = 1'b1;
    end
    if (answered_i) waits_d[answer_waiter_o] = 1'b0;
    if (merge_i) begin
      waits_d[waiter_i] = 1'b1;
      where_d[waiter_i] = open_id;
    end
    if (begin_i) begin
      line_d[free_id_o]    = query_line_i;
      changed_d[free_id_o] = 1'b0;
      if (begin_waiter_i) begin
        waits_d[waiter_i] = 1'b1;
        where_d[waiter_i] = free_id_o;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      line_q    <= '0;
      changed_q <= '0;
      waits_q   <= '0;
      where_q   <= '0;
    end else begin
      line_q    <= line_d;
      changed_q <= changed_d;
      waits_q   <= waits_d;
      where_q   <= where_d;
    end
  end

  // What data_cache guarantees.
  always_comb begin
    if (rst_ni) begin
      m_begin : assume (!begin_i || (free_o && query_valid_i && !merge_i));
      m_one_open : assume (!(begin_i && begin_load_i) || (!open_o && load_free_o));
      m_install : assume (!begin_install_i || begin_load_i);
      m_merge : assume (!merge_i || (open_o && query_valid_i));
      m_waiter : assume (!(merge_i || (begin_i && begin_waiter_i)) || !waits_q[waiter_i]);
      m_answered : assume (!answered_i || (answer_valid_i && answer_any_o && valid_q[answer_id_i]));
      m_installed : assume (!installed_i || (answer_valid_i && answer_install_o));
      m_end : assume (!end_i || (answer_valid_i && valid_q[answer_id_i] && answer_final_o && (answered_i || !answer_any_o)));
    end
  end

  for (genvar e = 0; e < LsuRequests; e++) begin : gen_entry
    always_comb begin
      if (rst_ni) begin
        if (!valid_q[e]) a_free_nobody : assert (waiters_q[e] == '0 && !open_q[e] && !install_q[e]);
        if (valid_q[e] && changed_q[e]) a_changed_closed : assert (!open_q[e] && !install_q[e]);
      end
    end
    for (genvar r = 0; r < LsuRequests; r++) begin : gen_request
      always_comb if (rst_ni) a_waits_once : assert (waiters_q[e][r] == (waits_q[r] && where_q[r] == lsu_id_t'(e)));
    end
    for (genvar f = e + 1; f < LsuRequests; f++) begin : gen_other
      always_comb if (rst_ni && open_q[e] && open_q[f]) a_one_open_per_line : assert (line_q[e] != line_q[f]);
    end
  end

  always_comb begin
    if (rst_ni) begin
      if (answer_valid_i && valid_q[answer_id_i]) a_line : assert (answer_line_o == line_q[answer_id_i]);
      if (answer_valid_i && answer_any_o) a_answers_waiter : assert (waits_q[answer_waiter_o] && where_q[answer_waiter_o] == answer_id_i);
      if (answer_valid_i && answer_install_o) a_install_unchanged : assert (!changed_d[answer_id_i] && load_q[answer_id_i]);
      a_loads : assert (32'($countones(valid_q & load_q)) <= DcacheMisses);
      a_idle : assert (idle_o == (valid_q == '0));
      if (open_o) a_open : assert (load_o && line_q[open_id] == query_line_i && !changed_q[open_id]);
      c_merged : cover (merge_i && answered_i);
      c_closed_load : cover ((valid_q & load_q & ~open_q) != '0 && answered_i);
      c_both : cover (load_o && write_o);
    end
  end

endmodule
bind data_cache_table data_cache_table_checker u_check (.*);
