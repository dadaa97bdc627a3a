// The accumulators as lanes see them: loads and stores of 32-bit words, one request of all lanes at a time. In a step all lanes whose words lie in
// one word of the accumulators' memory are served together (neighbouring columns are), of stores to one accumulator the highest lane's remains.
// A step waits until no command owns its buffer; while a request is in work no command is taken for its buffers (matrix_engine).
// Latency: response in the third cycle after the request is taken, for a request of one step whose buffer is free. Throughput: a step per cycle.
// Invariants: one response per request, in order; every lane of the mask is served exactly once.
module matrix_window
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim         = 4,
  parameter  int unsigned Lanes       = 4,
  localparam int unsigned Units       = Dim * Dim / 8,
  localparam int unsigned WordBits    = BufferWordBits,
  localparam int unsigned AddressBits = 1 + 2 * $clog2(Dim * Blocks)
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  input  logic                              write_i,
  input  logic [Lanes-1:0]                  mask_i,     // not empty
  input  logic [Lanes-1:0][AddressBits-1:0] address_i,  // of a 32-bit word: buffer, row, column
  input  logic [Lanes-1:0][31:0]            data_i,
  input  logic                              valid_i,
  output logic                              ready_o,
  output logic [Lanes-1:0][31:0]            data_o,     // of a load's lanes
  output logic                              valid_o,    // always accepted

  output logic [1:0]                        uses_o,     // buffers that the request in work is still to access
  input  logic [1:0]                        owned_i,    // buffers that commands own

  // matrix_array
  output logic                              buffer_o,
  output logic [WordBits-1:0]               word_o,
  output logic                              read_o,
  input  logic [Units-1:0][31:0]            words_i,
  output logic [Units-1:0]                  write_o,
  output logic [Units-1:0][31:0]            words_o
);

  localparam int unsigned DimBits   = $clog2(Dim);
  localparam int unsigned UnitBits  = 2 * DimBits - 3;
  localparam int unsigned FirstBits = (Lanes > 1) ? $clog2(Lanes) : 1;

  typedef logic [WordBits:0]    place_t;  // buffer and word
  typedef logic [UnitBits-1:0]  unit_t;
  typedef logic [Lanes-1:0]     mask_t;

  // ---- the request in work ---------------------------------------------------------------------------------------------
  logic                              active_d, active_q, write_q, take, step, finish;
  mask_t                             left_d, left_q, hits;
  logic [Lanes-1:0][AddressBits-1:0] address_q;
  logic [Lanes-1:0][31:0]            store_q;
  place_t [Lanes-1:0]                place;
  unit_t  [Lanes-1:0]                unit;
  logic [FirstBits-1:0]              first;

  // Row and column are a block and a place in it; the places of a block are counted by rows, and Units of them make a word.
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [1:0]           row_block, column_block;
    logic [DimBits-1:0]   row, column;
    logic                 accumulators;
    logic [2*DimBits-1:0] in_block;

    assign {accumulators, row_block, row, column_block, column} = address_q[l];
    assign in_block = {row, column};
    assign place[l] = {accumulators, column_block, row_block, in_block[2*DimBits-1 -: 3]};
    assign unit[l]  = in_block[UnitBits-1:0];
    assign hits[l]  = left_q[l] && place[l] == place[first];
  end

  lowest_one #(
    .Width(Lanes)
  ) u_first (
    .bits_i  (left_q),
    .any_o   (),
    .onehot_o(),
    .index_o (first)
  );

  assign {buffer_o, word_o} = place[first];
  assign step     = active_q && !owned_i[buffer_o];
  assign finish   = step && hits == left_q;
  assign ready_o  = !active_q || finish;
  assign take     = valid_i && ready_o;
  assign active_d = take || (active_q && !finish);
  assign left_d   = take ? mask_i : step ? left_q & ~hits : left_q;
  assign read_o   = step && !write_q;

  always_comb begin
    uses_o       = '0;
    write_o      = '0;
    words_o = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (active_q && left_q[l]) uses_o[place[l][WordBits]] = 1'b1;
      if (step && write_q && hits[l]) begin
        write_o[unit[l]]      = 1'b1;
        words_o[unit[l]] = store_q[l];
      end
    end
  end

  // ---- words come in the cycle after their step, and gather until the last ------------------------------------------------
  logic                   step_q, finish_q, valid_q;
  mask_t                  hits_q;
  unit_t [Lanes-1:0]      unit_q;
  logic [Lanes-1:0][31:0] response_q;

  assign data_o  = response_q;
  assign valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (take) begin
      write_q   <= write_i;
      address_q <= address_i;
      store_q   <= data_i;
    end
    if (step) begin
      hits_q   <= hits;
      unit_q   <= unit;
      finish_q <= finish;
    end
    if (step_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (hits_q[l]) response_q[l] <= words_i[unit_q[l]];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      left_q   <= '0;
      step_q   <= 1'b0;
      valid_q  <= 1'b0;
    end else begin
      active_q <= active_d;
      left_q   <= left_d;
      step_q   <= step;
      valid_q  <= step_q && finish_q;
    end
  end

`ifndef SYNTHESIS
  a_mask : assert property (@(posedge clk_i) disable iff (!rst_ni) take |-> mask_i != '0);
  a_left : assert property (@(posedge clk_i) disable iff (!rst_ni) active_q == (left_q != '0));
  a_progress : assert property (@(posedge clk_i) disable iff (!rst_ni) step |-> (hits & left_q) != '0);
`endif

endmodule
