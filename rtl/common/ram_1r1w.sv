// RAM with one synchronous read port and one write port with an enable per slice. No reset of the contents.
// Latency: read data in the cycle after `read_enable_i`, held until the next read. A read of the word that is being
// written returns the old contents.
// Infers block RAM (slices of 8 or 9 bits use its byte enables), LUTRAM or a generated SRAM macro.
module ram_1r1w #(
  parameter  int unsigned Depth       = 16,
  parameter  int unsigned Width       = 32,
  parameter  int unsigned SliceWidth  = Width,   // divides Width
  localparam int unsigned Slices      = Width / SliceWidth,
  localparam int unsigned AddressBits = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic                   clk_i,
  input  logic                   read_enable_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       read_data_o,
  input  logic [Slices-1:0]      write_enable_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       write_data_i
);

  logic [Width-1:0] mem [Depth];
  logic [Width-1:0] read_data_q;

  assign read_data_o = read_data_q;

  always_ff @(posedge clk_i) begin
    if (read_enable_i) read_data_q <= mem[read_address_i];
  end

  always_ff @(posedge clk_i) begin
    if (write_enable_i != '0) begin  // spares simulation the loop
      for (int unsigned i = 0; i < Slices; i++) begin
        if (write_enable_i[i]) mem[write_address_i][i*SliceWidth +: SliceWidth] <= write_data_i[i*SliceWidth +: SliceWidth];
      end
    end
  end

endmodule
