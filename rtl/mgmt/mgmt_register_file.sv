// x1 to x31: two asynchronous read ports, one write port. Without reset; x0 is not stored and reads as it pleases, so users
// of a port for x0 put 0 in its place. A write is seen by reads from the next cycle on.
module mgmt_register_file
  import heddle_pkg::*;
(
  input  logic       clk_i,
  input  logic [4:0] a_i,
  output word_t      a_o,
  input  logic [4:0] b_i,
  output word_t      b_o,
  input  logic       write_i,
  input  logic [4:0] rd_i,
  input  word_t      data_i
);

  word_t registers [32];

  assign a_o = registers[a_i];
  assign b_o = registers[b_i];

  always_ff @(posedge clk_i) begin
    if (write_i) registers[rd_i] <= data_i;
  end

endmodule
