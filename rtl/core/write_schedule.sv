// Which register banks are written in which of the next cycles by results that come a known time after issue.
// `free_o[b][k]`: nothing is written to bank b k cycles from now. A reservation is made with the issue. Combinational out of registers.
// Invariant: a reservation is for a bank and cycle that are free.
module write_schedule
  import heddle_config_pkg::*;
  import core_pkg::*;
(
  input  logic                                    clk_i,
  input  logic                                    rst_ni,
  input  logic [Ports-1:0]                        reserve_i,
  input  logic [Ports-1:0][BankBits-1:0]          bank_i,
  input  logic [Ports-1:0][3:0]                   delay_i,   // 1 to LastWrite
  output logic [RegisterBanks-1:0][LastWrite:0]   free_o
);

  typedef logic [RegisterBanks-1:0][LastWrite:0] schedule_t;

  schedule_t taken_d, taken_q;

  always_comb begin
    taken_d = taken_q;
    for (int unsigned p = 0; p < Ports; p++) begin
      if (reserve_i[p]) taken_d[bank_i[p]][delay_i[p]] = 1'b1;
    end
    for (int unsigned b = 0; b < RegisterBanks; b++) taken_d[b] = taken_d[b] >> 1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else         taken_q <= taken_d;
  end

  assign free_o = ~taken_q;

`ifndef SYNTHESIS
  for (genvar p = 0; p < Ports; p++) begin : gen_assert
    logic free;
    assign free = free_o[bank_i[p]][delay_i[p]];
    a_free : assert property (@(posedge clk_i) disable iff (!rst_ni) reserve_i[p] |-> free);
  end
`endif

endmodule
