// Evaluates one special function at a time per cycle, pipelined. Latency Stages = 8 cycles that advance, from `valid_i` to the
// combinational result: take apart, reduce, row, products, polynomial, multiply, add, normalise (then round).
// Nothing moves without `advance_i`. Stages without an operation, and those of operations with a known result, do not toggle.
module special_evaluator
  import fpu_pkg::*;
#(
  localparam int unsigned Stages = 8
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        advance_i,
  input  logic        valid_i,
  input  special_e    function_i,
  input  logic [31:0] a_i,
  output logic        valid_o,
  output logic [31:0] result_o,
  output fpu_flags_t  flags_o
);

  logic           [Stages:1] valid_q;                // there is an operation in front of stage n + 1
  logic           [Stages:1] computes;               // and its result is not known yet
  special_fixed_t            fixed1_d, fixed2_d, reduced_fixed;
  special_fixed_t            fixed_q [Stages:1];
  special_e                  function_q;
  logic                      sign_d, sign_q;
  exponent_t                 exponent_d, exponent_q;
  logic [23:0]               significand_d, significand_q;
  logic [9:0]                row_d, row_q;
  logic [20:0]               position_d, position_q;
  special_scale_t            scale_d;
  special_scale_t            scale_q [5:2];
  logic [31:0]               polynomial, computed;

  special_operand u_operand (
    .enable_i     (valid_i),
    .function_i,
    .word_i       (a_i),
    .sign_o       (sign_d),
    .exponent_o   (exponent_d),
    .significand_o(significand_d),
    .fixed_o      (fixed1_d)
  );

  special_reduce u_reduce (
    .enable_i     (computes[1]),
    .function_i   (function_q),
    .sign_i       (sign_q),
    .exponent_i   (exponent_q),
    .significand_i(significand_q),
    .row_o        (row_d),
    .position_o   (position_d),
    .scale_o      (scale_d),
    .fixed_o      (reduced_fixed)
  );
  assign fixed2_d = fixed_q[1].known ? fixed_q[1] : reduced_fixed;

  special_polynomial u_polynomial (
    .clk_i,
    .advance_i,
    .valid_i   (computes[4:2]),
    .row_i     (row_q),
    .position_i(position_q),
    .value_o   (polynomial)
  );

  special_finish u_finish (
    .clk_i,
    .advance_i,
    .valid_i (computes[8:5]),
    .value_i (polynomial),
    .scale_i (scale_q[5]),
    .result_o(computed)
  );

  always_comb begin
    for (int unsigned s = 1; s <= Stages; s++) computes[s] = valid_q[s] && !fixed_q[s].known;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        valid_q <= '0;
    else if (advance_i) valid_q <= {valid_q[Stages-1:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      if (valid_i) begin
        function_q    <= function_i;
        sign_q        <= sign_d;
        exponent_q    <= exponent_d;
        significand_q <= significand_d;
        fixed_q[1]    <= fixed1_d;
      end
      if (valid_q[1]) begin
        row_q      <= row_d;
        position_q <= position_d;
        scale_q[2] <= scale_d;
        fixed_q[2] <= fixed2_d;
      end
      for (int unsigned s = 3; s <= Stages; s++) begin
        if (valid_q[s-1]) fixed_q[s] <= fixed_q[s-1];
      end
      for (int unsigned s = 3; s <= 5; s++) begin
        if (computes[s-1]) scale_q[s] <= scale_q[s-1];
      end
    end
  end

  assign valid_o  = valid_q[Stages];
  assign result_o = fixed_q[Stages].known ? fixed_q[Stages].result : computed;
  assign flags_o  = fixed_q[Stages].known ? fixed_q[Stages].flags : '0;

endmodule
