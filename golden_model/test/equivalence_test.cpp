// Random programs, three ways: the fast simulator, recorded slots with immediate memory, and recorded slots with
// deferred memory whose accesses the test performs. All must leave the same state.
#include <random>

#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

// Instructions of every kind; memory addresses stay near the windows, sometimes beyond them; faults go to a
// handler that skips the instruction.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed), program_(kCode) {}

  Program make(unsigned length) {
    Program& p = program_;
    p.la(t0, "handler").csrw(Csr::Mtvec, t0).csrr(a0, Csr::HdLane).csrr(a1, Csr::Mhartid);
    p.li(s2, kData).li(s3, kPrivate).li(s4, kScratch).li(s5, kReadOnly);
    // Floats of every size: words of the lane's data, small integers, and what conversions give of them.
    for (unsigned r = 0; r < 4; ++r) p.load(Op::Flw, r, static_cast<int>(64 * r), s2);
    for (unsigned r = 4; r < 8; ++r) p.op(Op::FcvtSW, {.rd = r, .rs1 = r % 2 != 0 ? a1 : a0});
    p.r(Op::Sh2add, s2, a0, s2).li(a2, random_()).r(Op::Mul, a2, a2, a1).i(Op::Andi, a3, a0, 3);
    for (unsigned i = 0; i < length; ++i) {
      p.label("i" + std::to_string(i));
      instruction(i, length);
    }
    p.label("i" + std::to_string(length));
    for (unsigned r = a0; r <= a7; ++r) p.store(Op::Sw, r, static_cast<int>(128 + 4 * (r - a0)), s3);
    for (unsigned r = 0; r < 8; ++r) p.store(Op::Fsw, r, static_cast<int>(160 + 4 * r), s3);
    p.csrr(a0, Csr::Fcsr).store(Op::Sw, a0, 192, s3);
    p.exit();
    p.label("handler").csrr(t1, Csr::Mepc).i(Op::Addi, t1, t1, 4).csrw(Csr::Mepc, t1).op(Op::Mret);
    return p;
  }

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  // a0..a7 hold data; t and s registers are for addresses and control.
  unsigned data_register() { return a0 + pick(8); }
  unsigned window() { return s2 + pick(4); }

  void instruction(unsigned i, unsigned length) {
    Program& p = program_;
    static constexpr Op kAlu[] = {Op::Add, Op::Sub, Op::Xor,  Op::Sltu, Op::Mul, Op::Mulh, Op::Div,      Op::Remu,
                                  Op::Rol, Op::Max, Op::Andn, Op::Sra,  Op::Sll, Op::Srl,  Op::CzeroEqz, Op::Sh2add};
    static constexpr Op kLoads[] = {Op::Lb, Op::Lh, Op::Lw, Op::Lw, Op::Lbu, Op::Lhu};
    static constexpr Op kStores[] = {Op::Sb, Op::Sh, Op::Sw, Op::Sw};
    static constexpr Op kAmos[] = {Op::AmoaddW, Op::AmoswapW, Op::AmomaxuW, Op::LrW, Op::ScW};
    static constexpr Op kBranches[] = {Op::Beq, Op::Bne, Op::Blt, Op::Bgeu};
    static constexpr Op kVotes[] = {Op::HdVoteAll, Op::HdVoteAny, Op::HdVoteBallot};
    switch (pick(16)) {
      case 0:
      case 1:
      case 2: p.r(kAlu[pick(std::size(kAlu))], data_register(), data_register(), data_register()); break;
      case 3: p.i(Op::Addi, data_register(), data_register(), static_cast<int>(pick(4096)) - 2048); break;
      case 4: p.load(kLoads[pick(std::size(kLoads))], data_register(), offset(), window()); break;
      case 5: p.store(kStores[pick(std::size(kStores))], data_register(), offset(), window()); break;
      case 6:  // an address that differs by lane in no simple way
        p.i(Op::Andi, t2, data_register(), 0x7C).r(Op::Add, t2, t2, s2);
        if (pick(2) == 0) {
          p.load(Op::Lw, data_register(), 0, t2);
        } else {
          p.store(Op::Sw, data_register(), 0, t2);
        }
        break;
      case 7: p.r(kAmos[pick(std::size(kAmos))], data_register(), pick(2) == 0 ? s2 : s4, data_register()); break;
      case 8:
      case 9: {
        const unsigned target = i + 1 + pick(std::min(length - i, 12u));
        p.branch(kBranches[pick(std::size(kBranches))], data_register(), data_register(), "i" + std::to_string(target));
        break;
      }
      case 10: p.r(kVotes[pick(std::size(kVotes))], data_register(), data_register()); break;
      case 11:
      case 12:
      case 13: floating_point(); break;
      default:
        switch (pick(6)) {
          case 0: p.r(Op::HdShflXor, data_register(), data_register(), a3); break;
          case 1: p.op(Op::Pause); break;
          case 2: p.csrr(data_register(), Csr::Minstret); break;
          case 3: p.op(Op::HdBarrier); break;
          case 4: p.op(Op::Fence); break;
          default: p.op(Op::Ecall); break;
        }
    }
  }
  // f0..f7 hold data. Mostly to nearest, so that the fast simulator's short cut is taken.
  void floating_point() {
    Program& p = program_;
    static constexpr Op kRounded[] = {Op::FaddS,  Op::FsubS,   Op::FmulS,   Op::FdivS,  Op::FsqrtS, Op::FmaddS,
                                      Op::FmsubS, Op::FnmsubS, Op::FnmaddS, Op::FaddH,  Op::FmulH,  Op::FmaddH,
                                      Op::FdivH,  Op::FcvtSH,  Op::FcvtHS,  Op::FcvtSWu};
    static constexpr Op kPlain[] = {Op::FminS, Op::FmaxH, Op::FsgnjxS, Op::FsgnjnH, Op::HdRcp, Op::HdExp2, Op::HdSin};
    static constexpr Op kToInteger[] = {Op::FcvtWS, Op::FcvtWuH, Op::FeqS, Op::FltS, Op::FclassS, Op::FmvXH};
    const unsigned rm = pick(3) == 0 ? 7 : pick(4) == 0 ? pick(5) : 0;
    const auto f = [this] { return pick(8); };
    switch (pick(8)) {
      case 0: p.r(kPlain[pick(std::size(kPlain))], f(), f(), f()); break;
      case 1:
        p.op(kToInteger[pick(std::size(kToInteger))], {.rd = data_register(), .rs1 = f(), .rs2 = f(), .rm = rm});
        break;
      case 2: p.load(pick(2) == 0 ? Op::Flw : Op::Flh, f(), offset(), window()); break;
      case 3: p.store(pick(2) == 0 ? Op::Fsw : Op::Fsh, f(), offset(), window()); break;
      case 4:
        p.op(Op::Csrrwi, {.rd = data_register(), .imm = static_cast<int>(pick(4) == 0 ? pick(8) : 0), .csr = 2});
        break;
      default:
        p.op(kRounded[pick(std::size(kRounded))], {.rd = f(), .rs1 = f(), .rs2 = f(), .rs3 = f(), .rm = rm});
        break;
    }
  }

  int offset() { return static_cast<int>(pick(16) == 0 ? pick(2048) : 4 * pick(24)); }

  std::mt19937 random_;
  Program program_;
};

void expect_same(const Rig& a, const Rig& b, const char* what) {
  SCOPED_TRACE(what);
  for (std::size_t w = 0; w < a.warps.size(); ++w) {
    const Warp& p = a.warps[w];
    const Warp& q = b.warps[w];
    EXPECT_EQ(p.slots, q.slots);
    EXPECT_EQ(p.retired, q.retired);
    EXPECT_EQ(p.mtvec, q.mtvec);
    EXPECT_EQ(p.fairness, q.fairness);
    for (unsigned l = 0; l < p.lanes; ++l) {
      // Registers are stored at the end of the program: those of lanes that have exited are not state.
      EXPECT_EQ(p.mepc[l], q.mepc[l]);
      EXPECT_EQ(p.mcause[l], q.mcause[l]);
      EXPECT_EQ(p.fflags[l], q.fflags[l]);
      EXPECT_EQ(p.frm[l], q.frm[l]);
    }
  }
  for (std::uint32_t at = 0; at < 0x1000; at += 4) ASSERT_EQ(a.word(kData + at), b.word(kData + at)) << at;
  for (std::uint32_t at = 0; at < 4096; at += 4)
    ASSERT_EQ(a.word(kPrivateStore + at), b.word(kPrivateStore + at)) << at;
  ASSERT_TRUE(std::ranges::equal(a.memory.scratchpad(), b.memory.scratchpad()));
}

// One slot with deferred memory, its accesses performed by hand.
void deferred_slot(Rig& rig, unsigned w) {
  Warp& warp = rig.warps[w];
  StepResult& r = rig.result;
  step(warp, select_path(warp), DeferredMemory(rig.memory), r);
  ASSERT_FALSE(r.fault.has_value());
  LaneMask failed = 0;
  std::array<bool, 2> reserved{};
  for_each_lane(r.access, [&](unsigned l) {
    const Location place = r.location[l];
    std::uint32_t raw = 0;
    switch (r.kind) {
      case AccessKind::kLoad: raw = rig.memory.read(place, r.size); break;
      case AccessKind::kStore: rig.memory.write(place, r.data[l], r.size); break;
      case AccessKind::kAmo: raw = rig.memory.amo(place, r.amo, r.data[l]); break;
      case AccessKind::kLr: {
        bool& taken = reserved[static_cast<unsigned>(place.space)];
        raw = taken ? rig.memory.read_word(place) : rig.memory.load_reserved(place, warp.global_slot(), l);
        taken = true;
        break;
      }
      case AccessKind::kSc:
        if (!rig.memory.store_conditional(place, warp.global_slot(), l, r.data[l])) failed |= lane_bit(l);
        return;
    }
    if ((r.deferred & lane_bit(l)) != 0) complete_access(warp, r, l, raw);
  });
  if (r.kind == AccessKind::kSc && r.is_memory) {
    for_each_lane(r.access,
                  [&](unsigned l) { rig.memory.end_store_conditional(r.location[l].space, warp.global_slot()); });
  }
  if (r.needs_sc_result) finish_sc(warp, r, failed);
  rig.group.after_slot(warp, rig.memory);
}

class Equivalence : public testing::TestWithParam<unsigned> {};

TEST_P(Equivalence, FastRecordedAndDeferredAgree) {
  const unsigned lanes = GetParam();
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "lanes " << lanes << " seed " << seed);
    const Program program = Generator(seed * 64 + lanes).make(150);
    const unsigned items = lanes == 1 ? 2 : 2 * lanes - (seed % 2);  // every other time a warp that is not full
    Rig recorded(lanes, items, 2);
    Rig fast(lanes, items, 2);
    Rig deferred(lanes, items, 2);
    for (Rig* rig : {&recorded, &fast, &deferred}) {
      rig->load(program);
      for (std::uint32_t at = 0; at < 0x1000; at += 4) rig->memory.device().write_word(kData + at, at * 0x9E3779B9u);
    }
    const auto all = [](Rig& rig, auto&& slot) {
      for (unsigned used = 0; !rig.group.ended(); ++used) {
        ASSERT_LT(used, 100'000u);
        for (unsigned w = 0; w < 2; ++w) {
          if (rig.warps[w].run != 0) slot(w);
        }
      }
    };
    all(recorded, [&](unsigned w) { ASSERT_FALSE(recorded.step(w).fault); });
    all(deferred, [&](unsigned w) { deferred_slot(deferred, w); });
    all(fast, [&](unsigned w) {
      ASSERT_FALSE(run(fast.warps[w], fast.memory, 1).fault);
      fast.group.after_slot(fast.warps[w], fast.memory);
    });
    expect_same(recorded, fast, "fast");
    expect_same(recorded, deferred, "deferred");
    if (HasFailure()) return;
  }
}

// One warp, many slots at a time: the fast simulator keeps to a path without selecting it anew.
TEST_P(Equivalence, LongStretchesAgree) {
  const unsigned lanes = GetParam();
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "lanes " << lanes << " seed " << seed);
    const Program program = Generator(seed * 64 + lanes + 1'000'000).make(200);
    Rig recorded(lanes);
    Rig fast(lanes);
    for (Rig* rig : {&recorded, &fast}) {
      rig->load(program);
      // Yields and quanta come more often than in long programs.
      if (seed % 2 == 0) rig->warp().fairness.limit = 20;
    }
    recorded.run();
    while (!fast.group.ended()) {
      ASSERT_FALSE(run(fast.warp(), fast.memory, 1 + seed * 7).fault);
      fast.group.after_slot(fast.warp(), fast.memory);
    }
    expect_same(recorded, fast, "fast");
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, Equivalence, testing::Values(1, 2, 4, 8, 16, 32));

}  // namespace
}  // namespace heddle::model::test
