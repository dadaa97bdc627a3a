// A 32-bit instruction (compressed ones come expanded) to what the execute stage does with it. Combinational.
// Accesses to CSRs that do not exist or must not be written decode as illegal.
module mgmt_decoder
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  word_t         instr_i,
  output mgmt_decoded_t decoded_o
);

  function automatic mgmt_alu_e alu_operation(op_e op);
    unique case (op)
      OP_LUI:            return MgmtCopyB;
      OP_SUB:            return MgmtSub;
      OP_SLL, OP_SLLI:   return MgmtSll;
      OP_SLT, OP_SLTI:   return MgmtSlt;
      OP_SLTU, OP_SLTIU: return MgmtSltu;
      OP_XOR, OP_XORI:   return MgmtXor;
      OP_SRL, OP_SRLI:   return MgmtSrl;
      OP_SRA, OP_SRAI:   return MgmtSra;
      OP_OR, OP_ORI:     return MgmtOr;
      OP_AND, OP_ANDI:   return MgmtAnd;
      default:           return MgmtAdd;
    endcase
  endfunction

  op_e         op;
  op_class_e   kind;
  op_format_e  format;
  logic        csr_write, csr_legal;
  logic [11:0] csr;

  assign op        = mgmt_decode_op(instr_i);
  assign kind      = op_class(op);
  assign format    = op_format(op);
  assign csr       = instr_i[31:20];
  assign csr_write = (op inside {OP_CSRRW, OP_CSRRWI}) || (instr_i[19:15] != '0);
  assign csr_legal = mcsr_exists(csr) && (!csr_write || csr[11:10] != 2'b11);

  always_comb begin
    decoded_o           = '0;
    decoded_o.kind      = KindIllegal;
    decoded_o.alu       = alu_operation(op);
    decoded_o.rs1       = instr_i[19:15];
    decoded_o.rs2       = instr_i[24:20];
    decoded_o.rd        = instr_i[11:7];
    decoded_o.funct3    = instr_i[14:12];
    decoded_o.reads_a   = op_reads_rs1(op) && instr_i[19:15] != '0;
    decoded_o.reads_b   = op_reads_rs2(op) && instr_i[24:20] != '0;
    decoded_o.writes    = op_writes_rd(op) && instr_i[11:7] != '0;
    decoded_o.a_pc      = op inside {OP_AUIPC, OP_JAL} || kind == CLASS_BRANCH;  // the ALU adds up targets, too
    decoded_o.csr_write = csr_write;

    decoded_o.b_imm = format != FORMAT_R;
    unique case (format)
      FORMAT_S:       decoded_o.imm = {{20{instr_i[31]}}, instr_i[31:25], instr_i[11:7]};
      FORMAT_B:       decoded_o.imm = {{20{instr_i[31]}}, instr_i[7], instr_i[30:25], instr_i[11:8], 1'b0};
      FORMAT_U:       decoded_o.imm = {instr_i[31:12], 12'h0};
      FORMAT_J:       decoded_o.imm = {{12{instr_i[31]}}, instr_i[19:12], instr_i[20], instr_i[30:21], 1'b0};
      FORMAT_CSR_IMM: decoded_o.imm = {27'h0, instr_i[19:15]};
      default:        decoded_o.imm = {{20{instr_i[31]}}, instr_i[31:20]};  // I; of a shift the low five bits count
    endcase

    unique case (kind)
      CLASS_ALU:                decoded_o.kind = KindAlu;
      CLASS_MUL, CLASS_DIV:     decoded_o.kind = KindLong;
      CLASS_LOAD:               decoded_o.kind = KindLoad;
      CLASS_STORE:              decoded_o.kind = KindStore;
      CLASS_BRANCH:             decoded_o.kind = KindBranch;
      CLASS_JUMP:               decoded_o.kind = KindJump;
      CLASS_CSR:                decoded_o.kind = csr_legal ? KindCsr : KindIllegal;
      CLASS_FENCE, CLASS_PAUSE: decoded_o.kind = KindFence;
      CLASS_FENCEI:             decoded_o.kind = KindFenceI;
      CLASS_SYSTEM: begin
        unique case (op)
          OP_ECALL:  decoded_o.kind = KindEcall;
          OP_EBREAK: decoded_o.kind = KindEbreak;
          OP_MRET:   decoded_o.kind = KindMret;
          default:   decoded_o.kind = KindWfi;
        endcase
      end
      default:                  decoded_o.kind = KindIllegal;
    endcase
  end

endmodule
