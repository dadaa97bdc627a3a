// Bytes of loads and stores: strobe and position within the word, alignment, extension. Combinational.
module mgmt_load_store
  import heddle_pkg::*;
(
  // The access: funct3 gives size and sign.
  input  logic [2:0] funct3_i,
  input  logic [1:0] offset_i,
  input  word_t      store_i,
  output logic       misaligned_o,
  output logic [3:0] strobe_o,
  output word_t      data_o,

  // The word that a load got.
  input  logic [2:0] load_funct3_i,
  input  logic [1:0] load_offset_i,
  input  word_t      word_i,
  output word_t      loaded_o
);

  always_comb begin
    unique case (funct3_i[1:0])
      2'd0: begin
        misaligned_o = 1'b0;
        strobe_o     = 4'b0001 << offset_i;
        data_o       = {4{store_i[7:0]}};
      end
      2'd1: begin
        misaligned_o = offset_i[0];
        strobe_o     = 4'b0011 << offset_i;
        data_o       = {2{store_i[15:0]}};
      end
      default: begin
        misaligned_o = offset_i != 2'd0;
        strobe_o     = 4'b1111;
        data_o       = store_i;
      end
    endcase
  end

  word_t shifted;
  always_comb begin
    shifted = word_i >> {load_offset_i, 3'b000};
    unique case (load_funct3_i)
      3'd0:    loaded_o = {{24{shifted[7]}}, shifted[7:0]};
      3'd1:    loaded_o = {{16{shifted[15]}}, shifted[15:0]};
      3'd4:    loaded_o = {24'h0, shifted[7:0]};
      3'd5:    loaded_o = {16'h0, shifted[15:0]};
      default: loaded_o = shifted;
    endcase
  end

endmodule
