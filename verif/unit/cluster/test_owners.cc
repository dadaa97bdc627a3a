// Who has which core, and whose turn it is to begin, to end and to have the scratchpad, as core_owners.sv and
// launch_turns.sv promise.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <random>

#include "Vowners_bench.h"

namespace heddle::verif {
namespace {

class Owners : public testing::Test {
 protected:
  Owners() {
    dut_.eval();
    launches_ = dut_.launches_o;
    cores_ = dut_.cores_o;
    all_cores_ = (1U << cores_) - 1;
    dut_.rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock();
    dut_.rst_ni = 1;
  }
  ~Owners() override { dut_.final(); }

  void clock() {
    dut_.clk_i = 1;
    dut_.eval();
    dut_.clk_i = 0;
    dut_.eval();
  }
  bool one_in(unsigned n) { return random_() % n == 0; }

  // The first of the bits at or behind the one that follows `last`, or -1.
  int in_turn(unsigned bits, unsigned last) const {
    for (unsigned k = 1; k <= launches_; ++k) {
      const unsigned s = (last + k) % launches_;
      if ((bits >> s & 1) != 0) return static_cast<int>(s);
    }
    return -1;
  }

  Vowners_bench dut_;
  std::mt19937 random_{9};
  unsigned launches_ = 0, cores_ = 0, all_cores_ = 0;
};

TEST_F(Owners, CoresOfLaunches) {
  struct Core {
    bool taken = false, leaving = false;
    unsigned owner = 0;
  };
  std::array<Core, 8> core;
  unsigned last = launches_ - 1, given = 0, taken_back = 0, more = 0;
  for (unsigned i = 0; i < 40'000; ++i) {
    for (unsigned s = 0; s < launches_; ++s) {
      if (one_in(i % 4000 < 2000 ? 40 : 8)) more ^= 1U << s;
    }
    dut_.more_i = more;
    dut_.vacant_i = random_() & random_() & ((1U << launches_ * cores_) - 1);
    if (one_in(3)) dut_.vacant_i = (1U << launches_ * cores_) - 1;
    dut_.clean_i = random_() & all_cores_;
    dut_.eval();

    unsigned poor = 0, several = 0, clean_free = 0, not_taken = 0, leaving = 0;
    for (unsigned s = 0; s < launches_; ++s) {
      unsigned owned = 0, usable = 0, count = 0;
      for (unsigned c = 0; c < cores_; ++c) {
        if (!core[c].taken || core[c].owner != s) continue;
        owned |= 1U << c;
        if (!core[c].leaving) usable |= 1U << c, ++count;
      }
      ASSERT_EQ(dut_.owned_o >> s * cores_ & all_cores_, owned) << "launch " << s;
      ASSERT_EQ(dut_.usable_o >> s * cores_ & all_cores_, usable) << "launch " << s;
      if (count > 1) several |= 1U << s;
      if (count == 0 && (more >> s & 1) != 0) poor |= 1U << s;
    }
    for (unsigned c = 0; c < cores_; ++c) {
      if (core[c].taken) {
        ASSERT_EQ(dut_.owner_o >> 8 * c & 0xff, core[c].owner);
      } else {
        not_taken |= 1U << c;
        if ((dut_.clean_i >> c & 1) != 0) clean_free |= 1U << c;
      }
      if (core[c].leaving) leaving |= 1U << c;
    }
    // A free core: to a launch that has none, else to one that wants more; in turn.
    const int next = in_turn(poor != 0 ? poor : more, last);
    const unsigned gift = next >= 0 && clean_free != 0 ? clean_free & -clean_free : 0;
    ASSERT_EQ(dut_.invalidate_o, gift);
    // The highest core of those that have several, for a launch that has none while no core is free or about to be.
    int reclaimed = -1;
    for (unsigned c = 0; c < cores_; ++c) {
      if (poor != 0 && not_taken == 0 && leaving == 0 && (several >> core[c].owner & 1) != 0)
        reclaimed = static_cast<int>(c);
    }
    for (unsigned c = 0; c < cores_; ++c) {
      Core& it = core[c];
      if (it.taken) {
        const bool vacant = (dut_.vacant_i >> (it.owner * cores_ + c) & 1) != 0, clean = (dut_.clean_i >> c & 1) != 0;
        const bool free = it.leaving && vacant && clean;
        it.leaving = !free && (it.leaving || (more >> it.owner & 1) == 0 || reclaimed == static_cast<int>(c));
        it.taken = !free;
      } else if ((gift >> c & 1) != 0) {
        it = {.taken = true, .leaving = false, .owner = static_cast<unsigned>(next)};
        last = next;
        ++given;
      }
    }
    taken_back += reclaimed >= 0;
    clock();
  }
  EXPECT_GT(given, 1000U);
  EXPECT_GT(taken_back, 100U);
}

TEST_F(Owners, TurnsOfLaunches) {
  bool pause = false, held = false;
  unsigned holder = 0, last = launches_ - 1, waits = 0, shares = 0, begun = 0, ended = 0, claimed = 0;
  for (unsigned i = 0; i < 40'000; ++i) {
    for (unsigned s = 0; s < launches_; ++s) {
      if ((waits >> s & 1) == 0 && one_in(i % 4000 < 2000 ? 60 : 10)) {
        waits |= 1U << s;
        shares = (shares & ~(1U << s)) | (one_in(2) ? 1U << s : 0);
      }
    }
    dut_.waits_i = waits;
    dut_.shares_i = shares;
    dut_.stopped_i = one_in(10) ? random_() & ((1U << launches_) - 1) : 0;
    dut_.write_back_i = one_in(5) ? random_() & ((1U << launches_) - 1) : 0;
    dut_.done_i = one_in(15) ? random_() & ((1U << launches_) - 1) : 0;
    dut_.idle_i = !one_in(3);
    dut_.flushed_i = !one_in(3);
    dut_.eval();

    // Those that need nothing that others have, and of the others one, while nobody has it.
    const unsigned claims = held ? 0 : waits & shares & ~dut_.stopped_i;
    const int claim = in_turn(claims, last);
    const unsigned begins = (waits & (dut_.stopped_i | ~shares)) | (claim >= 0 ? 1U << claim : 0);
    const bool settled = pause && dut_.idle_i && dut_.flushed_i;
    ASSERT_EQ(dut_.pause_o, pause);
    ASSERT_EQ(dut_.flush_o, pause);
    ASSERT_EQ(dut_.quiet_o, settled ? begins : 0);
    ASSERT_EQ(dut_.flushed_o, settled ? dut_.write_back_i : 0);
    ASSERT_EQ(dut_.held_o, held);
    if (held) {
      ASSERT_EQ(dut_.holder_o, holder);
    }

    pause = pause ? !settled : (begins | dut_.write_back_i) != 0;
    held = held && (dut_.done_i >> holder & 1) == 0;
    if (settled) {
      begun += begins != 0;
      ended += dut_.write_back_i != 0;
      waits &= ~begins;
      if (claim >= 0) {
        held = true;
        holder = last = claim;
        ++claimed;
      }
    }
    clock();
  }
  EXPECT_GT(begun, 500U);
  EXPECT_GT(ended, 500U);
  EXPECT_GT(claimed, 200U);
}

// A launch begins in a quiet memory with empty caches, and is over when all it wrote is there; refused write-backs are
// its fault, once.
TEST_F(Owners, BeginningsAndEnds) {
  enum class State { kIdle, kWait, kRun, kFlush } state = State::kIdle;
  constexpr unsigned kRefused = 25;
  bool stopped = false, hand_on = false, told = false, late = false, error = false, error_level = false;
  bool busy = false, aborted = false, faulted = false, over = false, began = false;
  uint32_t line = 0;
  unsigned ends = 0, refusals = 0, lates = 0, handed = 0;
  for (unsigned i = 0; i < 80'000; ++i) {
    const bool start = state == State::kIdle && one_in(5), abort = one_in(40), quiet = one_in(4), stored = one_in(2),
               flushed = one_in(2);
    const bool done = state == State::kRun && busy && one_in(12);
    // A refused write-back is seen until the caches are invalidated.
    if (!error_level && !began && (state == State::kRun || state == State::kFlush) && one_in(30)) error_level = true;
    began = false;
    dut_.error_line_i = random_();
    dut_.fault_cause_i = random_();
    dut_.fault_value_i = random_();
    if (state == State::kRun && !busy && !over) busy = true;
    if (done) {
      aborted = stopped && !one_in(3);
      faulted = !aborted && one_in(4);
    }
    const bool tells = error_level;
    dut_.gate_i = start | abort << 1 | done << 2 | busy << 3 | aborted << 4 | faulted << 5 | quiet << 6 | stored << 7 |
                  flushed << 8 | tells << 9;
    dut_.eval();

    const bool first = tells && !error && (state == State::kRun || state == State::kFlush);
    const bool knows = error || first;
    const uint32_t refused_line = first ? dut_.error_line_i : line;
    const bool begins = state == State::kWait && quiet;
    const bool ended = state == State::kFlush && !busy && stored && flushed;
    const bool refuses = knows && !told && ((state == State::kRun && !stopped) || (state == State::kFlush && !aborted));
    const bool aborts = state == State::kRun && (abort || hand_on);
    const std::array<bool, 10> expected = {ended,
                                           faulted || late,
                                           begins,
                                           aborts,
                                           refuses,
                                           state == State::kWait,
                                           stopped,
                                           begins,
                                           state == State::kFlush,
                                           state == State::kFlush && stored};
    for (unsigned k = 0; k < expected.size(); ++k) {
      // What a launch has ended in is looked at when it has.
      const bool looked_at = k != 1 || (state == State::kIdle && ends != 0 && !start);
      if (looked_at && !(k == 6 && state == State::kIdle)) {
        ASSERT_EQ(dut_.gate_o >> k & 1, expected[k]) << "output " << k << " in cycle " << i;
      }
    }
    if (refuses) {
      ++refusals;
      ASSERT_EQ(dut_.refused_cause_o, kRefused);
      ASSERT_EQ(dut_.refused_value_o, refused_line);
    }
    if (state == State::kIdle && ends != 0 && !start) {
      ASSERT_EQ(dut_.fault_cause_o, late ? kRefused : dut_.fault_cause_i);
      ASSERT_EQ(dut_.fault_value_o, late ? line : dut_.fault_value_i);
    }

    handed += aborts && hand_on;
    if (first) line = dut_.error_line_i;
    error = knows;
    if (state != State::kIdle) stopped = stopped || abort;
    told = told || refuses;
    switch (state) {
      case State::kIdle:
        if (start) {
          state = State::kWait;
          stopped = hand_on = abort;
          told = late = error = false;
          aborted = faulted = over = false;
        }
        break;
      case State::kWait:
        hand_on = hand_on || abort;
        if (begins) {
          state = State::kRun;
          error_level = false;
          began = true;
        }
        break;
      case State::kRun:
        hand_on = false;
        if (done) {
          state = State::kFlush;
          busy = false;
          over = true;
        }
        break;
      default:
        if (ended) {
          state = State::kIdle;
          late = error && !faulted && !aborted;
          lates += late;
          ++ends;
        }
    }
    clock();
  }
  EXPECT_GT(ends, 1000U);
  EXPECT_GT(refusals, 200U);
  EXPECT_GT(lates, 50U);
  EXPECT_GT(handed, 50U);
}

}  // namespace
}  // namespace heddle::verif
