// Bound to launch_gate: reports that memory has refused a write-back, as the fault of the launch that it is.
module refusal_monitor
  import heddle_pkg::*;
  import monitor_pkg::*;
#(
  parameter int unsigned Slot = 0
) (
  input logic   clk_i,
  input logic   rst_ni,
  input logic   refused_valid_o,
  input fault_t refused_o
);

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep && refused_valid_o) begin
      heddle_monitor_refused(Slot, refused_o.cause, refused_o.value);
    end
  end

  logic unused;
  assign unused = ^refused_o;  // the other fields are zero

endmodule
