// Bound to copy_walk in builds for coverage: where rows of a box lie to the bounds of their tensor. Purely an observer.
module copy_walk_points
  import copy_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input box_t       box_q,
  input logic       sent,
  input logic [8:0] left_q,
  input logic [8:0] inside_end_q,
  input run_t       run_o
);

  logic row, left, right, none;
  assign row   = rst_ni && sent && run_o.bytes != '0;
  assign none  = inside_end_q <= left_q;
  assign left  = left_q != '0;
  assign right = inside_end_q < box_q.box[0];

  copy_row_inside        : cover property (@(posedge clk_i) row && !none && !left && !right);
  copy_row_begins_before : cover property (@(posedge clk_i) row && !none && left && !right);
  copy_row_ends_behind   : cover property (@(posedge clk_i) row && !none && !left && right);
  copy_row_on_both_sides : cover property (@(posedge clk_i) row && !none && left && right);
  copy_row_outside       : cover property (@(posedge clk_i) row && none);
  copy_box_stopped       : cover property (@(posedge clk_i) rst_ni && sent && run_o.bytes == '0);

endmodule

bind copy_walk copy_walk_points u_points (.*);
