// A dot-product unit with what takes its two groups apart, as matrix_array has them; ports are plain vectors.
module dot_bench
  import matrix_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         valid_i,
  input  logic [7:0]   format_i,  // format_t
  input  logic [255:0] a_i,
  input  logic [255:0] b_i,
  input  logic [31:0]  a_scales_i,
  input  logic [31:0]  b_scales_i,
  input  logic [31:0]  c_i,       // of the group that entered in the cycle before
  output logic         valid_o,
  output logic [31:0]  result_o
);

  format_t   format;
  elements_t a, b;
  planes_t   a_planes, b_planes;

  assign format = format_t'(format_i);

  dot_elements u_a (
    .element_i (format.a),
    .group_i   (a_i),
    .elements_o(a),
    .planes_o  (a_planes)
  );

  dot_elements u_b (
    .element_i (format.b),
    .group_i   (b_i),
    .elements_o(b),
    .planes_o  (b_planes)
  );

  dot_unit u_dot (
    .clk_i,
    .rst_ni,
    .valid_i,
    .format_i  (format),
    .a_i       (a),
    .b_i       (b),
    .a_planes_i(a_planes),
    .b_planes_i(b_planes),
    .a_scales_i(scales_t'(a_scales_i)),
    .b_scales_i(scales_t'(b_scales_i)),
    .c_i,
    .valid_o,
    .result_o
  );

endmodule
