// Multiplications and divisions. Divisions are restoring, one bit per cycle, leading zero bytes of the dividend skipped: 9 to 33 cycles
// from start to done. Multiplications take one bit per cycle in the same registers (33 cycles), or with MgmtMultiplier one cycle.
// One operation at a time: `start_i` only while neither running nor done; `result_o` holds from `done_o` until `accept_i`.
module mgmt_long_unit
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       start_i,
  input  logic [2:0] operation_i,  // funct3: mul, mulh, mulhsu, mulhu, div, divu, rem, remu
  input  word_t      a_i,
  input  word_t      b_i,
  output logic       done_o,
  input  logic       accept_i,
  output word_t      result_o
);

  typedef enum logic [1:0] {Idle, Run, Done} state_e;

  state_e      state_d, state_q;
  logic [5:0]  left_d, left_q;           // bits still to do
  // Division: the dividend leaves `low` at the top while quotient bits enter at the bottom, `high` is the remainder. Multiplication:
  // the multiplier leaves `low` at the bottom while product bits enter at the top, `high` is the upper part of the sum.
  word_t       low_d, low_q;
  logic [32:0] high_d, high_q;
  word_t       operand_d, operand_q;     // magnitude of the divisor or multiplicand
  logic        negate_d, negate_q;       // the magnitude that is asked for is that of a negative number
  logic        high_part_d, high_part_q; // the result is in `high`: remainder, upper half
  logic        product_d, product_q;

  logic        is_divide, a_signed, b_signed, a_negative, b_negative, fast;
  word_t       a_magnitude, b_magnitude;
  logic [1:0]  skip;
  logic [32:0] trial, sum;
  logic [63:0] fast_product, product;

  assign is_divide   = operation_i[2];
  assign a_signed    = is_divide ? !operation_i[0] : operation_i[1:0] != 2'd3;
  assign b_signed    = is_divide ? !operation_i[0] : !operation_i[1];
  assign a_negative  = a_signed && a_i[31];
  assign b_negative  = b_signed && b_i[31];
  assign a_magnitude = a_negative ? -a_i : a_i;
  assign b_magnitude = b_negative ? -b_i : b_i;
  // Nothing is skipped for a divisor 0, so that all bits of the quotient become 1.
  assign skip  = (|a_magnitude[31:24] || b_i == '0) ? 2'd0 : (|a_magnitude[23:16]) ? 2'd1 : (|a_magnitude[15:8]) ? 2'd2 : 2'd3;
  assign fast  = MgmtMultiplier != 0 && !is_divide;
  assign trial = {high_q[31:0], low_q[31]} - {1'b0, operand_q};
  assign sum   = {1'b0, high_q[31:0]} + (low_q[0] ? {1'b0, operand_q} : 33'h0);

  if (MgmtMultiplier != 0) begin : gen_fast
    assign fast_product = {32'h0, a_magnitude} * {32'h0, b_magnitude};
  end else begin : gen_serial
    assign fast_product = '0;
  end

  always_comb begin
    state_d     = state_q;
    left_d      = left_q;
    low_d       = low_q;
    high_d      = high_q;
    operand_d   = operand_q;
    negate_d    = negate_q;
    high_part_d = high_part_q;
    product_d   = product_q;
    unique case (state_q)
      Idle: begin
        if (start_i) begin
          state_d     = fast ? Done : Run;
          product_d   = !is_divide;
          high_part_d = is_divide ? operation_i[1] : operation_i[1:0] != 2'd0;
          operand_d   = b_magnitude;
          high_d      = fast ? {1'b0, fast_product[63:32]} : '0;
          low_d       = fast ? fast_product[31:0] : is_divide ? a_magnitude << {skip, 3'b000} : a_magnitude;
          left_d      = is_divide ? 6'd32 - {1'b0, skip, 3'b000} : 6'd32;
          // The sign of a remainder is that of the dividend. A quotient by 0 is all ones, whatever the signs.
          negate_d    = (is_divide && operation_i[1]) ? a_negative : (a_negative != b_negative) && !(is_divide && b_i == '0);
        end
      end
      Run: begin
        left_d = left_q - 6'd1;
        if (left_q == 6'd1) state_d = Done;
        if (product_q) begin
          {high_d, low_d} = {1'b0, sum, low_q[31:1]};
        end else if (!trial[32]) begin
          {high_d, low_d} = {trial, low_q[30:0], 1'b1};
        end else begin
          {high_d, low_d} = {1'b0, high_q[30:0], low_q[31], low_q[30:0], 1'b0};
        end
      end
      Done: begin
        if (accept_i) state_d = Idle;
      end
      default: state_d = Idle;
    endcase
  end

  assign done_o  = state_q == Done;
  assign product = negate_q ? -{high_q[31:0], low_q} : {high_q[31:0], low_q};

  always_comb begin
    if (product_q)        result_o = high_part_q ? product[63:32] : product[31:0];
    else if (high_part_q) result_o = negate_q ? -high_q[31:0] : high_q[31:0];
    else                  result_o = negate_q ? -low_q : low_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= Idle;
      left_q      <= '0;
      low_q       <= '0;
      high_q      <= '0;
      operand_q   <= '0;
      negate_q    <= 1'b0;
      high_part_q <= 1'b0;
      product_q   <= 1'b0;
    end else begin
      state_q     <= state_d;
      left_q      <= left_d;
      low_q       <= low_d;
      high_q      <= high_d;
      operand_q   <= operand_d;
      negate_q    <= negate_d;
      high_part_q <= high_part_d;
      product_q   <= product_d;
    end
  end

`ifndef SYNTHESIS
  a_one_at_a_time : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == Idle);
  a_accept_done   : assert property (@(posedge clk_i) disable iff (!rst_ni) accept_i |-> state_q == Done);
`endif

endmodule
