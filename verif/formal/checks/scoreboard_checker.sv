// The scoreboard against books of its own: an instruction waits exactly while a register that it reads or writes has a result on the way,
// and is said to wait for memory exactly while the instruction that writes such a register is one of memory.
module scoreboard_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input logic                  clk_i,
  input logic                  rst_ni,
  input decoded_t              head_i [Warps],
  input logic [Warps-1:0]      hazard_o,
  input logic [Warps-1:0]      hazard_memory_o,
  input logic [Warps-1:0]      any_busy_o,
  input logic [Ports-1:0]      set_valid_i,
  input warp_id_t [Ports-1:0]  set_warp_i,
  input register_t [Ports-1:0] set_register_i,
  input logic [Ports-1:0]      set_memory_i,
  input clear_t [Clears-1:0]   clear_i
);

  for (genvar w = 0; w < Warps; w++) begin : gen_warp
    logic [Registers-1:0] way_d, way_q;        // a result is on the way
    logic [Registers-1:0] memory_d, memory_q;  // from a memory instruction
    logic [Registers-1:0] wanted;
    always_comb begin
      way_d    = way_q;
      memory_d = memory_q;
      for (int unsigned c = 0; c < Clears; c++) begin
        if (clear_i[c].valid && 32'(clear_i[c].warp) == w) begin
          way_d    = way_d & ~(Registers'(1) << clear_i[c].number);
          memory_d = memory_d & ~(Registers'(1) << clear_i[c].number);
        end
      end
      for (int unsigned p = 0; p < Ports; p++) begin
        if (set_valid_i[p] && 32'(set_warp_i[p]) == w) begin
          way_d    = way_d | (Registers'(1) << set_register_i[p]);
          memory_d = memory_d | (Registers'(set_memory_i[p]) << set_register_i[p]);
        end
      end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) way_q <= '0;
      else         way_q <= way_d;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) memory_q <= '0;
      else         memory_q <= memory_d;
    end
    // Fields of the instruction: a source or destination of one of the two files.
    always_comb begin
      wanted = '0;
      if (head_i[w].reads_a) wanted[{head_i[w].a_float, head_i[w].instr[19:15]}] = 1'b1;
      if (head_i[w].reads_b) wanted[{head_i[w].b_float, head_i[w].instr[24:20]}] = 1'b1;
      if (head_i[w].reads_c) wanted[{head_i[w].c_float, head_i[w].instr[31:27]}] = 1'b1;
      if (head_i[w].writes)  wanted[{head_i[w].d_float, head_i[w].instr[11:7]}]  = 1'b1;
    end
    always_comb begin
      if (rst_ni) begin
        a_waits : assert (hazard_o[w] == ((way_q & wanted) != '0));
        a_waits_memory : assert (hazard_memory_o[w] == ((memory_q & wanted) != '0));
        a_any : assert (any_busy_o[w] == (way_q != '0));
        a_not_zero : assert (!way_q[0]);
        c_two : cover (way_q != '0 && !$onehot(way_q));
      end
    end
  end

  // The issue stage: x0 is no register, and the ports issue from different warps.
  for (genvar p = 0; p < Ports; p++) begin : gen_set
    always_comb begin
      if (rst_ni) begin
        m_not_zero : assume (!set_valid_i[p] || set_register_i[p] != '0);
        m_warp : assume (32'(set_warp_i[p]) < Warps);
      end
    end
    for (genvar q = p + 1; q < Ports; q++) begin : gen_other
      always_comb if (rst_ni) m_warps_differ : assume (!(set_valid_i[p] && set_valid_i[q]) || set_warp_i[p] != set_warp_i[q]);
    end
  end

endmodule
bind scoreboard scoreboard_checker u_check (.*);
