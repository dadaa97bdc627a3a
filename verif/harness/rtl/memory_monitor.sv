// Bound to each bank's l2_data: reports every write, AMO, LR and SC to device memory in the cycle it takes its place in the order, those of
// the copy engine as its own.
module memory_monitor
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input logic          trace_memory_valid,
  input trace_memory_t trace_memory
);

  // For waveforms, with widths that are the same for every configuration.
  /* verilator lint_off UNUSEDSIGNAL */  // read in waveforms alone
  word_t op, warp, lane, address;
  assign op      = 32'(trace_memory.request.op);
  assign warp    = 32'(trace_memory.request.tag.warp);
  assign lane    = 32'(trace_memory.request.lane);
  assign address = trace_memory.request.address;
  /* verilator lint_on UNUSEDSIGNAL */

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep && trace_memory_valid && trace_memory.engine) begin
      heddle_monitor_copy_memory(trace_memory.request.tag.order, trace_memory.request.address, trace_memory.request.strobe,
                                 trace_memory.request.data);
    end else if (rst_ni && lockstep && trace_memory_valid) begin
      heddle_monitor_memory(32'(trace_memory.request.tag.core), 32'(trace_memory.request.tag.warp),
                            trace_memory.request.tag.order, 32'(trace_memory.request.lane),
                            32'(trace_memory.request.op), 32'(trace_memory.request.amo), trace_memory.request.address,
                            trace_memory.request.strobe, trace_memory.request.data, trace_memory.old_word,
                            trace_memory.sc_success);
    end
  end

endmodule
