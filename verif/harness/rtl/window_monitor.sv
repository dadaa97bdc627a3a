// Bound to matrix_window: reports loads and stores of lanes to the accumulators, step by step. Whose request it is says request_tag_monitor.
module window_monitor
  import heddle_config_pkg::*;
  import monitor_pkg::*;
#(
  parameter int unsigned AddressBits = 9,
  parameter int unsigned Units       = 2
) (
  input logic                              clk_i,
  input logic                              rst_ni,
  input logic                              step,
  input logic                              step_q,
  input logic                              finish,
  input logic                              write_q,
  input logic [Lanes-1:0]                  hits_q,
  input logic [Lanes-1:0][AddressBits-1:0] address_q,
  input logic [Lanes-1:0][31:0]            store_q,
  input logic [Lanes-1:0][$clog2(Units)-1:0] unit_q,
  input logic [Units-1:0][31:0]            words_i
);

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  function automatic lane_bits_t bytes_of(input logic [Lanes-1:0][AddressBits-1:0] address);
    for (int unsigned lane = 0; lane < Lanes; lane++) bytes_of[lane] = 32'(address[lane]) << 2;
  endfunction

  function automatic lane_bits_t loaded(input logic [Lanes-1:0][$clog2(Units)-1:0] unit_of, input logic [Units-1:0][31:0] words);
    for (int unsigned lane = 0; lane < Lanes; lane++) loaded[lane] = words[unit_of[lane]];
  endfunction

  // A step is reported in the cycle after it, when the words of a load are there.
  bit                                turn_q, step_turn_q, step_write_q;
  logic [Lanes-1:0][AddressBits-1:0] step_address_q;
  logic [Lanes-1:0][31:0]            step_store_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) turn_q <= 1'b0;
    else if (finish) turn_q <= !turn_q;
    if (step) begin
      step_turn_q    <= turn_q;
      step_write_q   <= write_q;
      step_address_q <= address_q;
      step_store_q   <= store_q;
    end
    if (rst_ni && lockstep && step_q) begin
      heddle_monitor_accumulators(step_turn_q, step_write_q, 32'(hits_q), bytes_of(step_address_q),
                                  step_write_q ? step_store_q : loaded(unit_q, words_i));
    end
  end

endmodule
