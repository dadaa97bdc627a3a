// Instruction word to decoded_t. Combinational. The generated package says which operation a word is and which registers
// it uses; what the core does with it is written here. Accesses to CSRs that do not exist or must not be written, and reserved
// rounding modes, decode as illegal.
module decoder
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
  import fpu_pkg::*;
(
  input  logic     valid_i,         // nothing is decoded otherwise
  input  word_t    instr_i,
  input  logic     fetch_fault_i,
  output decoded_t decoded_o
);

  function automatic alu_op_e alu_operation(op_e op);
    unique case (op)
      OP_LUI:                    return AluCopyB;
      OP_SUB:                    return AluSub;
      OP_SLL, OP_SLLI:           return AluSll;
      OP_SLT, OP_SLTI:           return AluSlt;
      OP_SLTU, OP_SLTIU:         return AluSltu;
      OP_XOR, OP_XORI:           return AluXor;
      OP_SRL, OP_SRLI:           return AluSrl;
      OP_SRA, OP_SRAI:           return AluSra;
      OP_OR, OP_ORI:             return AluOr;
      OP_AND, OP_ANDI:           return AluAnd;
      OP_SH1ADD:                 return AluSh1add;
      OP_SH2ADD:                 return AluSh2add;
      OP_SH3ADD:                 return AluSh3add;
      OP_ANDN:                   return AluAndn;
      OP_ORN:                    return AluOrn;
      OP_XNOR:                   return AluXnor;
      OP_MIN:                    return AluMin;
      OP_MINU:                   return AluMinu;
      OP_MAX:                    return AluMax;
      OP_MAXU:                   return AluMaxu;
      OP_ROL:                    return AluRol;
      OP_ROR, OP_RORI:           return AluRor;
      OP_CLZ:                    return AluClz;
      OP_CTZ:                    return AluCtz;
      OP_CPOP:                   return AluCpop;
      OP_SEXT_B:                 return AluSextB;
      OP_SEXT_H:                 return AluSextH;
      OP_ZEXT_H:                 return AluZextH;
      OP_ORC_B:                  return AluOrcB;
      OP_REV8:                   return AluRev8;
      OP_CZERO_EQZ:              return AluCzeroEqz;
      OP_CZERO_NEZ:              return AluCzeroNez;
      default:                   return AluAdd;  // ADD, ADDI, AUIPC
    endcase
  endfunction

  function automatic collective_op_e collective_operation(op_e op);
    unique case (op)
      OP_HD_VOTE_ALL, OP_HD_VOTE_ALL_SYNC:       return CollectiveAll;
      OP_HD_VOTE_ANY, OP_HD_VOTE_ANY_SYNC:       return CollectiveAny;
      OP_HD_VOTE_BALLOT, OP_HD_VOTE_BALLOT_SYNC: return CollectiveBallot;
      OP_HD_SHFL_IDX, OP_HD_SHFL_IDX_SYNC:       return CollectiveIdx;
      OP_HD_SHFL_UP, OP_HD_SHFL_UP_SYNC:         return CollectiveUp;
      OP_HD_SHFL_DOWN, OP_HD_SHFL_DOWN_SYNC:     return CollectiveDown;
      default:                                   return CollectiveXor;
    endcase
  endfunction

  function automatic fpu_op_e float_operation(op_e op);
    unique case (op)
      OP_FMADD_S, OP_FMADD_H:       return FpuFmadd;
      OP_FMSUB_S, OP_FMSUB_H:       return FpuFmsub;
      OP_FNMSUB_S, OP_FNMSUB_H:     return FpuFnmsub;
      OP_FNMADD_S, OP_FNMADD_H:     return FpuFnmadd;
      OP_FADD_S, OP_FADD_H:         return FpuAdd;
      OP_FSUB_S, OP_FSUB_H:         return FpuSub;
      OP_FMUL_S, OP_FMUL_H:         return FpuMul;
      OP_FMIN_S, OP_FMIN_H:         return FpuMin;
      OP_FMAX_S, OP_FMAX_H:         return FpuMax;
      OP_FSGNJ_S, OP_FSGNJ_H:       return FpuSgnj;
      OP_FSGNJN_S, OP_FSGNJN_H:     return FpuSgnjn;
      OP_FSGNJX_S, OP_FSGNJX_H:     return FpuSgnjx;
      OP_FEQ_S, OP_FEQ_H:           return FpuEq;
      OP_FLT_S, OP_FLT_H:           return FpuLt;
      OP_FLE_S, OP_FLE_H:           return FpuLe;
      OP_FCLASS_S, OP_FCLASS_H:     return FpuClass;
      OP_FCVT_W_S, OP_FCVT_W_H:     return FpuToInt;
      OP_FCVT_WU_S, OP_FCVT_WU_H:   return FpuToUint;
      OP_FCVT_S_W, OP_FCVT_H_W:     return FpuFromInt;
      OP_FCVT_S_WU, OP_FCVT_H_WU:   return FpuFromUint;
      OP_FCVT_H_S:                  return FpuToHalf;
      OP_FCVT_S_H:                  return FpuToSingle;
      OP_FMV_X_W, OP_FMV_X_H:       return FpuMoveToX;
      default:                      return FpuMoveToF;  // FMV_W_X, FMV_H_X
    endcase
  endfunction

  function automatic special_e special_operation(op_e op);
    unique case (op)
      OP_HD_RCP:   return SpecialRcp;
      OP_HD_RSQRT: return SpecialRsqrt;
      OP_HD_EXP2:  return SpecialExp2;
      OP_HD_LOG2:  return SpecialLog2;
      OP_HD_SIN:   return SpecialSin;
      default:     return SpecialCos;
    endcase
  endfunction

  function automatic decoded_t memory(decoded_t base, lsu_op_e operation);
    memory             = base;
    memory.unit        = UnitMemory;
    memory.operation   = {3'b0, operation};
    memory.speculative = operation inside {LsuLoad, LsuStore};
    memory.control     = !memory.speculative;
  endfunction

  function automatic decoded_t system(decoded_t base, system_op_e operation);
    system           = base;
    system.unit      = UnitSystem;
    system.operation = operation;
    system.control   = 1'b1;
  endfunction

  // An instruction that traps as a whole: it neither reads nor writes registers.
  function automatic decoded_t illegal(decoded_t base, system_op_e operation);
    illegal              = '0;
    illegal.instr        = base.instr;
    illegal.imm          = ImmNone;
    illegal.unit         = UnitSystem;
    illegal.operation    = operation;
    illegal.control      = 1'b1;
    illegal.predict_stop = 1'b1;
  endfunction

  // Different registers in one bank are read one after another. (Which banks those are depends on the warp, not which coincide.)
  function automatic logic [1:0] extra_reads(decoded_t base);
    logic ab, ac, bc;
    ab = base.reads_a && base.reads_b && rs1_of(base) != rs2_of(base) && BankBits'(rs1_of(base)) == BankBits'(rs2_of(base));
    ac = base.reads_a && base.reads_c && rs1_of(base) != rs3_of(base) && BankBits'(rs1_of(base)) == BankBits'(rs3_of(base));
    bc = base.reads_b && base.reads_c && rs2_of(base) != rs3_of(base) && BankBits'(rs2_of(base)) == BankBits'(rs3_of(base));
    return (ab && ac && bc) ? 2'd2 : (ab || ac || bc) ? 2'd1 : 2'd0;
  endfunction

  localparam logic [2:0] RoundDynamic = 3'd7;

  op_e        op;
  op_class_e  kind;    // named, because simulators evaluate a call in a case expression once per item
  op_format_e format;
  logic       csr_write, csr_legal, no_flags;
  decoded_t   decoded;

  always_comb begin
    op     = OP_ILLEGAL;
    kind   = CLASS_ILLEGAL;
    format = FORMAT_NONE;
    if (valid_i) begin
      op     = decode_op(instr_i);
      kind   = op_class(op);
      format = op_format(op);
    end
  end

  assign csr_write = (op inside {OP_CSRRW, OP_CSRRWI}) || (instr_i[19:15] != '0);
  assign csr_legal = csr_exists(instr_i[31:20]) && (!csr_write || csr_writable(instr_i[31:20]));
  assign no_flags  = op inside {OP_FCLASS_S, OP_FCLASS_H, OP_FMV_X_W, OP_FMV_X_H};
  assign decoded_o = decoded;

  always_comb begin
    decoded = '0;
    if (valid_i) begin
      decoded.instr   = instr_i;
      decoded.imm     = ImmNone;
      decoded.a_float = op_rs1_float(op);
      decoded.b_float = op_rs2_float(op);
      decoded.c_float = op_rs3_float(op);
      decoded.d_float = op_rd_float(op);
      decoded.reads_a = op_reads_rs1(op) && (decoded.a_float || instr_i[19:15] != '0);
      decoded.reads_b = op_reads_rs2(op) && (decoded.b_float || instr_i[24:20] != '0);
      decoded.reads_c = op_reads_rs3(op) && (decoded.c_float || instr_i[31:27] != '0);
      decoded.writes  = op_writes_rd(op) && (decoded.d_float || instr_i[11:7] != '0);
      decoded.dynamic_mode = op_has_rounding(op) && (instr_i[14:12] == RoundDynamic);
      decoded.sync    = op_is_sync(op);

      unique case (format)
        FORMAT_I, FORMAT_SHIFT: begin
          decoded.imm   = ImmI;  // a shift uses the low five bits only
          decoded.b_imm = 1'b1;
        end
        FORMAT_S:       decoded.imm = ImmS;
        FORMAT_B:       decoded.imm = ImmB;
        FORMAT_J:       decoded.imm = ImmJ;
        FORMAT_U: begin
          decoded.imm   = ImmU;
          decoded.b_imm = 1'b1;
        end
        FORMAT_CSR_IMM: begin
          decoded.imm   = ImmZ;
          decoded.b_imm = 1'b1;
        end
        default: ;
      endcase

      unique case (kind)
        CLASS_ALU: begin
          decoded.unit      = UnitAlu;
          decoded.operation = alu_operation(op);
          decoded.a_pc      = (op == OP_AUIPC);
        end
        CLASS_MUL: begin
          decoded.unit      = UnitMul;
          decoded.operation = {3'b0, instr_i[14:12]};
        end
        CLASS_DIV: begin
          decoded.unit      = UnitDiv;
          decoded.operation = {3'b0, instr_i[14:12]};
        end
        CLASS_BRANCH: begin
          decoded.unit          = UnitBranch;
          decoded.speculative   = 1'b1;
          decoded.predict_taken = instr_i[31];  // backward
        end
        CLASS_JUMP: begin
          decoded.unit          = (op == OP_JAL) ? UnitJal : UnitJalr;
          // Calls and returns change the depth: the paths have to be looked at.
          decoded.speculative   = (op == OP_JAL) && !(instr_i[11:7] inside {5'd1, 5'd5});
          decoded.control       = !decoded.speculative;
          decoded.predict_taken = (op == OP_JAL);
          decoded.predict_stop  = (op == OP_JALR);
        end
        CLASS_LOAD:   decoded = memory(decoded, LsuLoad);
        CLASS_STORE:  decoded = memory(decoded, LsuStore);
        CLASS_AMO:    decoded = memory(decoded, LsuAmo);
        CLASS_LR:     decoded = memory(decoded, LsuLr);
        CLASS_SC:     decoded = memory(decoded, LsuSc);
        CLASS_FENCE:  decoded = memory(decoded, LsuFence);
        CLASS_FENCEI: begin
          decoded = memory(decoded, LsuFence);
          decoded.operation[FenceIBit] = 1'b1;
          decoded.predict_stop         = 1'b1;
        end
        CLASS_ENGINE: begin
          decoded = memory(decoded, LsuEngine);
          if ((op == OP_HD_MATRIX) ? MatrixDim == 0 : CopyEngine == 0) decoded = illegal(decoded, SystemIllegal);
        end
        CLASS_CSR: begin
          decoded.unit    = UnitCsr;
          // Reading an identity (0xCC0 to 0xCFF) has no other effect, and nothing of the warp changes it.
          decoded.control = csr_write || instr_i[31:26] != 6'b110011;
          decoded.waits_float = instr_i[31:20] inside {CSR_FFLAGS, CSR_FRM, CSR_FCSR};
          if (!csr_legal) decoded = illegal(decoded, SystemIllegal);
        end
        CLASS_SYSTEM: begin
          decoded.unit    = UnitSystem;
          decoded.control = (op != OP_WFI);
          unique case (op)
            OP_ECALL:  decoded.operation = SystemEcall;
            OP_EBREAK: decoded.operation = SystemEbreak;
            OP_MRET:   decoded.operation = SystemMret;
            default:   decoded.operation = SystemNop;  // WFI
          endcase
          decoded.predict_stop = (op != OP_WFI);
        end
        CLASS_PAUSE:   decoded = system(decoded, SystemPause);
        CLASS_EXIT:    decoded = system(decoded, SystemExit);
        CLASS_BARRIER: decoded = system(decoded, SystemBarrier);
        CLASS_VOTE, CLASS_SHUFFLE: begin
          decoded.unit      = (kind == CLASS_VOTE) ? UnitVote : UnitShuffle;
          decoded.operation = collective_operation(op);
          decoded.control   = op_is_sync(op);
        end
        CLASS_FMA, CLASS_FMISC, CLASS_FCVT: begin
          decoded.unit                 = UnitFloat;
          decoded.operation            = {1'b0, float_operation(op)};
          decoded.operation[FormatBit] = instr_i[26];
        end
        CLASS_FDIV: begin
          decoded.unit                 = UnitFloatDivide;
          decoded.operation[0]         = op inside {OP_FSQRT_S, OP_FSQRT_H};
          decoded.operation[FormatBit] = instr_i[26];
        end
        CLASS_SPECIAL: begin
          decoded.unit      = UnitSpecial;
          decoded.operation = {3'b0, special_operation(op)};
        end
        default: decoded = illegal(decoded, SystemIllegal);
      endcase
      // A long operation whose result goes to x0 does nothing, and needs no unit for it (floating point, where it may
      // raise flags, does).
      if (!decoded.writes && (decoded.unit inside {UnitMul, UnitDiv} || no_flags)) begin
        decoded.unit      = UnitAlu;
        decoded.operation = AluAdd;
      end
      if (op_has_rounding(op) && instr_i[14:12] inside {3'd5, 3'd6}) decoded = illegal(decoded, SystemIllegal);
      decoded.extra = extra_reads(decoded);
      if (fetch_fault_i) decoded = illegal(decoded, SystemFetchFault);
    end
  end

endmodule
