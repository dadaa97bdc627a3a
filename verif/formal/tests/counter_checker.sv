module counter_checker (input logic clk_i, input logic rst_ni, input logic [2:0] count_q);
  always_comb begin
    if (rst_ni) begin
      a_below : assert (count_q < 3'd7);
      if (count_q == 3'd7) a_never_asked : assert (count_q == 3'd7);
      c_one : cover (count_q == 3'd1);
      c_six : cover (count_q == 3'd6);
      c_seven : cover (count_q == 3'd7);
    end
  end
endmodule
bind counter counter_checker u_check (.*);
