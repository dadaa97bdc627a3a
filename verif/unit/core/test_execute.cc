// The execute stage against the RISC-V manual, docs/architecture.md (sections 2 to 4) and what execute.sv promises:
// operands, results, which lanes execute, go elsewhere or trap, and the event that tells the warp.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "Vexecute_bench.h"
#include "arithmetic.h"
#include "clocked.h"
#include "pipeline_units.h"

namespace heddle::core_test {
namespace {

// In the order of system_op_e, imm_e and leave_e in rtl/core/core_pkg.sv.
enum System : unsigned { kIllegal, kFetchFault, kEcall, kEbreak, kMret, kPause, kExit, kBarrier, kNop, kSystems };
enum Imm : unsigned { kImmI, kImmS, kImmB, kImmU, kImmJ, kImmZ, kImmNone, kImms };
enum Leave : unsigned { kStays, kExits, kToBarrier, kToSync };
constexpr unsigned kMepc = 0x341;

struct Slot {
  unsigned warp = 0, unit = 0, operation = 0, imm = 0, depth = 0;
  uint32_t order = 0, pc = 0, mask = 0, instr = 0;
  bool predict_stop = false, predict_taken = false, killed = false, speculative = false, resolve = false, sync = false,
       dynamic_mode = false, d_float = false, writes = false, b_imm = false, a_pc = false;
  std::vector<uint32_t> a, b, c, csr;  // as the register file gives them
  std::vector<unsigned> frm;
  unsigned rd() const { return instr >> 7 & 31; }
  unsigned rs1() const { return instr >> 15 & 31; }
  unsigned funct3() const { return instr >> 12 & 7; }
};

int32_t sign(uint32_t value, unsigned bits) { return static_cast<int32_t>(value << (32 - bits)) >> (32 - bits); }

// The immediates of the RISC-V manual; Z is that of CSR instructions.
uint32_t immediate(unsigned kind, uint32_t i) {
  switch (kind) {
    case kImmI: return sign(i >> 20, 12);
    case kImmS: return sign((i >> 25) << 5 | (i >> 7 & 31), 12);
    case kImmB: return sign((i >> 31) << 12 | (i >> 7 & 1) << 11 | (i >> 25 & 63) << 5 | (i >> 8 & 15) << 1, 13);
    case kImmU: return i & 0xffff'f000;
    case kImmJ: return sign((i >> 31) << 20 | (i >> 12 & 255) << 12 | (i >> 20 & 1) << 11 | (i >> 21 & 1023) << 1, 21);
    case kImmZ: return i >> 15 & 31;
    default: return 0;
  }
}

bool links(unsigned number) { return number == 1 || number == 5; }

class Execute : public testing::Test, protected Clocked<Vexecute_bench> {
 protected:
  Execute() : Clocked(17) {
    warps = dut.warps_o;
    lanes = dut.lanes_o;
    all = ones(lanes);
    reset();
  }
  uint32_t word() { return chance(50) ? random() : chance(50) ? below(3) : 0x8000'0000U >> below(32); }

  Slot make();
  void drive(const Slot& slot);
  void look(const Slot& slot, bool killed, bool killed_now, uint32_t live);

  unsigned warps = 0, lanes = 0;
  uint32_t all = 0;
  unsigned traps = 0, divergent = 0, waits = 0, strays = 0;
};

Slot Execute::make() {
  Slot slot;
  slot.warp = below(warps);
  slot.unit = chance(30) ? unsigned{kUnitAlu} : below(kUnits);
  slot.order = random();
  slot.pc = random() & -4U;
  slot.depth = chance(20) ? 0 : chance(20) ? 63 : below(64);
  do slot.mask = random() & all;
  while (slot.mask == 0);
  slot.instr = random();
  if (chance(40)) slot.instr = (slot.instr & ~(31U << 7)) | (chance(50) ? 1U : 5U) << 7;
  if (chance(40)) slot.instr = (slot.instr & ~(31U << 15)) | (chance(50) ? 1U : 5U) << 15;
  slot.imm = kImmNone;
  slot.writes = slot.rd() != 0;
  slot.predict_stop = chance(30);
  slot.killed = chance(5);
  slot.resolve = true;
  switch (slot.unit) {
    case kUnitAlu:
      slot.operation = below(kAluOps);
      slot.a_pc = chance(20);
      slot.b_imm = chance(50);
      slot.imm = slot.b_imm ? (chance(50) ? kImmI : kImmU) : kImmNone;
      slot.resolve = chance(30);
      break;
    case kUnitBranch:
      do slot.instr ^= random() & 0x7000;
      while (slot.funct3() == 2 || slot.funct3() == 3);
      slot.imm = kImmB;
      slot.writes = false;
      slot.speculative = chance(50);
      slot.predict_taken = chance(50);
      if (chance(70)) slot.instr &= ~(1U << 8);
      break;
    case kUnitJal:
      slot.imm = kImmJ;
      slot.speculative = chance(50);
      slot.predict_taken = chance(80);
      if (chance(70)) slot.instr &= ~(1U << 21);
      break;
    case kUnitJalr:
      slot.instr &= ~0x7000U;
      slot.imm = kImmI;
      break;
    case kUnitCsr:
      do slot.instr ^= random() & 0x7000;
      while ((slot.funct3() & 3) == 0);
      slot.b_imm = (slot.funct3() & 4) != 0;
      slot.imm = slot.b_imm ? kImmZ : kImmNone;
      break;
    case kUnitMemory:
      slot.operation = below(6);
      slot.imm = chance(50) ? kImmI : chance(50) ? kImmS : kImmNone;
      slot.resolve = chance(50);
      slot.speculative = chance(50);
      break;
    case kUnitSystem:
      slot.operation = below(kSystems);
      slot.writes = false;
      break;
    case kUnitVote:
    case kUnitShuffle:
      slot.operation = slot.unit == kUnitVote ? unsigned{kAll} + below(3) : unsigned{kIdx} + below(4);
      slot.sync = chance(50);
      break;
    case kUnitFloat:
      slot.dynamic_mode = chance(50);
      slot.resolve = slot.dynamic_mode || chance(30);
      slot.d_float = chance(50);
      slot.operation = below(64);
      break;
    default: slot.operation = below(64);
  }
  if (slot.speculative) slot.resolve = chance(30);
  const bool same = chance(50);
  for (unsigned l = 0; l < lanes; ++l) {
    const bool first = l == 0 || !same;
    slot.a.push_back(first ? word() : slot.a[0]);
    slot.b.push_back(first ? word() : slot.b[0]);
    slot.c.push_back(first ? word() : slot.c[0]);
    slot.csr.push_back(first ? word() & -4U : slot.csr[0]);
    slot.frm.push_back(chance(80) ? below(5) : below(8));
    if (slot.unit == kUnitShuffle && chance(70)) slot.b[l] = below(lanes + 1);
    if (slot.unit == kUnitShuffle && chance(25))
      slot.b[l] = below(lanes) | 1U << below(32);  // one bit makes it no lane
  }
  return slot;
}

void Execute::drive(const Slot& slot) {
  dut.warp_i = slot.warp;
  dut.order_i = slot.order;
  dut.pc_i = slot.pc;
  dut.depth_i = slot.depth;
  dut.mask_i = slot.mask;
  dut.instr_i = slot.instr;
  dut.unit_i = slot.unit;
  dut.operation_i = slot.operation;
  dut.imm_i = slot.imm;
  const std::array<bool, 11> bits = {slot.a_pc,         slot.b_imm,         slot.writes,      slot.d_float,
                                     slot.dynamic_mode, slot.sync,          slot.resolve,     slot.speculative,
                                     slot.killed,       slot.predict_taken, slot.predict_stop};
  dut.bits_i = 0;
  for (unsigned i = 0; i < bits.size(); ++i) dut.bits_i |= (bits[i] ? 1U : 0U) << i;
  for (unsigned l = 0; l < lanes; ++l) {
    dut.a_i[l] = slot.a[l];
    dut.b_i[l] = slot.b[l];
    dut.c_i[l] = slot.c[l];
    dut.csr_i[l] = slot.csr[l];
    dut.frm_i[l] = slot.frm[l];
  }
}

void Execute::look(const Slot& slot, bool killed, bool killed_now, uint32_t live) {
  const bool reads_csr = slot.unit == kUnitCsr || slot.unit == kUnitSystem;
  const uint32_t imm = immediate(slot.imm, slot.instr);
  std::vector<uint32_t> a, b, c;
  for (unsigned l = 0; l < lanes; ++l) {
    a.push_back(slot.a_pc ? slot.pc : slot.a[l]);
    b.push_back(slot.b_imm ? imm : slot.b[l]);
    c.push_back(reads_csr ? slot.csr[l] : slot.c[l]);
    ASSERT_EQ(dut.a_o[l], a[l]);
    ASSERT_EQ(dut.b_o[l], b[l]);
    ASSERT_EQ(dut.c_o[l], c[l]);
    ASSERT_EQ(dut.address_o[l], a[l] + imm);
    if (slot.unit >= kUnitFloat) {
      ASSERT_EQ(dut.rounding_o[l], slot.dynamic_mode ? slot.frm[l] : slot.funct3());
    }
  }
  ASSERT_EQ(dut.warp_o, slot.warp);
  ASSERT_EQ(dut.live_warp_o, slot.warp);
  ASSERT_EQ(dut.order_o, slot.order);
  ASSERT_EQ(dut.live_slot_o, !killed);
  killed = killed || killed_now;
  ASSERT_EQ(dut.killed_o, killed);

  // Which lanes execute: those that go where the lowest goes, or name the same lanes.
  const unsigned lead = __builtin_ctz(slot.mask);
  const bool mret = slot.unit == kUnitSystem && slot.operation == kMret;
  const bool indirect = slot.unit == kUnitJalr || mret;
  const auto goes = [&](unsigned l) { return mret ? c[l] : (a[l] + imm) & -2U; };
  const auto names = [&](unsigned l) { return slot.unit == kUnitVote ? b[l] : c[l]; };
  uint32_t executed = slot.mask;
  for (unsigned l = 0; l < lanes; ++l) {
    if ((indirect && goes(l) != goes(lead)) || (slot.sync && names(l) != names(lead))) executed &= ~(1U << l);
  }
  divergent += executed != slot.mask;
  const bool sync_waits = slot.sync && (names(lead) & live & ~executed) != 0;
  waits += sync_waits;
  ASSERT_EQ(dut.executed_o, executed);
  ASSERT_EQ(dut.again_o, 0);

  // Where they go, and whether they trap.
  uint32_t taken = 0, target = slot.pc + imm, trapping = 0, cause = 0, value = 0;
  if (slot.unit == kUnitBranch) {
    for (unsigned l = 0; l < lanes; ++l) {
      const int32_t sa = a[l], sb = b[l];
      const std::array<bool, 8> holds = {a[l] == b[l], a[l] != b[l], false,       false,
                                         sa < sb,      sa >= sb,     a[l] < b[l], a[l] >= b[l]};
      if (holds[slot.funct3()]) taken |= 1U << l;
    }
    taken &= slot.mask;
  } else if (slot.unit == kUnitJal) {
    taken = slot.mask;
  } else if (indirect) {
    taken = executed;
    target = goes(lead);
  }
  const bool misaligned = taken != 0 && (target & 2) != 0;
  if (misaligned) {
    trapping = taken;
    value = target;
  }
  if (slot.unit == kUnitSystem && slot.operation <= kEbreak) {
    trapping = executed;
    static constexpr std::array<unsigned, 4> kCauses = {2, 1, 11, 3};
    cause = kCauses[slot.operation];
    value = slot.operation == kIllegal ? slot.instr : slot.operation == kEcall ? 0 : slot.pc;
  }
  if (slot.dynamic_mode) {
    cause = 2;
    value = slot.instr;
    for (unsigned l = 0; l < lanes; ++l) {
      if ((slot.mask >> l & 1) != 0 && slot.frm[l] > 4) trapping |= 1U << l;
    }
  }
  traps += trapping != 0;
  const uint32_t completing = killed ? 0 : executed & ~trapping;
  ASSERT_EQ(dut.completing_o, completing);
  ASSERT_EQ(dut.taken_o, misaligned ? 0 : taken);
  if (taken != 0) {
    ASSERT_EQ(dut.target_o, target);
  }

  // Results.
  const bool writes = !killed && slot.writes && !sync_waits && completing != 0 && !is_long(slot.unit);
  ASSERT_EQ(dut.write_valid_o, writes);
  if (writes) {
    ASSERT_EQ(dut.write_warp_o, slot.warp);
    ASSERT_EQ(dut.write_order_o, slot.order);
    ASSERT_EQ(dut.write_rd_o, slot.rd() + (slot.d_float ? 32 : 0));
    ASSERT_EQ(dut.write_mask_o, completing);
    for (unsigned l = 0; l < lanes; ++l) {
      if ((completing >> l & 1) == 0) continue;
      uint32_t expected = 0;
      switch (slot.unit) {
        case kUnitAlu: expected = alu(slot.operation, a[l], b[l]); break;
        case kUnitJal:
        case kUnitJalr: expected = slot.pc + 4; break;
        case kUnitCsr: expected = c[l]; break;
        default: expected = collective(slot.operation, l, lanes, executed, a, b);
      }
      ASSERT_EQ(dut.write_data_o[l], expected) << "operation " << slot.operation << " lane " << l;
    }
  }

  // The event.
  const uint32_t foreseen = slot.predict_taken ? slot.mask : 0;
  const bool astray = !killed && slot.speculative && slot.unit != kUnitMemory && (taken != foreseen || trapping != 0);
  strays += astray;
  ASSERT_EQ(dut.astray_o, astray);
  const bool resolves = !killed && slot.unit != kUnitMemory && (slot.resolve || astray);
  ASSERT_EQ(dut.resolves_o, resolves);
  if (!resolves) return;
  const bool exits = slot.unit == kUnitSystem && slot.operation == kExit,
             barrier = slot.unit == kUnitSystem && slot.operation == kBarrier;
  ASSERT_EQ(dut.event_warp_o, slot.warp);
  ASSERT_EQ(dut.event_pc_o, slot.pc);
  ASSERT_EQ(dut.event_depth_o, slot.depth);
  ASSERT_EQ(dut.event_path_o, slot.mask);
  ASSERT_EQ(dut.event_executed_o, executed);
  ASSERT_EQ(dut.event_trapping_o, trapping);
  const uint32_t moved = slot.sync || exits || barrier ? executed : taken | trapping;
  ASSERT_EQ(dut.event_moved_o, moved);
  ASSERT_EQ(dut.event_leave_o, sync_waits ? kToSync : exits ? kExits : barrier ? kToBarrier : kStays);
  if (moved != 0 && trapping == 0 && !exits) {
    ASSERT_EQ(dut.event_target_o, slot.sync ? (sync_waits ? slot.pc : slot.pc + 4)
                                  : barrier ? slot.pc + 4
                                            : target & -4U);
    // The hints of the RISC-V manual: jal and jalr that link go a level deeper, a return comes up, a swap does neither.
    int depth = static_cast<int>(slot.depth);
    if (slot.unit == kUnitJal && links(slot.rd())) ++depth;
    if (slot.unit == kUnitJalr && links(slot.rd()) && (!links(slot.rs1()) || slot.rd() == slot.rs1())) ++depth;
    if (mret || (slot.unit == kUnitJalr && !links(slot.rd()) && links(slot.rs1()))) --depth;
    ASSERT_EQ(dut.event_target_depth_o, std::min(63, std::max(0, depth)));
  }
  if (executed != slot.mask || (taken | trapping) != slot.mask) {
    ASSERT_EQ(dut.event_rest_o, indirect || slot.sync ? slot.pc : slot.pc + 4);
  }
  if (slot.sync) {
    ASSERT_EQ(dut.event_sync_operand_o, names(lead));
  }
  const bool predicted = !slot.predict_stop && !slot.speculative;
  const bool csr_write = slot.unit == kUnitCsr && ((slot.funct3() & 3) == 1 || slot.rs1() != 0);
  const std::array<bool, 10> bits = {trapping != 0,
                                     completing != 0 && !sync_waits,
                                     slot.unit == kUnitSystem && slot.operation == kPause,
                                     predicted,
                                     csr_write,
                                     false,
                                     false,
                                     false,
                                     false,
                                     false};
  for (unsigned i = 0; i < bits.size(); ++i) ASSERT_EQ(dut.event_bits_o >> i & 1, bits[i]) << "bit " << i;
  if (predicted) {
    ASSERT_EQ(dut.event_predicted_pc_o, (slot.predict_taken ? slot.pc + imm : slot.pc + 4) & -4U);
  }
  if (trapping != 0) {
    ASSERT_EQ(dut.event_cause_o, cause);
    ASSERT_EQ(dut.event_value_o, value);
  }
  if (csr_write) {
    ASSERT_EQ(dut.event_csr_o, slot.instr >> 20);
    for (unsigned l = 0; l < lanes; ++l) {
      const uint32_t with = slot.b_imm ? b[l] : a[l];
      const unsigned kind = slot.funct3() & 3;
      ASSERT_EQ(dut.event_data_o[l], kind == 1 ? with : kind == 2 ? c[l] | with : c[l] & ~with);
    }
  }
}

TEST_F(Execute, Random) {
  std::optional<Slot> before;
  bool killed = false;
  for (unsigned i = 0; i < 65'000; ++i) {
    const Slot slot = make();
    const bool valid = chance(85);
    dut.valid_i = valid;
    drive(slot);
    dut.squash_valid_i = 0;
    for (unsigned s = 0; s < 2; ++s) {
      if (chance(8)) dut.squash_valid_i |= 1U << s;
      dut.squash_warp_i[s] = below(warps);
    }
    const uint32_t live = before ? before->mask | (random() & all) : all;
    dut.live_i = live;
    dut.eval();
    const bool reads_csr = valid && (slot.unit == kUnitCsr || slot.unit == kUnitSystem);
    ASSERT_EQ(dut.csr_read_o, reads_csr);
    if (reads_csr) {
      ASSERT_EQ(dut.csr_number_o, slot.unit == kUnitCsr ? slot.instr >> 20 : kMepc);
    }
    ASSERT_EQ(dut.valid_o, before.has_value());
    if (before) {
      const bool killed_now = (dut.squash_valid_i & 1) != 0 && dut.squash_warp_i[0] == before->warp;
      ASSERT_NO_FATAL_FAILURE(look(*before, killed, killed_now, live))
          << "unit " << before->unit << " operation " << before->operation;
    } else {
      ASSERT_EQ(dut.write_valid_o, 0);
      ASSERT_EQ(dut.resolves_o, 0);
      ASSERT_EQ(dut.live_slot_o, 0);
      ASSERT_EQ(dut.astray_o, 0);
    }
    killed = slot.killed;
    for (unsigned s = 0; s < 2; ++s)
      killed = killed || ((dut.squash_valid_i >> s & 1) != 0 && dut.squash_warp_i[s] == slot.warp);
    before.reset();
    if (valid) before = slot;
    clock();
  }
  EXPECT_GT(traps, 3'000U);
  EXPECT_GT(divergent, 500U);
  EXPECT_GT(waits, 300U);
  EXPECT_GT(strays, 500U);
}

}  // namespace
}  // namespace heddle::core_test
