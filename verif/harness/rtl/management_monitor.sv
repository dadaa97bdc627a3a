// Bound to mgmt_subsystem: reports the hart's records, the ends of its resets, and what the host writes on its bus.
// A write of the host is reported in the cycle after its acceptance, as the hart's own accesses to SRAM are (they are answered in that
// cycle, and so are in a record): the checker sees them in the order in which SRAM has taken them.
module management_monitor
  import heddle_pkg::*;
  import mgmt_pkg::*;
  import monitor_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input logic          running_i,
  input mgmt_trace_t   trace_i,
  input logic          trace_valid_i,
  input mgmt_request_t host_i,
  input logic          host_accepted_i
);

  logic          running_q, written_q;
  mgmt_request_t host_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      written_q <= 1'b0;
    end else begin
      running_q <= running_i;
      written_q <= host_accepted_i && host_i.write && host_i.strobe == '1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (host_accepted_i) host_q <= host_i;
  end

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep) begin
      if (running_i && !running_q) heddle_monitor_management_reset();
      if (written_q) heddle_monitor_management_host(host_q.address, host_q.data);
      if (running_i && trace_valid_i) begin
        heddle_monitor_management(trace_i.order, trace_i.interrupt, trace_i.trap, trace_i.pc, trace_i.next_pc, trace_i.instr,
                                  32'(trace_i.rd), trace_i.value, trace_i.memory_write, 32'(trace_i.memory_strobe),
                                  trace_i.memory_address, trace_i.memory_data, trace_i.cause, trace_i.tval, trace_i.mip);
      end
    end
  end

endmodule
