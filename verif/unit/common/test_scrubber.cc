// A memory whose users are cleaned up behind: every row that a user may have changed is zero before the next one comes,
// in as many cycles as there are such rows.
#include <Vscrubber.h>
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <memory>
#include <random>

double sc_time_stamp() { return 0; }

namespace {

constexpr unsigned kRows = 6;  // the default of the module

class Scrubber : public testing::Test {
 protected:
  Scrubber() {
    Verilated::randReset(2);
    reset();
  }
  ~Scrubber() override { top_->final(); }

  void edge() {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }

  // Whatever was in the memory: all of it is to be cleared.
  void reset() {
    top_->clk_i = 0;
    top_->use_i = 0;
    top_->used_i = 0;
    top_->rst_ni = 0;
    top_->eval();
    edge();
    top_->rst_ni = 1;
    top_->eval();
    memory_.fill(true);
  }

  // A cycle with what is set; the memory does as it is told.
  void cycle() {
    top_->eval();
    if (top_->clear_o != 0) {
      ASSERT_EQ(top_->use_i, 0) << "clears what is in use";
      ASSERT_LT(top_->row_o, kRows);
      EXPECT_TRUE(memory_[top_->row_o]) << "row " << static_cast<unsigned>(top_->row_o) << " is cleared for nothing";
      memory_[top_->row_o] = false;
    }
    edge();
  }

  // Until the memory is clean; the cycles it took.
  unsigned settle() {
    top_->use_i = 0;
    top_->used_i = random_() % (kRows + 1);  // means nothing now
    unsigned cycles = 0;
    for (top_->eval(); top_->clean_o == 0 && cycles < 2 * kRows; ++cycles) cycle();
    for (unsigned row = 0; row < kRows; ++row) EXPECT_FALSE(memory_[row]) << "row " << row << " is left";
    return cycles;
  }

  // Uses the rows below a number that may rise, for some cycles; how many there were.
  unsigned use(unsigned cycles, unsigned most) {
    unsigned used = 0;
    for (unsigned i = 0; i < cycles; ++i) {
      used += random_() % (most - used + 1);
      top_->use_i = 1;
      top_->used_i = used;
      cycle();
      for (unsigned row = 0; row < used; ++row) memory_[row] = true;
    }
    return used;
  }

  std::unique_ptr<Vscrubber> top_ = std::make_unique<Vscrubber>();
  std::mt19937 random_{1};
  std::array<bool, kRows> memory_{};  // the row may be other than zero
};

TEST_F(Scrubber, AllIsClearedAfterReset) {
  EXPECT_EQ(settle(), kRows);
  for (unsigned i = 0; i < 10; ++i) cycle();  // nothing more
  EXPECT_EQ(top_->clean_o, 1);
}

TEST_F(Scrubber, AUserLeavesNothing) {
  settle();
  for (unsigned round = 0; round < 500; ++round) {
    const unsigned most = round % 3 == 0 ? kRows : random_() % (kRows + 1);
    const unsigned used = use(1 + random_() % 5, most);
    ASSERT_EQ(settle(), used) << round;
    for (unsigned i = random_() % 3; i > 0; --i) cycle();
    if (HasFailure()) return;
  }
}

TEST_F(Scrubber, ResetAtAnyTime) {
  for (unsigned round = 0; round < 200; ++round) {
    settle();
    use(1 + random_() % 4, kRows);
    top_->use_i = 0;
    for (unsigned i = random_() % kRows; i > 0; --i) cycle();
    reset();
    EXPECT_EQ(top_->clean_o, 0);
    ASSERT_EQ(settle(), kRows) << round;
  }
}

}  // namespace
