// Bound to host_port: reports what the management core writes to the registers (of the host's accesses the harness knows itself).
module register_monitor
  import monitor_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        written_i,
  input logic [31:0] offset_i,
  input logic [31:0] value_i
);

  always_ff @(posedge clk_i) begin
    if (rst_ni && written_i) heddle_monitor_register_written(offset_i, value_i);
  end

endmodule
