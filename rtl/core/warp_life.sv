// The life of warps: active from dispatch until nothing of the warp is left anywhere in the core but stores on their way to the L2
// cache, then reported as done, one warp per cycle. A killed warp also drains what it has in flight.
// Invariants: a warp starts only when it is not active; it is done only when it is.
module warp_life
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter int unsigned Stages = 4
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   start_valid_i,
  input  warp_id_t               start_warp_i,
  input  logic                   kill_i,          // every warp ends
  input  logic                   hold_i,          // a fault is about to be reported: no warp is done before
  input  logic [Warps-1:0]       ended_i,         // no lane left
  input  logic [Warps-1:0]       transit_i,       // a path event is on its way
  input  logic [Warps-1:0]       busy_i,          // results on their way to registers, up to three cycles before they are written
  input  logic [Warps-1:0]       lsu_over_i,      // nothing in the LSU but stores that are sure to take place
  input  logic [Warps-1:0]       float_idle_i,
  input  logic [Warps-1:0]       memory_waiting_i, // memory instructions on their way to the LSU
  input  logic [Stages-1:0]      stage_valid_i,   // instructions in pipeline stages
  input  warp_id_t [Stages-1:0]  stage_warp_i,
  output logic [Warps-1:0]       active_o,
  output logic                   done_valid_o,
  output warp_id_t               done_warp_o
);

  logic [Warps-1:0] active_d, active_q, in_pipe, finished, unused_onehot, busy_1_q, busy_2_q, busy_3_q;
  logic             any_finished;

  always_comb begin
    in_pipe = '0;
    for (int unsigned s = 0; s < Stages; s++) begin
      if (stage_valid_i[s]) in_pipe[stage_warp_i[s]] = 1'b1;
    end
  end

  assign finished = active_q & (ended_i | {Warps{kill_i}}) & ~transit_i & ~in_pipe & ~busy_i & ~busy_1_q &
                    ~busy_2_q & ~busy_3_q & lsu_over_i & float_idle_i &
                    ~memory_waiting_i;

  lowest_one #(
    .Width(Warps)
  ) u_done (
    .bits_i  (finished),
    .any_o   (any_finished),
    .onehot_o(unused_onehot),
    .index_o (done_warp_o)
  );

  assign done_valid_o = any_finished && !hold_i;
  assign active_o     = active_q;

  always_comb begin
    active_d = active_q;
    if (done_valid_o)  active_d[done_warp_o]  = 1'b0;
    if (start_valid_i) active_d[start_warp_i] = 1'b1;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= '0;
      busy_1_q <= '0;
      busy_2_q <= '0;
      busy_3_q <= '0;
    end else begin
      active_q <= active_d;
      busy_1_q <= busy_i;
      busy_2_q <= busy_1_q;
      busy_3_q <= busy_2_q;
    end
  end

`ifndef SYNTHESIS
  a_start_free : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> !active_q[start_warp_i]);
  a_done_active : assert property (@(posedge clk_i) disable iff (!rst_ni) done_valid_o |-> active_q[done_warp_o]);
`endif

endmodule
