// None of the faults: a RAM that is inferred, a small array in flip-flops, a register with reset and full assignments.
module clean (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic [6:0]  address_i,
  input  logic [31:0] data_i,
  output logic [31:0] data_o,
  output logic [7:0]  small_o
);

  logic [31:0] mem [128];
  logic [7:0]  few [4];
  logic [31:0] data_d, data_q;

  always_comb begin
    data_d = data_q;
    if (!write_i) data_d = mem[address_i];
  end

  always_ff @(posedge clk_i) begin
    if (write_i) mem[address_i] <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < 4; i++) few[i] <= '0;
      data_q <= '0;
    end else begin
      few[address_i[1:0]] <= data_i[7:0];
      data_q                <= data_d;
    end
  end

  assign data_o  = data_q;
  assign small_o = few[address_i[1:0]];

endmodule
