// Goes through a box of a tensor, dimension 0 fastest, and says for each of its rows which bytes are inside the tensor: up to three runs per row, outside,
// inside, outside. The box is dense in scratchpad. Addresses are modulo 2^32.
// Latency: the first run in the sixth cycle after a box is taken (the start needs a product per dimension, on one multiplier), then up to one run per cycle.
// `stop_i` leaves out the rest of a box: a last run without bytes follows.
// Invariants: the runs of a box have as many bytes as the box, at scratchpad addresses that follow each other; the last one is marked.
module copy_walk
  import copy_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,
  input  box_t box_i,
  input  logic valid_i,
  output logic ready_o,
  input  logic stop_i,   // of the box in work, if there is one
  output run_t run_o,
  output logic valid_o,
  input  logic ready_i
);

  localparam int unsigned RankBits = 3;

  typedef logic [RankBits-1:0] dimension_t;

  typedef enum logic [2:0] {
    StateIdle,
    StateStart,  // first * stride of a dimension per cycle
    StateRun,
    StateEnd     // the last run of a box that has been stopped
  } state_e;

  typedef enum logic [1:0] {
    PartLeft,
    PartInside,
    PartRight
  } part_e;

  state_e                state_d, state_q;
  box_t                  box_q;
  dimension_t            dimension_d, dimension_q;
  logic [Rank-1:1][8:0]  index_d, index_q;
  logic [Rank-1:1][31:0] level_d, level_q;  // address where the index of a dimension is what it is, and those below are 0
  logic [31:0]           address_d, address_q, stride, product;
  scratch_address_t      scratch_d, scratch_q;
  part_e                 part_d, part_q, part;
  logic [8:0]            left_d, left_q, inside_end_d, inside_end_q;  // elements of the row before, and before the end of, what is inside
  logic                  take, sent, row_end, box_end, begins;  // ... a row begins in the next cycle
  logic [Rank-1:1]       full;  // the index is the last one

  assign ready_o = state_q == StateIdle;
  assign take    = valid_i && ready_o;
  assign sent    = valid_o && ready_i;

  // ---- start -----------------------------------------------------------------------------------------------------------
  logic [Rank-1:0][31:0] strides;

  assign strides = {box_q.stride, 32'd1 << box_q.element};
  assign stride  = strides[dimension_q];
  assign product = box_q.first[dimension_q] * stride;

  // ---- what is inside of the row that begins --------------------------------------------------------------------------------
  logic               row_inside;
  logic signed [33:0] begin_0, end_0;

  function automatic logic [8:0] clamp(logic signed [33:0] value, logic [8:0] most);
    if (value < 0) return '0;
    return (value > 34'(most)) ? most : value[8:0];
  endfunction

  always_comb begin
    logic signed [33:0] at;

    row_inside = 1'b1;
    at         = '0;
    for (int unsigned d = 1; d < Rank; d++) begin
      at = 34'(signed'(box_q.first[d])) + 34'(index_d[d]);
      if (at < 0 || at >= 34'(box_q.size[d])) row_inside = 1'b0;
    end
    begin_0      = -34'(signed'(box_q.first[0]));
    end_0        = 34'(box_q.size[0]) - 34'(signed'(box_q.first[0]));
    left_d       = left_q;
    inside_end_d = inside_end_q;
    if (begins) begin
      left_d       = row_inside ? clamp(begin_0, box_q.box[0]) : box_q.box[0];
      inside_end_d = row_inside ? clamp(end_0, box_q.box[0]) : '0;
    end
  end

  // ---- runs ------------------------------------------------------------------------------------------------------------
  logic [8:0] run_begin, run_finish, right_begin;

  // The part to give now: those that are empty are skipped.
  always_comb begin
    right_begin = (inside_end_q > left_q) ? inside_end_q : left_q;
    part        = part_q;
    if (part == PartLeft && left_q == '0) part = PartInside;
    if (part == PartInside && inside_end_q <= left_q) part = PartRight;
    unique case (part)
      PartLeft:   {run_begin, run_finish} = {9'd0, left_q};
      PartInside: {run_begin, run_finish} = {left_q, inside_end_q};
      default:    {run_begin, run_finish} = {right_begin, box_q.box[0]};
    endcase
  end

  always_comb begin
    for (int unsigned d = 1; d < Rank; d++) full[d] = index_q[d] + 9'd1 == box_q.box[d];
  end

  assign row_end = run_finish == box_q.box[0];
  assign box_end = row_end && full == '1;
  assign valid_o = state_q inside {StateRun, StateEnd};

  always_comb begin
    run_o = '{in_bounds: part == PartInside, address: address_q + (32'(run_begin) << box_q.element),
              scratch: scratch_q + (scratch_address_t'(run_begin) << box_q.element),
              bytes: (13'(run_finish) - 13'(run_begin)) << box_q.element, last: box_end};
    if (state_q == StateEnd) begin
      run_o.bytes = '0;
      run_o.last  = 1'b1;
    end
  end

  // ---- steps -----------------------------------------------------------------------------------------------------------
  always_comb begin
    logic carry;

    state_d     = state_q;
    dimension_d = dimension_q;
    index_d     = index_q;
    level_d     = level_q;
    address_d   = address_q;
    scratch_d   = scratch_q;
    part_d      = part_q;
    begins      = 1'b0;
    carry       = 1'b1;
    unique case (state_q)
      StateIdle: begin
        dimension_d = '0;
        index_d     = '0;
        address_d   = box_i.base;
        scratch_d   = box_i.scratch;
        if (valid_i) state_d = StateStart;
      end
      StateStart: begin
        address_d   = address_q + product;
        dimension_d = dimension_q + dimension_t'(1);
        if (32'(dimension_q) == Rank - 1) begin
          state_d = StateRun;
          begins  = 1'b1;
          level_d = {(Rank-1){address_d}};
        end
      end
      StateRun: if (ready_i) begin
        part_d = (part == PartLeft) ? PartInside : PartRight;
        if (row_end) begin
          state_d   = box_end ? StateIdle : StateRun;
          begins    = !box_end;
          scratch_d = scratch_q + (scratch_address_t'(box_q.box[0]) << box_q.element);
          // The next index: the first that is not full goes on, those before it begin anew at its address.
          for (int unsigned d = 1; d < Rank; d++) begin
            if (carry) begin
              index_d[d] = full[d] ? '0 : index_q[d] + 9'd1;
              if (!full[d]) begin
                address_d = level_q[d] + box_q.stride[d];
                for (int unsigned below = 1; below < Rank; below++) begin
                  if (below <= d) level_d[below] = address_d;
                end
                carry = 1'b0;
              end
            end
          end
        end
      end
      StateEnd: if (ready_i) state_d = StateIdle;
      default: state_d = StateIdle;
    endcase
    if (begins) part_d = PartLeft;
    // Not where the last run leaves anyway.
    if (stop_i && state_q != StateIdle && state_d != StateIdle) state_d = StateEnd;
  end

  always_ff @(posedge clk_i) begin
    if (take) box_q <= box_i;
    dimension_q  <= dimension_d;
    index_q      <= index_d;
    level_q      <= level_d;
    address_q    <= address_d;
    scratch_q    <= scratch_d;
    part_q       <= part_d;
    left_q       <= left_d;
    inside_end_q <= inside_end_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StateIdle;
    else         state_q <= state_d;
  end

`ifndef SYNTHESIS
  a_not_empty : assert property (@(posedge clk_i) disable iff (!rst_ni) sent && state_q == StateRun |-> run_finish > run_begin);
  a_part : assert property (@(posedge clk_i) disable iff (!rst_ni) state_q == StateRun |-> run_finish <= box_q.box[0]);
`endif

endmodule
