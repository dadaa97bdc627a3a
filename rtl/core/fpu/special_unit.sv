// The special functions for a warp: SpecialUnits evaluators take the lanes in groups, one group per cycle, lanes 0 and up first.
// A new instruction every Lanes / SpecialUnits cycles while results are accepted; results in order.
// Latency from `valid_i` to `done_o`: 10 cycles plus one per group after the first. The result of the lanes in the mask holds from
// `done_o` until `accept_i`. Meanwhile everything behind it waits where it would overwrite it.
// Invariants: one result for every instruction taken, none without.
module special_unit
  import fpu_pkg::*;
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  special_e               function_i,
  input  lane_mask_t             mask_i,
  input  lane_words_t            a_i,
  output logic                   done_o,
  input  logic                   accept_i,
  output lane_words_t            result_o,
  output fpu_flags_t [Lanes-1:0] flags_o
);

  localparam int unsigned Groups    = Lanes / SpecialUnits;
  localparam int unsigned GroupBits = (Groups > 1) ? $clog2(Groups) : 1;
  localparam int unsigned Stages    = 8;  // of special_evaluator
  typedef logic [GroupBits-1:0] group_t;

  // ---- the instruction whose groups enter ----
  logic        busy_d, busy_q, taken, last_in;
  group_t      group_d, group_q;
  special_e    function_q;
  lane_mask_t  mask_q;
  lane_words_t a_q;

  // ---- groups in the evaluators ----
  logic                    advance;
  logic   [Stages:1]       group_valid_q;
  group_t [Stages:1]       group_in_q;
  logic                    last_out;
  logic                    done_d, done_q;

  assign last_in  = group_q == group_t'(Groups - 1);
  assign last_out = group_in_q[Stages] == group_t'(Groups - 1);
  // A group that comes out needs the place of a result that has been accepted.
  assign advance  = !(group_valid_q[Stages] && done_q && !accept_i);
  assign ready_o  = !busy_q || (last_in && advance);
  assign taken    = valid_i && ready_o;
  assign done_o   = done_q;

  always_comb begin
    busy_d  = busy_q;
    group_d = group_q;
    done_d  = done_q && !accept_i;
    if (busy_q && advance) begin
      group_d = last_in ? '0 : group_q + group_t'(1);
      if (last_in) busy_d = 1'b0;
    end
    if (taken) busy_d = 1'b1;
    if (group_valid_q[Stages] && advance && last_out) done_d = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q        <= 1'b0;
      group_q       <= '0;
      group_valid_q <= '0;
      done_q        <= 1'b0;
    end else begin
      busy_q  <= busy_d;
      group_q <= group_d;
      done_q  <= done_d;
      if (advance) group_valid_q <= {group_valid_q[Stages-1:1], busy_q};
    end
  end

  always_ff @(posedge clk_i) begin
    if (taken) begin
      function_q <= function_i;
      mask_q     <= mask_i;
      a_q        <= a_i;
    end
    if (advance) group_in_q <= {group_in_q[Stages-1:1], group_q};
  end

  // ---- evaluators ----
  logic       [SpecialUnits-1:0]       evaluated;
  logic       [SpecialUnits-1:0][31:0] result;
  fpu_flags_t [SpecialUnits-1:0]       flags;

  for (genvar u = 0; u < int'(SpecialUnits); u++) begin : g_evaluator
    // The lanes that this evaluator serves, one per group.
    logic  [Groups-1:0] mask;
    word_t [Groups-1:0] operands;
    for (genvar g = 0; g < int'(Groups); g++) begin : g_group
      assign mask[g]     = mask_q[g*SpecialUnits+u];
      assign operands[g] = a_q[g*SpecialUnits+u];
    end

    special_evaluator u_evaluator (
      .clk_i,
      .rst_ni,
      .advance_i (advance),
      .valid_i   (busy_q && mask[group_q]),
      .function_i(function_q),
      .a_i       (operands[group_q]),
      .valid_o   (evaluated[u]),
      .result_o  (result[u]),
      .flags_o   (flags[u])
    );
  end

  // ---- results, collected until an instruction is complete ----
  lane_words_t            result_q;
  fpu_flags_t [Lanes-1:0] flags_q;

  always_ff @(posedge clk_i) begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (advance && evaluated[l % SpecialUnits] && group_in_q[Stages] == group_t'(l / SpecialUnits)) begin
        result_q[l] <= result[l % SpecialUnits];
        flags_q[l]  <= flags[l % SpecialUnits];
      end
    end
  end
  assign result_o = result_q;
  assign flags_o  = flags_q;

`ifndef SYNTHESIS
  logic [7:0] open_q;  // instructions taken and not accepted
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) open_q <= '0;
    else         open_q <= open_q + 8'(taken) - 8'(accept_i);
  end
  a_accept_done : assert property (@(posedge clk_i) disable iff (!rst_ni) accept_i |-> done_o);
  a_no_result_without_operation : assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |-> open_q != '0);
  a_none_lost : assert property (@(posedge clk_i) disable iff (!rst_ni)
    open_q != '0 |-> busy_q || group_valid_q != '0 || done_q);
  a_held : assert property (@(posedge clk_i) disable iff (!rst_ni)
    done_o && !accept_i |=> done_o && $stable(result_o) && $stable(flags_o));
`endif

endmodule
