// One side of the matrix engine, the rows of A or the columns of B: reads the groups of a command from the scratchpad into a panel, a
// slot per group, and gives them to the array. While the array works on one slot the next ones are filled, also of the next command: with
// two slots in all a group of a small tile would be asked for too late.
// matrix_fetch makes the requests, matrix_transpose turns the lines of a transposed operand into rows.
// As many rows as the array reads together are also requested, come and are written together.
// Requests are in order, and so are responses, which are always accepted; Outstanding of them may be under way.
// Latency of a panel read: data in the cycle after `read_i`. Throughput: one request per cycle while a slot is free.
// Invariants: a slot is filled only when it is free, read only when it is full; no response without a request; rows come from one way at a time.
module matrix_operand
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim         = 4,  // rows of a block of the array
  parameter  int unsigned Together    = 1,  // rows that are read together; divides Dim
  parameter  int unsigned Outstanding = 8,
  localparam int unsigned Rows        = Dim * Blocks,
  localparam int unsigned Entries     = Rows / Together,
  localparam int unsigned EntryBits   = $clog2(Entries)
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  operand_t                        command_i,
  input  logic                            command_valid_i,
  output logic                            command_ready_o,

  output scratch_address_t [Together-1:0] request_address_o,  // multiples of 32
  output logic                            request_all_o,      // all of them; else the first alone
  output logic                            request_valid_o,
  output panel_number_t                   request_number_o,   // groups before that of the request, since reset
  output logic [$clog2(Rows+1)-1:0]       request_left_o,     // rows of its group that have not been requested
  input  logic                            request_ready_i,
  input  group_t [Together-1:0]           response_data_i,
  input  logic                            response_valid_i,

  output logic [Slots-1:0]                full_o,             // slots; groups go to them in turn since reset
  input  logic                            release_i,          // the oldest slot is read for the last time; it is not full from now on
  input  logic                            read_i,
  input  panel_slot_t                     read_slot_i,
  input  logic [EntryBits-1:0]            read_entry_i,
  input  logic [1:0]                      read_scales_i,      // 2^n bytes per row
  output group_t [Together-1:0]           data_o,
  output scales_t [Together-1:0]          scales_o
);

  localparam int unsigned RowBits       = $clog2(Rows + 1);
  localparam int unsigned ScaleLines    = (Rows * Scales + GroupBytes - 1) / GroupBytes;  // of a slot
  localparam int unsigned ScaleLineBits = (ScaleLines > 1) ? $clog2(ScaleLines) : 1;
  localparam int unsigned TogetherBits  = $clog2(Together);
  localparam int unsigned UnderWayBits  = 4;

  typedef logic [RowBits-1:0]      row_t;
  typedef logic [UnderWayBits-1:0] under_way_t;

  // Where a response goes.
  typedef struct packed {
    logic        scale;
    logic        transposed;
    panel_slot_t slot;
    logic        last;  // of its group
    logic [1:0]  size;
    logic [5:0]  rows;  // of a transposed operand's block
    row_t        row;   // the first of them, or the row, or the line of scales
  } response_t;

  // What goes with a block of a transposed operand.
  typedef struct packed {
    panel_slot_t slot;
    logic        last;
    row_t        row;
  } rows_t;

  // ---- requests ----------------------------------------------------------------------------------------------------
  response_t  place_in, place;
  logic       sent, first, block_end, place_ready, place_valid;
  under_way_t blocks_d, blocks_q; // of a transposed operand: all their lines requested, not all rows there
  logic [Slots-1:0] taken_d, taken_q;  // slots that are being filled or full

  matrix_fetch #(
    .Dim  (Dim),
    .Lines(Together)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .command_i,
    .command_valid_i,
    .command_ready_o,
    .taken_i      (taken_q),
    .transposing_i(blocks_q != '0),
    .place_ready_i(place_ready),
    .address_o    (request_address_o),
    .all_o        (request_all_o),
    .valid_o      (request_valid_o),
    .ready_i      (request_ready_i),
    .first_o      (first),
    .slot_o       (place_in.slot),
    .last_o       (place_in.last),
    .scale_o      (place_in.scale),
    .transposed_o (place_in.transposed),
    .block_end_o  (block_end),
    .size_o       (place_in.size),
    .row_o        (place_in.row),
    .rows_o       (place_in.rows),
    .number_o     (request_number_o),
    .left_o       (request_left_o)
  );

  assign sent = request_valid_o && request_ready_i;

  fifo #(
    .Width($bits(response_t)),
    .Depth(Outstanding)
  ) u_places (
    .clk_i,
    .rst_ni,
    .data_i (place_in),
    .valid_i(sent),
    .ready_o(place_ready),
    .data_o (place),
    .valid_o(place_valid),
    .ready_i(response_valid_i),
    .count_o()
  );

  // ---- rows: as they come, or from lines ----------------------------------------------------------------------------
  logic       direct_valid, turned_valid, turned_last, row_valid, row_ends_group;
  panel_slot_t row_slot;
  rows_t      turned_info;
  group_t [Together-1:0] turned, row_data;
  logic [4:0] turned_row;
  row_t       row;

  assign direct_valid = response_valid_i && !place.scale && !place.transposed;

  matrix_transpose #(
    .Lines    (Together),
    .InfoWidth($bits(rows_t))
  ) u_transpose (
    .clk_i,
    .rst_ni,
    .valid_i(response_valid_i && !place.scale && place.transposed),
    .line_i (response_data_i),
    .size_i (place.size),
    .rows_i (place.rows),
    .info_i ({place.slot, place.last, place.row}),
    .valid_o(turned_valid),
    .group_o(turned),
    .row_o  (turned_row),
    .last_o (turned_last),
    .info_o (turned_info),
    .busy_o ()
  );

  assign row_valid      = direct_valid || turned_valid;
  assign row_data       = turned_valid ? turned : response_data_i;
  assign row            = turned_valid ? turned_info.row + row_t'(turned_row) : place.row;
  assign row_slot       = turned_valid ? turned_info.slot : place.slot;
  assign row_ends_group = turned_valid ? turned_last && turned_info.last : place.last;

  // ---- slots ---------------------------------------------------------------------------------------------------------
  logic [Slots-1:0] ready_d, ready_q;   // full ones
  panel_slot_t      oldest_d, oldest_q;

  always_comb begin
    taken_d  = taken_q;
    full_o   = ready_q;
    oldest_d = oldest_q + panel_slot_t'(release_i);
    if (release_i) begin
      taken_d[oldest_q] = 1'b0;
      full_o[oldest_q]  = 1'b0;
    end
    ready_d = full_o;
    if (sent && first) taken_d[place_in.slot] = 1'b1;
    if (row_valid && row_ends_group) ready_d[row_slot] = 1'b1;
    blocks_d = blocks_q + under_way_t'(sent && block_end) - under_way_t'(turned_valid && turned_last);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q  <= '0;
      ready_q  <= '0;
      oldest_q <= '0;
      blocks_q <= '0;
    end else begin
      taken_q  <= taken_d;
      ready_q  <= ready_d;
      oldest_q <= oldest_d;
      blocks_q <= blocks_d;
    end
  end

  // ---- panel ---------------------------------------------------------------------------------------------------------
  for (genvar t = 0; t < Together; t++) begin : gen_bank
    ram_1r1w #(
      .Depth(Slots * Entries),
      .Width(GroupBits)
    ) u_rows (
      .clk_i,
      .read_enable_i  (read_i),
      .read_address_i ({read_slot_i, read_entry_i}),
      .read_data_o    (data_o[t]),
      .write_enable_i (row_valid),
      .write_address_i({row_slot, EntryBits'(row >> TogetherBits)}),
      .write_data_i   (row_data[t])
    );
  end

  // Bytes of scales before those of the entry.
  logic [31:0]                      scale_offset;
  logic [$clog2(GroupBytes)-1:0]    scale_byte_q;
  logic [1:0]                       scales_q;
  group_t                           scale_line;
  logic [Together*Scales-1:0][7:0]  entry_scales;

  assign scale_offset = (32'(read_entry_i) * Together) << read_scales_i;
  assign entry_scales = (Together*Scales*8)'(scale_line >> {scale_byte_q, 3'b000});

  always_ff @(posedge clk_i) begin
    if (read_i) begin
      scale_byte_q <= scale_offset[$clog2(GroupBytes)-1:0];
      scales_q     <= read_scales_i;
    end
  end

  ram_1r1w #(
    .Depth(Slots * ScaleLines),
    .Width(GroupBits)
  ) u_scales (
    .clk_i,
    .read_enable_i  (read_i),
    .read_address_i ({read_slot_i, ScaleLineBits'(scale_offset >> $clog2(GroupBytes))}),
    .read_data_o    (scale_line),
    .write_enable_i (response_valid_i && place.scale),
    .write_address_i({place.slot, ScaleLineBits'(place.row)}),
    .write_data_i   (response_data_i[0])
  );

  always_comb begin
    scales_o = '0;
    for (int unsigned t = 0; t < Together; t++) begin
      for (int unsigned s = 0; s < Scales; s++) begin
        if (s < (1 << scales_q)) scales_o[t][s] = entry_scales[(t << scales_q) + s];
      end
    end
  end

`ifndef SYNTHESIS
  a_release : assert property (@(posedge clk_i) disable iff (!rst_ni) release_i |-> ready_q[oldest_q]);
  a_full : assert property (@(posedge clk_i) disable iff (!rst_ni) read_i |-> ready_q[read_slot_i]);
  a_response : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> place_valid);
  a_not_full : assert property (@(posedge clk_i) disable iff (!rst_ni) row_valid |-> !ready_q[row_slot] && taken_q[row_slot]);
  a_one_row : assert property (@(posedge clk_i) disable iff (!rst_ni) !(direct_valid && turned_valid));
  a_together : assert property (@(posedge clk_i) disable iff (!rst_ni) row_valid |-> 32'(row) % Together == 0);
  a_under_way : assert property (@(posedge clk_i) disable iff (!rst_ni) sent && block_end |-> blocks_q != '1);
`endif

endmodule
