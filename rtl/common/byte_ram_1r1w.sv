// ram_1r1w with an enable per byte, of any width: in parts of 64 bytes, which is the most that simulators unroll.
// Latency: read data in the cycle after `read_enable_i`, held until the next read. A read of the word that is being
// written returns the old contents.
module byte_ram_1r1w #(
  parameter  int unsigned Depth       = 16,
  parameter  int unsigned Bytes       = 64,
  localparam int unsigned AddressBits = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic                   clk_i,
  input  logic                   read_enable_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [8*Bytes-1:0]     read_data_o,
  input  logic [Bytes-1:0]       write_enable_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [8*Bytes-1:0]     write_data_i
);

  localparam int unsigned PartBytes = (Bytes > 64) ? 64 : Bytes;

  if (Bytes % PartBytes != 0) begin : gen_bad_width
    $error("above 64, Bytes must be a multiple of 64");
  end

  for (genvar i = 0; i < Bytes / PartBytes; i++) begin : gen_part
    ram_1r1w #(
      .Depth     (Depth),
      .Width     (8 * PartBytes),
      .SliceWidth(8)
    ) u_part (
      .clk_i,
      .read_enable_i,
      .read_address_i,
      .read_data_o    (read_data_o[8*PartBytes*i +: 8*PartBytes]),
      .write_enable_i (write_enable_i[PartBytes*i +: PartBytes]),
      .write_address_i,
      .write_data_i   (write_data_i[8*PartBytes*i +: 8*PartBytes])
    );
  end

endmodule
