// Turns lines of a transposed operand into groups. Elements have 1, 2 or 4 bytes, a line and a group have E = 32, 16 or 8 of them. E lines
// make a block: line k has element k of E rows. Out come the first `rows_i` groups of the block, rows in ascending order. Lines of them come
// together, in ascending order, too, and as many groups leave together.
// Byte RAMs side by side hold two blocks. Line k is rotated by k elements, so that element k of every row lies in a column of its own: row r
// is read at another address in each column, and rotated back. Of a column there is a RAM for even and one for odd lines where two come together:
// in one there is an element of row r, in the other one of row r + 1, as they are those of neighbouring lines.
// Latency: the first groups in the third cycle after the last lines. Throughput: Lines lines and groups per cycle. Lines are always taken: E must not
// change while `busy_o`.
// Invariants: a block is read before its place is written again; as many groups come out as were asked for.
module matrix_transpose
  import matrix_pkg::*;
#(
  parameter int unsigned Lines     = 1,  // 1 or 2
  parameter int unsigned InfoWidth = 1   // of what goes with a block
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,
  input  group_t [Lines-1:0]   line_i,
  input  logic [1:0]           size_i,   // 2^n bytes of an element; with every line of a block, like the two below
  input  logic [5:0]           rows_i,   // 1 to E, a multiple of Lines
  input  logic [InfoWidth-1:0] info_i,

  output logic                 valid_o,
  output group_t [Lines-1:0]   group_o,
  output logic [4:0]           row_o,    // of the block, the first one
  output logic                 last_o,   // of the block
  output logic [InfoWidth-1:0] info_o,
  output logic                 busy_o    // lines have entered whose groups have not all left
);

  localparam int unsigned LineShift = $clog2(Lines);

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
  group_t [Lines-1:0] written;

  assign block_end = valid_i && line_q + place_t'(Lines - 1) == places(size_i);
  assign line_d    = block_end ? '0 : valid_i ? line_q + place_t'(Lines) : line_q;
  assign half_d    = half_q ^ block_end;

  for (genvar l = 0; l < Lines; l++) begin : gen_written
    assign written[l] = rotate_left(line_i[l], (line_q + place_t'(l)) << size_i);
  end

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
  group_t [Lines-1:0] read_bytes;  // of each of a column's RAMs

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
  assign last    = reading && 6'(row_q) + 6'(Lines) == block.rows;
  assign row_d   = last ? '0 : reading ? row_q + place_t'(Lines) : row_q;

  for (genvar i = 0; i < GroupBytes; i++) begin : gen_byte
    for (genvar l = 0; l < Lines; l++) begin : gen_line
      // Column i / 2^size holds element (column - r) of row r; that of one of the rows that are read together is one of lines k with k % Lines = l.
      place_t column, row, element;
      assign column  = place_t'(i) >> block.size;
      assign row     = row_q + ((column - place_t'(l)) & place_t'(Lines - 1));
      assign element = (column - row) & places(block.size);

      ram_1r1w #(
        .Depth(2 * GroupBytes / Lines),
        .Width(8)
      ) u_ram (
        .clk_i,
        .read_enable_i  (reading),
        .read_address_i ({block.half, (5 - LineShift)'(element >> LineShift)}),
        .read_data_o    (read_bytes[l][8*i +: 8]),
        .write_enable_i (valid_i),
        .write_address_i({half_q, (5 - LineShift)'(line_q >> LineShift)}),
        .write_data_i   (written[l][8*i +: 8])
      );
    end
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

  for (genvar t = 0; t < Lines; t++) begin : gen_group
    group_t bytes;
    for (genvar i = 0; i < GroupBytes; i++) begin : gen_byte
      logic odd;  // column
      assign odd             = 1'(place_t'(i) >> read_q.size);
      assign bytes[8*i +: 8] = (Lines == 1 || odd == 1'(t)) ? read_bytes[0][8*i +: 8] : read_bytes[Lines-1][8*i +: 8];
    end
    assign group_o[t] = rotate_right(bytes, (read_row_q + place_t'(t)) << read_q.size);
  end

  assign valid_o = read_valid_q;
  assign row_o   = read_row_q;
  assign last_o  = last_q;
  assign info_o  = read_q.info;
  assign busy_o  = line_q != '0 || block_valid || read_valid_q;

`ifndef SYNTHESIS
  logic [1:0] size_q;
  always_ff @(posedge clk_i) if (valid_i) size_q <= size_i;

  a_size : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && busy_o |-> size_i == size_q);
  a_rows : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> rows_i != '0 && rows_i <= 6'd32 >> size_i && 32'(rows_i) % Lines == 0);
  // The half that is written is not that of a block which is still to be read.
  a_half : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && block_valid |-> block.half != half_q);
`endif

endmodule
