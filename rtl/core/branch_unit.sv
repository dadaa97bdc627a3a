// Which lanes take a conditional branch. Combinational; none when not enabled.
module branch_unit
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic        enable_i,
  input  logic [2:0]  condition_i,  // funct3
  input  lane_words_t a_i,
  input  lane_words_t b_i,
  output lane_mask_t  taken_o
);

  lane_mask_t equal, less;

  always_comb begin
    equal   = '0;
    less    = '0;
    taken_o = '0;
    if (enable_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        equal[l] = (a_i[l] == b_i[l]);
        // With the sign bits flipped an unsigned comparison compares signed.
        less[l]  = {a_i[l][31] ^ !condition_i[1], a_i[l][30:0]} < {b_i[l][31] ^ !condition_i[1], b_i[l][30:0]};
      end
      taken_o = (condition_i[2] ? less : equal) ^ {Lanes{condition_i[0]}};
    end
  end

endmodule
