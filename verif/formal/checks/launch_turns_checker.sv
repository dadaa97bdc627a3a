// Beginnings and ends of launches against books of its own: of those that share scratchpad and engines one runs; a launch begins, and its
// end is told, only in a cycle in which the L2 cache is empty handed and takes nothing; and each that waits gets its turn.
// Bounds: of those that share, at most Launches - 1 others begin while one waits; a launch that may begin, and one that ends, waits for at most
// two cycles in which the L2 cache has nothing to do.
module launch_turns_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic [Launches-1:0] shares_i,
  input logic [Launches-1:0] waits_i,
  input logic [Launches-1:0] stopped_i,
  input logic [Launches-1:0] write_back_i,
  input logic [Launches-1:0] quiet_o,
  input logic [Launches-1:0] flushed_o,
  input logic [Launches-1:0] done_i,
  input logic                held_o,
  input launch_id_t          holder_o,
  input logic                pause_o,
  input logic                flush_o,
  input logic                idle_i,
  input logic                flushed_i
);

  typedef logic [Launches-1:0] launches_t;

  // Of a launch from its beginning to its end: it runs; it has scratchpad and engines; it waited in the cycle before, and for what.
  launches_t running_d, running_q, has_d, has_q, waited_q, begun_q, shares_q, stopped_q, ends_q, flushed_q;
  launches_t free_to_begin;

  assign running_d = (running_q & ~done_i) | quiet_o;
  assign has_d     = (has_q & ~done_i) | (quiet_o & shares_i & ~stopped_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= '0;
      has_q     <= '0;
      waited_q  <= '0;
      begun_q   <= '0;
      ends_q    <= '0;
      flushed_q <= '0;
    end else begin
      running_q <= running_d;
      has_q     <= has_d;
      waited_q  <= waits_i;
      begun_q   <= quiet_o;
      ends_q    <= write_back_i;
      flushed_q <= flushed_o;
    end
  end

  always_ff @(posedge clk_i) begin
    shares_q  <= shares_i;
    stopped_q <= stopped_i;
  end

  for (genvar s = 0; s < Launches; s++) begin : gen_launch
    always_comb begin
      if (rst_ni) begin
        // launch_gate: a launch waits until it begins, and waits for no second one while it runs; an abort stays; a running launch is done once.
        m_waits : assume (waits_i[s] ? !running_q[s] : !(waited_q[s] && !begun_q[s]));
        m_stopped : assume (!(waited_q[s] && waits_i[s] && stopped_q[s]) || stopped_i[s]);
        m_done : assume (!done_i[s] || (running_q[s] && !waits_i[s]));
        // Its end: only while it runs, and until it is told.
        m_ends : assume (!write_back_i[s] || running_q[s]);
        m_ends_stays : assume (!(ends_q[s] && !flushed_q[s]) || write_back_i[s]);
        // launch_port: what it needs is as it was when it was started.
        m_shares : assume (!(waited_q[s] || running_q[s]) || shares_i[s] == shares_q[s]);
      end
    end
  end

  assign free_to_begin = waits_i & (stopped_i | ~shares_i | {Launches{has_q == '0}});

  always_comb begin
    if (rst_ni) begin
      a_one_has : assert ($onehot0(has_q));
      a_held : assert (held_o == (has_q != '0));
      if (held_o) a_holder : assert (32'(holder_o) < Launches && has_q[holder_o]);
      if (quiet_o != '0 || flushed_o != '0) a_empty_handed : assert (pause_o && flush_o && idle_i && flushed_i);
      a_begins_waiting : assert ((quiet_o & ~waits_i) == '0);
      a_told_ends : assert ((flushed_o & ~write_back_i) == '0);
      // All that is told is told at once: what ends, and what may begin but for one of those that share.
      if (flushed_o != '0 || quiet_o != '0) a_together : assert (flushed_o == write_back_i && (waits_i & (stopped_i | ~shares_i) & ~quiet_o) == '0);
      // Nobody pauses the cache for nothing.
      if (pause_o) a_pause_why : assert ((waited_q | ends_q) != '0);
      c_two_begin : cover (32'($countones(quiet_o)) > 32'd1);
      c_begins_as_another_ends : cover (quiet_o != '0 && flushed_o != '0);
    end
  end

  for (genvar s = 0; s < Launches; s++) begin : gen_turn
    logic [7:0] passed_d, passed_q, begin_d, begin_q, end_d, end_q;
    logic       nothing, mine, other;
    assign nothing  = idle_i && flushed_i;
    assign mine     = waits_i[s] && shares_i[s] && !stopped_i[s];
    assign other    = (quiet_o & shares_i & ~stopped_i & ~(launches_t'(1) << s)) != '0;
    assign passed_d = (mine && !quiet_o[s]) ? passed_q + 8'(other) : 8'd0;
    // The last that shares may be done in the very cycle in which the cache has paused for others: then it pauses again.
    assign begin_d  = (free_to_begin[s] && !quiet_o[s] && !other) ? begin_q + 8'(nothing) : 8'd0;
    assign end_d    = (write_back_i[s] && !flushed_o[s]) ? end_q + 8'(nothing) : 8'd0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        passed_q <= '0;
        begin_q  <= '0;
        end_q    <= '0;
      end else begin
        passed_q <= passed_d;
        begin_q  <= begin_d;
        end_q    <= end_d;
      end
    end
    always_comb begin
      if (rst_ni) begin
        a_turn : assert (32'(passed_q) < Launches);
        a_begins : assert (begin_q < 8'd2);
        a_ends : assert (end_q < 8'd2);
        c_passed : cover (32'(passed_q) == Launches - 1);
      end
    end
  end

endmodule
bind launch_turns launch_turns_checker u_check (.*);
