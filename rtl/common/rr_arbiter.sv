// Round-robin arbiter: grants the first requester at or after the one that follows the last accepted grant.
// Combinational grant; the pointer moves only in cycles with `accept_i`, so a grant that is not accepted stays
// where it is unless an earlier one in the round appears: users that need a stable choice register the grant.
// Invariants: at most one grant; a grant exactly when there is a request; only requesters are granted.
module rr_arbiter #(
  parameter  int unsigned Width     = 2,
  localparam int unsigned IndexBits = (Width > 1) ? $clog2(Width) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic [Width-1:0]     request_i,
  input  logic                 accept_i,   // the granted requester is served in this cycle
  output logic                 valid_o,
  output logic [Width-1:0]     grant_o,    // one-hot
  output logic [IndexBits-1:0] index_o
);

  // Requesters at or above the pointer have first choice. `above_q` is the mask of those.
  logic [Width-1:0] above_d, above_q, preferred, candidates;

  assign preferred  = request_i & above_q;
  assign candidates = (preferred != '0) ? preferred : request_i;

  lowest_one #(
    .Width(Width)
  ) u_lowest (
    .bits_i  (candidates),
    .any_o   (valid_o),
    .onehot_o(grant_o),
    .index_o (index_o)
  );

  // After a grant of bit i: the bits above i, that is ~(2^(i+1) - 1).
  assign above_d = (accept_i && valid_o) ? ~(grant_o | (grant_o - Width'(1))) : above_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) above_q <= '1;
    else         above_q <= above_d;
  end

`ifndef SYNTHESIS
  a_onehot : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(grant_o));
  a_only_requesters : assert property (@(posedge clk_i) disable iff (!rst_ni) (grant_o & ~request_i) == '0);
  a_grant_if_any : assert property (@(posedge clk_i) disable iff (!rst_ni) (|request_i) == (|grant_o));
`endif

endmodule
