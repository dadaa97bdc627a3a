// Cuts each lane's word to the access size and extends it; halves for floating-point registers are boxed (ones above them).
// Combinational.
module load_format
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic        valid_i,      // 0: the output is not used; saves switching
  input  lane_mask_t  mask_i,
  input  lane_words_t words_i,
  input  lane_bytes_t bytes_i,      // first byte within the word
  input  mem_size_e   size_i,
  input  logic        unsigned_i,
  input  logic        boxed_i,
  output lane_words_t data_o
);

  always_comb begin
    word_t shifted;
    logic  sign;
    shifted = '0;
    sign    = 1'b0;
    data_o  = '0;
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (mask_i[l]) begin
          shifted = words_i[l] >> {bytes_i[l], 3'b000};
          unique case (size_i)
            SizeByte: begin
              sign = shifted[7] & ~unsigned_i;
              if (PlantedBug == 7 && bytes_i[l] == 2'd3) sign = 1'b0;  // planted bug 7: lb at byte 3 loses its sign
              data_o[l] = {{24{sign}}, shifted[7:0]};
            end
            SizeHalf: data_o[l] = {{16{(boxed_i && PlantedBug != 12) | (shifted[15] & ~unsigned_i)}}, shifted[15:0]};
            default:  data_o[l] = words_i[l];
          endcase
        end
      end
    end
  end

endmodule
