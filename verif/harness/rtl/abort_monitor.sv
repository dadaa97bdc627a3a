// Bound to dispatcher: reports the cycle after the one in which an abort by the host began to end a launch's warps.
module abort_monitor
  import monitor_pkg::*;
#(
  parameter int unsigned Slot = 0
) (
  input logic clk_i,
  input logic rst_ni,
  input logic kill_o,
  input logic aborted_o
);

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  logic killed_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) killed_q <= 1'b0;
    else         killed_q <= kill_o;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep && kill_o && !killed_q && aborted_o) heddle_monitor_abort(Slot);
  end

endmodule
