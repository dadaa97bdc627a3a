// The lines of a bank of the L2 cache, with or without error correction (L2Ecc). Bytes of a line are written, and become valid, one by one,
// so each byte is a code word of its own (secded_pkg). With correction one wrong bit of a code word shows nowhere, and error_o names
// the bytes of which more is wrong; without, error_o is zero. A memory macro that corrects by itself fits here.
// Latency: line, corrected, in the cycle after read_enable_i, held until the next read. A read of a line that is being written returns
// the old contents.
// Invariant: what is read of bytes that were never written, error_o included, means nothing.
module l2_ram
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import secded_pkg::*;
#(
  parameter  int unsigned Depth       = 16,
  localparam int unsigned AddressBits = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic                   clk_i,
  input  logic                   read_enable_i,
  input  logic [AddressBits-1:0] read_address_i,
  output line_t                  read_data_o,
  output line_strobe_t           error_o,
  input  line_strobe_t           write_enable_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  line_t                  write_data_i,
  input  logic                   write_damage_i    // planted bug 30: two bits of what is written are wrong
);

  line_t stored_data, written_data;

  byte_ram_1r1w #(
    .Depth(Depth),
    .Bytes(LineBytes)
  ) u_data (
    .clk_i,
    .read_enable_i,
    .read_address_i,
    .read_data_o    (stored_data),
    .write_enable_i,
    .write_address_i,
    .write_data_i   (written_data)
  );

  if (L2Ecc == 0) begin : gen_plain
    assign written_data = write_data_i;
    assign read_data_o  = stored_data;
    assign error_o      = '0;

    logic unused;
    assign unused = write_damage_i;
  end else begin : gen_ecc
    localparam int unsigned PartBytes = (LineBytes > 64) ? 64 : LineBytes;

    check_t [LineBytes-1:0] stored_check, written_check;

    for (genvar i = 0; i < LineBytes / PartBytes; i++) begin : gen_part
      ram_1r1w #(
        .Depth     (Depth),
        .Width     (CheckBits * PartBytes),
        .SliceWidth(CheckBits)
      ) u_check (
        .clk_i,
        .read_enable_i,
        .read_address_i,
        .read_data_o    (stored_check[i*PartBytes +: PartBytes]),
        .write_enable_i (write_enable_i[i*PartBytes +: PartBytes]),
        .write_address_i,
        .write_data_i   (written_check[i*PartBytes +: PartBytes])
      );
    end

    always_comb begin
      written_data = write_data_i;
      for (int unsigned b = 0; b < LineBytes; b++) begin
        written_check[b] = encode(write_data_i[8*b +: 8]);
        // planted bug 29: a bit of every code word is wrong, another one in each; it must show nowhere
        if (PlantedBug == 29 && b % 13 < 8)  written_data[8*b + b % 13] = ~write_data_i[8*b + b % 13];
        if (PlantedBug == 29 && b % 13 >= 8) written_check[b] = written_check[b] ^ check_t'(1 << (b % 13 - 8));
        if (PlantedBug == 30 && write_damage_i) written_data[8*b +: 8] = write_data_i[8*b +: 8] ^ 8'b0001_0010;
      end
    end

    always_comb begin
      for (int unsigned b = 0; b < LineBytes; b++) begin
        {error_o[b], read_data_o[8*b +: 8]} = decode(stored_data[8*b +: 8], stored_check[b]);
      end
    end
  end

endmodule
