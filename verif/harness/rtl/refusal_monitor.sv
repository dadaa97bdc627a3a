// Bound to launch_gate: reports that memory has refused a write-back, as the fault of the launch that it is.
module refusal_monitor
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic   clk_i,
  input logic   rst_ni,
  input logic   refused_valid_o,
  input fault_t refused_o
);

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep && refused_valid_o) begin
      heddle_monitor_fault(0, 32'(refused_o.warp), 32'(refused_o.lane), refused_o.cause, refused_o.pc, refused_o.value, refused_o.detail,
                           refused_o.group_id[0], refused_o.group_id[1], refused_o.group_id[2],
                           32'(refused_o.local_id));
    end
  end

endmodule
