// Kernels of four contexts at once, a third of which go wrong in every way: healthy ones give exact results, every
// fault is reported to the queue of its owner alone, and nobody's memory is changed by another.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "queue_fixture.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kBase = 0x8100'0000, kBytes = 0x1'0000;  // of a context's memory, one behind the other
constexpr uint32_t kTimeLimit = 20'000;
constexpr uint32_t kForeignAdd = kStuck + 1;  // kAdd to memory of another context

struct Owner {
  std::vector<uint32_t> memory;  // as it has to be
  uint32_t base = 0;
};

struct Order {
  bool healthy = false;
  uint32_t cause = 0;  // of its fault; 0: the time limit
  uint32_t where = 0;  // word of the result in its owner's memory
  uint32_t value = 0;
};

class StormTest : public QueueTest {
 protected:
  void SetUp() override {
    QueueTest::SetUp();
    for (uint32_t c = 0; c < HD_CONTEXTS; ++c) {
      Owner& owner = owners_[c];
      owner.base = kBase + c * kBytes;
      owner.memory.resize(kBytes / 4);
      for (uint32_t& word : owner.memory) word = static_cast<uint32_t>(draw_());
      backend_->write_memory(owner.base, std::as_bytes(std::span(owner.memory)));
      management_->set_context(
          c,
          {{{kProgram, kProgram + 0xFFF, 5}, {owner.base, owner.base + kBytes - 1, 3}}, kPrivate + c * 0x4000, 0x4000});
    }
    for (uint32_t q = 0; q < HD_QUEUES; ++q) reopen(q);
  }

  void reopen(uint32_t q) {
    management_->open(q, {.ring = kRings + 0x1000 * q,
                          .packets = kRing,
                          .context = q % HD_CONTEXTS,
                          .priority = 0,
                          .time_limit = kTimeLimit});
    ASSERT_EQ(management_->status(q).state, HD_QUEUE_OPENED);
    orders_[q].clear();
  }

  void submit(uint32_t q) {
    Owner& owner = owners_[q % HD_CONTEXTS];
    Order order;
    order.healthy = draw_() % 3 != 0;
    // Each queue of a context has its own half, of which the upper part is arguments and signals, a slot per packet in
    // the ring.
    const uint32_t half = q / HD_CONTEXTS * (kBytes / 8), slot = static_cast<uint32_t>(orders_[q].size());
    order.where = half + static_cast<uint32_t>(draw_() % (kBytes / 16 - 8));
    order.value = static_cast<uint32_t>(draw_());
    const uint32_t arguments_at = half + kBytes / 16 + 32 * slot, signal_at = arguments_at + 16;
    uint32_t kernel = kAdd;
    uint32_t target = owner.base + 4 * order.where;
    if (!order.healthy) {
      constexpr std::array<uint32_t, kForeignAdd + 1> kCauses{7, 2, 7, 5, 1, 0, 7, 24, 7};
      kernel = static_cast<uint32_t>(draw_() % (kForeignAdd + 1));
      order.cause = kCauses[kernel];
      // What others have: their memory, the program, the rings.
      const std::array<uint32_t, 3> foreign{owners_[(q + 1) % HD_CONTEXTS].base + 4 * order.where, kProgram, kRings};
      if (kernel == kAdd || kernel == kForeignAdd) target = foreign[draw_() % foreign.size()];
      if (kernel == kForeignAdd) kernel = kAdd;
    }
    const auto put = [&](uint32_t word, uint32_t value) {
      owner.memory[word] = value;
      write(owner.base + 4 * word, value);
    };
    put(arguments_at, target);
    put(arguments_at + 1, order.value);
    for (uint32_t i = 0; i < 16; ++i) put(signal_at + i, i == 2 ? 1 : 0);
    hd_packet packet = dispatch(kernel, 0);
    packet.dispatch.kernarg_address = owner.base + 4 * arguments_at;
    packet.dispatch.completion_signal = owner.base + 4 * signal_at;
    management_->submit(q, packet);
    orders_[q].push_back(order);
    submitted_ += 1;
  }

  // What the queue's packets up to the first that is faulty leave in memory.
  void settle(uint32_t q) {
    Owner& owner = owners_[q % HD_CONTEXTS];
    std::vector<Order>& orders = orders_[q];
    if (orders.empty()) return;
    const auto bad = std::ranges::find_if(orders, [](const Order& order) { return !order.healthy; });
    const auto expected = static_cast<uint64_t>(bad - orders.begin());
    ASSERT_TRUE(management_->wait(q, orders.size() - 1, 3'000'000)) << "queue " << q << " hangs";
    const QueueStatus status = management_->status(q);
    ASSERT_EQ(status.complete, expected) << status.error_text();
    if (bad == orders.end()) {
      ASSERT_EQ(status.state, HD_QUEUE_OPENED) << status.error_text();
    } else {
      ASSERT_EQ(status.state, HD_QUEUE_FAILED);
      ASSERT_EQ(status.failed_index, expected);
      ASSERT_EQ(status.reason, bad->cause == 0 ? uint32_t{HD_QUEUE_TIME_LIMIT} : uint32_t{HD_QUEUE_FAULT})
          << status.error_text();
      if (bad->cause != 0) {
        ASSERT_EQ(status.fault.cause, bad->cause) << status.error_text();
      }
      reported_ += 1;
      ran_ += 1;
    }
    ran_ += static_cast<unsigned>(expected);
    for (uint64_t n = 0; n < expected; ++n) {
      for (uint32_t i = 0; i < 8; ++i) owner.memory[orders[n].where + i] = orders[n].value + i;
      const uint32_t signal_at = q / HD_CONTEXTS * (kBytes / 8) + kBytes / 16 + 32 * static_cast<uint32_t>(n) + 16;
      const auto signal = read<hd_signal>(owner.base + 4 * signal_at);
      EXPECT_EQ(signal.value, 0);
      EXPECT_GT(signal.end, signal.start);
      owner.memory[signal_at + 2] = 0;
      std::memcpy(&owner.memory[signal_at + 8], &signal.start, 16);
    }
    reopen(q);
  }

  void compare() {
    for (const Owner& owner : owners_) {
      std::vector<uint32_t> memory(owner.memory.size());
      backend_->read_memory(owner.base, std::as_writable_bytes(std::span(memory)));
      for (size_t i = 0; i < memory.size(); ++i) {
        ASSERT_EQ(memory[i], owner.memory[i]) << fmt::format("at {:#010x}", owner.base + 4 * i);
      }
    }
  }

  std::mt19937_64 draw_{7};
  std::array<Owner, HD_CONTEXTS> owners_;
  std::array<std::vector<Order>, HD_QUEUES> orders_;
  unsigned submitted_ = 0, ran_ = 0, reported_ = 0;
};

TEST_F(StormTest, FaultsAreTheirOwnersAlone) {
  const unsigned kernels = !arguments.rtl || arguments.full ? 500 : 10;
  while (ran_ < kernels) {
    for (uint32_t q = 0; q < HD_QUEUES; ++q) {
      for (uint64_t n = draw_() % 6; n > 0; --n) submit(q);
    }
    for (uint32_t q = 0; q < HD_QUEUES; ++q) settle(q);
    if (HasFatalFailure()) return;
    compare();
  }
  fmt::print("{} kernels submitted: {} ran, {} of them faulty and reported; the others stood behind a faulty one\n",
             submitted_, ran_, reported_);
  EXPECT_GT(reported_, kernels / 10);
}

}  // namespace
}  // namespace heddle::driver
