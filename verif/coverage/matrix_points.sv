// Bound to matrix_engine in builds for coverage: which commands it carries out and refuses. Purely an observer.
module matrix_points
  import matrix_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input logic       push,
  input command_t   command,
  input logic       checked_valid,
  input logic       checked_ready,
  input logic [1:0] owned,
  input logic       done_valid_o,
  input logic       done_ready_i,
  input fault_t     fault_o,
  input logic       fault_valid_o,
  input logic       fault_ready_i,
  input logic       lane_write_i,
  input logic       lane_valid_i,
  input logic       lane_ready_o
);

  logic taken, faults, mixed;
  assign taken  = rst_ni && push;
  assign faults = rst_ni && fault_valid_o && fault_ready_i;
  assign mixed  = command.tile.format.a != command.tile.format.b;

  // Formats, by the element of A, with the operands transposed or not, with and without accumulation.
  for (genvar e = 0; e <= 32'(ElementE2m1); e++) begin : gen_element
    logic mine;
    assign mine = taken && 32'(command.tile.format.a) == e;

    matrix_straight        : cover property (@(posedge clk_i) mine && !command.a.transposed && !command.b.transposed);
    matrix_transposed_a    : cover property (@(posedge clk_i) mine && command.a.transposed && !command.b.transposed);
    matrix_transposed_b    : cover property (@(posedge clk_i) mine && !command.a.transposed && command.b.transposed);
    matrix_transposed_both : cover property (@(posedge clk_i) mine && command.a.transposed && command.b.transposed);
    matrix_begins          : cover property (@(posedge clk_i) mine && !command.tile.accumulate);
    matrix_accumulates     : cover property (@(posedge clk_i) mine && command.tile.accumulate);
    matrix_one_group       : cover property (@(posedge clk_i) mine && command.tile.groups == 16'd1);
    matrix_groups          : cover property (@(posedge clk_i) mine && command.tile.groups != 16'd1);
    matrix_mixed           : cover property (@(posedge clk_i) mine && mixed);
    matrix_scaled_e8m0     : cover property (@(posedge clk_i) mine && command.tile.format.scale == ScaleE8m0);
    matrix_scaled_e4m3     : cover property (@(posedge clk_i) mine && command.tile.format.scale == ScaleE4m3);
  end

  // Shapes, in sizes of the array.
  for (genvar s = 1; s <= Blocks; s++) begin : gen_blocks
    matrix_rows    : cover property (@(posedge clk_i) taken && 32'(command.tile.row_blocks) == s);
    matrix_columns : cover property (@(posedge clk_i) taken && 32'(command.tile.column_blocks) == s);
  end

  for (genvar b = 0; b < 2; b++) begin : gen_buffer
    matrix_buffer          : cover property (@(posedge clk_i) taken && 32'(command.tile.buffer) == b);
    matrix_with_barrier    : cover property (@(posedge clk_i) taken && command.tag.arrive && 32'(command.tile.buffer) == b);
    matrix_without_barrier : cover property (@(posedge clk_i) taken && !command.tag.arrive && 32'(command.tile.buffer) == b);
  end

  for (genvar c = 1; c <= 32'(FaultRange); c++) begin : gen_cause
    matrix_refused : cover property (@(posedge clk_i) faults && 32'(fault_o.cause) == c);
  end

  for (genvar o = 0; o < 5; o++) begin : gen_operand
    matrix_misaligned   : cover property (@(posedge clk_i) faults && fault_o.cause == FaultAlignment && 32'(fault_o.operand) == o);
    matrix_out_of_range : cover property (@(posedge clk_i) faults && fault_o.cause == FaultRange && 32'(fault_o.operand) == o);
  end

  matrix_full           : cover property (@(posedge clk_i) rst_ni && checked_valid && !checked_ready);
  matrix_both_buffers   : cover property (@(posedge clk_i) rst_ni && owned == '1);
  matrix_done           : cover property (@(posedge clk_i) rst_ni && done_valid_o && done_ready_i);
  matrix_lanes_read     : cover property (@(posedge clk_i) rst_ni && lane_valid_i && lane_ready_o && !lane_write_i);
  matrix_lanes_write    : cover property (@(posedge clk_i) rst_ni && lane_valid_i && lane_ready_o && lane_write_i);
  matrix_lanes_wait     : cover property (@(posedge clk_i) rst_ni && lane_valid_i && !lane_ready_o);

endmodule

bind matrix_engine matrix_points u_points (.*);
