// The value an atomic memory operation leaves in memory, from the old word and the lane's operand.
// Combinational.
module amo_alu
  import heddle_pkg::*;
  import heddle_config_pkg::*;
(
  input  amo_op_e op_i,
  input  word_t   old_i,
  input  word_t   operand_i,
  output word_t   result_o
);

  logic less, is_signed, is_max;

  always_comb begin
    is_max    = (op_i == AmoMax) || (op_i == AmoMaxu);
    is_signed = (op_i == AmoMin) || (op_i == AmoMax);
    if (PlantedBug == 8 && op_i == AmoMax) is_signed = 1'b0;  // planted bug 8: amomax.w compares as unsigned
    // A signed comparison is an unsigned one with the sign bits swapped over.
    less = {old_i[31] ^ is_signed, old_i[30:0]} < {operand_i[31] ^ is_signed, operand_i[30:0]};
    unique case (op_i)
      AmoSwap:                           result_o = operand_i;
      AmoAdd:                            result_o = old_i + operand_i;
      AmoXor:                            result_o = old_i ^ operand_i;
      AmoAnd:                            result_o = old_i & operand_i;
      AmoOr:                             result_o = old_i | operand_i;
      AmoMin, AmoMax, AmoMinu, AmoMaxu:  result_o = (less ^ is_max) ? old_i : operand_i;
      default:                           result_o = operand_i;
    endcase
  end

endmodule
