// Bound to cluster_engines: says whose request the accumulators work on from now on (window_monitor).
module request_tag_monitor
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic            clk_i,
  input logic            rst_ni,
  input logic            window_take,
  input window_request_t window
);

  bit lockstep, turn_q;
  initial lockstep = heddle_monitor_lockstep();

  always_ff @(posedge clk_i) begin
    if (!rst_ni) turn_q <= 1'b0;
    else if (window_take) turn_q <= !turn_q;
    if (rst_ni && lockstep && window_take) begin
      heddle_monitor_window(turn_q, 32'(window.tag.core), 32'(window.tag.warp), window.tag.order);
    end
  end

endmodule
