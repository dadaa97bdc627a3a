// Bound to host_port: reports the end of a launch, one that is rejected included. The registers show it a cycle later.
module launch_monitor
  import monitor_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic ended_i
);

  always_ff @(posedge clk_i) begin
    if (rst_ni && ended_i) heddle_monitor_launch_ended();
  end

endmodule
