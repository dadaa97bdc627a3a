// Two latches, one from each kind of combinational block.
module latch (
  input  logic       enable_i,
  input  logic [3:0] data_i,
  output logic [3:0] old_o,
  output logic [3:0] new_o
);

  logic [3:0] held_always, held_comb;

  always @(*) begin
    if (enable_i) held_always = data_i;
  end

  always_comb begin
    if (enable_i) held_comb = data_i;
  end

  assign old_o = held_always;
  assign new_o = held_comb;

endmodule
