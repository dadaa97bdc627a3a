// Bench top: the decoder with plain ports.
module decoder_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  output logic [31:0] shape_o [3],      // banks of registers, copy engine, size of the matrix engine
  input  logic        valid_i,
  input  logic [31:0] instr_i,
  input  logic        fetch_fault_i,
  output logic [31:0] instr_o,
  output logic [3:0]  unit_o,
  output logic [5:0]  operation_o,
  output logic [2:0]  imm_o,
  output logic [1:0]  extra_o,
  // a_pc, b_imm, reads a, b, c, writes, a, b, c, d of the floating-point file, dynamic mode, waits for floats, sync, control, speculative, taken, stop
  output logic [16:0] bits_o
);

  assign shape_o = '{1 << BankBits, 32'(CopyEngine), MatrixDim};

  decoded_t decoded;
  decoder u_decoder (
    .valid_i,
    .instr_i,
    .fetch_fault_i,
    .decoded_o(decoded)
  );

  assign instr_o     = decoded.instr;
  assign unit_o      = decoded.unit;
  assign operation_o = decoded.operation;
  assign imm_o       = decoded.imm;
  assign extra_o     = decoded.extra;
  assign bits_o      = {decoded.a_pc, decoded.b_imm, decoded.reads_a, decoded.reads_b, decoded.reads_c, decoded.writes, decoded.a_float, decoded.b_float,
                        decoded.c_float, decoded.d_float, decoded.dynamic_mode, decoded.waits_float, decoded.sync, decoded.control, decoded.speculative,
                        decoded.predict_taken, decoded.predict_stop};

endmodule
