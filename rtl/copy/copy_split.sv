// Cuts the runs of boxes into pieces, each in one line of memory and one word of the scratchpad's port (a load
// without swizzle, where line and word are of one size: two words at most, so that a line is asked for
// once), and compares what is accessed in memory with the regions of the context: a piece ends where the
// region does, and an element that is not wholly in one becomes a piece that says so.
// Latency 1 cycle, one piece per cycle. A run outside the tensor that would be stored, and one without bytes, is a single piece of nothing.
// `skip_i`, for the box in work: its runs become pieces of nothing, too.
// Invariants: the last piece of a box is marked; pieces are not empty but for those of nothing and those that are faults.
module copy_split
  import copy_pkg::*;
#(
  parameter  int unsigned LineBytes    = 64,  // of memory: a power of two
  parameter  int unsigned ScratchBytes = 32,  // of the scratchpad's port: 16, 32 or 64
  parameter  int unsigned Regions      = 16,
  localparam int unsigned LineBits     = $clog2(LineBytes),
  localparam int unsigned PortBits     = $clog2(ScratchBytes)
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  heddle_pkg::region_t [Regions-1:0]  regions_i,

  input  run_t                               run_i,
  input  manner_t                            manner_i,     // of the box that the run is of
  input  logic                               skip_i,
  input  logic                               run_valid_i,
  output logic                               run_ready_o,

  output piece_t                             piece_o,
  output logic                               valid_o,
  input  logic                               ready_i
);

  logic [12:0]      done_d, done_q, left;      // bytes of the run that are in pieces
  logic [31:0]      address;
  scratch_address_t scratch, swizzled;
  logic             memory, nothing, allowed, finished, push, across;
  logic [6:0]       to_line, to_word, reach, most, bytes;
  logic [1:0]       exchange;
  piece_t           piece_d, piece_q;
  logic             valid_d, valid_q;

  assign push    = run_valid_i && (!valid_q || ready_i);
  assign left    = run_i.bytes - done_q;
  assign address = run_i.address + 32'(done_q);
  assign scratch = run_i.scratch + scratch_address_t'(done_q);
  assign nothing = skip_i || run_i.bytes == '0 || (manner_i.direction == DirectionStore && !run_i.in_bounds);
  assign memory  = run_i.in_bounds && manner_i.direction != DirectionFill && !nothing;

  // ---- regions: how many bytes from the address on lie in one region, at most 64 ---------------------------------------------
  always_comb begin
    logic [31:0] behind;
    behind  = '0;
    allowed = 1'b0;
    reach   = '0;
    for (int unsigned r = 0; r < Regions; r++) begin
      behind = regions_i[r].last - address;  // bytes of the region behind this one
      if (((manner_i.direction == DirectionStore) ? regions_i[r].w : regions_i[r].r) && regions_i[r].base <= address &&
          regions_i[r].last >= address) begin
        allowed = 1'b1;
        if (behind >= 32'd63) reach = 7'd64;
        else if (7'(behind) + 7'd1 > reach) reach = 7'(behind) + 7'd1;
      end
    end
    // Whole elements.
    reach = reach & ~((7'd1 << manner_i.element) - 7'd1);
    if (!allowed || (address & ~(heddle_isa_pkg::DEVICE_SIZE - 1)) != heddle_isa_pkg::DEVICE_BASE) reach = '0;
  end

  // ---- a piece -----------------------------------------------------------------------------------------------------------------
  assign to_line = (LineBytes > WordBytes) ? ((32'(address[LineBits-1:0]) + WordBytes <= LineBytes) ? 7'(WordBytes) : 7'(LineBytes - 32'(address[LineBits-1:0])))
                                           : 7'(LineBytes - 32'(address[LineBits-1:0]));
  assign to_word = 7'(ScratchBytes) - 7'(scratch[PortBits-1:0]);

  // Into two words.
  assign across = LineBytes == ScratchBytes && memory &&
                  manner_i.direction == DirectionLoad && manner_i.swizzle == 2'd0;

  always_comb begin
    most = (left < 13'(to_word)) ? left[6:0] : to_word;
    if (memory && to_line < most) most = to_line;
    if (across) most = (left < 13'(to_line)) ? left[6:0] : to_line;
    bytes = (memory && reach < most) ? reach : most;
  end

  // Chunks of 16 bytes are exchanged within their span: some of that within the port's word, the rest of it between words.
  always_comb begin
    logic [2:0] number;  // of the span
    number = '0;
    unique case (manner_i.swizzle)
      2'd1:    number = {2'b00, scratch[6]};
      2'd2:    number = {1'b0, scratch[8:7]};
      2'd3:    number = scratch[10:8];
      default: number = '0;
    endcase
    swizzled = scratch ^ {11'd0, number, 4'd0};
    exchange = 2'(32'(number) & (ScratchBytes / 16 - 1));
  end

  always_comb begin
    piece_d.kind     = PieceNothing;
    piece_d.address  = address;
    piece_d.word     = manner_i.scratch_base + {swizzled[17:PortBits], {PortBits{1'b0}}};
    piece_d.offset   = 6'(scratch[PortBits-1:0]);
    piece_d.exchange = exchange;
    piece_d.bytes    = bytes;
    piece_d.fill     = manner_i.fill;  // zero but for a fill
    if (!nothing) begin
      if (!memory)                                    piece_d.kind = PieceFill;
      else if (reach == '0)                           piece_d.kind = PieceFault;
      else if (manner_i.direction == DirectionStore)  piece_d.kind = PieceStore;
      else                                            piece_d.kind = PieceLoad;
    end
    // Behind a fault the rest of the run is left out.
    finished     = piece_d.kind inside {PieceNothing, PieceFault} || 13'(bytes) == left;
    piece_d.last = finished && run_i.last;
  end

  assign run_ready_o = push && finished;
  assign done_d      = !push ? done_q : finished ? '0 : done_q + 13'(bytes);
  assign valid_d     = push || (valid_q && !ready_i);
  assign piece_o     = piece_q;
  assign valid_o     = valid_q;

  always_ff @(posedge clk_i) begin
    if (push) piece_q <= piece_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      done_q  <= done_d;
      valid_q <= valid_d;
    end
  end

`ifndef SYNTHESIS
  a_bytes : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_q |-> piece_q.bytes != '0 || piece_q.kind inside {PieceNothing, PieceFault});
  a_word : assert property (@(posedge clk_i) disable iff (!rst_ni)
    valid_q && !(piece_q.kind inside {PieceNothing, PieceFault}) |->
      32'(piece_q.offset) + 32'(piece_q.bytes) <=
        ((piece_q.kind == PieceLoad && LineBytes == ScratchBytes) ? 2 * ScratchBytes
                                                                  : ScratchBytes));
`endif

endmodule
