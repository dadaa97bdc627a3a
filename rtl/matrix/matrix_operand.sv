// One side of the matrix engine, the rows of A or the columns of B: reads the groups of a command from the scratchpad into a panel, a
// slot per group, and gives them to the array. While the array works on one slot the next one is filled, also of the next command.
// A group of K takes one read of 32 bytes per row, then those of its scales: one byte, two or four per row, rows next to each other.
// Requests are in order, and so are responses, which are always accepted; Outstanding of them may be under way.
// Latency of a panel read: data in the cycle after `read_i`. Throughput: one request per cycle while a slot is free.
// Invariants: a slot is filled only when it is free, read only when it is full; no response without a request.
module matrix_operand
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim         = 4,  // rows of a block of the array
  parameter  int unsigned Blocks      = 4,   // at most, of a command
  parameter  int unsigned Together    = 1,   // rows that are read together; divides Dim
  parameter  int unsigned Outstanding = 8,
  localparam int unsigned Rows        = Dim * Blocks,
  localparam int unsigned Entries     = Rows / Together,
  localparam int unsigned EntryBits   = (Entries > 1) ? $clog2(Entries) : 1
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  operand_t                     command_i,
  input  logic                         command_valid_i,
  output logic                         command_ready_o,

  output scratch_address_t             request_address_o,  // a multiple of 32
  output logic                         request_valid_o,
  input  logic                         request_ready_i,
  input  group_t                       response_data_i,
  input  logic                         response_valid_i,

  output logic [1:0]                   full_o,             // slots; groups go to slots 0, 1, 0, 1, ... since reset
  input  logic                         release_i,          // the oldest slot is read for the last time; it is not full from now on
  input  logic                         read_i,
  input  logic                         read_slot_i,
  input  logic [EntryBits-1:0]         read_entry_i,
  input  logic [1:0]                   read_scales_i,      // 2^n bytes per row
  output group_t  [Together-1:0]       data_o,
  output scales_t [Together-1:0]       scales_o
);

  localparam int unsigned RowBits       = $clog2(Rows + 1);
  localparam int unsigned ScaleLines    = (Rows * Scales + GroupBytes - 1) / GroupBytes;  // of a slot
  localparam int unsigned ScaleLineBits = (ScaleLines > 1) ? $clog2(ScaleLines) : 1;
  localparam int unsigned TogetherBits  = $clog2(Together);

  // Where a response goes.
  typedef struct packed {
    logic               scale;
    logic               slot;
    logic               last;  // of its group
    logic [RowBits-1:0] row;   // or line of scales
  } place_t;

  // ---- requests ----------------------------------------------------------------------------------------------------
  logic             active_d, active_q, scale_phase_d, scale_phase_q, fill_slot_d, fill_slot_q, start, sent, group_last, row_last;
  operand_t         command_q;
  logic [15:0]      group_d, group_q;
  logic [RowBits-1:0] row_d, row_q, rows, lines;
  scratch_address_t row_address_d, row_address_q, group_address_d, group_address_q, scale_address_d, scale_address_q;
  scratch_address_t scale_group_d, scale_group_q;
  logic [1:0]       taken_d, taken_q;   // slots that are being filled or full
  logic [1:0]       ready_d, ready_q;   // full ones
  logic             oldest_d, oldest_q, slot_free, place_ready;
  place_t           place_in, place_out;

  assign rows       = RowBits'(command_q.blocks) * RowBits'(Dim);
  assign lines      = (command_q.scaled) ? RowBits'(((32'(rows) << command_q.scales) + GroupBytes - 1) / GroupBytes) : '0;
  assign row_last   = scale_phase_q ? row_q + RowBits'(1) == lines : row_q + RowBits'(1) == rows;
  assign group_last = row_last && (scale_phase_q || !command_q.scaled);
  // The first request of a group waits for its slot.
  assign slot_free  = !taken_q[fill_slot_q] || row_q != '0 || scale_phase_q;

  assign request_address_o = scale_phase_q ? scale_address_q : row_address_q;
  assign request_valid_o   = active_q && slot_free && place_ready;
  assign sent              = request_valid_o && request_ready_i;
  assign command_ready_o   = !active_q || (sent && group_last && group_q == 16'd1);
  assign start             = command_valid_i && command_ready_o;

  always_comb begin
    active_d        = active_q;
    scale_phase_d   = scale_phase_q;
    fill_slot_d     = fill_slot_q;
    group_d         = group_q;
    row_d           = row_q;
    row_address_d   = row_address_q;
    group_address_d = group_address_q;
    scale_address_d = scale_address_q;
    scale_group_d   = scale_group_q;
    if (sent) begin
      row_d = row_q + RowBits'(1);
      if (scale_phase_q) scale_address_d = scale_address_q + scratch_address_t'(GroupBytes);
      else               row_address_d = row_address_q + command_q.stride;
      if (row_last) begin
        row_d         = '0;
        scale_phase_d = !scale_phase_q && command_q.scaled;
      end
      if (group_last) begin
        fill_slot_d     = !fill_slot_q;
        group_d         = group_q - 16'd1;
        active_d        = group_q != 16'd1;
        group_address_d = group_address_q + scratch_address_t'(GroupBytes);
        row_address_d   = group_address_d;
        scale_group_d   = scale_group_q + command_q.scale_stride;
        scale_address_d = scale_group_d;
      end
    end
    if (start) begin
      active_d        = 1'b1;
      group_d         = command_i.groups;
      row_address_d   = command_i.address;
      group_address_d = command_i.address;
      scale_address_d = command_i.scale_address;
      scale_group_d   = command_i.scale_address;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start) command_q <= command_i;
    group_q         <= group_d;
    row_address_q   <= row_address_d;
    group_address_q <= group_address_d;
    scale_address_q <= scale_address_d;
    scale_group_q   <= scale_group_d;
  end

  // ---- responses -----------------------------------------------------------------------------------------------------
  assign place_in = '{scale: scale_phase_q, slot: fill_slot_q, last: group_last, row: row_q};

  fifo #(
    .Width($bits(place_t)),
    .Depth(Outstanding)
  ) u_places (
    .clk_i,
    .rst_ni,
    .data_i (place_in),
    .valid_i(sent),
    .ready_o(place_ready),
    .data_o (place_out),
    .valid_o(),
    .ready_i(response_valid_i),
    .count_o()
  );

  // ---- slots ---------------------------------------------------------------------------------------------------------
  always_comb begin
    taken_d  = taken_q;
    full_o   = ready_q;
    oldest_d = oldest_q ^ release_i;
    if (release_i) begin
      taken_d[oldest_q] = 1'b0;
      full_o[oldest_q]  = 1'b0;
    end
    ready_d = full_o;
    if (sent && row_q == '0 && !scale_phase_q) taken_d[fill_slot_q] = 1'b1;
    if (response_valid_i && place_out.last) ready_d[place_out.slot] = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q      <= 1'b0;
      scale_phase_q <= 1'b0;
      fill_slot_q   <= 1'b0;
      row_q         <= '0;
      taken_q       <= '0;
      ready_q       <= '0;
      oldest_q      <= 1'b0;
    end else begin
      active_q      <= active_d;
      scale_phase_q <= scale_phase_d;
      fill_slot_q   <= fill_slot_d;
      row_q         <= row_d;
      taken_q       <= taken_d;
      ready_q       <= ready_d;
      oldest_q      <= oldest_d;
    end
  end

  // ---- panel ---------------------------------------------------------------------------------------------------------
  for (genvar t = 0; t < Together; t++) begin : gen_bank
    logic write;

    if (Together > 1) begin : gen_select
      assign write = place_out.row[TogetherBits-1:0] == TogetherBits'(t);
    end else begin : gen_always
      assign write = 1'b1;
    end

    ram_1r1w #(
      .Depth(2 * Entries),
      .Width(GroupBits)
    ) u_rows (
      .clk_i,
      .read_enable_i  (read_i),
      .read_address_i ({read_slot_i, read_entry_i}),
      .read_data_o    (data_o[t]),
      .write_enable_i (response_valid_i && !place_out.scale && write),
      .write_address_i({place_out.slot, EntryBits'(place_out.row >> TogetherBits)}),
      .write_data_i   (response_data_i)
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
    .Depth(2 * ScaleLines),
    .Width(GroupBits)
  ) u_scales (
    .clk_i,
    .read_enable_i  (read_i),
    .read_address_i ({read_slot_i, ScaleLineBits'(scale_offset >> $clog2(GroupBytes))}),
    .read_data_o    (scale_line),
    .write_enable_i (response_valid_i && place_out.scale),
    .write_address_i({place_out.slot, ScaleLineBits'(place_out.row)}),
    .write_data_i   (response_data_i)
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
  a_blocks : assert property (@(posedge clk_i) disable iff (!rst_ni)
    command_valid_i |-> command_i.blocks != '0 && 32'(command_i.blocks) <= Blocks && command_i.groups != '0);
  a_not_full : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> !ready_q[place_out.slot]);
`endif

endmodule
