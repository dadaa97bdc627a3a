// A step of the cycle counter, from any state: its halves, read one after the other and by any of their names, are those of one number that counts.
module csr_unit_steps
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        read_i,
  input logic [11:0] read_number_i,
  input lane_words_t read_data_o
);

  // Numbers and what was read: [0] in the cycle before, [1] the one before that.
  logic [1:0]       known_q = '0;
  logic [1:0][11:0] number_q;
  word_t [1:0]      data_q;

  always_ff @(posedge clk_i) begin
    known_q  <= {known_q[0], read_i};
    number_q <= {number_q[0], read_number_i};
    data_q   <= {data_q[0], read_data_o[0]};
  end

  function automatic logic low(logic [11:0] number);
    return number == CSR_MCYCLE || number == CSR_CYCLE || number == CSR_TIME;
  endfunction
  function automatic logic high(logic [11:0] number);
    return number == CSR_MCYCLEH || number == CSR_CYCLEH || number == CSR_TIMEH;
  endfunction

  always_comb begin
    if (rst_ni && read_i && known_q[0]) begin
      if (low(read_number_i) && low(number_q[0])) a_low : assert (read_data_o[0] == data_q[0] + 32'd1);
      if (high(read_number_i) && high(number_q[0]) && known_q[1] && low(number_q[1])) begin
        // The upper half moves when the lower one comes to its end in the cycle between.
        a_high : assert (read_data_o[0] == data_q[0] + 32'(data_q[1] == 32'hffff_fffe));
      end
    end
  end

endmodule
bind csr_unit csr_unit_steps u_check (.*);
