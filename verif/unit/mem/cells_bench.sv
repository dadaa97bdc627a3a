// Bench top: the common cells, two shapes of those that have corner cases. All words are 8 bits wide.
module cells_bench
  import heddle_pkg::*;
#(
  localparam int unsigned Queues = 5   // fifo of depth 1, 3 and 4, skid_buffer, bypass_buffer
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // queues
  input  logic [7:0]  data_i [Queues],
  input  logic        valid_i [Queues],
  output logic        ready_o [Queues],
  output logic [7:0]  data_o [Queues],
  output logic        valid_o [Queues],
  input  logic        ready_i [Queues],
  output logic [31:0] count_o [3],
  // arbiter and priority
  input  logic [4:0]  request_i,
  input  logic        accept_i,
  output logic        arbiter_valid_o,
  output logic [4:0]  grant_o,
  output logic [2:0]  index_o,
  input  logic [31:0] bits_i,
  output logic        lowest_any_o,
  output logic [31:0] lowest_o,
  output logic [4:0]  lowest_index_o,
  // RAM of 5 words of 16 bits in two slices
  input  logic        read_enable_i,
  input  logic [2:0]  read_address_i,
  output logic [15:0] read_data_o,
  input  logic [1:0]  write_enable_i,
  input  logic [2:0]  write_address_i,
  input  logic [15:0] write_data_i,
  // AMO
  input  logic [3:0]  amo_i,
  input  logic [31:0] old_i,
  input  logic [31:0] operand_i,
  output logic [31:0] result_o,
  // the code of a byte: encoded, damaged, decoded
  input  logic [7:0]  plain_i,
  input  logic [12:0] damage_i,
  output logic [7:0]  decoded_o,
  output logic        lost_o
);

  // Packed copies: Verilator 5.006 cannot sample an array port in an assertion.
  logic [Queues-1:0]      in_valid, in_ready, out_valid, out_ready;
  logic [Queues-1:0][7:0] in_data, out_data;

  always_comb begin
    for (int q = 0; q < Queues; q++) begin
      in_valid[q]  = valid_i[q];
      in_data[q]   = data_i[q];
      out_ready[q] = ready_i[q];
    end
  end

  for (genvar q = 0; q < Queues; q++) begin : gen_copy
    assign ready_o[q]   = in_ready[q];
    assign valid_o[q]   = out_valid[q];
    assign data_o[q]    = out_data[q];
  end

  for (genvar q = 0; q < 3; q++) begin : gen_fifo
    localparam int unsigned Depth = (q == 0) ? 1 : q + 2;
    logic [$clog2(Depth+1)-1:0] count;
    fifo #(
      .Width(8),
      .Depth(Depth)
    ) u_fifo (
      .clk_i,
      .rst_ni,
      .data_i (in_data[q]),
      .valid_i(in_valid[q]),
      .ready_o(in_ready[q]),
      .data_o (out_data[q]),
      .valid_o(out_valid[q]),
      .ready_i(out_ready[q]),
      .count_o(count)
    );
    assign count_o[q] = 32'(count);
  end

  skid_buffer #(
    .Width(8)
  ) u_skid (
    .clk_i,
    .rst_ni,
    .data_i (in_data[3]),
    .valid_i(in_valid[3]),
    .ready_o(in_ready[3]),
    .data_o (out_data[3]),
    .valid_o(out_valid[3]),
    .ready_i(out_ready[3])
  );

  bypass_buffer #(
    .Width(8)
  ) u_bypass (
    .clk_i,
    .rst_ni,
    .data_i (in_data[4]),
    .valid_i(in_valid[4]),
    .ready_o(in_ready[4]),
    .data_o (out_data[4]),
    .valid_o(out_valid[4]),
    .ready_i(out_ready[4])
  );

  rr_arbiter #(
    .Width(5)
  ) u_arbiter (
    .clk_i,
    .rst_ni,
    .request_i,
    .accept_i,
    .valid_o(arbiter_valid_o),
    .grant_o,
    .index_o
  );

  lowest_one #(
    .Width(32)
  ) u_lowest (
    .bits_i,
    .any_o   (lowest_any_o),
    .onehot_o(lowest_o),
    .index_o (lowest_index_o)
  );

  ram_1r1w #(
    .Depth     (5),
    .Width     (16),
    .SliceWidth(8)
  ) u_ram (
    .clk_i,
    .read_enable_i,
    .read_address_i,
    .read_data_o,
    .write_enable_i,
    .write_address_i,
    .write_data_i
  );

  amo_alu u_amo (
    .op_i     (amo_op_e'(amo_i)),
    .old_i,
    .operand_i,
    .result_o
  );

  secded_pkg::decoded_t decoded;
  assign decoded   = secded_pkg::decode(plain_i ^ damage_i[7:0], secded_pkg::encode(plain_i) ^ damage_i[12:8]);
  assign decoded_o = decoded.data;
  assign lost_o    = decoded.error;

endmodule
