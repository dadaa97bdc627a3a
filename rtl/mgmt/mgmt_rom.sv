// The boot ROM. Data in the cycle after `read_i`, held until the next read. Words behind the program are 0. boot_rom_pkg is
// assembled from boot_rom/boot.S (boot_rom/README.md).
module mgmt_rom
  import heddle_pkg::*;
  import boot_rom_pkg::*;
(
  input  logic        clk_i,
  input  logic        read_i,
  input  logic [11:2] address_i,
  output word_t       data_o
);

  word_t data_q;

  assign data_o = data_q;

  always_ff @(posedge clk_i) begin
    if (read_i) data_q <= (32'(address_i) < BootRomWords) ? BootRom[address_i[BootRomBits+1:2]] : '0;
  end

endmodule
