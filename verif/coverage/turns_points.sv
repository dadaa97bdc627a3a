// Bound to launch_turns in builds for coverage (with launches > 1): beginnings and ends of launches while others run. Purely an observer.
module turns_points
  import heddle_config_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic [Launches-1:0] shares_i,
  input logic [Launches-1:0] waits_i,
  input logic [Launches-1:0] stopped_i,
  input logic [Launches-1:0] write_back_i,
  input logic [Launches-1:0] begins,
  input logic                held_q,
  input logic                settled,
  input logic                pause_q
);

  turns_begin_alone    : cover property (@(posedge clk_i) settled && $onehot(begins) && write_back_i == '0);
  turns_begin_and_end  : cover property (@(posedge clk_i) settled && begins != '0 && write_back_i != '0);
  turns_end_together   : cover property (@(posedge clk_i) settled && write_back_i != '0 && !$onehot(write_back_i));
  turns_share          : cover property (@(posedge clk_i) settled && (begins & shares_i) != '0);
  turns_share_waits    : cover property (@(posedge clk_i) rst_ni && held_q && (waits_i & shares_i) != '0);
  turns_share_stopped  : cover property (@(posedge clk_i) rst_ni && held_q && (waits_i & shares_i & stopped_i) != '0);
  turns_pause          : cover property (@(posedge clk_i) rst_ni && pause_q && !settled);

endmodule

bind launch_turns turns_points u_points (.*);
