// Bound to copy_engine: reports commands that end because their workgroup has been stopped. Those that end otherwise reports engine_monitor.
module copy_stop_monitor
  import copy_pkg::*;
  import monitor_pkg::*;
(
  input logic   clk_i,
  input logic   rst_ni,
  input logic   trace_check_stopped,
  input fault_t check_fault,
  input logic   trace_stopped,
  input tag_t   done_o
);

  localparam int unsigned EndStopped = 2;

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep) begin
      if (trace_stopped) heddle_monitor_command_end(1'b0, done_o.origin[31:0], EndStopped, 32'(done_o.id), 0, 0, 0, 0);
      if (trace_check_stopped) heddle_monitor_command_end(1'b0, check_fault.origin[31:0], EndStopped, 32'(check_fault.id), 0, 0, 0, 0);
    end
  end

endmodule
