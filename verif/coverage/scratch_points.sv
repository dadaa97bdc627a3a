// Bound to scratchpad in builds for coverage: conflicts, atomics and cores in each other's way. Purely an observer.
module scratch_points #(
  parameter int unsigned Ports = 1
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Ports-1:0] port_valid,
  input logic             c_valid_q,
  input logic             c_first_q,
  input logic             step,
  input logic             is_store,
  input logic             is_amo,
  input logic             is_lr,
  input logic             is_sc,
  input logic             reserved,
  input logic [Ports-1:0] beside,
  input logic [Ports-1:0] beside_waits
);

  scratch_load        : cover property (@(posedge clk_i) rst_ni && step && !is_store && !is_amo && !is_lr && !is_sc);
  scratch_store       : cover property (@(posedge clk_i) rst_ni && step && is_store);
  scratch_amo         : cover property (@(posedge clk_i) rst_ni && step && is_amo);
  scratch_lr          : cover property (@(posedge clk_i) rst_ni && step && is_lr);
  scratch_sc          : cover property (@(posedge clk_i) rst_ni && step && is_sc);
  scratch_reserved    : cover property (@(posedge clk_i) rst_ni && reserved);
  scratch_conflict    : cover property (@(posedge clk_i) rst_ni && step && !c_first_q && !is_amo);
  scratch_amo_steps   : cover property (@(posedge clk_i) rst_ni && step && !c_first_q && is_amo);
  scratch_stalls      : cover property (@(posedge clk_i) rst_ni && c_valid_q && !step);
  scratch_next_waits  : cover property (@(posedge clk_i) rst_ni && c_valid_q && port_valid != '0);

  // Words of the copy engine beside steps of others.
  scratch_beside       : cover property (@(posedge clk_i) rst_ni && beside != '0);
  scratch_beside_waits : cover property (@(posedge clk_i) rst_ni && beside_waits != '0);

endmodule

bind scratchpad scratch_points #(.Ports(Ports)) u_points (.*);
