#include "weights.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace heddle::fuzz {

namespace {

// "name weight" pairs.
constexpr const char* kInstructionWeights =
    "illegal 4 "
    "lui 16 auipc 12 jal 30 jalr 24 beq 20 bne 20 blt 14 bge 14 bltu 14 bgeu 14 "
    "lb 24 lh 24 lw 60 lbu 20 lhu 20 sb 24 sh 24 sw 50 "
    "addi 40 slti 10 sltiu 10 xori 12 ori 12 andi 16 slli 12 srli 12 srai 12 "
    "add 24 sub 16 sll 12 slt 14 sltu 14 xor 14 srl 12 sra 12 or 12 and 12 "
    "fence 12 ecall 3 ebreak 3 fence.i 5 pause 6 mret 5 wfi 3 "
    "csrrw 14 csrrs 24 csrrc 10 csrrwi 10 csrrsi 8 csrrci 8 "
    "mul 24 mulh 14 mulhsu 14 mulhu 14 div 12 divu 10 rem 10 remu 10 "
    "lr.w 8 sc.w 20 amoswap.w 14 amoadd.w 18 amoxor.w 9 amoand.w 9 amoor.w 9 amomin.w 10 amomax.w 12 amominu.w 9 "
    "amomaxu.w 9 "
    "sh1add 8 sh2add 8 sh3add 8 andn 7 orn 7 xnor 7 min 8 minu 8 max 8 maxu 8 rol 8 ror 8 rori 8 "
    "clz 7 ctz 7 cpop 7 sext.b 7 sext.h 7 zext.h 7 orc.b 7 rev8 7 czero.eqz 10 czero.nez 10 "
    "flw 24 fsw 20 fmadd.s 14 fmsub.s 10 fnmsub.s 10 fnmadd.s 10 fadd.s 16 fsub.s 12 fmul.s 14 fdiv.s 8 fsqrt.s 6 "
    "fsgnj.s 6 fsgnjn.s 6 fsgnjx.s 6 fmin.s 8 fmax.s 8 feq.s 8 flt.s 8 fle.s 8 fclass.s 6 fcvt.w.s 8 fcvt.s.w 8 "
    "fcvt.wu.s 8 fcvt.s.wu 8 fmv.x.w 8 fmv.w.x 24 "
    "flh 24 fsh 20 fmadd.h 10 fmsub.h 7 fnmsub.h 7 fnmadd.h 7 fadd.h 12 fsub.h 8 fmul.h 10 fdiv.h 6 fsqrt.h 5 "
    "fsgnj.h 5 fsgnjn.h 5 fsgnjx.h 5 fmin.h 6 fmax.h 6 feq.h 6 flt.h 6 fle.h 6 fclass.h 5 fcvt.w.h 6 fcvt.h.w 6 "
    "fcvt.wu.h 6 fcvt.h.wu 6 fmv.x.h 8 fmv.h.x 12 fcvt.s.h 8 fcvt.h.s 8 "
    "hd.exit 3 hd.barrier 14 hd.vote.all 10 hd.vote.any 10 hd.vote.ballot 12 hd.vote.all.sync 5 hd.vote.any.sync 5 "
    "hd.vote.ballot.sync 6 hd.shfl.idx 10 hd.shfl.up 10 hd.shfl.down 10 hd.shfl.xor 14 hd.shfl.idx.sync 5 "
    "hd.shfl.up.sync 5 hd.shfl.down.sync 5 hd.shfl.xor.sync 6 "
    "hd.copy 14 hd.matrix 12 hd.mbar.init 2 hd.mbar.arrive 2 hd.mbar.expect 1 hd.mbar.test 2 hd.mbar.wait 5 "
    "hd.rcp 6 hd.rsqrt 6 hd.exp2 6 hd.log2 6 hd.sin 6 hd.cos 6 ";

constexpr const char* kCsrWeights =
    "fflags 40 frm 24 fcsr 24 mvendorid 1 marchid 1 mimpid 1 mhartid 8 mconfigptr 1 mstatus 2 misa 2 mie 2 mtvec 4 "
    "mstatush 2 mcountinhibit 2 mscratch 8 mepc 8 mcause 8 mtval 8 mip 2 mcycle 3 minstret 6 mcycleh 2 minstreth 2 "
    "cycle 4 time 3 instret 8 cycleh 2 timeh 2 instreth 2 "
    "hd_global_id_x 4 hd_global_id_y 3 hd_global_id_z 3 hd_local_id_x 4 hd_local_id_y 3 hd_local_id_z 3 hd_group_id_x "
    "4 hd_group_id_y 3 hd_group_id_z 3 "
    "hd_local_size_x 2 hd_local_size_y 2 hd_local_size_z 2 hd_num_groups_x 2 hd_num_groups_y 2 hd_num_groups_z 2 "
    "hd_args 2 hd_entry 2 hd_lane 4 hd_warp 4 hd_num_warps 2 hd_num_lanes 2 hd_warp_mask 4 hd_private_size 2 "
    "hd_scratch_size 2 ";

std::optional<unsigned> find(const char* list, const char* name) {
  const std::string wanted = std::string(name) + ' ';
  const std::string_view text(list);
  size_t at = 0;
  while ((at = text.find(wanted, at)) != std::string_view::npos) {
    if (at == 0 || text[at - 1] == ' ') {
      return static_cast<unsigned>(std::strtoul(list + at + wanted.size(), nullptr, 10));
    }
    ++at;
  }
  return std::nullopt;
}

}  // namespace

std::optional<unsigned> weight_of(const char* instruction) { return find(kInstructionWeights, instruction); }
std::optional<unsigned> csr_weight_of(const char* csr) { return find(kCsrWeights, csr); }

const std::array<unsigned, isa::kOpCount>& instruction_weights() {
  static const auto kWeights = [] {
    std::array<unsigned, isa::kOpCount> weights{};
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = weight_of(isa::kInstructions[i].name).value_or(0);
    return weights;
  }();
  return kWeights;
}

const std::array<unsigned, isa::kCsrCount>& csr_weights() {
  static const auto kWeights = [] {
    std::array<unsigned, isa::kCsrCount> weights{};
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = csr_weight_of(isa::kCsrs[i].name).value_or(0);
    return weights;
  }();
  return kWeights;
}

}  // namespace heddle::fuzz
