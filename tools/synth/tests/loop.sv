// A combinational loop that no single module has.
module loop (
  input  logic set_i,
  input  logic reset_i,
  output logic q_o
);

  logic q_n;

  loop_nand u_set   (.a_i(set_i),   .b_i(q_n), .y_o(q_o));
  loop_nand u_reset (.a_i(reset_i), .b_i(q_o), .y_o(q_n));

endmodule

module loop_nand (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  assign y_o = ~(a_i & b_i);

endmodule
