// Votes and shuffles among the lanes of `mask_i`. Combinational; results of lanes outside the mask are meaningless, and
// all of them when not enabled.
module vote_shuffle
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic           enable_i,
  input  collective_op_e op_i,
  input  lane_mask_t     mask_i,
  input  lane_words_t    a_i,
  input  lane_words_t    b_i,
  output lane_words_t    result_o
);

  lane_mask_t ballot;
  word_t      vote;

  always_comb begin
    ballot = '0;
    if (enable_i) begin
      for (int unsigned l = 0; l < Lanes; l++) ballot[l] = mask_i[l] && (a_i[l] != '0);
    end
    unique case (op_i)
      CollectiveAll: vote = {31'h0, ballot == mask_i};
      CollectiveAny: vote = {31'h0, ballot != '0};
      default:       vote = 32'(ballot);
    endcase
  end

  // The source lane as the architecture computes it, in 33 bits: the sum for `down` cannot wrap back into range.
  logic [Lanes-1:0][32:0] source;
  lane_mask_t             together;

  logic shuffle;
  assign shuffle = enable_i && !(op_i inside {CollectiveAll, CollectiveAny, CollectiveBallot});

  always_comb begin
    source   = '0;
    together = '0;
    if (shuffle) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        unique case (op_i)
          CollectiveUp:   source[l] = 33'(l) - {1'b0, b_i[l]};
          CollectiveDown: source[l] = 33'(l) + {1'b0, b_i[l]};
          CollectiveXor:  source[l] = 33'(l) ^ {1'b0, b_i[l]};
          default:        source[l] = {1'b0, b_i[l]};
        endcase
        together[l] = (source[l] < 33'(Lanes)) && mask_i[lane_id_t'(source[l])];
        // Planted bug 4: shuffle.xor takes an inactive source for lane 1's.
        if (PlantedBug == 4 && op_i == CollectiveXor && l == 1 % Lanes) together[l] = (source[l] < 33'(Lanes));
      end
    end
  end

  always_comb begin
    result_o = {Lanes{vote}};
    if (shuffle) begin
      for (int unsigned l = 0; l < Lanes; l++) result_o[l] = together[l] ? a_i[lane_id_t'(source[l])] : a_i[l];
    end
  end

endmodule
