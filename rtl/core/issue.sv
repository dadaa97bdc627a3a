// Picks the warps that issue in this cycle, one per port, among those whose path is selected, whose next instruction is buffered and
// free of hazards, and whose unit and register bank can take it. Combinational, but for the place where the search begins.
//
// The search begins at one warp for `Turn` cycles, then at the next: warps that come first run ahead of the others, so that
// they do not all want the same unit at the same time. The first that can issue is the first pick. An instruction that any port can
// take leaves the choice to the second pick: the first warp after it that another port can take.
// `bank_i`, `delay_i`: where and how many cycles after issue the result is written, if `fixed_i`; two writes of one cycle
// must be to different banks.
// Invariants: nothing issues while `stall_i`; the picks are of different warps.
module issue
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        stall_i,       // no warp may issue
  input  logic     [Ports-1:0]        accept_i,      // the port can take an instruction
  input  logic     [Warps-1:0]        request_i,     // the warp can issue to ...
  input  logic     [Warps-1:0]        first_only_i,  // ... port 0 alone
  input  logic     [Warps-1:0]        last_only_i,   // ... the last port alone
  input  logic     [Warps-1:0]        fixed_i,
  input  logic     [Warps-1:0][BankBits-1:0] bank_i,
  input  logic     [Warps-1:0][3:0]   delay_i,
  output logic     [Ports-1:0]        valid_o,
  output warp_id_t [Ports-1:0]        warp_o
);

  localparam int unsigned Turn     = 64;
  localparam int unsigned TurnBits = $clog2(Turn);

  logic [TurnBits-1:0] turn_q;
  logic [Warps-1:0]    above_d, above_q;     // the warps from the first of the search on

  assign above_d = (turn_q != '1) ? above_q : (above_q << 1 == '0) ? '1 : above_q << 1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      turn_q  <= '0;
      above_q <= '1;
    end else begin
      turn_q  <= turn_q + 1'b1;
      above_q <= above_d;
    end
  end

  function automatic logic [Warps-1:0] first_of(logic [Warps-1:0] bits, logic [Warps-1:0] above);
    logic [Warps-1:0] candidates;
    candidates = ((bits & above) != '0) ? bits & above : bits;
    return candidates & (~candidates + Warps'(1));
  endfunction

  function automatic warp_id_t index_of(logic [Warps-1:0] onehot);
    index_of = '0;
    for (int unsigned w = 0; w < Warps; w++) begin
      if (onehot[w]) index_of = index_of | warp_id_t'(w);
    end
  endfunction

  logic [Warps-1:0] requests;
  assign requests = stall_i ? '0 : request_i;

  if (Ports == 1) begin : gen_one
    logic [Warps-1:0] pick;
    assign pick       = first_of(accept_i[0] ? requests : '0, above_q);
    assign valid_o[0] = pick != '0;
    assign warp_o[0]  = index_of(pick);
    logic unused;
    assign unused = ^{first_only_i, last_only_i, fixed_i, bank_i, delay_i};
  end else begin : gen_two
    logic [Warps-1:0] to_first, to_last, pick, rest_first, rest_last, second, clash;
    logic             pick_first, pick_last, swap;  // the port of the first pick can be ...
    warp_id_t         pick_warp, second_warp;

    assign to_first = accept_i[0] ? requests & ~last_only_i : '0;
    assign to_last  = accept_i[1] ? requests & ~first_only_i : '0;

    assign pick       = first_of(to_first | to_last, above_q);
    assign pick_warp  = index_of(pick);
    assign pick_first = (pick & to_first) != '0;
    assign pick_last  = (pick & to_last) != '0;

    always_comb begin
      for (int unsigned w = 0; w < Warps; w++) begin
        clash[w] = fixed_i[w] && fixed_i[pick_warp] && bank_i[w] == bank_i[pick_warp] && delay_i[w] == delay_i[pick_warp];
      end
    end
    // The second goes to port 0 only if the first can go to the last one, and the other way round.
    assign rest_first  = pick_last ? to_first & ~pick & ~clash : '0;
    assign rest_last   = pick_first ? to_last & ~pick & ~clash : '0;
    assign second      = first_of(rest_first | rest_last, above_q);
    assign second_warp = index_of(second);
    // The first pick takes the last port.
    assign swap        = !pick_first || (pick_last && second != '0 && (second & rest_last) == '0);

    assign valid_o[0] = swap ? second != '0 : pick != '0;
    assign valid_o[1] = swap ? pick != '0 : second != '0;
    assign warp_o[0]  = swap ? second_warp : pick_warp;
    assign warp_o[1]  = swap ? pick_warp : second_warp;

`ifndef SYNTHESIS
    a_two_warps : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_o == 2'b11 |-> warp_o[0] != warp_o[1]);
    a_first : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_o[0] |-> to_first[warp_o[0]]);
    a_last : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_o[1] |-> to_last[warp_o[1]]);
`endif
  end

endmodule
