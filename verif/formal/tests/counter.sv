// Counts from 0 to 6. For the tests of `heddle formal`.
module counter (
  input  logic       clk_i,
  input  logic       rst_ni,
  output logic [2:0] count_o
);
  logic [2:0] count_d, count_q;
  assign count_o = count_q;
  assign count_d = (count_q == 3'd6) ? 3'd0 : count_q + 3'd1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else         count_q <= count_d;
  end
`ifndef SYNTHESIS
  a_own : assert property (@(posedge clk_i) disable iff (!rst_ni) count_q == 3'd6 |-> count_d == 3'd0);
  a_next : assert property (@(posedge clk_i) disable iff (!rst_ni) count_q != 3'd6 |=> count_q == $past(count_q) + 3'd1);
`endif
endmodule
