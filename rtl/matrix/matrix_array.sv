// The array of the matrix engine: Dim x Dim accumulators take a group of K in Steps = 8 cycles, on Dim * Dim / 8 dot-product units. In a
// step all columns of a block of B meet `Together` rows of a block of A (Dim = 4: half of the columns meet one row). The columns
// stay in registers for a block; those of the next block are read from their panel meanwhile.
// A group of a command is gone through block by block, columns outside, rows inside, then comes the next group: so an accumulator is
// used again after Steps cycles at the earliest, when its last result has just been written.
// Periods of 8 cycles: in one the columns of a block are read ("fetch"), in the next it is computed ("run").
// Latency: `done_o` 8 cycles after the last step of a command's last block. Throughput: a block per period as long as panels are full.
// Accumulators: two buffers, each of Blocks x Blocks blocks. A command uses one; lanes may read and write the other. Commands to the same buffer
// are in order. Word 8 b + s holds step s of block b = column block * Blocks + row block: `Together` rows by Dim columns (Dim = 4: columns
// 2 (s % 2) and the next of row s / 2).
// Invariants: panels are read only when full; lanes and commands are not in one buffer; a tile lies in its buffer.
module matrix_array
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim       = 4,  // 4, 8 or 16
  parameter  bit          Fp8       = 1'b1,
  parameter  bit          Fp4       = 1'b1,
  localparam int unsigned Steps     = 8,
  localparam int unsigned Units     = Dim * Dim / Steps,
  localparam int unsigned Together  = (Dim > Steps) ? Dim / Steps : 1,
  localparam int unsigned EntryBits = $clog2(Dim * Blocks / Together),
  localparam int unsigned WordBits  = BufferWordBits
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  input  tile_t                      command_i,
  input  logic                       command_valid_i,
  output logic                       command_ready_o,
  output logic                       done_o,          // once per command, in order: its results are written at the end of this cycle

  // panels
  input  logic [Slots-1:0]           a_full_i,
  output logic                       a_release_o,
  output logic                       a_read_o,
  output panel_slot_t                a_slot_o,
  output logic [EntryBits-1:0]       a_entry_o,
  output logic [1:0]                 a_scales_o,
  input  group_t  [Together-1:0]     a_data_i,
  input  scales_t [Together-1:0]     a_scales_i,
  input  logic [Slots-1:0]           b_full_i,
  output logic                       b_release_o,
  output logic                       b_read_o,
  output panel_slot_t                b_slot_o,
  output logic [EntryBits-1:0]       b_entry_o,
  output logic [1:0]                 b_scales_o,
  input  group_t  [Together-1:0]     b_data_i,
  input  scales_t [Together-1:0]     b_scales_i,

  input  logic                       clear_i,         // zeros into a word of both buffers; no command is under way, no lane writes
  input  logic [WordBits-1:0]        clear_word_i,

  // accumulators for lanes: a word per cycle, read data in the next cycle
  input  logic                       lane_buffer_i,
  input  logic [WordBits-1:0]        lane_word_i,
  input  logic                       lane_read_i,
  output logic [Units-1:0][31:0]     lane_data_o,
  input  logic [Units-1:0]           lane_write_i,
  input  logic [Units-1:0][31:0]     lane_data_i
);

  localparam int unsigned StepBits    = $clog2(Steps);
  localparam int unsigned ColumnsUsed = Units / Together;      // per step
  localparam int unsigned Latency     = 7;                     // of dot_unit

  typedef logic [StepBits-1:0] step_t;
  typedef logic [WordBits-1:0] word_t;

  // A block of a group.
  typedef struct packed {
    panel_slot_t slot;
    logic [1:0]  row;           // block of the tile
    logic [1:0]  column;
    logic        first_group;   // of its command
    logic        last_of_group;
    logic        last;          // of its command
    tile_t       tile;
  } block_t;

  // ---- blocks in their order ------------------------------------------------------------------------------------------
  logic        active_d, active_q, start, advance, row_last, column_last, group_last;
  panel_slot_t slot_d, slot_q;
  tile_t       tile_q;
  logic [1:0]  row_d, row_q, column_d, column_q;
  logic [15:0] group_d, group_q;
  step_t       step_q;
  logic        period_end, available;
  logic        fetch_valid_q, run_valid_q;
  block_t      next, fetch_q, run_q;

  assign row_last    = 3'(row_q) + 3'd1 == tile_q.row_blocks;
  assign column_last = 3'(column_q) + 3'd1 == tile_q.column_blocks;
  assign group_last  = group_q == tile_q.groups - 16'd1;
  assign period_end  = step_q == '1;
  assign available   = active_q && a_full_i[slot_q] && b_full_i[slot_q];
  assign advance     = available && period_end;
  assign next        = '{slot: slot_q, row: row_q, column: column_q, first_group: group_q == '0, last_of_group: row_last && column_last,
                         last: row_last && column_last && group_last, tile: tile_q};

  assign command_ready_o = !active_q || (advance && next.last);
  assign start           = command_valid_i && command_ready_o;

  always_comb begin
    active_d = active_q;
    slot_d   = slot_q;
    row_d    = row_q;
    column_d = column_q;
    group_d  = group_q;
    if (advance) begin
      row_d = row_last ? '0 : row_q + 2'd1;
      if (row_last) column_d = column_last ? '0 : column_q + 2'd1;
      if (next.last_of_group) begin
        slot_d  = slot_q + panel_slot_t'(1);
        group_d = group_last ? '0 : group_q + 16'd1;
      end
      if (next.last) active_d = 1'b0;
    end
    if (start) active_d = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (start) tile_q <= command_i;
    if (period_end) begin
      fetch_q <= next;
      run_q   <= fetch_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q      <= 1'b0;
      slot_q        <= '0;
      row_q         <= '0;
      column_q      <= '0;
      group_q       <= '0;
      step_q        <= '0;
      fetch_valid_q <= 1'b0;
      run_valid_q   <= 1'b0;
    end else begin
      active_q <= active_d;
      slot_q   <= slot_d;
      row_q    <= row_d;
      column_q <= column_d;
      group_q  <= group_d;
      step_q   <= step_q + step_t'(1);
      if (period_end) begin
        fetch_valid_q <= available;
        run_valid_q   <= fetch_valid_q;
      end
    end
  end

  // ---- panel reads ---------------------------------------------------------------------------------------------------
  localparam int unsigned EntriesOfBlock = Dim / Together;  // 8, or 4 where Dim is 4

  assign b_read_o    = fetch_valid_q && 32'(step_q) < EntriesOfBlock;
  assign b_slot_o    = fetch_q.slot;
  assign b_entry_o   = EntryBits'(32'(fetch_q.column) * EntriesOfBlock + 32'(step_q));
  assign b_scales_o  = fetch_q.tile.scales;
  assign b_release_o = fetch_valid_q && period_end && fetch_q.last_of_group;

  assign a_read_o    = run_valid_q;
  assign a_slot_o    = run_q.slot;
  assign a_entry_o   = EntryBits'(32'(run_q.row) * EntriesOfBlock + ((Dim == 4) ? 32'(step_q) >> 1 : 32'(step_q)));
  assign a_scales_o  = run_q.tile.scales;
  assign a_release_o = run_valid_q && period_end && run_q.last_of_group;

  // ---- rows and columns, taken apart once for all units that they meet ---------------------------------------------------
  typedef struct packed {
    elements_t elements;
    planes_t   planes;   // of E2M1
    scales_t   scales;
  } side_t;

  side_t    [Together-1:0] arriving_row, arriving_column;
  element_e                a_element, b_element_q;
  logic                    b_arrives_q;
  step_t                   b_step_q;

  for (genvar t = 0; t < Together; t++) begin : gen_apart
    dot_elements #(
      .Fp8(Fp8),
      .Fp4(Fp4)
    ) u_row (
      .element_i (a_element),
      .group_i   (a_data_i[t]),
      .elements_o(arriving_row[t].elements),
      .planes_o  (arriving_row[t].planes)
    );

    dot_elements #(
      .Fp8(Fp8),
      .Fp4(Fp4)
    ) u_column (
      .element_i (b_element_q),
      .group_i   (b_data_i[t]),
      .elements_o(arriving_column[t].elements),
      .planes_o  (arriving_column[t].planes)
    );

    assign arriving_row[t].scales    = a_scales_i[t];
    assign arriving_column[t].scales = b_scales_i[t];
  end

  always_ff @(posedge clk_i) begin
    b_step_q <= step_q;
    if (b_read_o) b_element_q <= fetch_q.tile.format.b;
  end

  // Columns: those that arrive, those in use. The last ones arrive in the first cycle of the period.
  side_t in_use_q [Dim];

  for (genvar k = 0; k < Dim; k++) begin : gen_arriving
    logic  arrives;
    side_t arriving_q;

    assign arrives = b_arrives_q && 32'(b_step_q) == k / Together;

    always_ff @(posedge clk_i) begin
      if (arrives) arriving_q <= arriving_column[k%Together];
      if (run_valid_q && step_q == '0) in_use_q[k] <= arrives ? arriving_column[k%Together] : arriving_q;
    end
  end

  // ---- steps in flight: 0 panel read, 1 into the units, 2 C; then the units -----------------------------------------------
  typedef struct packed {
    format_t format;
    logic    buffer;
    word_t   word;
    logic    zero_c;
    logic    last;  // of its command
  } step_info_t;

  step_info_t                 info_d;
  step_info_t [Latency+1:1]   info_q;
  logic       [Latency+1:1]   info_valid_q;

  assign a_element = info_q[1].format.a;
  assign info_d = '{format: run_q.tile.format, buffer: run_q.tile.buffer,
                    word: {run_q.column + run_q.tile.column, run_q.row + run_q.tile.row, step_q},
                    zero_c: run_q.first_group && !run_q.tile.accumulate, last: run_q.last && period_end};

  always_ff @(posedge clk_i) begin
    info_q <= {info_q[Latency:1], info_d};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      info_valid_q <= '0;
      b_arrives_q  <= 1'b0;
    end else begin
      info_valid_q <= {info_valid_q[Latency:1], run_valid_q};
      b_arrives_q  <= b_read_o;
    end
  end

  // ---- units -----------------------------------------------------------------------------------------------------------
  logic [Units-1:0][31:0] c, result;
  logic [Units-1:0]       unit_valid;

  for (genvar t = 0; t < Together; t++) begin : gen_row
    for (genvar k = 0; k < ColumnsUsed; k++) begin : gen_column
      localparam int unsigned Unit = t * ColumnsUsed + k;
      side_t column;

      if (ColumnsUsed == Dim) begin : gen_all
        assign column = in_use_q[k];
      end else begin : gen_half
        logic second_half;
        assign second_half = info_q[1].word[0];
        assign column      = second_half ? in_use_q[ColumnsUsed+k] : in_use_q[k];
      end

      dot_unit #(
        .Fp8(Fp8),
        .Fp4(Fp4)
      ) u_dot (
        .clk_i,
        .rst_ni,
        .valid_i   (info_valid_q[1]),
        .format_i  (info_q[1].format),
        .a_i       (arriving_row[t].elements),
        .b_i       (column.elements),
        .a_planes_i(arriving_row[t].planes),
        .b_planes_i(column.planes),
        .a_scales_i(arriving_row[t].scales),
        .b_scales_i(column.scales),
        .c_i       (info_q[2].zero_c ? '0 : c[Unit]),
        .valid_o   (unit_valid[Unit]),
        .result_o  (result[Unit])
      );
    end
  end

  // ---- accumulators ------------------------------------------------------------------------------------------------------
  logic [1:0][Units-1:0][31:0] buffer_data;
  logic                        lane_buffer_q, write;

  assign write         = info_valid_q[Latency+1];
  assign c             = buffer_data[info_q[2].buffer];
  assign lane_data_o   = buffer_data[lane_buffer_q];
  assign done_o        = write && info_q[Latency+1].last;

  for (genvar i = 0; i < 2; i++) begin : gen_buffer
    logic engine_read, engine_write, lanes_here;

    assign lanes_here   = lane_buffer_i == 1'(i);
    assign engine_read  = info_valid_q[1] && info_q[1].buffer == 1'(i);
    assign engine_write = write && info_q[Latency+1].buffer == 1'(i);

    ram_1r1w #(
      .Depth     (1 << WordBits),
      .Width     (Units * 32),
      .SliceWidth(32)
    ) u_ram (
      .clk_i,
      .read_enable_i  (engine_read || (lane_read_i && lanes_here)),
      .read_address_i (engine_read ? info_q[1].word : lane_word_i),
      .read_data_o    (buffer_data[i]),
      .write_enable_i ((engine_write || clear_i) ? '1 : lanes_here ? lane_write_i : '0),
      .write_address_i(engine_write ? info_q[Latency+1].word : clear_i ? clear_word_i : lane_word_i),
      .write_data_i   (engine_write ? result : clear_i ? '0 : lane_data_i)
    );

`ifndef SYNTHESIS
    a_one_reads : assert property (@(posedge clk_i) disable iff (!rst_ni) engine_read |-> !(lane_read_i && lanes_here));
    a_clear_alone : assert property (@(posedge clk_i) disable iff (!rst_ni) clear_i |-> !engine_write && lane_write_i == '0);
    a_one_writes : assert property (@(posedge clk_i) disable iff (!rst_ni) engine_write |-> !(lane_write_i != '0 && lanes_here));
`endif
  end

  always_ff @(posedge clk_i) begin
    if (lane_read_i) lane_buffer_q <= lane_buffer_i;
  end

`ifndef SYNTHESIS
  a_in_step : assert property (@(posedge clk_i) disable iff (!rst_ni) unit_valid == {Units{write}});
  a_tile : assert property (@(posedge clk_i) disable iff (!rst_ni)
    command_valid_i |-> command_i.row_blocks != '0 && 32'(command_i.row) + 32'(command_i.row_blocks) <= Blocks &&
                        command_i.column_blocks != '0 && 32'(command_i.column) + 32'(command_i.column_blocks) <= Blocks && command_i.groups != '0);
`endif

endmodule
