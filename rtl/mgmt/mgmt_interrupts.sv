// The interrupt controller: levels of up to 31 sources, an enable each, and the lowest number of those that ask (docs/management.md, section
// 6). Levels are registered once; irq_o follows what is registered.
module mgmt_interrupts
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] sources_i,   // bit n: source n
  input  logic        write_i,
  input  logic [11:0] offset_i,
  input  word_t       data_i,
  output word_t       read_o,
  output logic        irq_o
);

  logic [31:0] pending_q, enable_d, enable_q, asking;
  logic [4:0]  highest;

  assign asking = pending_q & enable_q;

  lowest_one #(
    .Width(32)
  ) u_highest (
    .bits_i  (asking),
    .any_o   (irq_o),
    .onehot_o(),
    .index_o (highest)
  );

  assign enable_d = (write_i && offset_i == MGMT_INTERRUPTS_ENABLE) ? data_i & SOURCES_EXISTING : enable_q;

  always_comb begin
    unique case (offset_i)
      MGMT_INTERRUPTS_PENDING: read_o = pending_q;
      MGMT_INTERRUPTS_ENABLE:  read_o = enable_q;
      default:                 read_o = {27'h0, highest};
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
      enable_q  <= '0;
    end else begin
      pending_q <= sources_i & SOURCES_EXISTING;
      enable_q  <= enable_d;
    end
  end

endmodule
