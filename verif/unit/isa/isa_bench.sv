// Makes the functions of heddle_isa_pkg visible to a C++ test. Combinational.
module isa_bench
  import heddle_isa_pkg::*;
(
  input  logic [31:0] instr_i,
  output op_e         op_o,
  output op_class_e   class_o,
  output op_format_e  format_o,
  output logic        reads_rs1_o,
  output logic        reads_rs2_o,
  output logic        reads_rs3_o,
  output logic        writes_rd_o,
  output logic        sync_o,

  input  logic [11:0] csr_i,
  output logic        csr_exists_o,
  output logic        csr_writable_o
);

  assign op_o           = decode_op(instr_i);
  assign class_o        = op_class(op_o);
  assign format_o       = op_format(op_o);
  assign reads_rs1_o    = op_reads_rs1(op_o);
  assign reads_rs2_o    = op_reads_rs2(op_o);
  assign reads_rs3_o    = op_reads_rs3(op_o);
  assign writes_rd_o    = op_writes_rd(op_o);
  assign sync_o         = op_is_sync(op_o);
  assign csr_exists_o   = csr_exists(csr_i);
  assign csr_writable_o = csr_writable(csr_i);

endmodule
