// The floating-point units of a warp side by side, with plain ports. Every lane of the pipe has its own operation.
module fpu_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import fpu_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] lanes_o,
  output logic [31:0] latency_o,
  output logic [31:0] special_units_o,

  // one fpu_pipe per lane; every value in a word of its own
  input  lane_words_t pipe_valid_i,
  input  lane_words_t pipe_op_i,
  input  lane_words_t pipe_format_i,
  input  lane_words_t pipe_rounding_i,
  input  lane_words_t pipe_a_i,
  input  lane_words_t pipe_b_i,
  input  lane_words_t pipe_c_i,
  output lane_words_t pipe_valid_o,
  output lane_words_t pipe_result_o,
  output lane_words_t pipe_flags_o,

  input  logic        divide_start_i,
  input  logic        divide_sqrt_i,
  input  logic        divide_format_i,
  input  lane_words_t divide_rounding_i,
  input  logic [31:0] divide_mask_i,
  input  lane_words_t divide_a_i,
  input  lane_words_t divide_b_i,
  output logic        divide_done_o,
  input  logic        divide_accept_i,
  output lane_words_t divide_result_o,
  output lane_words_t divide_flags_o,

  input  logic        special_valid_i,
  output logic        special_ready_o,
  input  logic [2:0]  special_function_i,
  input  logic [31:0] special_mask_i,
  input  lane_words_t special_a_i,
  output logic        special_done_o,
  input  logic        special_accept_i,
  output lane_words_t special_result_o,
  output lane_words_t special_flags_o
);

  assign lanes_o         = 32'(Lanes);
  assign latency_o       = 32'(FpuLatency);
  assign special_units_o = 32'(SpecialUnits);

  for (genvar l = 0; l < int'(Lanes); l++) begin : g_pipe
    logic       valid;
    fpu_flags_t flags;
    fpu_pipe u_pipe (
      .clk_i,
      .rst_ni,
      .valid_i   (pipe_valid_i[l][0]),
      .op_i      (fpu_op_e'(pipe_op_i[l][4:0])),
      .format_i  (fpu_format_e'(pipe_format_i[l][0])),
      .rounding_i(pipe_rounding_i[l][2:0]),
      .a_i       (pipe_a_i[l]),
      .b_i       (pipe_b_i[l]),
      .c_i       (pipe_c_i[l]),
      .valid_o   (valid),
      .result_o  (pipe_result_o[l]),
      .flags_o   (flags)
    );
    assign pipe_valid_o[l] = {31'b0, valid};
    assign pipe_flags_o[l] = {27'b0, flags};
  end

  rounding_t [Lanes-1:0]  divide_rounding;
  fpu_flags_t [Lanes-1:0] divide_flags;
  fpu_divide u_divide (
    .clk_i,
    .rst_ni,
    .start_i   (divide_start_i),
    .sqrt_i    (divide_sqrt_i),
    .format_i  (fpu_format_e'(divide_format_i)),
    .rounding_i(divide_rounding),
    .mask_i    (divide_mask_i[Lanes-1:0]),
    .a_i       (divide_a_i),
    .b_i       (divide_b_i),
    .done_o    (divide_done_o),
    .accept_i  (divide_accept_i),
    .result_o  (divide_result_o),
    .flags_o   (divide_flags)
  );
  for (genvar l = 0; l < int'(Lanes); l++) begin : g_divide
    assign divide_rounding[l] = divide_rounding_i[l][2:0];
    assign divide_flags_o[l]  = {27'b0, divide_flags[l]};
  end

  fpu_flags_t [Lanes-1:0] special_flags;
  special_unit u_special (
    .clk_i,
    .rst_ni,
    .valid_i   (special_valid_i),
    .ready_o   (special_ready_o),
    .function_i(special_e'(special_function_i)),
    .mask_i    (special_mask_i[Lanes-1:0]),
    .a_i       (special_a_i),
    .done_o    (special_done_o),
    .accept_i  (special_accept_i),
    .result_o  (special_result_o),
    .flags_o   (special_flags)
  );
  for (genvar l = 0; l < int'(Lanes); l++) begin : g_special
    assign special_flags_o[l] = {27'b0, special_flags[l]};
  end

endmodule
