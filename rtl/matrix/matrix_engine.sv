// The matrix engine (docs/matrix.md, "Commands"): checks, queues, the two operands' panels, the array with its accumulators, lanes' window.
// The operands and the array take commands in order from queues of their own, so that the operands of a command are read while the one before is
// computed. An operand is read as many lines at a time as the array reads rows together. A buffer is owned from the moment a command for it is
// taken until its completion or fault has been taken; matrix_window waits for it, and commands for a buffer wait for the window's request in work.
// Latency: 9 cycles from a command (without scales and mbarrier) to its first read. See matrix_array for throughput.
// Invariants: each command that is taken gives one completion or one fault; completions are in the order of their commands.
module matrix_engine
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim         = 4,  // 4, 8 or 16
  parameter  int unsigned Lanes       = 4,  // of a request to the window
  parameter  bit          Fp8         = 1'b1,
  parameter  bit          Fp4         = 1'b1,
  parameter  int unsigned Queue       = 4,  // commands
  parameter  int unsigned Outstanding = 8,  // reads of an operand
  localparam int unsigned Together    = (Dim > 8) ? Dim / 8 : 1,  // rows, and lines of a request
  localparam int unsigned Owners      = 1 << OwnerBits,
  localparam int unsigned AddressBits = 1 + 2 * $clog2(Dim * Blocks)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,

  input  descriptor_t                          command_i,
  input  context_t                             context_i,
  input  logic                                 command_valid_i,
  output logic                                 command_ready_o,
  input  logic [Owners-1:0]                    forget_i,       // workgroups that are gone

  output tag_t                                 done_o,         // a command is complete
  output logic                                 done_valid_o,
  input  logic                                 done_ready_i,
  output fault_t                               fault_o,        // a command has failed
  output logic                                 fault_valid_o,
  input  logic                                 fault_ready_i,
  output logic                                 idle_o,         // nothing is under way

  // scratchpad reads of lines of 32 bytes, of A [0] and B [1]; responses in order per port, always accepted
  output scratch_address_t [1:0][Together-1:0] request_address_o,
  output logic [1:0]                           request_all_o,  // all lines; else the first alone
  output logic [1:0]                           request_valid_o,
  output logic [1:0]                           request_behind_o,  // the operand of which more is missing, if one is: what it reads is wanted first
  input  logic [1:0]                           request_ready_i,
  input  group_t [1:0][Together-1:0]           response_data_i,
  input  logic [1:0]                           response_valid_i,

  // accumulators: zeros into a word of both buffers, while nothing is under way
  input  logic                                 clear_i,
  input  logic [BufferWordBits-1:0]            clear_word_i,

  // accumulators as lanes see them (matrix_window)
  input  logic                                 lane_write_i,
  input  logic [Lanes-1:0]                     lane_mask_i,
  input  logic [Lanes-1:0][AddressBits-1:0]    lane_address_i,
  input  logic [Lanes-1:0][31:0]               lane_data_i,
  input  logic                                 lane_valid_i,
  output logic                                 lane_ready_o,
  output logic [Lanes-1:0][31:0]               lane_data_o,
  output logic                                 lane_valid_o
);

  localparam int unsigned Units     = Dim * Dim / 8;
  localparam int unsigned WordBits  = BufferWordBits;
  localparam int unsigned EntryBits = $clog2(Dim * Blocks / Together);
  localparam int unsigned UnderWay  = Queue + 4;  // commands that are checked and whose completion has not been taken
  localparam int unsigned CountBits = $clog2(UnderWay + 2);

  typedef logic [CountBits-1:0] count_t;

  // ---- checks ----------------------------------------------------------------------------------------------------------
  command_t   command;
  logic       check_ready, checked_valid, checked_ready, take;
  logic [1:0] window_uses;

  assign command_ready_o = check_ready && !window_uses[command_i.buffer];
  assign take            = command_valid_i && command_ready_o;

  matrix_check #(
    .Dim(Dim),
    .Fp8(Fp8),
    .Fp4(Fp4)
  ) u_check (
    .clk_i,
    .rst_ni,
    .descriptor_i   (command_i),
    .context_i,
    .valid_i        (take),
    .ready_o        (check_ready),
    .command_o      (command),
    .command_valid_o(checked_valid),
    .command_ready_i(checked_ready),
    .fault_o,
    .fault_valid_o,
    .fault_ready_i,
    .forget_i
  );

  // ---- queues ----------------------------------------------------------------------------------------------------------
  logic [3:0] queue_ready;
  logic       push, a_valid, a_ready, b_valid, b_ready, tile_valid, tile_ready, tag_valid, done_take;
  operand_t   a_command, b_command;
  tile_t      tile;

  assign checked_ready = queue_ready == '1;
  assign push          = checked_valid && checked_ready;

  fifo #(
    .Width($bits(operand_t)),
    .Depth(Queue)
  ) u_a_queue (
    .clk_i,
    .rst_ni,
    .data_i (command.a),
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
    .data_i (command.b),
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
    .data_i (command.tile),
    .valid_i(push),
    .ready_o(queue_ready[2]),
    .data_o (tile),
    .valid_o(tile_valid),
    .ready_i(tile_ready),
    .count_o()
  );

  fifo #(
    .Width($bits(tag_t)),
    .Depth(UnderWay)
  ) u_tags (
    .clk_i,
    .rst_ni,
    .data_i (command.tag),
    .valid_i(push),
    .ready_o(queue_ready[3]),
    .data_o (done_o),
    .valid_o(tag_valid),
    .ready_i(done_take),
    .count_o()
  );

  // ---- completions -------------------------------------------------------------------------------------------------------
  logic         done;
  count_t       finished_d, finished_q;  // whose completion has not been taken
  count_t [1:0] owned_d, owned_q;        // commands per buffer
  logic [1:0]   owned;

  assign done_valid_o = finished_q != '0;
  assign done_take    = done_valid_o && done_ready_i;
  assign finished_d   = finished_q + count_t'(done) - count_t'(done_take);
  assign idle_o       = owned_q == '0 && finished_q == '0;

  always_comb begin
    for (int unsigned i = 0; i < 2; i++) begin
      owned[i]   = owned_q[i] != '0;
      owned_d[i] = owned_q[i] + count_t'(take && command_i.buffer == 1'(i)) - count_t'(done_take && done_o.buffer == 1'(i)) -
                   count_t'(fault_valid_o && fault_ready_i && fault_o.buffer == 1'(i));
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      finished_q <= '0;
      owned_q    <= '0;
    end else begin
      finished_q <= finished_d;
      owned_q    <= owned_d;
    end
  end

  // ---- operands ----------------------------------------------------------------------------------------------------------
  logic [Slots-1:0]       a_full, b_full;
  logic [1:0]             a_scale_size, b_scale_size;
  logic                   a_release, b_release, a_read, b_read;
  panel_slot_t            a_slot, b_slot;
  logic [EntryBits-1:0]   a_entry, b_entry;
  group_t  [Together-1:0] a_data, b_data;
  scales_t [Together-1:0] a_scales, b_scales;

  localparam int unsigned RowBits = $clog2(Dim * Blocks + 1);

  panel_number_t [1:0]              number;
  panel_number_t                    ahead;  // groups of B, as a signed number
  logic          [1:0][RowBits-1:0] left;

  assign ahead = number[1] - number[0];

  always_comb begin
    request_behind_o[0] = (ahead == '0) ? left[0] > left[1] : !ahead[SlotBits];
    request_behind_o[1] = (ahead == '0) ? left[0] < left[1] : ahead[SlotBits];
  end

  matrix_operand #(
    .Dim        (Dim),
    .Together   (Together),
    .Outstanding(Outstanding)
  ) u_a (
    .clk_i,
    .rst_ni,
    .command_i        (a_command),
    .command_valid_i  (a_valid),
    .command_ready_o  (a_ready),
    .request_address_o(request_address_o[0]),
    .request_all_o    (request_all_o[0]),
    .request_valid_o  (request_valid_o[0]),
    .request_number_o (number[0]),
    .request_left_o   (left[0]),
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
    .Together   (Together),
    .Outstanding(Outstanding)
  ) u_b (
    .clk_i,
    .rst_ni,
    .command_i        (b_command),
    .command_valid_i  (b_valid),
    .command_ready_o  (b_ready),
    .request_address_o(request_address_o[1]),
    .request_all_o    (request_all_o[1]),
    .request_valid_o  (request_valid_o[1]),
    .request_number_o (number[1]),
    .request_left_o   (left[1]),
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

  // ---- array and window ----------------------------------------------------------------------------------------------------
  logic                   lane_buffer, lane_read;
  logic [WordBits-1:0]    lane_word;
  logic [Units-1:0]       lane_write;
  logic [Units-1:0][31:0] lane_words, accumulators;

  matrix_array #(
    .Dim(Dim),
    .Fp8(Fp8),
    .Fp4(Fp4)
  ) u_array (
    .clk_i,
    .rst_ni,
    .command_i      (tile),
    .command_valid_i(tile_valid),
    .command_ready_o(tile_ready),
    .done_o         (done),
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
    .clear_i,
    .clear_word_i,
    .lane_buffer_i  (lane_buffer),
    .lane_word_i    (lane_word),
    .lane_read_i    (lane_read),
    .lane_data_o    (accumulators),
    .lane_write_i   (lane_write),
    .lane_data_i    (lane_words)
  );

  matrix_window #(
    .Dim  (Dim),
    .Lanes(Lanes)
  ) u_window (
    .clk_i,
    .rst_ni,
    .write_i  (lane_write_i),
    .mask_i   (lane_mask_i),
    .address_i(lane_address_i),
    .data_i   (lane_data_i),
    .valid_i  (lane_valid_i),
    .ready_o  (lane_ready_o),
    .data_o   (lane_data_o),
    .valid_o  (lane_valid_o),
    .uses_o   (window_uses),
    .owned_i  (owned),
    .buffer_o (lane_buffer),
    .word_o   (lane_word),
    .read_o   (lane_read),
    .words_i  (accumulators),
    .write_o  (lane_write),
    .words_o  (lane_words)
  );

`ifndef SYNTHESIS
  a_owned : assert property (@(posedge clk_i) disable iff (!rst_ni) done_take |-> owned[done_o.buffer]);
  a_clear_alone : assert property (@(posedge clk_i) disable iff (!rst_ni) clear_i |-> idle_o && window_uses == '0 && !take);
  // Nobody asks for a group before the array has read the one that had its slot, for which that of the other operand has been there.
  a_ahead : assert property (@(posedge clk_i) disable iff (!rst_ni) request_valid_o == '1 |-> ahead != panel_number_t'(Slots));
  a_tag : assert property (@(posedge clk_i) disable iff (!rst_ni) done_valid_o |-> tag_valid);
`endif

endmodule
