// Checks a copy command (docs/copy.md, "Checks") and translates it. A command with a fault ends here; from then on all commands of its workgroup do,
// and also after a fault of one that has left already (`failed_i`), whose own fault is told first.
// Latency: 10 cycles from a command that is taken to `command_valid_o`. One command at a time.
// Invariants: a command that is taken gives either a command or a fault, once; a command that leaves stays inside its allocation.
module copy_check
  import copy_pkg::*;
#(
  localparam int unsigned Owners = 1 << OwnerBits
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  descriptor_t       descriptor_i,
  input  context_t          context_i,
  input  logic              valid_i,
  output logic              ready_o,

  output command_t          command_o,
  output logic              command_valid_o,
  input  logic              command_ready_i,

  output fault_t            fault_o,
  output logic              fault_valid_o,
  input  logic              fault_ready_i,

  input  logic [Owners-1:0] failed_i,      // a command of the workgroup has failed, and its fault has not been taken
  input  logic [Owners-1:0] cancel_i,      // the workgroup has been stopped: no faults
  input  logic [Owners-1:0] forget_i,      // the workgroup is gone: its fault is forgotten
  output logic [Owners-1:0] busy_o,        // whose command is here
  output logic              trace_stopped_o // for the monitors: fault_o goes nowhere
);

  localparam int unsigned Words       = 32;
  localparam int unsigned WordBase    = 1;   // of the descriptor
  localparam int unsigned WordSize    = 2;
  localparam int unsigned WordStride  = 7;
  localparam int unsigned WordBox     = 11;
  localparam int unsigned WordFirst   = 16;
  localparam int unsigned WordScratch = 21;
  localparam int unsigned WordBarrier = 22;
  localparam int unsigned WordZero    = 23;
  localparam int unsigned WordFill    = 31;

  localparam logic [18:0] MostBytes = 19'd1 << 18;

  typedef enum logic [3:0] {
    StateIdle,
    StateFormat,
    StateSize,
    StateAlignment,
    StateVolume,     // the box's bytes: a dimension per cycle
    StateRange,
    StateCommand,
    StateAfter,      // until the fault of the one before has been told
    StateFault
  } state_e;

  state_e            state_d, state_q;
  descriptor_t       d_q;
  context_t          context_q;
  logic [Owners-1:0] faulted_d, faulted_q;
  fault_e            cause_d, cause_q;
  logic [4:0]        word;          // the lowest one that is wrong
  logic [4:0]        value_d, value_q;
  logic              take, fill, bad, cancelled;
  logic [Rank-1:0]   used;          // dimensions

  assign ready_o   = state_q == StateIdle;
  assign take      = valid_i && ready_o;
  assign fill      = d_q.direction == DirectionFill;
  assign cancelled = cancel_i[context_q.owner];

  always_comb begin
    for (int unsigned d = 0; d < Rank; d++) used[d] = d < 32'(d_q.rank);
  end

  // ---- words that are wrong ----------------------------------------------------------------------------------------------
  logic [Words-1:0][31:0] words;
  logic [Words-1:0]       set, format, size, alignment, range, wrong;
  logic [7:0]             span_mask, element_mask;
  logic [2:0]             dimension_d, dimension_q;
  logic [18:0]            volume_d, volume_q;         // at most MostBytes, one more stands for more
  logic [27:0]            product;
  logic [19:0]            scratch_end;

  assign words        = d_q;
  assign element_mask = 8'((9'd1 << d_q.element) - 9'd1);
  assign span_mask    = (d_q.swizzle == '0) ? 8'd15 : 8'((9'd32 << d_q.swizzle) - 9'd1);

  always_comb begin
    for (int unsigned w = 0; w < Words; w++) set[w] = words[w] != '0;

    // What has no meaning.
    format    = '0;
    format[0] = d_q.rank == '0 || 32'(d_q.rank) > Rank || d_q.element > 3'd4 || d_q.direction == 2'd3 ||
                d_q.zero_low != '0 || d_q.zero_high != '0;
    format[WordFill-1:WordZero] = set[WordFill-1:WordZero];
    format[WordFill]            = set[WordFill] && !fill;
    format[WordBarrier]         = set[WordBarrier] && !d_q.complete;
    format[WordBase]            = set[WordBase] && fill;
    for (int unsigned d = 0; d < Rank; d++) begin
      format[WordSize+d]  = set[WordSize+d] && (fill || !used[d]);
      format[WordFirst+d] = set[WordFirst+d] && (fill || !used[d]);
      format[WordBox+d]   = set[WordBox+d] && !used[d];
      if (d != 0) format[WordStride+d-1] = set[WordStride+d-1] && (fill || !used[d]);
    end

    size = '0;
    for (int unsigned d = 0; d < Rank; d++) begin
      size[WordSize+d] = used[d] && !fill && (d_q.size[d] == '0 || d_q.size[d][31]);
      size[WordBox+d]  = used[d] && (d_q.box[d] == '0 || d_q.box[d] > 32'd256);
    end

    alignment              = '0;
    alignment[WordBase]    = (d_q.base[7:0] & element_mask) != '0;
    alignment[WordScratch] = (d_q.scratch[7:0] & span_mask) != '0;
    alignment[WordBarrier] = d_q.barrier[2:0] != '0;
    for (int unsigned d = 1; d < Rank; d++) begin
      alignment[WordStride+d-1] = (d_q.stride[d][7:0] & element_mask) != '0;
    end

    // The address is a multiple of the span, if there is one.
    scratch_end        = 20'(d_q.scratch[17:0]) + ((d_q.swizzle == '0) ? 20'(volume_q) : (20'(volume_q) + 20'(span_mask)) & ~20'(span_mask));
    range              = '0;
    range[WordScratch] = d_q.scratch[31:18] != '0 || scratch_end > 20'(context_q.scratch_size);
    range[WordBarrier] = d_q.complete && (d_q.barrier[31:18] != '0 || 20'(d_q.barrier[17:0]) + 20'd8 > 20'(context_q.scratch_size));

    unique case (state_q)
      StateFormat:    wrong = format;
      StateSize:      wrong = size;
      StateAlignment: wrong = alignment;
      StateRange:     wrong = range;
      default:        wrong = '0;
    endcase
  end

  lowest_one #(
    .Width(Words)
  ) u_lowest (
    .bits_i  (wrong),
    .any_o   (bad),
    .onehot_o(),
    .index_o (word)
  );

  // ---- the box's size ------------------------------------------------------------------------------------------------------
  assign product = 28'(volume_q) * (used[dimension_q] ? 28'(d_q.box[dimension_q][8:0]) : 28'd1);

  always_comb begin
    dimension_d = dimension_q;
    volume_d    = volume_q;
    if (state_q == StateAlignment) begin
      dimension_d = '0;
      volume_d    = 19'd1 << d_q.element;
    end else if (state_q == StateVolume) begin
      dimension_d = dimension_q + 3'd1;
      volume_d    = (product > 28'(MostBytes)) ? MostBytes + 19'd1 : product[18:0];
    end
  end

  // ---- states ----------------------------------------------------------------------------------------------------------------
  always_comb begin
    state_d = state_q;
    cause_d = cause_q;
    value_d = value_q;
    unique case (state_q)
      StateIdle: if (valid_i) state_d = StateFormat;
      StateFormat: begin
        cause_d = FaultFormat;
        state_d = StateSize;
      end
      StateSize: begin
        cause_d = FaultSize;
        state_d = StateAlignment;
      end
      StateAlignment: begin
        cause_d = FaultAlignment;
        state_d = StateVolume;
      end
      StateVolume: if (32'(dimension_q) == Rank - 1) state_d = StateRange;
      StateRange: begin
        cause_d = FaultRange;
        state_d = StateCommand;
      end
      StateCommand: if (command_ready_i) state_d = StateIdle;
      StateAfter: if (!failed_i[context_q.owner] || cancelled) state_d = StateFault;
      StateFault: if (fault_ready_i || cancelled) state_d = StateIdle;
      default: state_d = StateIdle;
    endcase
    if (bad) begin
      state_d = StateFault;
      value_d = word;
    end
    if (state_q == StateFormat && faulted_q[context_q.owner]) begin
      state_d = StateAfter;
      cause_d = FaultAfter;
      value_d = '0;
    end
  end

  always_comb begin
    faulted_d = (faulted_q | failed_i) & ~forget_i;
    if (state_q == StateFault && !forget_i[context_q.owner]) faulted_d[context_q.owner] = 1'b1;
    busy_o = '0;
    if (state_q != StateIdle) busy_o[context_q.owner] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      d_q       <= descriptor_i;
      context_q <= context_i;
    end
    cause_q     <= cause_d;
    value_q     <= value_d;
    dimension_q <= dimension_d;
    volume_q    <= volume_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StateIdle;
      faulted_q <= '0;
    end else begin
      state_q   <= state_d;
      faulted_q <= faulted_d;
    end
  end

  // ---- results ---------------------------------------------------------------------------------------------------------------
  assign fault_valid_o   = state_q == StateFault && !cancelled;
  assign trace_stopped_o = state_q == StateFault && cancelled;
  assign fault_o         = '{owner: context_q.owner, id: d_q.id, cause: cause_q, value: 32'(value_q),
                             origin: context_q.origin};
  assign command_valid_o = state_q == StateCommand;

  logic [Rank-1:0][8:0] box;

  always_comb begin
    for (int unsigned d = 0; d < Rank; d++) box[d] = used[d] ? d_q.box[d][8:0] : 9'd1;
    command_o.box.element = d_q.element;
    command_o.box.base    = d_q.base;
    command_o.box.stride  = d_q.stride;
    command_o.box.first   = d_q.first;
    command_o.box.scratch = d_q.scratch[17:0];
    command_o.box.box     = box;
    for (int unsigned d = 0; d < Rank; d++) command_o.box.size[d] = fill ? 32'(box[d]) : used[d] ? d_q.size[d] : 32'd1;
    command_o.manner = '{direction: direction_e'(d_q.direction), element: d_q.element, swizzle: d_q.swizzle, fill: d_q.fill,
                         scratch_base: context_q.scratch_base};
    command_o.tag    = '{owner: context_q.owner, id: d_q.id, complete: d_q.complete,
                         barrier: d_q.barrier[17:0] + context_q.scratch_base, bytes: volume_q, origin: context_q.origin};
  end

`ifndef SYNTHESIS
  a_inside : assert property (@(posedge clk_i) disable iff (!rst_ni)
    command_valid_o |-> 20'(d_q.scratch[17:0]) + 20'(volume_q) <= 20'(context_q.scratch_size));
  a_base : assert property (@(posedge clk_i) disable iff (!rst_ni) take |-> context_i.scratch_base[7:0] == '0);
`endif

endmodule
