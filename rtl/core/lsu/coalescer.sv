// Picks the lanes of one line request: the lowest remaining lane and every other one in its line (only the lowest for
// atomics), and merges their words into the line. Where lanes write the same byte the highest lane's value remains.
// Combinational. `hits_o` is empty exactly when no lane remains.
module coalescer
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic          valid_i,     // 0: the outputs are not used; saves switching
  input  lane_mask_t    lanes_i,
  input  logic          single_i,
  input  lane_words_t   address_i,
  input  lane_words_t   word_i,      // data in word position
  input  lane_strobes_t strobe_i,    // bytes of the word
  output lane_mask_t    hits_o,
  output lane_id_t      lane_o,
  output word_t         address_o,   // of the lowest lane
  output line_strobe_t  strobe_o,
  output line_t         data_o
);

  lane_mask_t lowest;

  lowest_one #(
    .Width(Lanes)
  ) u_lane (
    .bits_i  (lanes_i),
    .any_o   (),
    .onehot_o(lowest),
    .index_o (lane_o)
  );

  assign address_o = address_i[lane_o];

  always_comb begin
    hits_o = lowest;
    if (!single_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        hits_o[l] = lanes_i[l] && address_i[l][31:OffsetBits] == address_o[31:OffsetBits];
      end
    end
  end

  logic [LineWords-1:0][3:0]  strobe;
  logic [LineWords-1:0][31:0] data;

  always_comb begin
    int unsigned         l;
    logic [WordBits-1:0] w;
    word_t               bits;
    l      = 0;
    w      = '0;
    bits   = '0;
    strobe = '0;
    data   = '0;
    if (valid_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        l = (PlantedBug == 6) ? Lanes - 1 - i : i;  // planted bug 6: the lowest lane's byte remains
        if (hits_o[l]) begin
          w         = address_i[l][OffsetBits-1:2];
          bits      = {{8{strobe_i[l][3]}}, {8{strobe_i[l][2]}}, {8{strobe_i[l][1]}}, {8{strobe_i[l][0]}}};
          data[w]   = (data[w] & ~bits) | (word_i[l] & bits);
          strobe[w] = strobe[w] | strobe_i[l];
        end
      end
    end
  end

  assign strobe_o = strobe;
  assign data_o   = data;

endmodule
