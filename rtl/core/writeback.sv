// Brings results to the register banks: each bank takes one write per cycle, from the source with the lowest index. Combinational.
// What is for x0, or of an instruction that completes in no lane, goes nowhere.
// Every write carries the bank it goes to implicitly: (register + warp) mod banks.
module writeback
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  parameter int unsigned Sources = 4
) (
  input  logic [Sources-1:0]                  valid_i,
  input  register_write_t [Sources-1:0]       write_i,
  output logic [Sources-1:0]                  ready_o,   // meaningful for valid ones
  output logic [RegisterBanks-1:0]            bank_valid_o,
  output register_write_t [RegisterBanks-1:0] bank_write_o
);

  typedef logic [BankBits-1:0] bank_t;
  bank_t [Sources-1:0] bank;

  always_comb begin
    bank_valid_o = '0;
    for (int unsigned b = 0; b < RegisterBanks; b++) bank_write_o[b] = '0;
    ready_o      = '0;
    for (int unsigned s = 0; s < Sources; s++) begin
      bank[s] = bank_t'(32'(write_i[s].rd) + 32'(write_i[s].warp));
      if (valid_i[s] && (write_i[s].rd == '0 || write_i[s].mask == '0)) begin
        ready_o[s] = 1'b1;
      end else if (valid_i[s] && !bank_valid_o[bank[s]]) begin
        bank_valid_o[bank[s]] = 1'b1;
        bank_write_o[bank[s]] = write_i[s];
        ready_o[s]            = 1'b1;
      end
    end
  end

endmodule
