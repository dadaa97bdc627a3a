// l2_misses against books of its own: every request that enters waits in one place, is handed out again exactly once and in the order
// of its line; an entry lives as long as it has requests; a fetch is sent once, after the write-backs it waits for.
module l2_misses_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input logic                       clk_i,
  input logic                       rst_ni,
  input logic                       free_o,
  input logic                       free_two_o,
  input logic                       empty_o,
  input line_address_t              line_i,
  input logic                       hit_o,
  input logic                       enter_i,
  input l2_misses_t                 enter_waits_i,
  input logic                       append_i,
  input l2_pending_t                pending_o,
  input l2_misses_t                 written_i,
  input logic                       read_valid_o,
  input l2_miss_t                   read_index_o,
  input line_address_t              read_line_o,
  input logic                       read_take_i,
  input logic                       filled_i,
  input l2_miss_t                   filled_index_i,
  input logic                       replay_valid_o,
  input l2_pending_t                replay_pending_o,
  input line_address_t              replay_line_o,
  input logic                       replay_take_i,
  input l2_misses_t                 busy_q,
  input l2_misses_t                 to_read_q,
  input l2_misses_t                 filled_q,
  input l2_misses_t [L2Misses-1:0]  waits_q,
  input line_address_t [L2Misses-1:0] line_q,
  input l2_pending_t [L2Misses-1:0] first_q,
  input l2_pending_t [L2Misses-1:0] last_q,
  input logic [L2Pending-1:0]       used_q,
  input l2_miss_t                   hit_index,
  input l2_miss_t                   free_index,
  input l2_miss_t                   replay_index,
  input logic                       replay_last
);

  typedef logic [L2PendingBits:0] count_t;

  // Per place: whose it is, and how many of its line came before and still wait.
  l2_miss_t [L2Pending-1:0] owner_d, owner_q;
  count_t   [L2Pending-1:0] rank_d, rank_q;
  count_t   [L2Misses-1:0]  count_d, count_q;  // requests per entry

  always_comb begin
    owner_d = owner_q;
    rank_d  = rank_q;
    count_d = count_q;
    if (replay_take_i) begin
      for (int unsigned p = 0; p < L2Pending; p++) if (owner_q[p] == replay_index) rank_d[p] = rank_q[p] - count_t'(1);
      count_d[replay_index] = count_q[replay_index] - count_t'(1);
    end
    if (enter_i) begin
      owner_d[pending_o]  = free_index;
      rank_d[pending_o]   = '0;
      count_d[free_index] = count_t'(1);
    end
    if (append_i) begin
      owner_d[pending_o] = hit_index;
      rank_d[pending_o]  = count_q[hit_index];
      count_d[hit_index] = count_q[hit_index] + count_t'(1);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      owner_q <= '0;
      rank_q  <= '0;
      count_q <= '0;
    end else begin
      owner_q <= owner_d;
      rank_q  <= rank_d;
      count_q <= count_d;
    end
  end

  // What the bank guarantees.
  always_comb begin
    if (rst_ni) begin
      m_enter : assume (!enter_i || (free_o && !hit_o));
      m_append : assume (!append_i || (hit_o && !enter_i && used_q != '1));
      m_filled : assume (!filled_i || (busy_q[filled_index_i] && !to_read_q[filled_index_i] && !filled_q[filled_index_i]));
      m_replay : assume (!replay_take_i || (replay_valid_o && !append_i && !enter_i));
      m_take : assume (!read_take_i || read_valid_o);
    end
  end

  for (genvar p = 0; p < L2Pending; p++) begin : gen_place
    always_comb begin
      if (rst_ni && used_q[p]) a_owned : assert (busy_q[owner_q[p]] && rank_q[p] < count_q[owner_q[p]]);
      // First and last are those.
      if (rst_ni && used_q[p] && rank_q[p] == '0) a_first : assert (first_q[owner_q[p]] == l2_pending_t'(p));
      if (rst_ni && used_q[p] && rank_q[p] + count_t'(1) == count_q[owner_q[p]]) a_last : assert (last_q[owner_q[p]] == l2_pending_t'(p));
    end
  end

  for (genvar i = 0; i < L2Misses; i++) begin : gen_entry
    always_comb begin
      if (rst_ni) begin
        a_lives : assert (busy_q[i] == (count_q[i] != '0));
        a_states : assert (busy_q[i] || (!to_read_q[i] && !filled_q[i]));
        a_read_first : assert (!(to_read_q[i] && filled_q[i]));
      end
    end
    for (genvar j = i + 1; j < L2Misses; j++) begin : gen_other
      always_comb if (rst_ni && busy_q[i] && busy_q[j]) a_one_line : assert (line_q[i] != line_q[j]);
    end
  end

  always_comb begin
    if (rst_ni) begin
      if (replay_valid_o)
        a_oldest : assert (used_q[replay_pending_o] && owner_q[replay_pending_o] == replay_index && rank_q[replay_pending_o] == '0 &&
                           filled_q[replay_index] && replay_line_o == line_q[replay_index]);
      if (replay_valid_o) a_last_is_last : assert (replay_last == (count_q[replay_index] == count_t'(1)));
      if (read_valid_o) a_read : assert (to_read_q[read_index_o] && waits_q[read_index_o] == '0 && read_line_o == line_q[read_index_o]);
      a_empty : assert (empty_o == (busy_q == '0));
      a_free_two : assert (!free_two_o || free_o);
      if (empty_o) a_no_place_lost : assert (used_q == '0);
      if (hit_o) a_hit : assert (line_q[hit_index] == line_i && busy_q[hit_index]);
      c_full : cover (busy_q == '1 && used_q == '1);
      c_three : cover (replay_take_i && count_q[replay_index] == count_t'(3));
      c_waits : cover (to_read_q != '0 && !read_valid_o);
    end
  end

endmodule
bind l2_misses l2_misses_checker u_check (.*);
