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

  logic [31:0] mem [Words];
  word_t       data_q;

  assign data_o = data_q;

  always_ff @(posedge clk_i) begin
    if (access_i) begin
      if (write_i) begin
        for (int unsigned i = 0; i < 4; i++) begin
          if (strobe_i[i]) mem[address_i][i*8 +: 8] <= data_i[i*8 +: 8];
        end
      end else begin
        data_q <= mem[address_i];
      end
    end
  end

endmodule
