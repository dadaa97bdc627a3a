// path_select finds the greatest key of the valid lanes.
module path_select_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input lane_mask_t            valid_i,
  input path_key_t [Lanes-1:0] key_i,
  input logic                  any_o,
  input path_key_t             key_o
);
  logic [Lanes-1:0] same;
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign same[l] = valid_i[l] && key_i[l] == key_o;
    always_comb if (valid_i[l]) a_greatest : assert (key_o >= key_i[l]);
  end
  always_comb begin
    a_any : assert (any_o == (valid_i != '0));
    if (valid_i != '0) a_is_one : assert (same != '0);
  end
endmodule
bind path_select path_select_checker u_check (.*);
