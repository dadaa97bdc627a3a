// Divisions and remainders of all lanes of one warp instruction, restoring, one bit per cycle.
// Leading zero bytes that all active dividends share are skipped: 8 to 32 cycles, plus one to start and one to finish.
// One instruction at a time: `start_i` only while not busy; the result holds from `done_o` until `accept_i`.
module divider
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic [1:0]  operation_i,  // funct3[1:0]: div, divu, rem, remu
  input  lane_mask_t  mask_i,
  input  lane_words_t a_i,
  input  lane_words_t b_i,
  output logic        done_o,
  input  logic        accept_i,
  output lane_words_t result_o
);

  typedef enum logic [1:0] {Idle, Run, Sign, Done} state_e;

  state_e     state_d, state_q;
  logic [5:0] left_d, left_q;      // bits still to do
  logic       remainder_q;

  // Per lane: dividend bits leave `quotient_q` at the top while quotient bits enter at the bottom.
  lane_words_t quotient_d, quotient_q, rest_d, rest_q, divisor_q;
  lane_mask_t  negate_quotient_q, negate_rest_q;
  lane_words_t magnitude_a, magnitude_b;
  word_t       any_bits;
  logic [1:0]  skip;

  always_comb begin
    any_bits    = '0;
    magnitude_a = '0;
    magnitude_b = '0;
    if (start_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        magnitude_a[l] = (a_i[l][31] && !operation_i[0]) ? -a_i[l] : a_i[l];
        magnitude_b[l] = (b_i[l][31] && !operation_i[0]) ? -b_i[l] : b_i[l];
        if (mask_i[l]) any_bits |= magnitude_a[l];
      end
    end
    skip = (|any_bits[31:24]) ? 2'd0 : (|any_bits[23:16]) ? 2'd1 : (|any_bits[15:8]) ? 2'd2 : 2'd3;
  end

  logic [Lanes-1:0][32:0] trial;
  always_comb begin
    trial      = '0;
    rest_d     = rest_q;
    quotient_d = quotient_q;
    if (state_q == Run) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        trial[l]      = {rest_q[l], quotient_q[l][31]} - {1'b0, divisor_q[l]};
        rest_d[l]     = trial[l][32] ? {rest_q[l][30:0], quotient_q[l][31]} : trial[l][31:0];
        quotient_d[l] = {quotient_q[l][30:0], !trial[l][32]};
      end
    end else if (state_q == Sign) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        rest_d[l]     = negate_rest_q[l] ? -rest_q[l] : rest_q[l];
        quotient_d[l] = negate_quotient_q[l] ? -quotient_q[l] : quotient_q[l];
      end
    end
  end

  always_comb begin
    state_d = state_q;
    left_d  = left_q;
    unique case (state_q)
      Idle: if (start_i) begin
        state_d = Run;
        left_d  = 6'd32 - {1'b0, skip, 3'b000};
      end
      Run: begin
        left_d = left_q - 6'd1;
        if (left_q == 6'd1) state_d = Sign;
      end
      Sign: state_d = Done;
      default: if (accept_i) state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      left_q  <= '0;
    end else begin
      state_q <= state_d;
      left_q  <= left_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      remainder_q <= operation_i[1];
      for (int unsigned l = 0; l < Lanes; l++) begin
        divisor_q[l]  <= magnitude_b[l];
        rest_q[l]     <= '0;
        quotient_q[l] <= magnitude_a[l] << {skip, 3'b000};
        // Division by zero: the quotient comes out as all ones, the remainder as the dividend, without its sign.
        negate_quotient_q[l] <= !operation_i[0] && (a_i[l][31] != b_i[l][31]) && b_i[l] != '0;
        negate_rest_q[l]     <= !operation_i[0] && (PlantedBug == 14 ? b_i[l][31] : a_i[l][31]);  // planted bug 14: the divisor's sign
      end
    end else if (state_q == Run || state_q == Sign) begin
      rest_q     <= rest_d;
      quotient_q <= quotient_d;
    end
  end

  // The skipped bits leave zeros in the quotient, but division by zero wants ones there.
  always_comb begin
    result_o = quotient_q;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (done_o) result_o[l] = remainder_q ? rest_q[l] : (divisor_q[l] == '0) ? '1 : quotient_q[l];
    end
  end
  assign done_o = (state_q == Done);

`ifndef SYNTHESIS
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == Idle);
  a_accept_done : assert property (@(posedge clk_i) disable iff (!rst_ni) accept_i |-> state_q == Done);
`endif

endmodule
