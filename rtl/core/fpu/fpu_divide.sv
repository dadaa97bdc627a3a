// Divisions and square roots of all lanes of a warp instruction, in single and half; two result bits per cycle.
// One instruction at a time: `start_i` only while idle; the result of the lanes in the mask holds from `done_o` until `accept_i`.
// Latency from start to done: 18 cycles in single, 11 in half; less when no lane has bits left to find (exact results), and 2 when
// every lane's result is known without arithmetic (zeros, infinities, NaNs). Lanes outside the mask do not toggle.
module fpu_divide
  import fpu_pkg::*;
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   start_i,
  input  logic                   sqrt_i,
  input  fpu_format_e            format_i,
  input  rounding_t  [Lanes-1:0] rounding_i,
  input  lane_mask_t             mask_i,
  input  lane_words_t            a_i,
  input  lane_words_t            b_i,
  output logic                   done_o,
  input  logic                   accept_i,
  output lane_words_t            result_o,
  output fpu_flags_t [Lanes-1:0] flags_o
);

  typedef enum logic [2:0] {Idle, Normalize, Step, Place, Round, Done} state_e;

  state_e      state_d, state_q;
  logic        sqrt_q, sqrt;
  fpu_format_e format_q, format;
  lane_mask_t  busy;
  logic [27:0] bit_d, bit_q;      // of the next result bit, one-hot
  logic        last;

  assign sqrt   = start_i ? sqrt_i : sqrt_q;
  assign format = start_i ? format_i : format_q;
  // Of a half, 14 bits: 11, one more for a quotient below 1, and two behind them.
  assign last   = (format_q == FpuHalf) ? bit_q[15] : bit_q[1];

  for (genvar l = 0; l < int'(Lanes); l++) begin : g_lane
    fpu_divide_lane u_lane (
      .clk_i,
      .rst_ni,
      .start_i    (start_i && mask_i[l]),
      .normalize_i(state_q == Normalize),
      .step_i     (state_q == Step),
      .place_i    (state_q == Place),
      .round_i    (state_q == Round),
      .bit_i      (bit_q),
      .sqrt_i     (sqrt),
      .format_i   (format),
      .rounding_i (rounding_i[l]),
      .a_i        (a_i[l]),
      .b_i        (b_i[l]),
      .busy_o     (busy[l]),
      .result_o   (result_o[l]),
      .flags_o    (flags_o[l])
    );
  end

  always_comb begin
    state_d = state_q;
    bit_d   = bit_q;
    unique case (state_q)
      Idle: if (start_i) state_d = Normalize;
      Normalize: begin
        bit_d   = 28'h800_0000;
        state_d = (busy == '0) ? Done : Step;
      end
      Step: begin
        bit_d = bit_q >> 2;
        if (last || busy == '0) state_d = Place;
      end
      Place:   state_d = Round;
      Round:   state_d = Done;
      default: if (accept_i) state_d = Idle;
    endcase
  end
  assign done_o = state_q == Done;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= Idle;
    else         state_q <= state_d;
  end
  always_ff @(posedge clk_i) begin
    bit_q <= bit_d;
    if (start_i) begin
      sqrt_q   <= sqrt_i;
      format_q <= format_i;
    end
  end

`ifndef SYNTHESIS
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == Idle);
  a_accept_done : assert property (@(posedge clk_i) disable iff (!rst_ni) accept_i |-> done_o);
  // Every operation ends.
  int unsigned cycles_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni || state_q == Idle || state_q == Done) cycles_q <= 0;
    else cycles_q <= cycles_q + 1;
  end
  a_bounded : assert property (@(posedge clk_i) disable iff (!rst_ni) cycles_q < 30);
`endif

endmodule
