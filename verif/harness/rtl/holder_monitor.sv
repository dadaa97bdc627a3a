// Bound to launch_turns: reports which launch slot gets scratchpad and engines.
module holder_monitor
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input logic       settled,
  input logic       any_claim,
  input launch_id_t claim
);

  always_ff @(posedge clk_i) begin
    if (rst_ni && settled && any_claim) heddle_monitor_holder(32'(claim));
  end

endmodule
