// The reads of one operand, in the order in which their responses are wanted: per group of K the lines of its scales, then one line per row; of a
// transposed operand, for every E = 32 / size rows, one line per element of the group (matrix_transpose). A request is for Lines of them, those of
// neighbouring rows or elements; of scales it is for one.
// Latency: the first request in the cycle after a command is taken. Throughput: one request per cycle, as long as slots are free.
// Invariants: the requests of a group begin only when its slot is free; the lines of a transposed operand and rows that go another way are
// never under way together.
module matrix_fetch
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim     = 4,
  parameter  int unsigned Lines   = 1,  // of a request: 1 or 2; divides Dim
  localparam int unsigned RowBits = $clog2(Dim * Blocks + 1)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  operand_t                     command_i,
  input  logic                         command_valid_i,
  output logic                         command_ready_o,

  input  logic [Slots-1:0]             taken_i,        // slots that are not free
  input  logic                         transposing_i,  // lines have been requested whose rows have not all come
  input  logic                         place_ready_i,  // another response may be under way

  output scratch_address_t [Lines-1:0] address_o,      // multiples of 32
  output logic                         all_o,          // all Lines of them; else the first alone
  output logic                         valid_o,
  input  logic                         ready_i,

  // of the request: where its response goes
  output logic                         first_o,        // of its group: takes the slot
  output panel_slot_t                  slot_o,
  output logic                         last_o,         // of its group
  output logic                         scale_o,
  output logic                         transposed_o,
  output logic                         block_end_o,    // last lines of their rows
  output logic [1:0]                   size_o,
  output logic [RowBits-1:0]           row_o,          // the first one, or line of scales; transposed: first of its rows
  output logic [5:0]                   rows_o,         // transposed: how many of them are wanted

  output panel_number_t                number_o,       // groups requested since reset
  output logic [RowBits-1:0]           left_o          // rows of this one that are not
);

  typedef logic [RowBits-1:0] row_t;

  logic             active_d, active_q, fresh_d, fresh_q, scale_phase_d, scale_phase_q;
  panel_number_t    number_d, number_q;
  logic             start, sent, group_last, part_last, other_way;
  operand_t         command_q;
  logic [15:0]      group_d, group_q;              // left
  row_t             row_d, row_q, rows, lines, rows_left;
  logic [4:0]       line_d, line_q;                // of a block of a transposed operand
  logic [5:0]       elements;
  scratch_address_t stride;                        // from one request to the next
  scratch_address_t address_d, address_q;          // of the next row or line
  scratch_address_t part_d, part_q;                // transposed: of the first line of these rows
  scratch_address_t group_address_d, group_address_q;
  scratch_address_t scale_address_d, scale_address_q, scale_group_d, scale_group_q;
  logic             way_q;                         // how the responses under way go: transposed, and with what size
  logic [1:0]       way_size_q;

  assign rows      = row_t'(32'(command_q.blocks) * Dim);
  assign lines     = row_t'(((32'(rows) << command_q.scales) + GroupBytes - 1) / GroupBytes);
  assign elements  = 6'd32 >> command_q.size;
  assign stride    = command_q.stride << (Lines - 1);
  assign rows_left = rows - row_q;
  assign rows_o    = (32'(rows_left) < 32'(elements)) ? 6'(rows_left) : elements;

  assign block_end_o = command_q.transposed && !scale_phase_q && 6'(line_q) + 6'(Lines) == elements;
  // The last request of the scales, or of the rows.
  assign part_last  = scale_phase_q ? row_q + row_t'(1) == lines :
                      command_q.transposed ? block_end_o && 32'(rows_left) <= 32'(elements) : row_q + row_t'(Lines) == rows;
  assign group_last = part_last && !scale_phase_q;
  assign other_way  = transposing_i && (way_q != command_q.transposed || way_size_q != command_q.size);

  assign all_o           = !scale_phase_q;
  assign valid_o         = active_q && place_ready_i && !(fresh_q && taken_i[slot_o]) && !other_way;
  assign sent            = valid_o && ready_i;
  assign command_ready_o = !active_q || (sent && group_last && group_q == 16'd1);
  assign start           = command_valid_i && command_ready_o;

  assign first_o      = fresh_q;
  assign slot_o       = panel_slot_t'(number_q);
  assign last_o       = group_last;
  assign scale_o      = scale_phase_q;
  assign transposed_o = command_q.transposed;
  assign size_o       = command_q.size;
  assign row_o        = row_q;
  assign number_o     = number_q;
  assign left_o       = rows_left;

  always_comb begin
    for (int unsigned l = 0; l < Lines; l++) begin
      address_o[l] = scale_phase_q ? scale_address_q : (l == 0) ? address_q : address_q + command_q.stride;
    end
  end

  always_comb begin
    active_d        = active_q;
    fresh_d         = fresh_q;
    scale_phase_d   = scale_phase_q;
    number_d        = number_q;
    group_d         = group_q;
    row_d           = row_q;
    line_d          = line_q;
    address_d       = address_q;
    part_d          = part_q;
    group_address_d = group_address_q;
    scale_address_d = scale_address_q;
    scale_group_d   = scale_group_q;
    if (sent) begin
      fresh_d = 1'b0;
      if (scale_phase_q) begin
        row_d           = part_last ? '0 : row_q + row_t'(1);
        scale_address_d = scale_address_q + scratch_address_t'(GroupBytes);
        scale_phase_d   = !part_last;
      end else if (!command_q.transposed) begin
        row_d     = row_q + row_t'(Lines);
        address_d = address_q + stride;
      end else if (!block_end_o) begin
        line_d    = line_q + 5'(Lines);
        address_d = address_q + stride;
      end else begin
        line_d    = '0;
        row_d     = row_q + row_t'(elements);
        part_d    = part_q + scratch_address_t'(GroupBytes);
        address_d = part_d;
      end
      if (group_last) begin
        fresh_d         = 1'b1;
        row_d           = '0;
        number_d        = number_q + panel_number_t'(1);
        group_d         = group_q - 16'd1;
        active_d        = group_q != 16'd1;
        group_address_d = group_address_q + (command_q.transposed ? command_q.stride << (3'd5 - 3'(command_q.size)) : scratch_address_t'(GroupBytes));
        part_d          = group_address_d;
        address_d       = group_address_d;
        scale_group_d   = scale_group_q + command_q.scale_stride;
        scale_address_d = scale_group_d;
        scale_phase_d   = command_q.scaled;
      end
    end
    if (start) begin
      active_d        = 1'b1;
      scale_phase_d   = command_i.scaled;
      group_d         = command_i.groups;
      address_d       = command_i.address;
      part_d          = command_i.address;
      group_address_d = command_i.address;
      scale_address_d = command_i.scale_address;
      scale_group_d   = command_i.scale_address;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start) command_q <= command_i;
    if (sent && !scale_phase_q) begin
      way_q      <= command_q.transposed;
      way_size_q <= command_q.size;
    end
    group_q         <= group_d;
    address_q       <= address_d;
    part_q          <= part_d;
    group_address_q <= group_address_d;
    scale_address_q <= scale_address_d;
    scale_group_q   <= scale_group_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q      <= 1'b0;
      fresh_q       <= 1'b1;
      scale_phase_q <= 1'b0;
      number_q      <= '0;
      row_q         <= '0;
      line_q        <= '0;
    end else begin
      active_q      <= active_d;
      fresh_q       <= fresh_d;
      scale_phase_q <= scale_phase_d;
      number_q      <= number_d;
      row_q         <= row_d;
      line_q        <= line_d;
    end
  end

  if (Lines != 1 && Lines != 2) begin : gen_bad_lines
    $error("a request is for one or two lines");
  end

`ifndef SYNTHESIS
  a_blocks : assert property (@(posedge clk_i) disable iff (!rst_ni)
    command_valid_i |-> command_i.blocks != '0 && 32'(command_i.blocks) <= Blocks && command_i.groups != '0);
  a_slot : assert property (@(posedge clk_i) disable iff (!rst_ni) sent && first_o |-> !taken_i[slot_o]);
`endif

endmodule
