// True, but a counter of its own that starts beyond its range stays there as long as one likes.
module not_inductive_checker (input logic clk_i, input logic rst_ni, input logic [2:0] count_q);
  logic [3:0] even_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                      even_q <= '0;
    else if (even_q != 4'd15 && count_q == 3'd3)      even_q <= (even_q == 4'd4) ? 4'd0 : even_q + 4'd2;
  end
  always_comb if (rst_ni) a_not_nine : assert (even_q != 4'd9);
endmodule
bind counter not_inductive_checker u_check (.*);
