// A step of mcycle and minstret, from any state: each counts by one when it is told to, and a write to a half changes that half alone.
module mgmt_counters_steps
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        count_cycle_i,
  input logic        count_instruction_i,
  input logic        write_i,
  input logic [11:0] number_i,
  input word_t       data_i,
  input logic [63:0] cycles_o,
  input logic [63:0] instructions_o
);

  logic        started_q = 1'b0;
  logic        count_cycle_q, count_instruction_q, write_q;
  logic [11:0] number_q;
  word_t       data_q;
  logic [63:0] cycles_q, instructions_q;

  always_ff @(posedge clk_i) begin
    started_q           <= 1'b1;
    count_cycle_q       <= count_cycle_i;
    count_instruction_q <= count_instruction_i;
    write_q             <= write_i;
    number_q            <= number_i;
    data_q              <= data_i;
    cycles_q            <= cycles_o;
    instructions_q      <= instructions_o;
  end

  logic low, high, ilow, ihigh;
  assign low   = write_q && number_q == MCSR_MCYCLE;
  assign high  = write_q && number_q == MCSR_MCYCLEH;
  assign ilow  = write_q && number_q == MCSR_MINSTRET;
  assign ihigh = write_q && number_q == MCSR_MINSTRETH;

  always_comb begin
    if (rst_ni && started_q) begin
      if (!low && !high && count_cycle_q) a_cycle : assert (cycles_o == cycles_q + 64'd1);
      if (!low && !high && !count_cycle_q) a_cycle_stays : assert (cycles_o == cycles_q);
      if (low) a_cycle_low : assert (cycles_o == {cycles_q[63:32], data_q});
      if (high) a_cycle_high : assert (cycles_o == {data_q, cycles_q[31:0]});
      if (!ilow && !ihigh && count_instruction_q) a_instruction : assert (instructions_o == instructions_q + 64'd1);
      if (!ilow && !ihigh && !count_instruction_q) a_instruction_stays : assert (instructions_o == instructions_q);
      if (ilow) a_instruction_low : assert (instructions_o == {instructions_q[63:32], data_q});
      if (ihigh) a_instruction_high : assert (instructions_o == {data_q, instructions_q[31:0]});
    end
  end

endmodule
bind mgmt_counters mgmt_counters_steps u_check (.*);
