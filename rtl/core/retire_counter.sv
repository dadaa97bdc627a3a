// Merges the retirements of the execute stage and of memory instructions into one report per cycle for the counters.
// Memory instructions wait in a queue for a cycle in which the execute stage retires nothing. It never overflows: each
// has passed the execute stage without a report there, so at most one per warp is ahead of its free cycle.
module retire_counter
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              execute_valid_i,
  input  lane_mask_t        execute_lanes_i,
  input  logic              memory_valid_i,
  input  lane_mask_t        memory_lanes_i,
  output logic              retire_valid_o,
  output logic [LaneBits:0] retire_lanes_o
);

  localparam int unsigned Depth = Warps + 2;

  function automatic logic [LaneBits:0] count(lane_mask_t lanes);
    count = '0;
    for (int unsigned l = 0; l < Lanes; l++) count = count + (LaneBits + 1)'(lanes[l]);
  endfunction

  logic                       valid_q, queue_valid, unused_queue_ready, pop;
  logic [LaneBits:0]          lanes_q, queue_lanes;
  logic [$clog2(Depth+1)-1:0] unused_count;

  assign pop = queue_valid && !execute_valid_i;

  fifo #(
    .Width(LaneBits + 1),
    .Depth(Depth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i (count(memory_lanes_i)),
    .valid_i(memory_valid_i),
    .ready_o(unused_queue_ready),
    .data_o (queue_lanes),
    .valid_o(queue_valid),
    .ready_i(pop),
    .count_o(unused_count)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= execute_valid_i || queue_valid;
  end
  always_ff @(posedge clk_i) begin
    lanes_q <= execute_valid_i ? count(execute_lanes_i) : queue_lanes;
  end

  assign retire_valid_o = valid_q;
  assign retire_lanes_o = lanes_q;

`ifndef SYNTHESIS
  a_no_overflow : assert property (@(posedge clk_i) disable iff (!rst_ni) memory_valid_i |-> unused_queue_ready);
`endif

endmodule
