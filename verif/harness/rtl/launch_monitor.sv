// Bound to launch_port: reports the end of a launch, one that is rejected included, and with several launch slots a cycle later what the
// registers show of it (with one the harness reads them as a host does; but another launch goes on meanwhile).
module launch_monitor
  import heddle_config_pkg::*;
  import heddle_regs_pkg::*;
  import monitor_pkg::*;
#(
  parameter int unsigned Slot = 0
) (
  input logic            clk_i,
  input logic            rst_ni,
  input logic            ended_i,
  input heddle_regs_in_t hw_i
);

  logic ended_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ended_q <= 1'b0;
    else         ended_q <= ended_i && Launches > 1;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && ended_i) heddle_monitor_launch_ended(Slot);
    if (rst_ni && ended_q) begin
      heddle_monitor_outcome(Slot, hw_i.status.fault, hw_i.status.aborted, hw_i.status.rejected, 32'(hw_i.status.reason),
                             {hw_i.warp_instrs_hi, hw_i.warp_instrs_lo}, {hw_i.lane_instrs_hi, hw_i.lane_instrs_lo});
      heddle_monitor_outcome_fault(Slot, 32'(hw_i.fault_place.core), 32'(hw_i.fault_place.warp), 32'(hw_i.fault_place.lane), hw_i.fault_cause,
                                   hw_i.fault_pc, hw_i.fault_value, hw_i.fault_detail, hw_i.fault_group[0], hw_i.fault_group[1],
                                   hw_i.fault_group[2], hw_i.fault_local);
    end
  end

  logic unused;
  assign unused = ^hw_i;

endmodule
