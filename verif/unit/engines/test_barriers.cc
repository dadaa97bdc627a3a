// Operations on mbarriers of every waiter, completions of both engines that have no mbarrier, and workgroups that are
// stopped while their commands and faults are under way.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "barrier_reference.h"
#include "engine_command.h"
#include "engines_driver.h"

namespace heddle::engines_test {
namespace {

using copy_test::BarrierReference;

constexpr std::uint32_t kDescriptor = 256, kBarrier = 512, kData = 1024;

class EngineBarriers : public testing::Test {
 protected:
  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }

  // Another workgroup, of anybody.
  void turn_to(unsigned owner) {
    driver_.owner = owner;
    driver_.origin = {static_cast<std::uint32_t>(random_()) & ~3u, pick(kWarps), pick(kLanes), 3, pick(2) != 0};
  }
  Fault fault(unsigned engine, unsigned id, unsigned cause, std::uint32_t value, unsigned operand) const {
    const Origin& origin = driver_.origin;
    return {driver_.owner, engine, id, cause, value, origin.pc, origin.warp, origin.lane, operand};
  }
  void describe(const std::vector<std::uint32_t>& words) {
    for (unsigned w = 0; w < words.size(); ++w) driver_.store(kDescriptor + 4 * w, words[w]);
  }

  // A fill of so many bytes that completes on the mbarrier at kBarrier.
  void fill(unsigned id, unsigned bytes) {
    std::vector<std::uint32_t> d(32);
    d[0] = 1 | 2u << 3 | 2u << 6 | 1u << 12 | id << 16;
    d[11] = bytes / 4;
    d[21] = kData;
    d[22] = kBarrier;
    d[31] = static_cast<std::uint32_t>(random_());
    describe(d);
    driver_.copy(kDescriptor);
  }
  // A product that arrives there.
  void product(unsigned id) {
    matrix_test::Command command;
    command.format = {matrix::Element::kFp16, matrix::Element::kFp16, matrix::Scale::kNone};
    command.a = command.b = {kData, 32, 0, 0, false};
    command.rows = command.columns = kDim;
    command.groups = 1;
    command.arrive = true;
    command.barrier = kBarrier;
    command.id = static_cast<std::uint16_t>(id);
    const matrix_test::Descriptor words = matrix_test::encode(command);
    describe({words.begin(), words.end()});
    driver_.matrix(kDescriptor);
  }
  void no_copy(unsigned id) {
    describe(std::vector<std::uint32_t>{6 | id << 16});
    driver_.copy(kDescriptor);
  }
  void no_product(unsigned id) {
    matrix_test::Descriptor words{};
    words[0] = 7 | id << 16;
    describe({words.begin(), words.end()});
    driver_.matrix(kDescriptor);
  }
  // The words at kBarrier: no mbarrier, or one.
  void words(std::uint32_t low, std::uint32_t high) {
    driver_.store(kBarrier, low);
    driver_.store(kBarrier + 4, high);
  }
  void cycles(unsigned count) {
    while (count-- != 0) driver_.cycle();
  }

  std::mt19937 random_{7};
  EnginesDriver driver_{7};
};

// Answers, phases, who is woken, and the words, against the reference; waits end without an answer, too.
TEST_F(EngineBarriers, OfEveryWaiter) {
  BarrierReference reference;
  unsigned woken = 0, cancelled = 0;
  std::array<std::uint32_t, 4> places{};
  for (unsigned n = 0; n < 3000 && !HasFailure(); ++n) {
    if (n % 100 == 0) {  // elsewhere
      driver_.cancel_waiters = (1u << kWaiters) - 1;
      driver_.cycle();
      driver_.cancel_waiters = 0;
      reference = {};
      driver_.base = 256 * pick(48);
      driver_.size = 0x4000;
      for (std::uint32_t& place : places) place = 8 * pick(0x800);
      places[1] = places[0] ^ 8u << pick(11);
      for (const std::uint32_t place : places) {
        driver_.store(place, 0);
        driver_.store(place + 4, 0);
      }
    }
    if (pick(8) == 0) {
      const unsigned one = pick(kWaiters);
      cancelled += reference.waits(one) ? 1 : 0;
      reference.cancel({one});
      driver_.cancel_waiters = 1u << one;
      driver_.cycle();
      driver_.cancel_waiters = 0;
    }
    constexpr std::array<BarrierOp, 9> kOps{BarrierOp::kInit,   BarrierOp::kArrive, BarrierOp::kArrive,
                                            BarrierOp::kArrive, BarrierOp::kExpect, BarrierOp::kComplete,
                                            BarrierOp::kTest,   BarrierOp::kWait,   BarrierOp::kWait};
    BarrierOp op = kOps[pick(kOps.size())];
    if (op == BarrierOp::kInit && pick(2) != 0) op = BarrierOp::kWait;
    driver_.waiter = pick(kWaiters);
    if (op == BarrierOp::kWait && reference.waits(driver_.waiter)) op = BarrierOp::kTest;
    std::uint32_t place = places[pick(4)];
    // Bytes that are missing come, and most waits are for the phase that is.
    const std::uint64_t there = reference.memory[driver_.base + place];
    const auto missing = static_cast<std::int32_t>(there >> 32);
    std::uint32_t operand = pick(4) == 0 ? 16 : 0;
    if (op == BarrierOp::kInit) operand = 1 + pick(3);
    if (op == BarrierOp::kComplete && missing > 0) operand = static_cast<std::uint32_t>(missing);
    if (op >= BarrierOp::kTest) operand = pick(4) == 0 ? pick(2) : there >> 31 & 1;
    if (pick(16) == 0) operand = static_cast<std::uint32_t>(random_()) >> pick(32);
    if (pick(16) == 0) place = pick(2) == 0 ? place + 1 + pick(7) : driver_.size - pick(8);
    const copy_test::Operation operation{static_cast<copy_test::Op>(op), driver_.base + place,
                                         driver_.base + driver_.size, operand, driver_.waiter};
    const copy_test::Answer expected = reference.perform(operation);
    std::uint32_t wakes = 0;
    for (const unsigned one : reference.answered(operation, expected, {})) wakes |= 1u << one;
    driver_.hammer = pick(2) != 0;  // its port of the scratchpad has to wait now and then
    const EnginesDriver::Answer answer = driver_.barrier(op, place, operand);
    driver_.hammer = false;
    driver_.settle();
    SCOPED_TRACE(testing::Message() << "operation " << static_cast<unsigned>(op) << ", number " << n);
    EXPECT_EQ(answer.error, expected.error);
    EXPECT_EQ(answer.woken, wakes);
    woken += wakes != 0 ? 1 : 0;
    if (expected.error != 0 || op == BarrierOp::kInit) continue;
    EXPECT_EQ(answer.phase, expected.phase);
    if (op >= BarrierOp::kTest) EXPECT_EQ(answer.over, expected.over);
    EXPECT_EQ(driver_.load(place), static_cast<std::uint32_t>(reference.memory[operation.address]));
    EXPECT_EQ(driver_.load(place + 4), static_cast<std::uint32_t>(reference.memory[operation.address] >> 32));
  }
  EXPECT_GT(woken, 20u);
  EXPECT_GT(cancelled, 20u);
}

// A command's end on words that are no mbarrier, or on one that will not have it, is a fault of that command; on a good
// one it ends the phase.
TEST_F(EngineBarriers, Completions) {
  for (unsigned n = 0; n < 300 && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    turn_to(pick(kWarps));
    driver_.base = 256 * pick(64);
    driver_.size = 0x2000;
    const bool matrix = pick(2) != 0;
    const unsigned id = pick(0x1'0000), bytes = 4 * (1 + pick(32)), kind = pick(3);
    const unsigned operation = matrix ? 1 : 3;
    std::vector<Fault> expected;
    if (kind == 0) {
      words(random_() % 2 != 0 ? 0 : 0x0002'0001, 0);
      expected = {fault(2, id, 3, kBarrier, operation)};
    } else if (kind == 1 && matrix) {
      words(0x0000'0001, 4);  // all have arrived
      expected = {fault(2, id, 4, kBarrier, operation)};
    } else if (kind == 1) {
      words(0x0001'0001, 0xC000'0000);  // as many bytes too many as may be
      expected = {fault(2, id, 5, kBarrier, operation)};
    } else {
      words(matrix ? 0x0001'0001 : 0x0000'0001, matrix ? 0 : bytes);
    }
    matrix ? product(id) : fill(id, bytes);
    EXPECT_EQ(driver_.drain(), expected);
    if (kind == 2) EXPECT_TRUE(driver_.barrier(BarrierOp::kTest, kBarrier, 0).over);
  }
}

// Faults of all four kinds wait, behind two that are offered; workgroups are stopped meanwhile. Those of the others
// come, once each, and those that were stopped have none and may begin anew.
TEST_F(EngineBarriers, FaultsOfThoseThatAreStopped) {
  constexpr unsigned kFirst = 7;
  const auto key = [](const Fault& f) { return std::tuple(f.owner, f.engine, f.id, f.cause); };
  for (unsigned n = 0; n < 96 && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    std::array<unsigned, kFirst> owners{0, 1, 2, 3, 4, 5, 6};
    std::shuffle(owners.begin(), owners.end(), random_);
    driver_.hold_faults = true;
    std::vector<Fault> expected;
    turn_to(kFirst);
    driver_.base = 0x6000;
    driver_.size = 0x2000;
    for (const unsigned cause : {2u, 1u}) {
      no_copy(100 + cause);
      expected.push_back(fault(0, 100 + cause, cause, 0, 0));
    }
    cycles(60);
    const std::uint32_t stopped = n % 16;  // of the four
    for (unsigned kind = 0; kind < 4; ++kind) {
      turn_to(owners[kind]);
      driver_.base = 0x1800 * kind;
      driver_.size = 0x1800;
      words(0, 0);
      const unsigned id = pick(0x1'0000);
      Fault one;
      switch (kind) {
        case 0:
          one = fault(2, id, 3, kBarrier, 3);
          fill(id, 64);
          break;
        case 1:
          one = fault(2, id, 3, kBarrier, 1);
          product(id);
          break;
        case 2:
          one = fault(0, id, 2, 0, 0);
          no_copy(id);
          break;
        default: one = fault(1, id, 2, 7 | id << 16, 0); no_product(id);
      }
      cycles(150);  // it waits before the next one is there
      if ((stopped >> kind & 1) == 0) expected.push_back(one);
      EXPECT_TRUE(driver_.busy());
    }
    for (unsigned kind = 0; kind < 4; ++kind) driver_.cancel |= (stopped >> kind & 1) << owners[kind];
    cycles(20);
    for (unsigned kind = 0; kind < 4; ++kind) {
      driver_.owner = owners[kind];
      EXPECT_EQ(driver_.busy(), (stopped >> kind & 1) == 0) << "kind " << kind;
    }
    driver_.hold_faults = false;
    std::vector<Fault> found = driver_.drain(true);
    EXPECT_EQ(found.size(), expected.size());
    const auto before = [&](const Fault& a, const Fault& b) { return key(a) < key(b); };
    std::sort(found.begin(), found.end(), before);
    std::sort(expected.begin(), expected.end(), before);
    EXPECT_EQ(found, expected);
    driver_.cancel = 0;
    for (unsigned owner = 0; owner < kWarps; ++owner) {
      driver_.owner = owner;
      driver_.forget();
    }
  }
}

// Several ends of commands of each engine have no mbarrier, and no fault is taken before all have ended: each comes
// once.
TEST_F(EngineBarriers, FaultsWaitForEachOther) {
  for (unsigned n = 0; n < 40 && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    driver_.hold_faults = true;
    std::vector<Fault> expected;
    driver_.size = 0x1000;
    for (unsigned owner = 0; owner < kWarps; ++owner) {
      turn_to(owner);
      driver_.base = 0x1000 * owner;
      words(0, 0);
      const unsigned id = pick(0x1'0000);
      const bool matrix = n % 2 != 0 ? owner % 2 != 0 : pick(2) != 0;
      expected.push_back(fault(2, id, 3, kBarrier, matrix ? 1 : 3));
      matrix ? product(id) : fill(id, 32);
    }
    cycles(200);
    driver_.hold_faults = false;
    std::vector<Fault> found = driver_.drain(true);
    std::sort(found.begin(), found.end(), [](const Fault& a, const Fault& b) { return a.owner < b.owner; });
    EXPECT_EQ(found, expected);
    for (unsigned owner = 0; owner < kWarps; ++owner) {
      driver_.owner = owner;
      driver_.forget();
    }
  }
}

// A workgroup is stopped in any cycle of its commands: from when none is under way nothing of it comes any more, and
// those of another end as ever.
TEST_F(EngineBarriers, StoppedInAnyCycle) {
  unsigned ended = 0, stopped = 0;
  for (unsigned n = 0; n < 300 && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    const unsigned one = pick(kWarps), other = one ^ (1 + pick(kWarps - 1));
    for (const unsigned owner : {one, other}) {
      turn_to(owner);
      driver_.base = owner == one ? 0 : 0x4000;
      driver_.size = 0x4000;
      words(0x0002'0002, 32);
    }
    turn_to(one);
    driver_.base = 0;
    product(1);
    fill(2, 32);
    cycles(pick(120));
    driver_.cancel = 1u << one;
    turn_to(other);
    driver_.base = 0x4000;
    words(0x0001'0001, 32);
    fill(3, 32);
    product(4);
    EXPECT_TRUE(driver_.drain(true).empty());
    EXPECT_TRUE(driver_.barrier(BarrierOp::kTest, kBarrier, 0).over);
    driver_.owner = one;
    driver_.base = 0;
    const std::uint32_t low = driver_.load(kBarrier), high = driver_.load(kBarrier + 4);
    (low == 0x0001'0002 && high == 0 ? ended : stopped) += 1;
    cycles(100);
    EXPECT_EQ(driver_.load(kBarrier), low);
    EXPECT_EQ(driver_.load(kBarrier + 4), high);
    driver_.cancel = 0;
    driver_.forget();
    driver_.owner = other;
    driver_.forget();
  }
  EXPECT_GT(ended, 10u);
  EXPECT_GT(stopped, 10u);
}

}  // namespace
}  // namespace heddle::engines_test
