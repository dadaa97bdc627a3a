// Bound to copy_check in builds for coverage: which commands it passes on, and which it refuses. Purely an observer.
module copy_command_points
  import copy_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input descriptor_t d_q,
  input logic        command_valid_o,
  input logic        command_ready_i,
  input fault_t      fault_o,
  input logic        fault_valid_o,
  input logic        fault_ready_i
);

  logic taken, loads, stores, fills;
  assign taken  = rst_ni && command_valid_o && command_ready_i;
  assign loads  = taken && d_q.direction == DirectionLoad;
  assign stores = taken && d_q.direction == DirectionStore;
  assign fills  = taken && d_q.direction == DirectionFill;

  for (genvar r = 1; r <= Rank; r++) begin : gen_rank
    copy_load_rank  : cover property (@(posedge clk_i) loads && 32'(d_q.rank) == r);
    copy_store_rank : cover property (@(posedge clk_i) stores && 32'(d_q.rank) == r);
    copy_fill_rank  : cover property (@(posedge clk_i) fills && 32'(d_q.rank) == r);
  end

  for (genvar e = 0; e <= 4; e++) begin : gen_element
    copy_load_element  : cover property (@(posedge clk_i) loads && 32'(d_q.element) == e);
    copy_store_element : cover property (@(posedge clk_i) stores && 32'(d_q.element) == e);
    copy_fill_element  : cover property (@(posedge clk_i) fills && 32'(d_q.element) == e);
  end

  for (genvar s = 0; s < 4; s++) begin : gen_swizzle
    copy_load_swizzle  : cover property (@(posedge clk_i) loads && 32'(d_q.swizzle) == s);
    copy_store_swizzle : cover property (@(posedge clk_i) stores && 32'(d_q.swizzle) == s);
    copy_fill_swizzle  : cover property (@(posedge clk_i) fills && 32'(d_q.swizzle) == s);
  end

  copy_with_barrier    : cover property (@(posedge clk_i) taken && d_q.complete);
  copy_without_barrier : cover property (@(posedge clk_i) taken && !d_q.complete);

  // Causes of docs/copy.md that are found before anything is moved.
  for (genvar c = 1; c <= 5; c++) begin : gen_cause
    copy_refused : cover property (@(posedge clk_i) rst_ni && fault_valid_o && fault_ready_i && 32'(fault_o.cause) == c);
  end

endmodule

bind copy_check copy_command_points u_points (.*);
