// Bound to scratchpad: reports stores, AMOs, LRs and SCs of lanes, and what the copy engine writes, in the cycle they are performed, as many
// lanes as go together.
module scratch_monitor
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic           clk_i,
  input logic           rst_ni,
  input logic           trace_scratch_valid,
  input logic           trace_copy_valid,
  input trace_scratch_t trace_scratch,
  input scratch_request_t trace_copy
);

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  function automatic lane_bits_t widen_addresses(input logic [Lanes-1:0][ScratchBits-1:0] address);
    for (int unsigned lane = 0; lane < Lanes; lane++) widen_addresses[lane] = 32'(address[lane]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep && trace_scratch_valid) begin
      heddle_monitor_scratch(32'(trace_scratch.tag.core), 32'(trace_scratch.tag.warp), trace_scratch.tag.order,
                             32'(trace_scratch.op), 32'(trace_scratch.amo), 32'(trace_scratch.mask),
                             widen_addresses(trace_scratch.address), trace_scratch.strobe, trace_scratch.data,
                             trace_scratch.old, 32'(trace_scratch.sc_success));
    end
    if (rst_ni && lockstep && trace_copy_valid) begin
      heddle_monitor_copy_scratch(trace_copy.tag.order, 32'(trace_copy.address[0]), 32'(trace_copy.mask), trace_copy.strobe, trace_copy.data);
    end
  end

endmodule
