// Bound to dot_unit in builds for coverage: special values of dot products, by format. Purely an observer.
module dot_points
  import matrix_pkg::*;
#(
  localparam int unsigned Latency = 7
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input format_t          format_i,
  input special_t         special_d,
  input logic [Latency:1] valid_q,
  input logic             int8_q,
  input logic             fixed_d,
  input logic [31:0]      fixed_result_d,
  input logic [31:0]      c_i,
  input logic             fixed6_q,
  input logic             valid_o,
  input logic [31:0]      result_o
);

  logic rounded_q;  // the result has been rounded: it was neither known without the sum nor is it that of integers

  always_ff @(posedge clk_i) rounded_q <= !fixed6_q;

  for (genvar e = 0; e <= 32'(ElementE2m1); e++) begin : gen_element
    logic mine;
    assign mine = rst_ni && valid_i && 32'(format_i.a) == e;

    dot_finite     : cover property (@(posedge clk_i) mine && !special_d.nan && !special_d.plus_infinity && !special_d.minus_infinity);
    dot_nan        : cover property (@(posedge clk_i) mine && special_d.nan);
    dot_infinity   : cover property (@(posedge clk_i) mine && !special_d.nan && (special_d.plus_infinity ^ special_d.minus_infinity));
    dot_infinities : cover property (@(posedge clk_i) mine && special_d.plus_infinity && special_d.minus_infinity);
  end

  dot_c_nan           : cover property (@(posedge clk_i) rst_ni && valid_q[1] && !int8_q && c_i[30:23] == '1 && c_i[22:0] != '0);
  dot_c_infinity      : cover property (@(posedge clk_i) rst_ni && valid_q[1] && !int8_q && c_i[30:0] == 31'h7F80_0000);
  dot_c_subnormal     : cover property (@(posedge clk_i) rst_ni && valid_q[1] && !int8_q && c_i[30:23] == '0 && c_i[22:0] != '0);
  dot_result_zero     : cover property (@(posedge clk_i) rst_ni && valid_q[1] && fixed_d && fixed_result_d == '0);
  dot_result_minus    : cover property (@(posedge clk_i) rst_ni && valid_q[1] && fixed_d && fixed_result_d == 32'h8000_0000);
  dot_result_overflow : cover property (@(posedge clk_i) rst_ni && valid_o && rounded_q && result_o[30:0] == 31'h7F80_0000);
  dot_result_subnormal : cover property (@(posedge clk_i) rst_ni && valid_o && rounded_q && result_o[30:23] == '0 && result_o[22:0] != '0);
  dot_result_cancels  : cover property (@(posedge clk_i) rst_ni && valid_o && rounded_q && result_o == '0);

endmodule

bind dot_unit dot_points u_points (.*);
