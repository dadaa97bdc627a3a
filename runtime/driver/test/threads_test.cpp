// Many threads on one device: those of one context, and several contexts.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "context_fixture.h"

namespace heddle::driver {
namespace {

TEST_F(ContextTest, ManyThreads) {
  constexpr int kThreads = 6, kRounds = 15;
  const ContextPointer other = Context::create(*engine_);
  std::atomic<int> failed = 0, faults = 0;
  other->on_fault([&](const Event&, const DeviceError&) { ++faults; });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const ContextPointer& mine = t % 2 == 0 ? context_ : other;
      const QueuePointer queue = mine->create_queue();
      for (uint32_t round = 0; round < kRounds; ++round) {
        const ModulePointer module = mine->load(HEDDLE_TEST_KERNEL);
        const uint32_t data = mine->allocate(64), copy = mine->allocate(64);
        const auto value = static_cast<uint32_t>(1000 * t) + round;
        queue->launch(*module, "fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data, value}, kSmall);
        const EventPointer end = queue->copy(copy, data, 64);
        end->get();
        for (uint32_t i = 0; i < 16; ++i) failed += words(*mine, copy, 16)[i] != value + i;
        if (t == 1 && round % 5 == 0) {
          queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0, 0}, kSmall)->wait();
          queue->reset();
        }
        (void)engine_->status();
        mine->unload(*module);
        mine->free(data);
        mine->free(copy);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  other->create_queue()->marker()->get();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(faults, 3);
  EXPECT_EQ(context_->used(), other->used()) << "what is left is the private memory of both";
}

}  // namespace
}  // namespace heddle::driver
