// Random programs, three ways: the fast simulator, recorded slots with immediate memory, and recorded slots with
// deferred memory whose accesses the test performs. All must leave the same state.
#include "random_program.h"

namespace heddle::model::test {
namespace {

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
    const Program program = RandomProgram(seed * 64 + lanes).make(150);
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
    const Program program = RandomProgram(seed * 64 + lanes + 1'000'000).make(200);
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
