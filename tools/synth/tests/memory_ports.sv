// An array of 4 Kbit with three write ports, which no RAM has.
module memory_ports (
  input  logic              clk_i,
  input  logic [2:0]        write_i,
  input  logic [2:0][6:0]   address_i,
  input  logic [2:0][31:0]  data_i,
  output logic [31:0]       data_o
);

  logic [31:0] mem [128];

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < 3; i++) begin
      if (write_i[i]) mem[address_i[i]] <= data_i[i];
    end
  end

  assign data_o = mem[address_i[0]];

endmodule
