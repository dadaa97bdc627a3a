// Registers with a result on the way: set at issue, cleared by the last write (or when there will be none).
// `hazard_o[w]`: the next instruction of warp w reads or writes such a register. Combinational from the heads.
// Clears take effect in the next cycle. x0 is never busy.
// Invariants: a register is set only when it is not busy, and cleared only when it is.
module scoreboard
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  decoded_t               head_i [Warps],
  output logic [Warps-1:0]       hazard_o,
  output logic [Warps-1:0]       hazard_memory_o,  // of a register that a memory instruction writes
  output logic [Warps-1:0]       any_busy_o,
  input  logic      [Ports-1:0]  set_valid_i,     // of different warps
  input  warp_id_t  [Ports-1:0]  set_warp_i,
  input  register_t [Ports-1:0]  set_register_i,
  input  logic      [Ports-1:0]  set_memory_i,    // by a memory instruction
  input  clear_t [Clears-1:0]    clear_i
);

  typedef logic [Registers-1:0] busy_t;

  busy_t busy_q [Warps];
  busy_t memory_q [Warps];   // of busy registers

  for (genvar w = 0; w < Warps; w++) begin : gen_warp
    logic     reads_b;
    busy_t    busy_d;
    // Planted bug 3: a multiplication does not wait for rs2.
    assign reads_b = head_i[w].reads_b && !(PlantedBug == 3 && head_i[w].unit == UnitMul);
    assign hazard_o[w] = (head_i[w].reads_a && busy_q[w][rs1_of(head_i[w])]) ||
                         (reads_b           && busy_q[w][rs2_of(head_i[w])]) ||
                         (head_i[w].reads_c && busy_q[w][rs3_of(head_i[w])]) ||
                         (head_i[w].writes  && busy_q[w][rd_of(head_i[w])]);
    assign hazard_memory_o[w] = (head_i[w].reads_a && busy_q[w][rs1_of(head_i[w])] && memory_q[w][rs1_of(head_i[w])]) ||
                                (reads_b           && busy_q[w][rs2_of(head_i[w])] && memory_q[w][rs2_of(head_i[w])]) ||
                                (head_i[w].reads_c && busy_q[w][rs3_of(head_i[w])] && memory_q[w][rs3_of(head_i[w])]) ||
                                (head_i[w].writes  && busy_q[w][rd_of(head_i[w])]  && memory_q[w][rd_of(head_i[w])]);
    assign any_busy_o[w] = busy_q[w] != '0;

    always_comb begin
      busy_d = busy_q[w];
      for (int unsigned c = 0; c < Clears; c++) begin
        if (clear_i[c].valid && clear_i[c].warp == warp_id_t'(w)) busy_d[clear_i[c].number] = 1'b0;
      end
      for (int unsigned p = 0; p < Ports; p++) begin
        if (set_valid_i[p] && set_warp_i[p] == warp_id_t'(w)) busy_d[set_register_i[p]] = 1'b1;
      end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) busy_q[w] <= '0;
      else         busy_q[w] <= busy_d;
    end
    always_ff @(posedge clk_i) begin
      for (int unsigned p = 0; p < Ports; p++) begin
        if (set_valid_i[p] && set_warp_i[p] == warp_id_t'(w)) memory_q[w][set_register_i[p]] <= set_memory_i[p];
      end
    end
  end

`ifndef SYNTHESIS
  // (An element of an unpacked array in an assertion is too much for verilator 5.006.)
  for (genvar p = 0; p < Ports; p++) begin : gen_set
    busy_t set_busy;
    assign set_busy = busy_q[set_warp_i[p]];
    a_set_free : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  set_valid_i[p] |-> !set_busy[set_register_i[p]]);
  end
  for (genvar c = 0; c < Clears; c++) begin : gen_assert
    busy_t clear_busy;
    assign clear_busy = busy_q[clear_i[c].warp];
    a_clear_busy : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    clear_i[c].valid |-> clear_busy[clear_i[c].number]);
  end
`endif

endmodule
