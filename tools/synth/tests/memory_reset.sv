// An array of 4 Kbit that is reset, which no RAM can be.
module memory_reset (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic [6:0]  address_i,
  input  logic [31:0] data_i,
  output logic [31:0] data_o
);

  logic [31:0] mem [128];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < 128; i++) mem[i] <= '0;
    end else if (write_i) begin
      mem[address_i] <= data_i;
    end
  end

  assign data_o = mem[address_i];

endmodule
