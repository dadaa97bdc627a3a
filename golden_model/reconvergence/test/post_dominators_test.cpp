#include "heddle/reconvergence/post_dominators.h"

#include <gtest/gtest.h>

#include <random>

#include "program.h"

namespace heddle::reconvergence {
namespace {

using isa::Op;
using namespace model::test;  // the encoders

constexpr std::uint32_t kBase = 0x80000000;

CodeImage image(const Program& program, std::set<std::uint32_t> functions = {kBase}) {
  return {.segments = {{.base = program.base(), .words = program.assemble()}}, .functions = std::move(functions)};
}

TEST(PostDominators, Diamond) {
  Program p(kBase);
  p.label("if").branch(Op::Beq, a0, zero, "else").i(Op::Addi, a1, a1, 1).j("join");
  p.label("else").i(Op::Addi, a1, a1, 2).label("join").i(Op::Addi, a1, a1, 3).label("out").exit();
  const CodeImage code = image(p);
  const IndirectTargets none;
  const PostDominators pd(code, none);
  EXPECT_EQ(pd.immediate(p.address("if")), p.address("join"));
  EXPECT_EQ(pd.immediate(p.address("else")), p.address("join"));
  EXPECT_EQ(pd.immediate(p.address("join")), p.address("out"));
  EXPECT_EQ(pd.immediate(p.address("out")), std::nullopt);
  EXPECT_EQ(pd.immediate(kBase + 0x1000), std::nullopt);
}

TEST(PostDominators, LoopWithTwoExits) {
  Program p(kBase);
  p.label("loop").branch(Op::Beq, a0, zero, "found").i(Op::Addi, a0, a0, -1).label("latch");
  p.branch(Op::Bne, a1, zero, "loop").label("after").i(Op::Addi, a2, zero, 1).label("found").exit();
  const CodeImage code = image(p);
  const IndirectTargets none;
  const PostDominators pd(code, none);
  EXPECT_EQ(pd.immediate(p.address("latch")), p.address("found"));
  EXPECT_EQ(pd.immediate(p.address("loop")), p.address("found"));
}

TEST(PostDominators, CallsGoOnAndReturnsLeave) {
  Program p(kBase);
  p.branch(Op::Beq, a0, zero, "skip").jal(ra, "f").label("skip").i(Op::Addi, a0, a0, 1).exit();
  p.label("f").branch(Op::Beq, a0, zero, "early").i(Op::Addi, a0, a0, 1).i(Op::Jalr, zero, ra, 0);
  p.label("early").i(Op::Jalr, zero, ra, 0);
  const CodeImage code = image(p);  // f is found by its call
  const IndirectTargets none;
  const PostDominators pd(code, none);
  EXPECT_EQ(pd.immediate(kBase), p.address("skip"));
  EXPECT_EQ(pd.immediate(p.address("f")), std::nullopt);
}

TEST(PostDominators, TailCallsLeave) {
  Program p(kBase);
  p.branch(Op::Beq, a0, zero, "a").j("g").label("a").i(Op::Addi, a0, a0, 1).i(Op::Jalr, zero, ra, 0);
  p.label("g").i(Op::Jalr, zero, ra, 0);
  const CodeImage code = image(p, {kBase, p.address("g")});
  const IndirectTargets none;
  EXPECT_EQ(PostDominators(code, none).immediate(kBase), std::nullopt);
}

TEST(PostDominators, SwitchJoinsWhereItsRecordedTargetsDo) {
  Program p(kBase);
  p.label("switch").i(Op::Jalr, zero, a0, 0);
  p.label("one").i(Op::Addi, a1, zero, 1).j("join").label("two").i(Op::Addi, a1, zero, 2).label("join").exit();
  const CodeImage code = image(p);
  const IndirectTargets none;
  EXPECT_EQ(PostDominators(code, none).immediate(kBase), std::nullopt);
  const IndirectTargets both{{kBase, {p.address("one"), p.address("two")}}};
  EXPECT_EQ(PostDominators(code, both).immediate(kBase), p.address("join"));
}

TEST(PostDominators, EndlessLoopsAreHarmless) {
  Program p(kBase);
  p.branch(Op::Beq, a0, zero, "out").label("l").i(Op::Addi, a0, a0, 1).j("l").label("out").exit();
  const CodeImage code = image(p);
  const IndirectTargets none;
  EXPECT_EQ(PostDominators(code, none).immediate(kBase), std::nullopt);
}

// The definition: p post-dominates n when no way from n to the end avoids p; the immediate one is that which all the
// others of n post-dominate.
TEST(PostDominators, RandomGraphsAgreeWithTheDefinition) {
  std::mt19937 random(7);
  for (unsigned round = 0; round < 200; ++round) {
    const unsigned size = 3 + random() % 14;
    Program p(kBase);
    std::vector<std::vector<unsigned>> next(size + 1);
    for (unsigned n = 0; n < size; ++n) {
      const unsigned target = random() % size;
      p.label(std::to_string(n));
      if (n + 1 == size) {
        p.exit();
        next[n] = {size};
      } else if (random() % 4 == 0) {
        p.j(std::to_string(target));
        next[n] = {target};
      } else {
        p.branch(Op::Beq, a0, a1, std::to_string(target));
        next[n] = {n + 1, target};
      }
    }
    const auto reaches_end = [&](unsigned from, unsigned without) {
      std::vector<bool> seen(size + 1);
      std::vector<unsigned> work;
      if (from != without) work.push_back(from);
      while (!work.empty()) {
        const unsigned n = work.back();
        work.pop_back();
        if (n == size) return true;
        if (seen[n]) continue;
        seen[n] = true;
        for (const unsigned t : next[n]) {
          if (t != without) work.push_back(t);
        }
      }
      return false;
    };
    std::vector<bool> reachable(size + 1);
    std::vector<unsigned> work{0};
    while (!work.empty()) {
      const unsigned n = work.back();
      work.pop_back();
      if (n == size || reachable[n]) continue;
      reachable[n] = true;
      work.insert(work.end(), next[n].begin(), next[n].end());
    }
    bool all_end = true;
    for (unsigned n = 0; n < size; ++n) all_end = all_end && (!reachable[n] || reaches_end(n, size + 1));
    if (!all_end) continue;  // endless loops have a rule of their own
    const CodeImage code = image(p);
    const IndirectTargets none;
    const PostDominators pd(code, none);
    for (unsigned n = 0; n < size; ++n) {
      if (!reachable[n]) continue;
      std::vector<unsigned> strict;
      for (unsigned m = 0; m < size; ++m) {
        if (m != n && !reaches_end(n, m)) strict.push_back(m);
      }
      std::optional<std::uint32_t> expected;
      for (const unsigned m : strict) {
        const bool first = std::all_of(strict.begin(), strict.end(),
                                       [&](unsigned other) { return other == m || !reaches_end(m, other); });
        if (first) expected = kBase + 4 * m;
      }
      EXPECT_EQ(pd.immediate(kBase + 4 * n), expected) << "round " << round << " node " << n;
    }
  }
}

}  // namespace
}  // namespace heddle::reconvergence
