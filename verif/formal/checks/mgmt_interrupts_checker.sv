// The interrupt controller against books of its own: the line is up in the cycle after a source, exactly while one that is enabled asks, and
// the lowest number is named; what does not exist never asks.
module mgmt_interrupts_checker
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic [31:0] sources_i,
  input logic        write_i,
  input logic [11:0] offset_i,
  input word_t       data_i,
  input word_t       read_o,
  input logic        irq_o,
  input logic [31:0] pending_q,
  input logic [31:0] enable_q
);

  logic [31:0] asked_q, allowed_q, asking;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asked_q   <= '0;
      allowed_q <= '0;
    end else begin
      asked_q <= sources_i;
      if (write_i && offset_i == MGMT_INTERRUPTS_ENABLE) allowed_q <= data_i;
    end
  end
  assign asking = asked_q & allowed_q & SOURCES_EXISTING;

  always_comb begin
    if (rst_ni) begin
      // For the induction.
      a_pending : assert (pending_q == (asked_q & SOURCES_EXISTING));
      a_enable : assert (enable_q == (allowed_q & SOURCES_EXISTING));
      a_irq : assert (irq_o == (asking != '0));
      if (offset_i == MGMT_INTERRUPTS_PENDING) a_read_pending : assert (read_o == (asked_q & SOURCES_EXISTING));
      if (offset_i == MGMT_INTERRUPTS_ENABLE) a_read_enable : assert (read_o == (allowed_q & SOURCES_EXISTING));
      if (offset_i != MGMT_INTERRUPTS_PENDING && offset_i != MGMT_INTERRUPTS_ENABLE && irq_o)
        a_lowest : assert (read_o < 32'd32 && asking[read_o[4:0]] && (asking & ~(32'hffff_ffff << read_o[4:0])) == '0);
    end
  end

endmodule
bind mgmt_interrupts mgmt_interrupts_checker u_check (.*);
