module wrong_checker (input logic clk_i, input logic rst_ni, input logic [2:0] count_q);
  always_comb if (rst_ni) a_below_five : assert (count_q < 3'd5);
endmodule
bind counter wrong_checker u_check (.*);
