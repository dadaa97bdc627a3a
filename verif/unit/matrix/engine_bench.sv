// The matrix engine with plain ports. The array has as many rows and columns as the configuration has lanes: 4, 8 or 16.
module engine_bench
  import heddle_config_pkg::*;
  import matrix_pkg::*;
#(
  localparam int unsigned Blocks   = 4,
  localparam int unsigned Units    = Lanes * Lanes / 8,
  localparam int unsigned WordBits = $clog2(8 * Blocks * Blocks)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  output logic [31:0]             dim_o,
  output logic [31:0]             blocks_o,

  input  logic                    command_valid_i,
  output logic                    command_ready_o,
  input  logic [7:0]              format_i,
  input  logic                    scaled_i,
  input  logic [1:0]              scales_i,
  input  logic [17:0]             a_address_i,
  input  logic [17:0]             a_stride_i,
  input  logic [17:0]             a_scale_address_i,
  input  logic [17:0]             a_scale_stride_i,
  input  logic [17:0]             b_address_i,
  input  logic [17:0]             b_stride_i,
  input  logic [17:0]             b_scale_address_i,
  input  logic [17:0]             b_scale_stride_i,
  input  logic [3:0]              row_blocks_i,
  input  logic [3:0]              column_blocks_i,
  input  logic [15:0]             groups_i,
  input  logic                    buffer_i,
  input  logic                    accumulate_i,
  output logic                    done_o,

  output logic [17:0]             a_request_address_o,
  output logic                    a_request_valid_o,
  input  logic                    a_request_ready_i,
  input  logic [255:0]            a_response_data_i,
  input  logic                    a_response_valid_i,
  output logic [17:0]             b_request_address_o,
  output logic                    b_request_valid_o,
  input  logic                    b_request_ready_i,
  input  logic [255:0]            b_response_data_i,
  input  logic                    b_response_valid_i,

  // One accumulator at a time: a word and a unit of it.
  input  logic                    lane_buffer_i,
  input  logic                    lane_read_i,
  input  logic                    lane_write_i,
  input  logic [WordBits-1:0]     lane_word_i,
  input  logic [7:0]              lane_unit_i,
  input  logic [31:0]             lane_data_i,
  output logic [31:0]             lane_data_o
);

  command_t               command;
  logic [Units-1:0][31:0] lane_data;
  logic [7:0]             lane_unit_q;

  assign dim_o    = Lanes;
  assign blocks_o = Blocks;

  assign command.a    = '{address: a_address_i, stride: a_stride_i, scale_address: a_scale_address_i, scale_stride: a_scale_stride_i,
                          scaled: scaled_i, scales: scales_i, blocks: row_blocks_i, groups: groups_i};
  assign command.b    = '{address: b_address_i, stride: b_stride_i, scale_address: b_scale_address_i, scale_stride: b_scale_stride_i,
                          scaled: scaled_i, scales: scales_i, blocks: column_blocks_i, groups: groups_i};
  assign command.tile = '{format: format_t'(format_i), scales: scales_i, row_blocks: row_blocks_i, column_blocks: column_blocks_i,
                          groups: groups_i, buffer: buffer_i, accumulate: accumulate_i};

  matrix_engine #(
    .Dim         (Lanes),
    .RowBlocks   (Blocks),
    .ColumnBlocks(Blocks)
  ) u_engine (
    .clk_i,
    .rst_ni,
    .command_i        (command),
    .command_valid_i,
    .command_ready_o,
    .done_o,
    .request_address_o({b_request_address_o, a_request_address_o}),
    .request_valid_o  ({b_request_valid_o, a_request_valid_o}),
    .request_ready_i  ({b_request_ready_i, a_request_ready_i}),
    .response_data_i  ({b_response_data_i, a_response_data_i}),
    .response_valid_i ({b_response_valid_i, a_response_valid_i}),
    .lane_buffer_i,
    .lane_read_i,
    .lane_read_word_i (lane_word_i),
    .lane_data_o      (lane_data),
    .lane_write_i     (lane_write_i ? Units'(1) << lane_unit_i : '0),
    .lane_write_word_i(lane_word_i),
    .lane_data_i      ({Units{lane_data_i}})
  );

  always_ff @(posedge clk_i) lane_unit_q <= lane_unit_i;
  assign lane_data_o = lane_data[$clog2(Units)'(lane_unit_q)];

endmodule
