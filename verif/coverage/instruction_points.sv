// Bound to simt_core in builds for coverage: counts, for every instruction of the table, how often it issued for all lanes or for a part
// of them, while another warp waited for a register or none did, and while one waited for room in the memory unit or none did. Purely an
// observer; what it has counted goes to the counters' file when the simulation ends.
module instruction_points
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import core_pkg::*;
(
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Warps-1:0] hazard,
  input logic [Warps-1:0] blocked_memory,
  input logic  [Ports-1:0] issue_valid,
  input slot_t [Ports-1:0] issue_slot
);

  import "DPI-C" function void heddle_coverage_instruction(input string instruction, input int unsigned which, input int unsigned count);

  localparam int unsigned Cells = 8;  // part of the lanes, hazard, stall

  op_e last;
  int unsigned hits [256 * Cells];

  initial begin
    for (int unsigned i = 0; i < 256 * Cells; i++) hits[i] = 0;
    last = last.last();
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int unsigned p = 0; p < Ports; p++) begin
        if (issue_valid[p]) begin
          /* verilator lint_off BLKSEQ */  // several ports may count in one cycle, one after the other
          hits[{decode_op(issue_slot[p].decoded.instr), issue_slot[p].mask != '1, hazard != '0, blocked_memory != '0}] += 1;
          /* verilator lint_on BLKSEQ */
        end
      end
    end
  end

  final begin
    for (int unsigned i = 0; i <= 32'(last); i++) begin
      for (int unsigned which = 0; which < Cells; which++) begin
        op_e operation;
        operation = op_e'(i);
        heddle_coverage_instruction(operation.name(), which, hits[i * Cells + which]);
      end
    end
  end

endmodule

bind simt_core instruction_points u_instruction_points (.*);
