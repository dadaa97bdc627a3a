// Bound to copy_engine in builds for coverage: commands under way, what memory and regions refuse, workgroups that are stopped. Purely an
// observer.
module copy_engine_points
  import copy_pkg::*;
#(
  localparam int unsigned Owners = 1 << OwnerBits
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              checked_valid,
  input logic              table_free,
  input logic              queue_ready,
  input logic [Owners-1:0] busy_o,
  input logic [Owners-1:0] cancel_i,
  input logic              done_valid_o,
  input logic              done_ready_i,
  input fault_t            fault_o,
  input logic              fault_valid_o,
  input logic              fault_ready_i,
  input logic              check_fault_valid,
  input logic              move_fault_valid,
  input logic              memory_valid_o,
  input logic              memory_ready_i,
  input logic              scratch_valid_o,
  input logic              scratch_ready_i
);

  copy_full              : cover property (@(posedge clk_i) rst_ni && checked_valid && !(table_free && queue_ready));
  copy_done              : cover property (@(posedge clk_i) rst_ni && done_valid_o && done_ready_i);
  copy_done_waits        : cover property (@(posedge clk_i) rst_ni && done_valid_o && !done_ready_i);
  copy_no_access         : cover property (@(posedge clk_i) rst_ni && fault_valid_o && fault_ready_i && fault_o.cause == FaultAccess);
  copy_memory_refuses    : cover property (@(posedge clk_i) rst_ni && fault_valid_o && fault_ready_i && fault_o.cause == FaultMemory);
  copy_two_faults        : cover property (@(posedge clk_i) rst_ni && check_fault_valid && move_fault_valid);
  copy_cancelled         : cover property (@(posedge clk_i) rst_ni && (busy_o & cancel_i) != '0);
  copy_memory_busy       : cover property (@(posedge clk_i) rst_ni && memory_valid_o && !memory_ready_i);
  copy_scratchpad_busy   : cover property (@(posedge clk_i) rst_ni && scratch_valid_o && !scratch_ready_i);

endmodule

bind copy_engine copy_engine_points u_points (.*);
