// CRC-32 of a word per store, the lowest byte first (docs/management.md, section 6).
module mgmt_checksum
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic [11:0] offset_i,
  input  word_t       data_i,
  output word_t       read_o
);

  localparam word_t Polynomial = 32'hEDB8_8320;

  word_t state_d, state_q, stepped;

  always_comb begin
    stepped = state_q ^ data_i;
    for (int unsigned i = 0; i < 32; i++) stepped = {1'b0, stepped[31:1]} ^ (stepped[0] ? Polynomial : '0);
  end

  always_comb begin
    state_d = state_q;
    if (write_i) state_d = (offset_i == MGMT_CHECKSUM_STATE) ? data_i : stepped;
  end

  assign read_o = (offset_i == MGMT_CHECKSUM_STATE) ? state_q : ~state_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= MGMT_CHECKSUM_STATE_RESET;
    else         state_q <= state_d;
  end

endmodule
