// As many commands under way as the engine holds, none of whose ends is taken before all of them are there: each end
// says what is its own command's, whichever entry of the table it had.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "copy_driver.h"

namespace heddle::copy_test {
namespace {

enum class Kind { kWhole, kRefused, kNoRegion };

class Ends {
 public:
  explicit Ends(unsigned engine) : driver_(engine, 1), random_(engine) { commands_.resize(driver_.shape().commands); }

  void round() {
    driver_.hold_ends = driver_.hold_memory = true;
    driver_.refused.clear();
    for (unsigned n = 0; n < commands_.size(); ++n) {
      commands_[n] = draw(n, static_cast<Kind>(pick(3)));
      for (unsigned waited = 0; !driver_.cycle(&commands_[n]); ++waited) ASSERT_LT(waited, 200u) << "command " << n;
    }
    for (unsigned n = 0; n < 100; ++n) driver_.cycle(nullptr);  // those without an access of memory are over
    driver_.hold_ends = driver_.hold_memory = false;
    const std::uint64_t begin = driver_.cycles();
    for (unsigned ended = 0; ended < commands_.size();) {
      driver_.cycle(nullptr);
      for (const End& end : driver_.ends) {
        ++ended;
        compare(end);
      }
      ASSERT_LT(driver_.cycles(), begin + 20'000);
    }
    driver_.cycle(nullptr);
    EXPECT_EQ(driver_.busy(), 0u);
    driver_.forget = (1u << kAgents) - 1;
    driver_.cycle(nullptr);
    driver_.forget = 0;
    for (unsigned n = 0; n < kAgents; ++n) driver_.rename(n);
  }

  unsigned faults() const { return faults_; }

 private:
  unsigned pick(unsigned count) { return random_() % count; }

  Command draw(unsigned owner, Kind kind) {
    Command command;
    command.owner = owner;
    command.scratch_base = owner * kAllocation;
    command.scratch_size = kAllocation;
    for (std::uint32_t& word : command.origin) word = random_();
    Descriptor& d = command.descriptor;
    const bool complete = pick(2) != 0;
    d[0] = 1 | static_cast<unsigned>(complete) << 12 | random_() << 16;
    d[2] = d[11] = 1 + pick(256);
    d[21] = 256 * pick(kAllocation / 256 - 1);
    if (complete) d[22] = 8 * pick(kAllocation / 8);
    if (kind == Kind::kNoRegion) {
      // (All of it is outside.)
      do d[1] = random_();
      while (d[1] + 0x1000 - driver_.base < kMemoryBytes + 0x2000);
    } else {
      d[1] = driver_.base + owner * kPart + pick(kPart - 256);
      if (kind == Kind::kRefused) driver_.refused.insert(d[1] / driver_.shape().line * driver_.shape().line);
    }
    return command;
  }

  void compare(const End& end) {
    ASSERT_LT(end.owner, commands_.size());
    const Command& command = commands_[end.owner];
    const Descriptor& d = command.descriptor;
    const Outcome outcome = perform(d, command.scratch_size, driver_.regions);
    EXPECT_EQ(end.id, d[0] >> 16);
    EXPECT_EQ(end.origin, command.origin);
    Fault expected = outcome.fault.value_or(Fault{});
    const std::uint32_t line = d[1] / driver_.shape().line * driver_.shape().line;
    if (!outcome.fault && driver_.refused.count(line) != 0) expected = {Cause::kMemory, line};
    EXPECT_EQ(static_cast<unsigned>(end.fault.cause), static_cast<unsigned>(expected.cause)) << "owner " << end.owner;
    EXPECT_EQ(end.fault.value, expected.value) << "owner " << end.owner;
    if (expected.cause != Cause::kNone) {
      ++faults_;
      return;
    }
    EXPECT_EQ(end.bytes, outcome.bytes);
    EXPECT_EQ(end.complete, (d[0] >> 12 & 1) != 0);
    if (end.complete) EXPECT_EQ(end.barrier, command.scratch_base + d[22]);
    for (const Move& move : outcome.moves) {
      ASSERT_EQ(driver_.scratch[command.scratch_base + move.scratch], driver_.memory[*move.memory - driver_.base]);
    }
  }

  CopyDriver driver_;
  std::mt19937 random_;
  std::vector<Command> commands_;  // of workgroup n
  unsigned faults_ = 0;
};

class CopyEnds : public testing::TestWithParam<unsigned> {};

TEST_P(CopyEnds, EachOfItsOwnCommand) {
  constexpr unsigned kRounds = 30;
  Ends ends(GetParam());
  for (unsigned round = 0; round < kRounds; ++round) {
    ends.round();
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  EXPECT_GT(ends.faults(), kRounds);
}

INSTANTIATE_TEST_SUITE_P(Shape, CopyEnds, testing::Range(0u, static_cast<unsigned>(kShapes.size())));

}  // namespace
}  // namespace heddle::copy_test
