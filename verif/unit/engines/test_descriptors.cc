// Copies of one element whose descriptors have any bits, against the copy engine's reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

#include "copy_reference.h"
#include "engines_driver.h"

namespace heddle::engines_test {
namespace {

// One element of tensors of five dimensions with indices, strides and extents of any bits: every word of a descriptor
// reaches its engine.
TEST(Engines, DescriptorsOfAnyBits) {
  EnginesDriver driver(6);
  std::mt19937 random(6);
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  constexpr std::uint32_t kData = 512;
  unsigned inside = 0, outside = 0, faults = 0;
  for (unsigned n = 0; n < 400 && !HasFailure(); ++n) {
    driver.owner = pick(kWarps);
    driver.base = 256 * pick(64);
    driver.size = 0x4000;
    driver.origin = {static_cast<std::uint32_t>(random()) & ~3u, pick(kWarps), pick(kLanes), 3, false};
    const unsigned element = pick(5), bytes = 1u << element, store = pick(2);
    copy_test::Descriptor d{};
    d[0] = 5 | element << 3 | store << 6 | pick(0x1'0000) << 16;
    d[1] = driver.memory_base + pick(kMemoryBytes) / bytes * bytes;
    for (unsigned i = 0; i < 5; ++i) {
      d[16 + i] = (static_cast<std::uint32_t>(random()) & 0x7FFF'FFFF) >> pick(31);
      d[2 + i] = pick(10) == 0 ? d[16 + i] : d[16 + i] + (1u << pick(30));  // at the end, just inside or far
      d[2 + i] = std::clamp(d[2 + i], 1u, 0x7FFF'FFFFu);
      if (pick(10) == 0) d[16 + i] = ~d[16 + i];
      if (i > 0) d[6 + i] = static_cast<std::uint32_t>(random()) / bytes * bytes;
      d[11 + i] = 1;
      d[1] -= d[16 + i] * (i == 0 ? bytes : d[6 + i]);
    }
    d[21] = kData + 16 * pick(64);
    if (pick(8) == 0) d[1 + pick(31)] ^= 1u << pick(32);
    const copy_test::Outcome outcome =
        copy_test::perform(d, driver.size, {{driver.memory_base, driver.memory_base + (kMemoryBytes - 1), true, true}});
    if (outcome.bytes > 0x1000) continue;
    std::vector<std::uint32_t> before;
    for (unsigned w = 0; w < 4; ++w) {
      before.push_back(static_cast<std::uint32_t>(random()));
      driver.store(d[21] % 0x3000 / 16 * 16 + 4 * w, before.back());
    }
    for (unsigned w = 0; w < d.size(); ++w) driver.store(4 * w, d[w]);
    driver.copy(0);
    std::vector<Fault> expected;
    if (outcome.fault) {
      expected = {{driver.owner, 0, d[0] >> 16, static_cast<unsigned>(outcome.fault->cause), outcome.fault->value,
                   driver.origin.pc, driver.origin.warp, driver.origin.lane}};
    }
    ASSERT_EQ(driver.drain(), expected) << n;
    driver.forget();
    for (const copy_test::Move& move : outcome.moves) {
      const auto found = static_cast<std::uint8_t>(driver.load(move.scratch / 4 * 4) >> move.scratch % 4 * 8);
      ASSERT_EQ(found, move.memory ? driver.memory.at(*move.memory - driver.memory_base) : move.fill) << n;
    }
    (outcome.fault ? faults : !outcome.moves.empty() && outcome.moves[0].memory ? inside : outside) += 1;
  }
  std::printf("elements inside %u, outside %u, faults %u\n", inside, outside, faults);
  EXPECT_GT(inside, 100u);
  EXPECT_GT(outside, 50u);
  EXPECT_GT(faults, 20u);
}

}  // namespace
}  // namespace heddle::engines_test
