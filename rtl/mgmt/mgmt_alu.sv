// Integer operations of the base instruction set, and the comparison of branches. Combinational.
module mgmt_alu
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input  mgmt_alu_e  op_i,
  input  word_t      a_i,
  input  word_t      b_i,
  output word_t      result_o,

  input  logic [2:0] branch_i,   // funct3 of a branch
  input  word_t      left_i,     // registers that a branch compares
  input  word_t      right_i,
  output logic       taken_o
);

  // ---- adder ----
  logic  subtract;
  word_t sum;
  assign subtract = op_i == MgmtSub;
  assign sum      = a_i + (subtract ? ~b_i : b_i) + 32'(subtract);

  // ---- comparison: of branches (funct3[1]: unsigned), slt and sltu. ----
  logic  is_set, compare_unsigned, less, equal;
  word_t compare_right;
  assign is_set           = op_i inside {MgmtSlt, MgmtSltu};
  assign compare_right    = is_set ? b_i : right_i;
  assign compare_unsigned = is_set ? op_i == MgmtSltu : branch_i[1];
  assign less  = {left_i[31] ^ !compare_unsigned, left_i[30:0]} < {compare_right[31] ^ !compare_unsigned, compare_right[30:0]};
  assign equal = left_i == right_i;
  // funct3[0] negates, funct3[2] chooses between equal and less.
  assign taken_o = (branch_i[2] ? less : equal) ^ branch_i[0];

  // ---- one shifter to the right ----
  logic [63:0] funnel;
  logic [4:0]  amount;
  always_comb begin
    funnel = {32'h0, a_i};
    amount = b_i[4:0];
    if (op_i == MgmtSra) funnel = {{32{a_i[31]}}, a_i};
    if (op_i == MgmtSll) begin  // a << n is the low half of ({a, 0} >> 1) >> (31 - n)
      funnel = {1'b0, a_i, 31'h0};
      amount = ~b_i[4:0];
    end
    funnel = funnel >> amount;
  end

  always_comb begin
    unique case (op_i)
      MgmtSlt, MgmtSltu:         result_o = {31'h0, less};
      MgmtSll, MgmtSrl, MgmtSra: result_o = funnel[31:0];
      MgmtXor:                   result_o = a_i ^ b_i;
      MgmtOr:                    result_o = a_i | b_i;
      MgmtAnd:                   result_o = a_i & b_i;
      MgmtCopyB:                 result_o = b_i;
      default:                   result_o = sum;
    endcase
  end

endmodule
