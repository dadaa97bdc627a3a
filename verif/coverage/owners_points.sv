// Bound to core_owners in builds for coverage (with launches > 1): cores that go from launch to launch. Purely an observer.
module owners_points
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic [Launches-1:0] more_i,
  input logic [Launches-1:0] poor,
  input logic [Launches-1:0] some,
  input logic [Cores-1:0]    given,
  input logic [Cores-1:0]    taken_q,
  input logic [Cores-1:0]    leaving_q,
  input logic [Cores-1:0]    reclaimed,
  input launch_id_t          next,
  input launch_id_t [Cores-1:0] owner_q
);

  logic other;  // a core goes to another launch than the one that had it last

  always_comb begin
    other = 1'b0;
    for (int unsigned c = 0; c < Cores; c++) other = other | (given[c] && owner_q[c] != next);
  end

  cores_given            : cover property (@(posedge clk_i) rst_ni && given != '0);
  cores_change_hands     : cover property (@(posedge clk_i) rst_ni && other);
  cores_to_one_launch    : cover property (@(posedge clk_i) rst_ni && taken_q == '1 && leaving_q == '0 && $onehot(some) && Cores > 1);
  cores_of_several       : cover property (@(posedge clk_i) rst_ni && some != '0 && !$onehot(some));
  cores_reclaimed        : cover property (@(posedge clk_i) rst_ni && reclaimed != '0);
  cores_wanted_in_vain   : cover property (@(posedge clk_i) rst_ni && poor != '0 && taken_q == '1);
  cores_wanted_by_several : cover property (@(posedge clk_i) rst_ni && more_i != '0 && !$onehot(more_i));

endmodule

bind core_owners owners_points u_points (.*);
