// Fields of a copy descriptor that a random box rarely has: sizes and strides of one bit; and regions of all lengths.
#include <gtest/gtest.h>

#include <random>

#include "copy_driver.h"

namespace heddle::copy_test {
namespace {

constexpr unsigned kRank = 5, kElement = 16;
constexpr unsigned kBase = 1, kSize = 2, kStride = 7, kBox = 11, kFirst = 16;

// Performs a load alone, and compares what it has written.
void load(CopyDriver& driver, Command& command) {
  static constexpr unsigned kPatience = 1000;
  command.scratch_base = command.owner * kAllocation;
  command.scratch_size = kAllocation;
  const Outcome outcome = perform(command.descriptor, command.scratch_size, driver.regions);
  ASSERT_FALSE(outcome.fault);
  unsigned waited = 0;
  while (!driver.cycle(&command)) ASSERT_LT(++waited, kPatience);
  do {
    driver.cycle(nullptr);
    ASSERT_LT(++waited, kPatience);
  } while (driver.ends.empty());
  ASSERT_EQ(driver.ends[0].fault.cause, Cause::kNone) << std::hex << driver.ends[0].fault.value;
  for (const Move& move : outcome.moves) {
    const unsigned expected = move.memory ? driver.memory[*move.memory - driver.base] : move.fill;
    ASSERT_EQ(driver.scratch[command.scratch_base + move.scratch], expected) << "byte " << move.scratch;
  }
}

// One element in the part of memory of a workgroup, of a tensor of rank 5.
Command one_element(const CopyDriver& driver, unsigned n) {
  Command command;
  command.owner = n % kAgents;
  Descriptor& words = command.descriptor;
  words[0] = kRank | 4 << 3 | n << 16;
  words[kBase] = driver.base + command.owner * kPart + n % 32 * kElement;
  for (unsigned d = 0; d < kRank; ++d) words[kSize + d] = words[kBox + d] = 1;
  return command;
}

class CopyDescriptor : public testing::TestWithParam<unsigned> {};

// The last element of a dimension, and the one behind it.
TEST_P(CopyDescriptor, EveryBitOfASize) {
  CopyDriver driver(GetParam(), 1);
  driver.timing = {0, 0, 0, false};
  for (unsigned n = 0; n < kRank * 31 && !HasFailure(); ++n) {
    const unsigned d = n % kRank;
    Command command = one_element(driver, n);
    Descriptor& words = command.descriptor;
    words[kSize + d] = 1u << n / kRank;
    words[kBox + d] = 2;
    words[kFirst + d] = words[kSize + d] - 1;
    if (d == 0) words[kBase] -= words[kFirst] * kElement;
    load(driver, command);
    EXPECT_FALSE(HasFailure()) << "bit " << n / kRank << " of dimension " << d;
  }
}

TEST_P(CopyDescriptor, EveryBitOfAStride) {
  CopyDriver driver(GetParam(), 2);
  driver.timing = {0, 0, 0, false};
  for (unsigned n = 0; n < (kRank - 1) * 28 && !HasFailure(); ++n) {
    const unsigned d = n % (kRank - 1);
    Command command = one_element(driver, n);
    Descriptor& words = command.descriptor;
    words[kStride + d] = 16u << n / (kRank - 1);
    words[kSize + d + 1] = 2;
    words[kFirst + d + 1] = 1;
    words[kBase] -= words[kStride + d];
    load(driver, command);
    EXPECT_FALSE(HasFailure()) << "bit " << 4 + n / (kRank - 1) << " of dimension " << d + 1;
  }
}

// Rows across the begin and the end of each region, the only one there is.
TEST_P(CopyDescriptor, EveryRegion) {
  CopyDriver driver(GetParam(), 3);
  driver.timing = {0, 0, 0, false};
  std::mt19937 random(3);
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  for (unsigned n = 0; n < 200 && !HasFailure(); ++n) {
    Command command;
    command.owner = n % kAgents;
    command.scratch_base = command.owner * kAllocation;
    command.scratch_size = kAllocation;
    const unsigned element = pick(5), count = 1 + pick(256 >> element), store = pick(2);
    const std::uint32_t from = driver.base + command.owner * kPart + 0x4000 + 16 * pick(0x200);
    driver.regions.assign(4, {});
    driver.regions[n % 4] = {from, from + pick(pick(2) == 0 ? 40 : 1000), true, true};
    Descriptor& words = command.descriptor;
    words[0] = 1 | element << 3 | store << 6 | n << 16;
    words[kBase] = from - (pick(4) == 0 ? 16 * pick(20) : 0);
    words[kSize] = words[kBox] = count;
    const Outcome outcome = perform(words, command.scratch_size, driver.regions);
    unsigned waited = 0;
    while (!driver.cycle(&command)) ASSERT_LT(++waited, 1000u);
    do {
      driver.cycle(nullptr);
      ASSERT_LT(++waited, 1000u);
    } while (driver.ends.empty());
    const Fault expected = outcome.fault.value_or(Fault{});
    ASSERT_EQ(driver.ends[0].fault.cause, expected.cause) << n;
    ASSERT_EQ(driver.ends[0].fault.value, expected.value) << n;
    for (const Move& move : outcome.moves) {
      ASSERT_EQ(driver.scratch[command.scratch_base + move.scratch], driver.memory[*move.memory - driver.base]) << n;
    }
    driver.forget = 1u << command.owner;
    driver.cycle(nullptr);
    driver.forget = 0;
  }
}

INSTANTIATE_TEST_SUITE_P(Shape, CopyDescriptor, testing::Range(0u, static_cast<unsigned>(kShapes.size())));

}  // namespace
}  // namespace heddle::copy_test
