// A word per warp and lane: one write port with an enable per lane, one asynchronous read port. No reset of the contents.
module lane_ram
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic        clk_i,
  input  warp_id_t    read_warp_i,
  output lane_words_t read_data_o,
  input  lane_mask_t  write_enable_i,
  input  warp_id_t    write_warp_i,
  input  lane_words_t write_data_i
);

  lane_words_t mem [Warps];

  assign read_data_o = mem[read_warp_i];

  always_ff @(posedge clk_i) begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (write_enable_i[l]) mem[write_warp_i][l] <= write_data_i[l];
    end
  end

endmodule
