// mcycle and minstret, 64 bits each. A write to a half replaces it; the counter does not count in that cycle.
module mgmt_counters
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        count_cycle_i,
  input  logic        count_instruction_i,
  input  logic        write_i,
  input  logic [11:0] number_i,
  input  word_t       data_i,
  output logic [63:0] cycles_o,
  output logic [63:0] instructions_o
);

  logic [63:0] cycles_d, cycles_q, instructions_d, instructions_q;

  always_comb begin
    cycles_d       = cycles_q + 64'(count_cycle_i);
    instructions_d = instructions_q + 64'(count_instruction_i);
    if (write_i && number_i == MCSR_MCYCLE)    cycles_d = {cycles_q[63:32], data_i};
    if (write_i && number_i == MCSR_MCYCLEH)   cycles_d = {data_i, cycles_q[31:0]};
    if (write_i && number_i == MCSR_MINSTRET)  instructions_d = {instructions_q[63:32], data_i};
    if (write_i && number_i == MCSR_MINSTRETH) instructions_d = {data_i, instructions_q[31:0]};
  end

  assign cycles_o       = cycles_q;
  assign instructions_o = instructions_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycles_q       <= '0;
      instructions_q <= '0;
    end else begin
      cycles_q       <= cycles_d;
      instructions_q <= instructions_d;
    end
  end

endmodule
