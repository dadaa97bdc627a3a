// The scoreboard against books of its own: an instruction waits exactly while a register that it reads or writes has a result on the way.
module scoreboard_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  parameter int unsigned Sets = 1  // instructions that issue in a cycle
) (
  input logic                                clk_i,
  input logic                                rst_ni,
  input decoded_t                            head_i [Warps],
  input logic [Warps-1:0]                    hazard_o,
  input logic [Warps-1:0]                    any_busy_o,
  input logic [Sets-1:0]                     set_valid_i,
  input logic [Sets-1:0][$bits(warp_id_t)-1:0]  set_warp_i,
  input logic [Sets-1:0][$bits(register_t)-1:0] set_register_i,
  input clear_t [Clears-1:0]                 clear_i
);

  for (genvar w = 0; w < Warps; w++) begin : gen_warp
    logic [Registers-1:0] way_d, way_q;  // a result is on the way
    logic                 waits;
    always_comb begin
      way_d = way_q;
      for (int unsigned c = 0; c < Clears; c++) begin
        if (clear_i[c].valid && 32'(clear_i[c].warp) == w) way_d = way_d & ~(Registers'(1) << clear_i[c].number);
      end
      for (int unsigned s = 0; s < Sets; s++) begin
        if (set_valid_i[s] && 32'(set_warp_i[s]) == w) way_d = way_d | (Registers'(1) << set_register_i[s]);
      end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) way_q <= '0;
      else         way_q <= way_d;
    end
    // Fields of the instruction: a source or destination of one of the two files.
    always_comb begin
      waits = 1'b0;
      if (head_i[w].reads_a && way_q[{head_i[w].a_float, head_i[w].instr[19:15]}]) waits = 1'b1;
      if (head_i[w].reads_b && way_q[{head_i[w].b_float, head_i[w].instr[24:20]}]) waits = 1'b1;
      if (head_i[w].reads_c && way_q[{head_i[w].c_float, head_i[w].instr[31:27]}]) waits = 1'b1;
      if (head_i[w].writes && way_q[{head_i[w].d_float, head_i[w].instr[11:7]}])   waits = 1'b1;
    end
    always_comb begin
      if (rst_ni) begin
        a_waits : assert (hazard_o[w] == waits);
        a_any : assert (any_busy_o[w] == (way_q != '0));
        a_not_zero : assert (!way_q[0]);
        c_two : cover (way_q != '0 && !$onehot(way_q));
      end
    end
    // The issue stage: one instruction of a warp in a cycle, and x0 is no register.
    for (genvar s = 0; s < Sets; s++) begin : gen_set
      always_comb begin
        if (rst_ni) begin
          m_not_zero : assume (!set_valid_i[s] || set_register_i[s] != '0);
          m_warp : assume (32'(set_warp_i[s]) < Warps);
        end
      end
    end
  end

endmodule
bind scoreboard scoreboard_checker #(.Sets($bits(set_valid_i))) u_check (.*);
