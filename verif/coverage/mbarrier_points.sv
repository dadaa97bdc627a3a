// Bound to mbarrier_unit in builds for coverage: operations, their errors, waits and wake-ups. Purely an observer.
module mbarrier_points
  import copy_pkg::*;
#(
  parameter int unsigned Sources = 3,
  parameter int unsigned Waiters = 8
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic [Sources-1:0] answer_valid_o,
  input barrier_op_e        op_q,
  input barrier_error_e     error_q,
  input barrier_t           changed_q,
  input logic               over_q,
  input logic               ended_q,
  input logic [Waiters-1:0] wake_o,
  input logic [Waiters-1:0] cancel_i,
  input logic [Waiters-1:0] waiting_q
);

  logic answered, fine;
  assign answered = rst_ni && answer_valid_o != '0;
  assign fine     = answered && error_q == BarrierFine;

  for (genvar o = 0; o <= 32'(BarrierWait); o++) begin : gen_op
    barrier_performed : cover property (@(posedge clk_i) fine && 32'(op_q) == o);
    barrier_refused   : cover property (@(posedge clk_i) answered && error_q != BarrierFine && 32'(op_q) == o);
  end

  for (genvar e = 1; e <= 32'(BarrierBytes); e++) begin : gen_error
    barrier_error : cover property (@(posedge clk_i) answered && 32'(error_q) == e);
  end

  barrier_ends_by_arrival    : cover property (@(posedge clk_i) fine && ended_q && op_q == BarrierArrive);
  barrier_ends_by_bytes      : cover property (@(posedge clk_i) fine && ended_q && op_q == BarrierComplete);
  barrier_bytes_come_early   : cover property (@(posedge clk_i) fine && op_q == BarrierComplete && changed_q.bytes < 0);
  barrier_test_over          : cover property (@(posedge clk_i) fine && op_q == BarrierTest && over_q);
  barrier_test_not_over      : cover property (@(posedge clk_i) fine && op_q == BarrierTest && !over_q);
  barrier_wait_over          : cover property (@(posedge clk_i) fine && op_q == BarrierWait && over_q);
  barrier_wait_enters        : cover property (@(posedge clk_i) fine && op_q == BarrierWait && !over_q);
  barrier_wakes_one          : cover property (@(posedge clk_i) rst_ni && $onehot(wake_o));
  barrier_wakes_several      : cover property (@(posedge clk_i) rst_ni && wake_o != '0 && !$onehot(wake_o));
  barrier_others_wait_on     : cover property (@(posedge clk_i) rst_ni && wake_o != '0 && (waiting_q & ~wake_o) != '0);
  barrier_wait_is_cancelled  : cover property (@(posedge clk_i) rst_ni && (waiting_q & cancel_i) != '0);

endmodule

bind mbarrier_unit mbarrier_points #(.Sources(Sources), .Waiters(Waiters)) u_points (.*);
