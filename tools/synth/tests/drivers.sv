// A net with two drivers.
module drivers (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  wire both;

  assign both = a_i;
  assign both = b_i;
  assign y_o  = both;

endmodule
