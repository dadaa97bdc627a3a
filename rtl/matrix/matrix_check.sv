// Checks a command (docs/matrix.md, "Checks") and translates it: descriptor fields to blocks of the array, addresses in the workgroup's
// allocation to those of the scratchpad. A command with a fault ends here; from then on all commands of its workgroup do.
// Latency: 6 cycles from a command that is taken to `command_valid_o`, 2 more per operand of scales, 2 for an mbarrier. One command at a time.
// Invariants: a command that is taken gives either a command or a fault, once; a command that leaves reads only inside the
// allocation, and its tile lies in its buffer.
module matrix_check
  import matrix_pkg::*;
#(
  parameter  int unsigned Dim    = 4,  // of the array
  parameter  bit          Fp8    = 1'b1,
  parameter  bit          Fp4    = 1'b1,
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

  input  logic [Owners-1:0] forget_i  // the workgroup is gone: its fault is forgotten
);

  localparam int unsigned Rows    = Dim * Blocks;
  localparam int unsigned DimBits = $clog2(Dim);

  typedef enum logic [2:0] {
    StateIdle,
    StateFields,   // everything but ranges
    StateProduct,  // of an operand: distance from its first line to the last
    StateRange,
    StateCommand,
    StateFault
  } state_e;

  // Operands as faults number them.
  typedef enum logic [2:0] {
    OperandA,
    OperandB,
    OperandScalesA,
    OperandScalesB,
    OperandBarrier
  } operand_e;

  state_e            state_d, state_q;
  operand_e          operand_d, operand_q;
  descriptor_t       d_q;
  context_t          context_q;
  logic [Owners-1:0] faulted_d, faulted_q;
  fault_e            cause_d, cause_q;
  logic [2:0]        fault_operand_d, fault_operand_q;
  logic [31:0]       value_d, value_q;
  format_t           format;
  logic              scaled, take;

  assign format  = '{a: d_q.element_a, b: d_q.element_b, scale: d_q.scale};
  assign scaled  = d_q.scale != ScaleNone;
  assign ready_o = state_q == StateIdle;
  assign take    = valid_i && ready_o;

  // ---- fields --------------------------------------------------------------------------------------------------------
  logic       bad_format, bad_tile, bad_place, eight_bits, four_bits;
  logic [4:0] bad_address, bad_stride;  // per operand

  function automatic logic misplaced(logic [31:0] value);
    return value[31:18] != '0 || value[4:0] != '0;
  endfunction

  function automatic logic partial(dimension_t rows);  // or too many
    return rows[DimBits-1:0] != '0 || 32'(rows) > Rows;
  endfunction

  assign eight_bits = d_q.element_a inside {ElementE5m2, ElementE4m3};
  assign four_bits  = d_q.element_a == ElementE2m1;

  always_comb begin
    bad_format = !known_format(format) || (eight_bits && !Fp8) || (four_bits && (!Fp4 || d_q.transpose_a || d_q.transpose_b)) ||
                 d_q.zero_flags != '0 || d_q.zero_groups != '0 || d_q.zero_high != '0;
    bad_tile   = partial(d_q.rows) || partial(d_q.columns) || d_q.rows == '0 || d_q.columns == '0 || d_q.groups == '0;
    bad_place  = partial(d_q.row) || partial(d_q.column) || !context_q.buffers[d_q.buffer] ||
                 32'(d_q.row) + 32'(d_q.rows) > Rows || 32'(d_q.column) + 32'(d_q.columns) > Rows;

    bad_address                 = '0;
    bad_stride                  = '0;
    bad_address[OperandA]       = misplaced(d_q.a.address);
    bad_stride[OperandA]        = misplaced(d_q.a.stride);
    bad_address[OperandB]       = misplaced(d_q.b.address);
    bad_stride[OperandB]        = misplaced(d_q.b.stride);
    bad_address[OperandScalesA] = scaled && misplaced(d_q.a.scale_address);
    bad_stride[OperandScalesA]  = scaled && misplaced(d_q.a.scale_stride);
    bad_address[OperandScalesB] = scaled && misplaced(d_q.b.scale_address);
    bad_stride[OperandScalesB]  = scaled && misplaced(d_q.b.scale_stride);
    bad_address[OperandBarrier] = d_q.arrive && (d_q.barrier[31:18] != '0 || d_q.barrier[2:0] != '0);
  end

  // ---- operands: `count` pieces of `width` bytes, `stride` apart ---------------------------------------------------------
  localparam int unsigned CountBits = 21;  // lines of a transposed operand
  localparam int unsigned EndBits   = CountBits + 19;

  typedef logic [CountBits:0] width_t;

  logic [4:0][31:0]     address, stride;
  logic [4:0]           used;
  logic [CountBits-1:0] count;  // less one
  width_t               width_d, width_q;
  logic [EndBits-1:0]   product_q, range_end;
  logic                 outside;

  // Whole lines of 32 bytes that hold `rows` times 2^size bytes.
  function automatic width_t lines(dimension_t rows, logic [1:0] size);
    return ((width_t'(rows) << size) + width_t'(GroupBytes - 1)) & ~width_t'(GroupBytes - 1);
  endfunction

  assign address = {d_q.barrier, d_q.b.scale_address, d_q.a.scale_address, d_q.b.address, d_q.a.address};
  assign stride  = {32'd0, d_q.b.scale_stride, d_q.a.scale_stride, d_q.b.stride, d_q.a.stride};
  assign used    = {d_q.arrive, scaled, scaled, 2'b11};

  always_comb begin
    logic       second, transposed;
    element_e   element;
    dimension_t rows;

    second     = operand_q inside {OperandB, OperandScalesB};
    transposed = second ? d_q.transpose_b : d_q.transpose_a;
    element    = second ? d_q.element_b : d_q.element_a;
    rows       = second ? d_q.columns : d_q.rows;
    unique case (operand_q)
      OperandA, OperandB: begin
        if (transposed) begin
          count   = (CountBits'(d_q.groups) << (3'd5 - 3'(element_size(element)))) - CountBits'(1);
          width_d = lines(rows, element_size(element));
        end else begin
          count   = CountBits'(rows) - CountBits'(1);
          width_d = width_t'(d_q.groups) * width_t'(GroupBytes);
        end
      end
      OperandScalesA, OperandScalesB: begin
        count   = CountBits'(d_q.groups) - CountBits'(1);
        width_d = lines(rows, scale_size(format));
      end
      default: begin
        count   = '0;
        width_d = width_t'(8);
      end
    endcase
  end

  assign range_end = EndBits'(address[operand_q][17:0]) + product_q + EndBits'(width_q);
  assign outside   = range_end > EndBits'(context_q.scratch_size);

  always_ff @(posedge clk_i) begin
    product_q <= EndBits'(count) * EndBits'(stride[operand_q][17:0]);
    width_q   <= width_d;
  end

  // ---- steps ---------------------------------------------------------------------------------------------------------
  always_comb begin
    logic found;

    state_d         = state_q;
    operand_d       = operand_q;
    cause_d         = cause_q;
    fault_operand_d = fault_operand_q;
    value_d         = value_q;
    faulted_d       = faulted_q & ~forget_i;
    found           = 1'b0;
    unique case (state_q)
      StateIdle: if (valid_i) state_d = StateFields;
      StateFields: begin
        cause_d         = FaultNone;
        fault_operand_d = '0;
        value_d         = '0;
        operand_d       = OperandA;
        if (faulted_q[context_q.owner]) begin
          cause_d = FaultAfter;
        end else if (bad_format) begin
          cause_d = FaultFormat;
          value_d = d_q[31:0];
        end else if (bad_tile) begin
          cause_d = FaultTile;
          value_d = {d_q.columns, d_q.rows};
        end else if (bad_place) begin
          cause_d = FaultAccumulators;
          value_d = {d_q.column, d_q.row};
        end else begin
          for (int unsigned i = 0; i < 5; i++) begin
            if (!found && (bad_address[i] || bad_stride[i])) begin
              found           = 1'b1;
              cause_d         = FaultAlignment;
              fault_operand_d = 3'(i);
              value_d         = bad_address[i] ? address[i] : stride[i];
            end
          end
        end
        state_d = (cause_d == FaultNone) ? StateProduct : StateFault;
      end
      StateProduct: state_d = StateRange;
      StateRange: begin
        if (outside) begin
          state_d         = StateFault;
          cause_d         = FaultRange;
          fault_operand_d = operand_q;
          value_d         = (range_end[EndBits-1:32] != '0) ? '1 : range_end[31:0];
        end else begin
          state_d = StateCommand;
          for (int unsigned i = 5; i > 0; i--) begin  // the next one that is used
            if (i - 1 > 32'(operand_q) && used[i-1]) begin
              state_d   = StateProduct;
              operand_d = operand_e'(i - 1);
            end
          end
        end
      end
      StateCommand: if (command_ready_i) state_d = StateIdle;
      StateFault: if (fault_ready_i) begin
        state_d                    = StateIdle;
        faulted_d[context_q.owner] = 1'b1;
      end
      default: state_d = StateIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      d_q       <= descriptor_i;
      context_q <= context_i;
    end
    operand_q       <= operand_d;
    cause_q         <= cause_d;
    fault_operand_q <= fault_operand_d;
    value_q         <= value_d;
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

  // ---- what leaves -----------------------------------------------------------------------------------------------------
  assign fault_valid_o = state_q == StateFault;
  assign fault_o       = '{owner: context_q.owner, id: d_q.id, buffer: d_q.buffer, cause: cause_q, operand: fault_operand_q, value: value_q,
                     origin: context_q.origin};

  function automatic operand_t operand(place_t place, logic transposed, element_e element, dimension_t rows);
    operand               = '0;
    operand.address       = context_q.scratch_base + place.address[17:0];
    operand.stride        = place.stride[17:0];
    operand.scale_address = context_q.scratch_base + place.scale_address[17:0];
    operand.scale_stride  = place.scale_stride[17:0];
    operand.transposed    = transposed;
    operand.size          = element_size(element);
    operand.scaled        = scaled;
    operand.scales        = scale_size(format);
    operand.blocks        = 3'(rows >> DimBits);
    operand.groups        = d_q.groups;
  endfunction

  assign command_valid_o = state_q == StateCommand;

  always_comb begin
    command_o.a    = operand(d_q.a, d_q.transpose_a, d_q.element_a, d_q.rows);
    command_o.b    = operand(d_q.b, d_q.transpose_b, d_q.element_b, d_q.columns);
    command_o.tile = '{format: format, scales: scale_size(format), row: 2'(d_q.row >> DimBits), column: 2'(d_q.column >> DimBits),
                       row_blocks: 3'(d_q.rows >> DimBits), column_blocks: 3'(d_q.columns >> DimBits), groups: d_q.groups,
                       buffer: d_q.buffer, accumulate: d_q.accumulate};
    command_o.tag  = '{owner: context_q.owner, id: d_q.id, buffer: d_q.buffer, arrive: d_q.arrive,
                       barrier: context_q.scratch_base + d_q.barrier[17:0], origin: context_q.origin};
  end

`ifndef SYNTHESIS
  a_base : assert property (@(posedge clk_i) disable iff (!rst_ni) take |-> context_i.scratch_base[4:0] == '0);
  a_allocation : assert property (@(posedge clk_i) disable iff (!rst_ni)
    take |-> 32'(context_i.scratch_base) + 32'(context_i.scratch_size) <= 32'h4_0000);
  a_one : assert property (@(posedge clk_i) disable iff (!rst_ni) !(command_valid_o && fault_valid_o));
  a_tile : assert property (@(posedge clk_i) disable iff (!rst_ni)
    command_valid_o |-> 32'(command_o.tile.row) + 32'(command_o.tile.row_blocks) <= Blocks && command_o.tile.row_blocks != '0 &&
                        32'(command_o.tile.column) + 32'(command_o.tile.column_blocks) <= Blocks && command_o.tile.column_blocks != '0);
`endif

endmodule
