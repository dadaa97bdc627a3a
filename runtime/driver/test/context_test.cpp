// Contexts, modules, queues and events on the golden model.
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include "context_fixture.h"
#include "expect_error.h"

namespace heddle::driver {
namespace {

using namespace std::chrono_literals;

TEST_F(ContextTest, KernelsOfOneQueueRunInOrderWithFourTimes) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = context_->create_queue();
  const uint32_t data = context_->allocate(64, 128, "data");
  std::vector<EventPointer> events;
  for (uint32_t i = 0; i < 40; ++i) {  // more than the ring holds
    events.push_back(queue->launch(*module, "fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data, 100 * i}, kSmall));
  }
  uint64_t before = 0;
  for (const EventPointer& event : events) {
    const Completion& end = event->get();
    EXPECT_LE(end.queued, end.submitted);
    EXPECT_LE(end.submitted, end.started);
    EXPECT_LT(end.started, end.ended);
    EXPECT_LE(before, end.started);
    before = end.ended;
  }
  std::vector<uint32_t> expected(16);
  std::iota(expected.begin(), expected.end(), 3900U);
  EXPECT_EQ(words(*context_, data, 16), expected);
  ASSERT_TRUE(events.back()->completion().counters);
  EXPECT_GT(events.back()->completion().counters->warp_instrs, 0U);
}

TEST_F(ContextTest, ProgramsOfTwoContextsLieInDifferentPlaces) {
  const ContextPointer other = Context::create(*engine_);
  const ModulePointer mine = context_->load(HEDDLE_TEST_KERNEL), theirs = other->load(HEDDLE_TEST_KERNEL);
  EXPECT_NE(mine->image().entry(), theirs->image().entry());
  const QueuePointer queue = context_->create_queue(), queue2 = other->create_queue();
  const uint32_t data = context_->allocate(4), data2 = other->allocate(4);
  for (uint32_t i = 0; i < 3; ++i) {  // globals, jump tables and printf's tables are where they belong
    queue->launch(*mine, "global_state", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall)->get();
  }
  queue2->launch(*theirs, "global_state", {1, 1, 1}, {1, 1, 1}, kernel_args{data2, 0}, kSmall)->get();
  EXPECT_EQ(words(*context_, data, 1)[0], 10U);
  EXPECT_EQ(words(*other, data2, 1)[0], 8U);
  queue2->launch(*theirs, "print", {1, 1, 1}, {2, 1, 1}, kernel_args{0, 7})->get();
  const std::string text = other->take_output(*theirs);
  EXPECT_NE(text.find("item 1 says 7\n"), std::string::npos) << text;
  EXPECT_EQ(context_->take_output(*mine), "");
}

TEST_F(ContextTest, AnothersMemoryIsOutOfReach) {
  const ContextPointer other = Context::create(*engine_);
  std::atomic<int> mine = 0, theirs = 0;
  context_->on_fault([&](const Event&, const DeviceError&) { ++mine; });
  other->on_fault([&](const Event&, const DeviceError&) { ++theirs; });
  const uint32_t secret = other->allocate(4096, 128, "secret");
  store(*other, secret, std::vector<uint32_t>(1024, 42));
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = context_->create_queue();
  const auto event = queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{secret, 1}, kSmall);
  const auto error = error_of([&] { event->get(); });
  ASSERT_TRUE(error && error->fault());
  EXPECT_EQ(error->kind(), ErrorKind::kFault);
  EXPECT_EQ(error->fault()->address, secret);
  EXPECT_EQ(error->fault()->symbol, "write");
  EXPECT_GT(error->fault()->line, 0U) << "the source line of a program that was moved";
  EXPECT_EQ(words(*other, secret, 1024), std::vector<uint32_t>(1024, 42));
  // Nor do the host's calls reach it.
  expect_error(ErrorKind::kInvalidArgument, "not all inside", [&] { words(*context_, secret, 1); });
  expect_error(ErrorKind::kInvalidArgument, "copy from", [&] { queue->copy(context_->allocate(4), secret, 4); });
  queue->reset();
  queue->marker()->get();
  EXPECT_EQ(mine, 1);
  EXPECT_EQ(theirs, 0) << "the fault was another's";
}

TEST_F(ContextTest, QueueFailsAtItsFirstBadCommandAndIsReset) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = context_->create_queue(), second = context_->create_queue();
  const uint32_t data = context_->allocate(4), gate = context_->allocate(4);
  // Nothing ends before all of it is in the queue.
  queue->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{gate, 0}, kSmall);
  const auto good = queue->launch(*module, "fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 5}, kSmall);
  const auto bad = queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0, 0}, kSmall);
  const auto behind = queue->launch(*module, "fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 6}, kSmall);
  const std::vector<EventPointer> after{behind};
  const auto waiting = second->fill(data, 9, 4, after);
  store(*context_, gate, {1});
  good->get();
  expect_error(ErrorKind::kFault, "null pointer", [&] { bad->get(); });
  expect_error(ErrorKind::kAborted, "earlier command", [&] { behind->get(); });
  expect_error(ErrorKind::kAborted, "waits for", [&] { waiting->get(); });
  expect_error(ErrorKind::kAborted, "has failed", [&] { queue->marker(); });
  EXPECT_EQ(words(*context_, data, 1)[0], 5U);
  queue->reset();
  queue->launch(*module, "fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 7}, kSmall)->get();
  EXPECT_EQ(words(*context_, data, 1)[0], 7U);
}

TEST_F(ContextTest, EndlessKernelsMeetTheirLimitOrTheReset) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const uint32_t data = context_->allocate(4);
  const QueuePointer limited = context_->create_queue({.priority = 0, .time_limit = 20'000});
  const auto slow = limited->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall);
  expect_error(ErrorKind::kTimeout, "kernel 'spin': still running", [&] { slow->get(); });
  const QueuePointer queue = context_->create_queue();
  const auto endless = queue->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall);
  EXPECT_FALSE(endless->wait(20ms));
  queue->reset();
  expect_error(ErrorKind::kAborted, "was reset", [&] { endless->get(); });
}

TEST_F(ContextTest, DeviceResetKeepsMemory) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const uint32_t data = context_->allocate(8);
  store(*context_, data, {0, 77});
  const QueuePointer queue = context_->create_queue();
  const auto endless = queue->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall);
  EXPECT_FALSE(endless->wait(20ms));
  {
    const ContextPointer other = Context::create(*engine_);
    expect_error(ErrorKind::kNoResources, "others use the device", [&] { engine_->reset(); });
  }
  engine_->reset();
  expect_error(ErrorKind::kDeviceLost, "was reset", [&] { endless->get(); });
  queue->reset();
  queue->launch(*module, "fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 3}, kSmall)->get();
  EXPECT_EQ(words(*context_, data, 2), (std::vector<uint32_t>{3, 77}));
}

TEST_F(ContextTest, MemoryOfAnEndedContextIsGone) {
  const uint64_t free_before = status()["memory"]["in_contexts"];
  uint32_t secret = 0;
  {
    const ContextPointer gone = Context::create(*engine_);
    const ModulePointer module = gone->load(HEDDLE_TEST_KERNEL);
    secret = gone->allocate(64 << 10, 128, "secret");
    gone->create_queue()->fill(secret, 0xDEADBEEF, 64 << 10)->get();
    EXPECT_EQ(words(*gone, secret, 1)[0], 0xDEADBEEF);
  }
  EXPECT_EQ(status()["memory"]["in_contexts"], free_before);
  EXPECT_EQ(status()["queues"].size(), 0U);
  const ContextPointer next = Context::create(*engine_);
  // The whole neighbourhood, whatever the new context can get of it.
  const uint32_t bytes = 256 << 10;
  const uint32_t block = next->allocate(bytes);
  ASSERT_LE(block, secret);
  ASSERT_GE(block + bytes, secret + (64 << 10)) << "the test looks at the wrong place";
  EXPECT_EQ(words(*next, block, bytes / 4), std::vector<uint32_t>(bytes / 4));
}

TEST_F(ContextTest, CopyFillMap) {
  const QueuePointer queue = context_->create_queue();
  const uint32_t a = context_->allocate(1000, 4096), b = context_->allocate(1000, 4);
  EXPECT_EQ(a % 4096, 0U);
  queue->fill(a, 0x01020304, 1000);
  queue->copy(b + 1, a, 999)->get();
  auto* view = static_cast<uint8_t*>(context_->map(b, 1000, kMapRead | kMapWrite));
  EXPECT_EQ(view[0], 0);
  EXPECT_EQ(view[1], 4);
  EXPECT_EQ(view[999], 2);
  expect_error(ErrorKind::kInvalidArgument, "overlaps", [&] { context_->map(b + 999, 1, kMapRead); });
  expect_error(ErrorKind::kInvalidArgument, "is mapped", [&] { context_->free(b); });
  view[0] = 9;
  context_->unmap(view);
  EXPECT_EQ(words(*context_, b, 1)[0], 0x02030409U);
  void* first = context_->map(b, 8, kMapRead);
  void* both = context_->map(b + 4, 8, kMapRead);
  context_->unmap(first);
  context_->unmap(both);
  context_->free(b);
  context_->free(a);
}

TEST_F(ContextTest, EventsOrderCommandsOfDifferentQueues) {
  const QueuePointer first = context_->create_queue(), second = context_->create_queue();
  const uint32_t a = context_->allocate(40000), b = context_->allocate(40000);
  const auto filled = first->fill(a, 5, 40000);
  const std::vector<EventPointer> after{filled};
  second->copy(b, a, 40000, after)->get();
  EXPECT_EQ(words(*context_, b, 10000), std::vector<uint32_t>(10000, 5));
}

TEST_F(ContextTest, ArgumentsByName) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const KernelArguments arguments = module->arguments("fill");
  EXPECT_EQ(arguments.bytes, sizeof(kernel_args));
  ASSERT_EQ(arguments.members.size(), 2U);
  EXPECT_EQ(arguments.members[1].name, "value");
  EXPECT_EQ(arguments.members[1].offset, 4U);
  EXPECT_EQ(arguments.members[1].bytes, 4U);
  expect_error(ErrorKind::kInvalidArgument, "no kernel 'x'", [&] { (void)module->arguments("x"); });
}

TEST_F(ContextTest, ResourcesRunOutWithAnError) {
  std::vector<ContextPointer> contexts{context_};
  while (contexts.size() < context_->info().contexts) contexts.push_back(Context::create(*engine_));
  expect_error(ErrorKind::kNoResources, "all 4 contexts", [&] { Context::create(*engine_); });
  std::vector<QueuePointer> queues;
  for (unsigned i = 0; i < context_->info().queues; ++i) queues.push_back(contexts[i % 4]->create_queue());
  expect_error(ErrorKind::kNoResources, "all 7 queues", [&] { context_->create_queue(); });
  expect_error(ErrorKind::kOutOfMemory, "out of device memory", [&] { context_->allocate(uint64_t{1} << 30); });
  contexts.pop_back();
  queues.clear();
  contexts.push_back(Context::create(*engine_));
  contexts.back()->create_queue()->marker()->get();
}

}  // namespace
}  // namespace heddle::driver
