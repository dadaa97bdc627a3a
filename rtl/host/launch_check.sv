// Decides whether a launch is possible and finds the work-items of a workgroup, the product of its sizes. Host writes are far
// slower than this, so the product is formed by shifting and adding, one bit per cycle, instead of with multipliers.
//
// Latency: done_o comes 2 * LocalIdBits + 3 cycles after start_i, or 1 cycle after it if a size is out of range by itself.
// Invariant: done_o comes exactly once per start_i; with reason 0 items_o is 1 .. Warps * Lanes and holds until the next start_i.
module launch_check
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             start_i,         // pulse; the launch is stable from here to done_o
  input  logic [2:0][31:0] num_groups_i,
  input  logic [2:0][31:0] local_size_i,
  input  word_t            scratch_size_i,
  input  logic [1:0]       private_size_low_i,
  input  word_t            accumulators_i,

  output logic             done_o,          // pulse
  output logic [2:0]       reason_o,        // with done_o: status.reason, 0 if the launch is possible
  output local_id_t        items_o
);

  // Reason codes of docs/spec/registers.yaml, the lowest one first.
  localparam logic [2:0] ReasonNone       = 3'd0;
  localparam logic [2:0] ReasonLocalSize  = 3'd1;
  localparam logic [2:0] ReasonGrid       = 3'd2;
  localparam logic [2:0] ReasonScratchpad = 3'd3;
  localparam logic [2:0] ReasonPrivate    = 3'd4;
  localparam logic [2:0] ReasonBuffers    = 3'd5;

  localparam int unsigned BitBits = $clog2(LocalIdBits + 1);

  typedef logic [2*LocalIdBits-1:0] product_t;
  typedef enum logic [1:0] {StateIdle, StateSizes, StateMultiply, StateProduct} state_e;

  state_e               state_d, state_q;
  logic                 second_d, second_q;      // multiplying x*y by z
  logic [BitBits-1:0]   bits_d, bits_q;          // still to do
  product_t             sum_d, sum_q;
  product_t             multiplicand_d, multiplicand_q;
  local_id_t            multiplier_d, multiplier_q;
  local_id_t            items_d, items_q;
  logic                 sizes_bad, grid_bad, scratch_bad, private_bad, buffers_bad;

  always_comb begin
    sizes_bad = 1'b0;
    grid_bad  = 1'b0;
    for (int unsigned i = 0; i < 3; i++) begin
      sizes_bad |= local_size_i[i] == '0 || local_size_i[i] > 32'(Threads);
      grid_bad  |= num_groups_i[i] == '0;
    end
    scratch_bad = scratch_size_i > 32'(ScratchpadBytes);
    private_bad = private_size_low_i != '0;
    buffers_bad = accumulators_i > ((MatrixDim != 0) ? 32'd2 : 32'd0);
  end

  always_comb begin
    state_d        = state_q;
    second_d       = second_q;
    bits_d         = bits_q;
    sum_d          = sum_q;
    multiplicand_d = multiplicand_q;
    multiplier_d   = multiplier_q;
    items_d        = items_q;
    done_o         = 1'b0;
    reason_o       = ReasonNone;
    unique case (state_q)
      StateIdle: begin
        if (start_i) state_d = StateSizes;
      end
      StateSizes: begin
        second_d       = 1'b0;
        bits_d         = BitBits'(LocalIdBits);
        sum_d          = '0;
        multiplicand_d = product_t'(local_size_i[0]);
        multiplier_d   = local_id_t'(local_size_i[1]);
        if (sizes_bad) begin
          done_o   = 1'b1;
          reason_o = ReasonLocalSize;
          state_d  = StateIdle;
        end else begin
          state_d = StateMultiply;
        end
      end
      StateMultiply: begin
        if (multiplier_q[0]) sum_d = sum_q + multiplicand_q;
        multiplicand_d = multiplicand_q << 1;
        multiplier_d   = local_id_t'({1'b0, multiplier_q} >> 1);
        bits_d         = bits_q - 1'b1;
        if (bits_q == BitBits'(1)) state_d = StateProduct;
      end
      StateProduct: begin
        second_d       = 1'b1;
        bits_d         = BitBits'(LocalIdBits);
        sum_d          = '0;
        multiplicand_d = sum_q;
        multiplier_d   = local_id_t'(local_size_i[2]);
        items_d        = local_id_t'(sum_q);
        // x*y over the limit would not fit the next product, and no z makes it smaller.
        if (32'(sum_q) > 32'(Threads)) begin
          done_o   = 1'b1;
          reason_o = ReasonLocalSize;
          state_d  = StateIdle;
        end else if (second_q) begin
          done_o  = 1'b1;
          state_d = StateIdle;
          if (buffers_bad) reason_o = ReasonBuffers;
          if (private_bad) reason_o = ReasonPrivate;
          if (scratch_bad) reason_o = ReasonScratchpad;
          if (grid_bad) reason_o = ReasonGrid;
        end else begin
          state_d = StateMultiply;
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  assign items_o = items_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q        <= StateIdle;
      second_q       <= 1'b0;
      bits_q         <= '0;
      sum_q          <= '0;
      multiplicand_q <= '0;
      multiplier_q   <= '0;
      items_q        <= '0;
    end else begin
      state_q        <= state_d;
      second_q       <= second_d;
      bits_q         <= bits_d;
      sum_q          <= sum_d;
      multiplicand_q <= multiplicand_d;
      multiplier_q   <= multiplier_d;
      items_q        <= items_d;
    end
  end

`ifndef SYNTHESIS
  // A check is not started while one runs.
  assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == StateIdle);
  // A launch that is found possible has a workgroup that fits a core.
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   done_o && reason_o == ReasonNone |=> items_q != '0 && 32'(items_q) <= 32'(Threads));
`endif

endmodule
