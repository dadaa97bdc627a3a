// Turns lines of a transposed operand into groups. Elements have 1, 2 or 4 bytes, a line and a group have E = 32, 16 or 8 of them. E lines
// make a block: line k has element k of E rows. Out come the first `rows_i` groups of the block, rows in ascending order.
// Byte RAMs side by side hold two blocks. Line k is rotated by k elements, so that element k of every row lies in a column of its own: row r
// is read at another address in each column, and rotated back.
// Latency: the first group in the third cycle after the last line. Throughput: a line and a group per cycle. Lines are always taken: E must not
// change while `busy_o`.
// Invariants: a block is read before its place is written again; as many groups come out as were asked for.
module matrix_transpose
  import matrix_pkg::*;
#(
  parameter int unsigned InfoWidth = 1  // of what goes with a block
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,
  input  group_t               line_i,
  input  logic [1:0]           size_i,   // 2^n bytes of an element; with every line of a block, like the two below
  input  logic [5:0]           rows_i,   // 1 to E
  input  logic [InfoWidth-1:0] info_i,

  output logic                 valid_o,
  output group_t               group_o,
  output logic [4:0]           row_o,    // of the block
  output logic                 last_o,   // of the block
  output logic [InfoWidth-1:0] info_o,
  output logic                 busy_o    // lines have entered whose groups have not all left
);

  typedef logic [4:0] place_t;  // a line, a row, or a byte of one

  // E - 1: the places that count.
  function automatic place_t places(logic [1:0] size);
    return 5'd31 >> size;
  endfunction

  function automatic group_t rotate_left(group_t bytes, place_t by);
    return group_t'({bytes, bytes} >> (9'd256 - {1'b0, by, 3'b000}));
  endfunction

  function automatic group_t rotate_right(group_t bytes, place_t by);
    return group_t'({bytes, bytes} >> {by, 3'b000});
  endfunction

  // ---- lines -----------------------------------------------------------------------------------------------------------
  logic   half_d, half_q, block_end;  // the half that is written
  place_t line_d, line_q;
  group_t written;

  assign block_end = valid_i && line_q == places(size_i);
  assign line_d    = block_end ? '0 : line_q + place_t'(valid_i);
  assign half_d    = half_q ^ block_end;
  assign written   = rotate_left(line_i, line_q << size_i);

  // ---- rows ------------------------------------------------------------------------------------------------------------
  // A block whose lines have all come waits for the rows of the one before.
  typedef struct packed {
    logic                 half;
    logic [1:0]           size;
    logic [5:0]           rows;
    logic [InfoWidth-1:0] info;
  } block_t;

  block_t block, read_q;
  logic   block_valid, reading, last, read_valid_q, last_q;
  place_t row_d, row_q, read_row_q;
  group_t read_bytes;

  fifo #(
    .Width($bits(block_t)),
    .Depth(2)
  ) u_blocks (
    .clk_i,
    .rst_ni,
    .data_i ({half_q, size_i, rows_i, info_i}),
    .valid_i(block_end),
    .ready_o(),
    .data_o (block),
    .valid_o(block_valid),
    .ready_i(last),
    .count_o()
  );

  assign reading = block_valid;
  assign last    = reading && 6'(row_q) + 6'd1 == block.rows;
  assign row_d   = last ? '0 : row_q + place_t'(reading);

  for (genvar i = 0; i < GroupBytes; i++) begin : gen_byte
    // Column i / 2^size holds element (column - r) of row r.
    place_t element;
    assign element = ((place_t'(i) >> block.size) - row_q) & places(block.size);

    ram_1r1w #(
      .Depth(2 * GroupBytes),
      .Width(8)
    ) u_ram (
      .clk_i,
      .read_enable_i  (reading),
      .read_address_i ({block.half, element}),
      .read_data_o    (read_bytes[8*i +: 8]),
      .write_enable_i (valid_i),
      .write_address_i({half_q, line_q}),
      .write_data_i   (written[8*i +: 8])
    );
  end

  always_ff @(posedge clk_i) begin
    if (reading) begin
      read_q     <= block;
      read_row_q <= row_q;
      last_q     <= last;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      half_q       <= 1'b0;
      line_q       <= '0;
      row_q        <= '0;
      read_valid_q <= 1'b0;
    end else begin
      half_q       <= half_d;
      line_q       <= line_d;
      row_q        <= row_d;
      read_valid_q <= reading;
    end
  end

  assign valid_o = read_valid_q;
  assign group_o = rotate_right(read_bytes, read_row_q << read_q.size);
  assign row_o   = read_row_q;
  assign last_o  = last_q;
  assign info_o  = read_q.info;
  assign busy_o  = line_q != '0 || block_valid || read_valid_q;

`ifndef SYNTHESIS
  logic [1:0] size_q;
  always_ff @(posedge clk_i) if (valid_i) size_q <= size_i;

  a_size : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && busy_o |-> size_i == size_q);
  a_rows : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> rows_i != '0 && rows_i <= 6'd32 >> size_i);
  // The half that is written is not that of a block which is still to be read.
  a_half : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && block_valid |-> block.half != half_q);
`endif

endmodule
