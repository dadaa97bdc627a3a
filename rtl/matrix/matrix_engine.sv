// The matrix engine: a queue of commands, the two operands' panels, the array with its accumulators (docs/matrix.md, "Commands").
// Each of the three parts takes the commands in order from a queue of its own, so that the operands of a command are read while the
// one before is computed. Commands are taken as correct: who issues them checks them.
// Latency: first read in the second cycle after a command is taken. See matrix_array for throughput.
// Invariants: `done_o` once per command, in order.
module matrix_engine
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim          = 4,
  parameter  int unsigned RowBlocks    = 4,
  parameter  int unsigned ColumnBlocks = 4,
  parameter  bit          Fp8          = 1'b1,
  parameter  bit          Fp4          = 1'b1,
  parameter  int unsigned Queue        = 4,  // commands
  parameter  int unsigned Outstanding  = 8,  // reads of an operand
  localparam int unsigned Units        = Dim * Dim / 8,
  localparam int unsigned WordBits     = $clog2(8 * RowBlocks * ColumnBlocks)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  command_t               command_i,
  input  logic                   command_valid_i,
  output logic                   command_ready_o,
  output logic                   done_o,

  // scratchpad reads of 32 bytes, of A [0] and B [1]; responses in order per port, always accepted
  output scratch_address_t [1:0] request_address_o,
  output logic             [1:0] request_valid_o,
  input  logic             [1:0] request_ready_i,
  input  group_t           [1:0] response_data_i,
  input  logic             [1:0] response_valid_i,

  // accumulators as lanes see them (matrix_array)
  input  logic                   lane_buffer_i,
  input  logic                   lane_read_i,
  input  logic [WordBits-1:0]    lane_read_word_i,
  output logic [Units-1:0][31:0] lane_data_o,
  input  logic [Units-1:0]       lane_write_i,
  input  logic [WordBits-1:0]    lane_write_word_i,
  input  logic [Units-1:0][31:0] lane_data_i
);

  localparam int unsigned Together        = (Dim > 8) ? Dim / 8 : 1;
  localparam int unsigned RowEntryBits    = $clog2(Dim * RowBlocks / Together);
  localparam int unsigned ColumnEntryBits = $clog2(Dim * ColumnBlocks / Together);

  // ---- queues ----------------------------------------------------------------------------------------------------------
  logic [2:0] queue_ready;
  logic       push, a_valid, a_ready, b_valid, b_ready, tile_valid, tile_ready;
  operand_t   a_command, b_command;
  tile_t      tile;

  assign command_ready_o = queue_ready == '1;
  assign push            = command_valid_i && command_ready_o;

  fifo #(
    .Width($bits(operand_t)),
    .Depth(Queue)
  ) u_a_queue (
    .clk_i,
    .rst_ni,
    .data_i (command_i.a),
    .valid_i(push),
    .ready_o(queue_ready[0]),
    .data_o (a_command),
    .valid_o(a_valid),
    .ready_i(a_ready),
    .count_o()
  );

  fifo #(
    .Width($bits(operand_t)),
    .Depth(Queue)
  ) u_b_queue (
    .clk_i,
    .rst_ni,
    .data_i (command_i.b),
    .valid_i(push),
    .ready_o(queue_ready[1]),
    .data_o (b_command),
    .valid_o(b_valid),
    .ready_i(b_ready),
    .count_o()
  );

  fifo #(
    .Width($bits(tile_t)),
    .Depth(Queue)
  ) u_tile_queue (
    .clk_i,
    .rst_ni,
    .data_i (command_i.tile),
    .valid_i(push),
    .ready_o(queue_ready[2]),
    .data_o (tile),
    .valid_o(tile_valid),
    .ready_i(tile_ready),
    .count_o()
  );

  // ---- operands ----------------------------------------------------------------------------------------------------------
  logic [1:0]                 a_full, b_full, a_scale_size, b_scale_size;
  logic                       a_release, b_release, a_read, b_read, a_slot, b_slot;
  logic [RowEntryBits-1:0]    a_entry;
  logic [ColumnEntryBits-1:0] b_entry;
  group_t  [Together-1:0]     a_data, b_data;
  scales_t [Together-1:0]     a_scales, b_scales;

  matrix_operand #(
    .Dim        (Dim),
    .Blocks     (RowBlocks),
    .Together   (Together),
    .Outstanding(Outstanding)
  ) u_a (
    .clk_i,
    .rst_ni,
    .command_i        (a_command),
    .command_valid_i  (a_valid),
    .command_ready_o  (a_ready),
    .request_address_o(request_address_o[0]),
    .request_valid_o  (request_valid_o[0]),
    .request_ready_i  (request_ready_i[0]),
    .response_data_i  (response_data_i[0]),
    .response_valid_i (response_valid_i[0]),
    .full_o           (a_full),
    .release_i        (a_release),
    .read_i           (a_read),
    .read_slot_i      (a_slot),
    .read_entry_i     (a_entry),
    .read_scales_i    (a_scale_size),
    .data_o           (a_data),
    .scales_o         (a_scales)
  );

  matrix_operand #(
    .Dim        (Dim),
    .Blocks     (ColumnBlocks),
    .Together   (Together),
    .Outstanding(Outstanding)
  ) u_b (
    .clk_i,
    .rst_ni,
    .command_i        (b_command),
    .command_valid_i  (b_valid),
    .command_ready_o  (b_ready),
    .request_address_o(request_address_o[1]),
    .request_valid_o  (request_valid_o[1]),
    .request_ready_i  (request_ready_i[1]),
    .response_data_i  (response_data_i[1]),
    .response_valid_i (response_valid_i[1]),
    .full_o           (b_full),
    .release_i        (b_release),
    .read_i           (b_read),
    .read_slot_i      (b_slot),
    .read_entry_i     (b_entry),
    .read_scales_i    (b_scale_size),
    .data_o           (b_data),
    .scales_o         (b_scales)
  );

  // ---- array -------------------------------------------------------------------------------------------------------------
  matrix_array #(
    .Dim         (Dim),
    .RowBlocks   (RowBlocks),
    .ColumnBlocks(ColumnBlocks),
    .Fp8         (Fp8),
    .Fp4         (Fp4)
  ) u_array (
    .clk_i,
    .rst_ni,
    .command_i      (tile),
    .command_valid_i(tile_valid),
    .command_ready_o(tile_ready),
    .done_o,
    .a_full_i       (a_full),
    .a_release_o    (a_release),
    .a_read_o       (a_read),
    .a_slot_o       (a_slot),
    .a_entry_o      (a_entry),
    .a_scales_o     (a_scale_size),
    .a_data_i       (a_data),
    .a_scales_i     (a_scales),
    .b_full_i       (b_full),
    .b_release_o    (b_release),
    .b_read_o       (b_read),
    .b_slot_o       (b_slot),
    .b_entry_o      (b_entry),
    .b_scales_o     (b_scale_size),
    .b_data_i       (b_data),
    .b_scales_i     (b_scales),
    .lane_buffer_i,
    .lane_read_i,
    .lane_read_word_i,
    .lane_data_o,
    .lane_write_i,
    .lane_write_word_i,
    .lane_data_i
  );

endmodule
