// Bound to host_messages in builds for coverage: interrupts as messages, by source. Purely an observer.
module messages_points #(
  parameter int unsigned Sources = 4
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               enable_i,
  input logic [Sources-1:0] levels_i,
  input logic [Sources-1:0] seen_q,
  input logic [Sources-1:0] mask_i,
  input logic [Sources-1:0] rearm_i,
  input logic [Sources-1:0] pending_q,
  input logic [Sources-1:0] sent,
  input logic               message_valid_o,
  input logic               message_done_i,
  input logic               message_error_i
);

  for (genvar s = 0; s < Sources; s++) begin : gen_source
    message_sent    : cover property (@(posedge clk_i) rst_ni && enable_i && sent[s]);
    message_masked  : cover property (@(posedge clk_i) rst_ni && pending_q[s] && mask_i[s]);
    message_rearmed : cover property (@(posedge clk_i) rst_ni && enable_i && rearm_i[s] && levels_i[s] && seen_q[s]);
  end

  message_several  : cover property (@(posedge clk_i) rst_ni && pending_q != '0 && !$onehot(pending_q));
  message_answered : cover property (@(posedge clk_i) rst_ni && message_valid_o && message_done_i && !message_error_i);
  message_lost     : cover property (@(posedge clk_i) rst_ni && message_valid_o && message_done_i && message_error_i);
  message_disabled : cover property (@(posedge clk_i) rst_ni && !enable_i && pending_q != '0);

endmodule

bind host_messages messages_points #(.Sources(Sources)) u_points (.*);
