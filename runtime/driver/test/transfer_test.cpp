// Copies between pinned memory of the host and the device, by its DMA engine.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "context_fixture.h"
#include "expect_error.h"
#include "heddle/driver/host_bus.h"

namespace heddle::driver {
namespace {

constexpr size_t kModelWords = 50'000, kRtlWords = 3'000;
constexpr uint64_t kSmallContext = 4 << 20;

class TransferTest : public testing::Test {
 protected:
  // Firmware clears what a context has had, which takes the RTL long.
  const size_t kWords = test_device.backend == BackendKind::kModel ? kModelWords : kRtlWords;
  TransferTest() {
    std::iota(source_.begin(), source_.end(), 1000U);
    context_->pin(bytes(source_));
    context_->pin(bytes(result_));
  }
  static std::span<std::byte> bytes(std::vector<uint32_t>& words) { return std::as_writable_bytes(std::span(words)); }

  std::vector<uint32_t> source_ = std::vector<uint32_t>(kWords), result_ = std::vector<uint32_t>(kWords);
  std::shared_ptr<Engine> engine_ = Engine::open(device_options(kWithDma));
  ContextPointer context_ = Context::create(*engine_, {.memory_bytes = kSmallContext, .owner = "test"});
  QueuePointer queue_ = context_->create_queue();
  uint32_t data_ = context_->allocate(kWords * 4, 128, "data");
};

TEST_F(TransferTest, IsDoneInTheOrderOfItsQueue) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  queue_->write(data_, bytes(source_));
  queue_->launch(*module, "fill", {1, 1, 1}, {8, 1, 1}, kernel_args{data_, 5}, kSmall);
  const EventPointer event = queue_->read(bytes(result_), data_);
  const Completion& end = event->get();
  EXPECT_LE(end.queued, end.submitted);
  EXPECT_LE(end.submitted, end.started);
  EXPECT_LT(end.started, end.ended);
  std::iota(source_.begin(), source_.begin() + 8, 5U);
  EXPECT_EQ(result_, source_);
}

TEST_F(TransferTest, MovesExactlyTheBytes) {
  const auto from = bytes(source_).subspan(3, 4099);
  queue_->write(data_ + 5, from);
  queue_->read(bytes(result_).subspan(7, 4099), data_ + 5)->get();
  const auto got = bytes(result_);
  EXPECT_TRUE(std::ranges::equal(got.subspan(7, 4099), from));
  EXPECT_EQ(got[6], std::byte{0});
  EXPECT_EQ(got[7 + 4099], std::byte{0});
  std::vector<std::byte> around(1);
  context_->read(data_ + 4, around);
  EXPECT_EQ(around[0], std::byte{0});
}

TEST_F(TransferTest, OfTwoContextsGoOnBesideEachOther) {
  const ContextPointer other = Context::create(*engine_, {.memory_bytes = kSmallContext, .owner = "other"});
  const QueuePointer theirs = other->create_queue();
  std::vector<uint32_t> words(kWords, 7), back(1000);
  expect_error(ErrorKind::kInvalidArgument, "not all pinned",
               [&] { theirs->write(other->allocate(4), bytes(source_).first(4)); });
  context_->unpin(bytes(result_).data());
  other->pin(bytes(words));
  other->pin(bytes(back));
  const uint32_t place = other->allocate(kWords * 4);
  for (int i = 0; i < 4; ++i) {
    queue_->write(data_, bytes(source_));
    theirs->write(place, bytes(words));
  }
  queue_->reset();  // which aborts its own transfer alone
  theirs->read(bytes(back), place + 4000)->get();
  EXPECT_EQ(back, std::vector<uint32_t>(1000, 7));
  queue_->write(data_, bytes(source_))->get();
  std::vector<uint32_t> got(kWords);
  context_->read(data_, bytes(got));
  EXPECT_EQ(got, source_);
}

TEST_F(TransferTest, PinnedMemoryGoesWithItsContext) {
  // One of 8 windows is the driver's, two are taken.
  std::vector<std::vector<uint32_t>> more(5, std::vector<uint32_t>(16));
  for (auto& words : more) context_->pin(bytes(words));
  std::vector<uint32_t> too_many(16);
  expect_error(ErrorKind::kNoResources, "all 8 windows", [&] { context_->pin(bytes(too_many)); });
  queue_.reset();
  context_.reset();
  const ContextPointer next = Context::create(*engine_, {.memory_bytes = kSmallContext, .owner = "next"});
  for (auto& words : more) next->pin(bytes(words));
  next->pin(bytes(source_));
  next->pin(bytes(result_));
}

TEST_F(TransferTest, RefusesWhatIsWrong) {
  const auto kInvalid = ErrorKind::kInvalidArgument;
  expect_error(kInvalid, "0 bytes", [&] { context_->pin({}); });
  expect_error(kInvalid, "overlaps", [&] { context_->pin(bytes(source_)); });
  expect_error(kInvalid, "overlaps", [&] { context_->pin(bytes(source_).subspan(100, 4)); });
  expect_error(kInvalid, "no pinned memory", [&] { context_->unpin(nullptr); });
  expect_error(kInvalid, "no pinned memory", [&] { context_->unpin(bytes(source_).data() + 4); });
  expect_error(kInvalid, "write: 0 bytes", [&] { queue_->write(data_, {}); });
  expect_error(kInvalid, "not all inside", [&] { queue_->write(data_ + 4, bytes(source_)); });
  expect_error(kInvalid, "not all inside", [&] { queue_->read(bytes(result_), 0x8000'0000); });
  std::vector<uint32_t> elsewhere(4);
  expect_error(kInvalid, "not all pinned", [&] { queue_->write(data_, bytes(elsewhere)); });
  expect_error(kInvalid, "not all pinned",
               [&] { queue_->write(data_, {bytes(source_).data() + 4, source_.size() * 4 - 3}); });
  // The transfer cannot be over before it is asked about: it waits for a kernel that a gate keeps from ending.
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const uint32_t gate = context_->allocate(4);
  const std::vector<uint32_t> closed{0}, open{1};
  context_->write(gate, std::as_bytes(std::span(closed)));
  queue_->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{gate, 0}, kSmall);
  const EventPointer event = queue_->write(data_, bytes(source_));
  expect_error(kInvalid, "a command in a queue needs the memory", [&] { context_->unpin(bytes(source_).data()); });
  context_->write(gate, std::as_bytes(std::span(open)));
  event->get();
  context_->unpin(bytes(source_).data());
  expect_error(kInvalid, "not all pinned", [&] { queue_->write(data_, bytes(source_)); });
  expect_error(kInvalid, "no pinned memory", [&] { context_->unpin(bytes(source_).data()); });
  queue_->read(bytes(result_), data_)->get();
  EXPECT_EQ(result_, source_);
}

TEST_F(TransferTest, SurvivesAReset) {
  for (int i = 0; i < 3; ++i) queue_->write(data_, bytes(source_));
  engine_->reset();
  queue_->reset();
  queue_->write(data_, bytes(source_));
  queue_->read(bytes(result_), data_)->get();
  EXPECT_EQ(result_, source_);
}

TEST(Transfer, WithoutADmaEngineNothingCanBePinned) {
  DeviceOptions options = shared_options();
  options.backend = BackendKind::kModel;
  options.configuration = "nano:management=1";
  const auto engine = Engine::open(options);
  const ContextPointer context = Context::create(*engine);
  std::vector<std::byte> memory(16);
  expect_error(ErrorKind::kUnavailable, "host_dma=1", [&] { context->pin(memory); });
}

TEST(HostBus, EndsWhereItsMemoryEnds) {
  HostBus bus;
  std::vector<std::byte> memory(5000, std::byte{3});
  const uint64_t address = bus.attach(memory);
  EXPECT_EQ(address % HostBus::kPageBytes, 0U);
  std::vector<std::byte> got(16);
  EXPECT_TRUE(bus.read(address + 4992, got));
  EXPECT_EQ(got[7], std::byte{3});
  EXPECT_EQ(got[8], std::byte{0});
  EXPECT_TRUE(bus.read(address + 8176, got));
  EXPECT_FALSE(bus.read(address + 8192, got));
  EXPECT_FALSE(bus.read(address - 16, got));
  EXPECT_TRUE(bus.write(address + 4984, got));
  EXPECT_FALSE(bus.write(address + 4985, got));
  EXPECT_EQ(memory[4999], std::byte{0});
  EXPECT_TRUE(bus.write(HostBus::kMessages, std::vector<std::byte>(4, std::byte{1})));
  EXPECT_EQ(bus.take_messages(), std::vector<uint32_t>{0x01010101});
  EXPECT_TRUE(bus.take_messages().empty());
  bus.detach(address);
  EXPECT_FALSE(bus.read(address, got));
}

}  // namespace
}  // namespace heddle::driver
