// Beginnings and ends of launches while others run (with launches > 1): what they need of the L2 cache, and whose turn it is to have
// scratchpad and engines.
// For a launch to begin or end the L2 cache pauses: it takes no request, writes back what is dirty, and waits for all that is under way. Then
// what has ended is in memory, and what begins finds nothing from before its start: the gate that starts invalidates the cache in that
// cycle. All that wait at that moment begin and end together.
// Latency: two cycles from waits_i or write_back_i to quiet_o or flushed_o when nothing is dirty or under way.
// Invariants: of the launches that share scratchpad and engines one runs; quiet_o and flushed_o only while the L2 cache is empty handed.
module launch_turns
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                clk_i,
  input  logic                rst_ni,

  // launches
  input  logic [Launches-1:0] shares_i,      // needs scratchpad or engines; stable from waits_i to done_i
  input  logic [Launches-1:0] waits_i,       // to begin
  input  logic [Launches-1:0] stopped_i,     // ... only to end as aborted: it needs nothing
  input  logic [Launches-1:0] write_back_i,  // all it stored has come to the L2 cache
  output logic [Launches-1:0] quiet_o,       // pulse: it begins
  output logic [Launches-1:0] flushed_o,     // pulse: memory has it all
  input  logic [Launches-1:0] done_i,

  output logic                held_o,        // a launch has scratchpad and engines,
  output launch_id_t          holder_o,      // ... this one, or had them last

  // L2 cache
  output logic                pause_o,
  output logic                flush_o,
  input  logic                idle_i,
  input  logic                flushed_i
);

  typedef logic [Launches-1:0] launches_t;

  logic       pause_d, pause_q, held_d, held_q, settled, any_claim;
  launch_id_t holder_d, holder_q, claim;
  launches_t  claims, claim_grant, begins;

  assign claims = held_q ? '0 : waits_i & shares_i & ~stopped_i;

  rr_arbiter #(
    .Width(Launches)
  ) u_claim (
    .clk_i,
    .rst_ni,
    .request_i(claims),
    .accept_i (settled),
    .valid_o  (any_claim),
    .grant_o  (claim_grant),
    .index_o  (claim)
  );

  assign begins    = (waits_i & (stopped_i | ~shares_i)) | claim_grant;
  assign settled   = pause_q && idle_i && flushed_i;
  assign quiet_o   = settled ? begins : '0;
  assign flushed_o = settled ? write_back_i : '0;
  assign pause_o   = pause_q;
  assign flush_o   = pause_q;
  assign held_o    = held_q;
  assign holder_o  = holder_q;
  assign pause_d   = pause_q ? !settled : (begins | write_back_i) != '0;

  always_comb begin
    held_d   = held_q && !done_i[holder_q];
    holder_d = holder_q;
    if (settled && any_claim) begin
      held_d   = 1'b1;
      holder_d = claim;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pause_q  <= 1'b0;
      held_q   <= 1'b0;
      holder_q <= '0;
    end else begin
      pause_q  <= pause_d;
      held_q   <= held_d;
      holder_q <= holder_d;
    end
  end

`ifndef SYNTHESIS
  a_one_holder : assert property (@(posedge clk_i) disable iff (!rst_ni) any_claim |-> !held_q);
  a_begins_waiting : assert property (@(posedge clk_i) disable iff (!rst_ni) (quiet_o & ~waits_i) == '0);
`endif

endmodule
