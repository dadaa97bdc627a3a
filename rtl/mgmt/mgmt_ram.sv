// One bank of SRAM: one access per cycle, with byte enables. No reset of the contents.
// Latency: read data in the cycle after the access, held until the next read.
// Infers block RAM or a generated single-port SRAM macro.
module mgmt_ram
  import heddle_pkg::*;
#(
  parameter  int unsigned Words       = 1024,
  localparam int unsigned AddressBits = $clog2(Words)
) (
  input  logic                   clk_i,
  input  logic                   access_i,
  input  logic                   write_i,
  input  logic [3:0]             strobe_i,
  input  logic [AddressBits-1:0] address_i,
  input  word_t                  data_i,
  output word_t                  data_o
);

  ram_1r1w #(
    .Depth     (Words),
    .Width     (32),
    .SliceWidth(8)
  ) u_ram (
    .clk_i,
    .read_enable_i  (access_i && !write_i),
    .read_address_i (address_i),
    .read_data_o    (data_o),
    .write_enable_i ((access_i && write_i) ? strobe_i : '0),
    .write_address_i(address_i),
    .write_data_i   (data_i)
  );

endmodule
