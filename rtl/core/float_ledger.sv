// Keeps account of floating-point instructions in simulation: every one that executes without being killed completes exactly
// once, with the destination it was issued with, before its warp is done. No outputs; empty in synthesis.
// Invariants: no completion without an issue (so none twice either), none lost, none for another register.
module float_ledger
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  /* verilator lint_off UNUSEDSIGNAL */  // only assertions, which synthesis leaves out, read these
  input logic        clk_i,
  input logic        rst_ni,
  input logic        issue_i,
  input warp_id_t    issue_warp_i,
  input logic [31:0] issue_order_i,
  input register_t   issue_register_i,
  input lane_mask_t  issue_mask_i,
  input logic [1:0]       complete_i,
  input warp_id_t [1:0]   complete_warp_i,
  input logic [1:0][31:0] complete_order_i,
  input register_t [1:0]  complete_register_i,
  input lane_mask_t [1:0] complete_mask_i, // lanes that trap are missing
  input logic        done_i,               // the warp has ended
  input warp_id_t    done_warp_i
  /* verilator lint_on UNUSEDSIGNAL */
);

`ifndef SYNTHESIS
  // Slots of a warp that are in flight at once are fewer apart than this: special functions of many lanes by one evaluator
  // take longest, about (SpecialQueue + 2) * Lanes cycles.
  localparam int unsigned Entries = 256;
  typedef logic [$clog2(Entries)-1:0] entry_t;

  logic [Warps-1:0][Entries-1:0] open_q;
  logic [31:0]                   order_q    [Warps][Entries];
  register_t                     register_q [Warps][Entries];
  lane_mask_t                    mask_q     [Warps][Entries];
  entry_t                        issued;
  entry_t [1:0]                  completed;

  // What goes wrong is registered: assertions sample what they read, and would copy the arrays in every cycle.
  logic       twice_q, lost_q;
  logic [1:0] unissued_q, other_q, lanes_q;

  assign issued    = entry_t'(issue_order_i);
  assign completed = {entry_t'(complete_order_i[1]), entry_t'(complete_order_i[0])};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q     <= '0;
      twice_q    <= 1'b0;
      unissued_q <= '0;
      other_q    <= '0;
      lanes_q    <= '0;
      lost_q     <= 1'b0;
    end else begin
      for (int unsigned c = 0; c < 2; c++) begin
        if (complete_i[c]) begin
          open_q[complete_warp_i[c]][completed[c]] <= 1'b0;
          unissued_q[c] <= !open_q[complete_warp_i[c]][completed[c]];
          other_q[c]    <= order_q[complete_warp_i[c]][completed[c]] != complete_order_i[c] ||
                           register_q[complete_warp_i[c]][completed[c]] != complete_register_i[c];
          lanes_q[c]    <= (complete_mask_i[c] & ~mask_q[complete_warp_i[c]][completed[c]]) != '0;
        end
      end
      if (issue_i) begin
        open_q[issue_warp_i][issued] <= 1'b1;
        twice_q <= open_q[issue_warp_i][issued];
      end
      if (done_i) lost_q <= open_q[done_warp_i] != '0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (issue_i) begin
      order_q[issue_warp_i][issued]    <= issue_order_i;
      register_q[issue_warp_i][issued] <= issue_register_i;
      mask_q[issue_warp_i][issued]     <= issue_mask_i;
    end
  end

  a_issue_once : assert property (@(posedge clk_i) disable iff (!rst_ni) !twice_q);
  a_has_issue : assert property (@(posedge clk_i) disable iff (!rst_ni) unissued_q == '0);
  a_same : assert property (@(posedge clk_i) disable iff (!rst_ni) other_q == '0);
  a_lanes : assert property (@(posedge clk_i) disable iff (!rst_ni) lanes_q == '0);
  a_none_lost : assert property (@(posedge clk_i) disable iff (!rst_ni) !lost_q);
`endif

endmodule
