// Bound to l2_bank in builds for coverage: what a bank of the L2 cache meets. Purely an observer.
module l2_points
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input logic         clk_i,
  input logic         rst_ni,
  input logic         flush_i,
  input logic         t_access,
  input logic         t_first,
  input logic         t_fill,
  input logic         t_clean,
  input logic         t_error_q,
  input transaction_t t,
  input logic         hit,
  input logic         full,
  input logic         reads,
  input logic         covered,
  input logic         waits,
  input logic         fetch,
  input logic         failed,
  input logic         writes,
  input logic         performs,
  input logic         evict,
  input logic         chain_take,
  input logic         sc_fails,
  input logic         head_full,
  input logic         head_valid_q,
  input logic         answer_room,
  input logic         miss_room,
  input logic         written_room,
  input line_strobe_t evict_strobe
);

  l2_read_hit       : cover property (@(posedge clk_i) rst_ni && t_first && t.op == MemRead && covered && !waits);
  l2_read_partial   : cover property (@(posedge clk_i) rst_ni && t_first && reads && hit && !full && covered && !waits);
  l2_read_incomplete : cover property (@(posedge clk_i) rst_ni && fetch && hit);
  l2_miss           : cover property (@(posedge clk_i) rst_ni && fetch && !hit);
  l2_waits          : cover property (@(posedge clk_i) rst_ni && waits);
  l2_write_hit      : cover property (@(posedge clk_i) rst_ni && writes && hit);
  l2_write_allocates : cover property (@(posedge clk_i) rst_ni && writes && !hit);
  l2_fill_error     : cover property (@(posedge clk_i) rst_ni && t_fill && t_error_q);
  l2_failed         : cover property (@(posedge clk_i) rst_ni && failed);
  l2_evict_whole    : cover property (@(posedge clk_i) rst_ni && evict && evict_strobe == '1);
  l2_evict_partial  : cover property (@(posedge clk_i) rst_ni && evict && evict_strobe != '1);
  l2_clean_early    : cover property (@(posedge clk_i) rst_ni && t_clean && !flush_i);
  l2_clean_flush    : cover property (@(posedge clk_i) rst_ni && t_clean && flush_i);
  l2_amo_chain      : cover property (@(posedge clk_i) rst_ni && chain_take);
  l2_sc_done        : cover property (@(posedge clk_i) rst_ni && performs && t.op == MemSc && !sc_fails);
  l2_sc_failed      : cover property (@(posedge clk_i) rst_ni && performs && t.op == MemSc && sc_fails);
  l2_touch          : cover property (@(posedge clk_i) rst_ni && t_access && t.op == MemTouch);
  l2_set_full       : cover property (@(posedge clk_i) rst_ni && head_valid_q && head_full);
  l2_no_answer_room : cover property (@(posedge clk_i) rst_ni && head_valid_q && !answer_room);
  l2_no_miss_room   : cover property (@(posedge clk_i) rst_ni && head_valid_q && !miss_room);
  l2_no_written_room : cover property (@(posedge clk_i) rst_ni && head_valid_q && !written_room);

endmodule

bind l2_bank l2_points u_points (.*);
