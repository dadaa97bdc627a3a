// Integer operations of one lane: RV32I, Zba, Zbb, Zicond.
// Combinational. Every operation of alu_op_e is defined for all operands.
module alu
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  parameter int unsigned Lane = 0
) (
  input  alu_op_e op_i,
  input  word_t   a_i,
  input  word_t   b_i,
  output word_t   result_o
);

  // ---- adder, comparison ----
  word_t       shifted_a, addend;
  logic [32:0] sum;
  logic        subtract, compare_unsigned, less;

  always_comb begin
    unique case (op_i)
      AluSh1add: shifted_a = a_i << 1;
      AluSh2add: shifted_a = a_i << 2;
      AluSh3add: shifted_a = a_i << 3;
      default:   shifted_a = a_i;
    endcase
  end

  assign subtract = op_i inside {AluSub, AluSlt, AluSltu, AluMin, AluMinu, AluMax, AluMaxu};
  assign addend   = subtract ? ~b_i : b_i;
  assign sum      = {1'b0, shifted_a} + {1'b0, addend} + 33'(subtract);

  // Planted bug 2: sltu compares signed in the last lane.
  assign compare_unsigned = (op_i == AluSltu && !(PlantedBug == 2 && Lane == Lanes - 1)) || op_i inside {AluMinu, AluMaxu};
  assign less = (a_i[31] == b_i[31]) ? !sum[32] : (compare_unsigned ? b_i[31] : a_i[31]);

  // ---- shifts and rotates: one funnel shifter to the right ----
  logic [63:0] funnel_in, funnel_out;
  logic [4:0]  amount;

  always_comb begin
    funnel_in = {32'h0, a_i};
    amount    = b_i[4:0];
    unique case (op_i)
      AluSra: funnel_in = {{32{a_i[31]}}, a_i};
      AluRor: funnel_in = {a_i, a_i};
      AluSll: begin  // a << n is the low half of {a, 0} >> (32 - n) = ({a, 0} >> 1) >> (31 - n)
        funnel_in = {1'b0, a_i, 31'h0};
        amount    = ~b_i[4:0];
      end
      AluRol: begin
        funnel_in = {1'b0, a_i, a_i[31:1]};
        amount    = ~b_i[4:0];
      end
      default: ;
    endcase
  end
  assign funnel_out = funnel_in >> amount;

  // ---- counting ----
  word_t      count_in;
  logic [5:0] trailing_zeros, ones;

  // (Under their conditions for the sake of simulation, which skips them otherwise.)
  always_comb begin
    count_in       = a_i;
    trailing_zeros = 6'd32;
    ones           = '0;
    if (op_i inside {AluClz, AluCtz}) begin
      for (int unsigned i = 0; i < 32; i++) count_in[i] = (op_i == AluClz) ? a_i[31-i] : a_i[i];
      for (int unsigned i = 32; i > 0; i--) begin
        if (count_in[i-1]) trailing_zeros = 6'(i - 1);
      end
    end
    if (op_i == AluCpop) begin
      for (int unsigned i = 0; i < 32; i++) ones = ones + 6'(a_i[i]);
    end
  end

  always_comb begin
    unique case (op_i)
      AluAdd, AluSub, AluSh1add, AluSh2add, AluSh3add: result_o = sum[31:0];
      AluSlt, AluSltu:                                 result_o = {31'h0, less};
      AluSll, AluSrl, AluSra, AluRol, AluRor:          result_o = funnel_out[31:0];
      AluXor:           result_o = a_i ^ b_i;
      AluOr:            result_o = a_i | b_i;
      AluAnd:           result_o = a_i & b_i;
      AluXnor:          result_o = ~(a_i ^ b_i);
      AluOrn:           result_o = a_i | ~b_i;
      AluAndn:          result_o = a_i & ~b_i;
      AluCopyB:         result_o = b_i;
      AluMin, AluMinu:  result_o = less ? a_i : b_i;
      AluMax, AluMaxu:  result_o = less ? b_i : a_i;
      AluClz, AluCtz:   result_o = {26'h0, trailing_zeros};
      AluCpop:          result_o = {26'h0, ones};
      AluSextB:         result_o = {{24{a_i[7]}}, a_i[7:0]};
      AluSextH:         result_o = {{16{a_i[15]}}, a_i[15:0]};
      AluZextH:         result_o = {16'h0, a_i[15:0]};
      AluOrcB:          result_o = {{8{|a_i[31:24]}}, {8{|a_i[23:16]}}, {8{|a_i[15:8]}}, {8{|a_i[7:0]}}};
      AluRev8:          result_o = {a_i[7:0], a_i[15:8], a_i[23:16], a_i[31:24]};
      AluCzeroEqz:      result_o = (b_i == '0) ? '0 : a_i;
      AluCzeroNez:      result_o = (b_i != '0) ? '0 : a_i;
      default:          result_o = sum[31:0];
    endcase
  end

endmodule
