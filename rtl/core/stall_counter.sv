// Says of every warp slot what it did in this cycle: exactly one reason each, the first that applies. Counts them by reason.
// Latency: one cycle. Nothing in the design depends on it.
// Invariant: the counts add up to the number of warp slots.
module stall_counter
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic     [Warps-1:0] active_i,
  input  logic     [Warps-1:0] ended_i,            // no lane left
  input  logic     [Warps-1:0] waiting_i,          // no lane runs
  input  logic     [Warps-1:0] path_ready_i,
  input  logic     [Warps-1:0] head_valid_i,
  input  logic     [Warps-1:0] hazard_i,
  input  logic     [Warps-1:0] hazard_memory_i,    // of a register that comes from memory
  input  logic     [Warps-1:0] blocked_memory_i,   // no room for a memory instruction
  input  logic     [Warps-1:0] request_i,          // could issue
  input  logic     [Ports-1:0] issue_valid_i,
  input  warp_id_t [Ports-1:0] issue_warp_i,
  input  logic                 memory_resolves_i,  // the last port issues a memory instruction that keeps its warp waiting
  input  squash_t              memory_squash_i,    // one does so in retrospect
  input  logic                 event_valid_i,
  input  warp_id_t             event_warp_i,
  output stalls_t              stalls_o
);

  logic [Warps-1:0]   issued, memory_d, memory_q;   // memory: waits for the event of a memory instruction
  stall_e [Warps-1:0] reason;
  stalls_t            stalls_d, stalls_q;

  always_comb begin
    issued   = '0;
    memory_d = memory_q;
    for (int unsigned p = 0; p < Ports; p++) begin
      if (issue_valid_i[p]) issued[issue_warp_i[p]] = 1'b1;
    end
    if (event_valid_i)         memory_d[event_warp_i]              = 1'b0;
    if (memory_resolves_i)     memory_d[issue_warp_i[ControlPort]] = 1'b1;
    if (memory_squash_i.valid) memory_d[memory_squash_i.warp]      = 1'b1;

    stalls_d = '0;
    for (int unsigned w = 0; w < Warps; w++) begin
      if (!active_i[w])            reason[w] = StallIdle;
      else if (issued[w])          reason[w] = StallIssued;
      else if (ended_i[w])         reason[w] = StallDrain;
      else if (!path_ready_i[w])   reason[w] = memory_q[w] ? StallMemory : waiting_i[w] ? StallBarrier : StallControl;
      else if (!head_valid_i[w])   reason[w] = StallFetch;
      else if (hazard_i[w])        reason[w] = hazard_memory_i[w] ? StallMemory : StallOperand;
      else if (request_i[w])       reason[w] = StallPort;
      else                         reason[w] = blocked_memory_i[w] ? StallMemory : StallUnit;
      stalls_d[reason[w]] = stalls_d[reason[w]] + 1'b1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      memory_q <= '0;
      stalls_q <= {(WarpBits + 1)'(Warps), ((StallReasons - 1) * (WarpBits + 1))'(0)};  // all idle
    end else begin
      memory_q <= memory_d;
      stalls_q <= stalls_d;
    end
  end

  assign stalls_o = stalls_q;

`ifndef SYNTHESIS
  logic [WarpBits:0] sum;
  always_comb begin
    sum = '0;
    for (int unsigned r = 0; r < StallReasons; r++) sum = sum + stalls_q[r];
  end
  a_sum : assert property (@(posedge clk_i) disable iff (!rst_ni) sum == (WarpBits + 1)'(Warps));
`endif

endmodule
