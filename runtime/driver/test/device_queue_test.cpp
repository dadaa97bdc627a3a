// A Device whose launches go through a queue of firmware: what it says and does is what it does without.
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "context_fixture.h"
#include "expect_error.h"
#include "heddle/driver/device.h"

namespace heddle::driver {
namespace {

class DeviceQueueTest : public testing::Test {
 protected:
  DeviceQueueTest() { device_.load(HEDDLE_TEST_KERNEL); }
  static DeviceOptions options(std::string& printed) {
    DeviceOptions made = shared_options();
    made.output = [&printed](std::string_view text) { printed += text; };
    return made;
  }

  std::string printed_;
  Device device_ = Device::open(options(printed_));
};

TEST_F(DeviceQueueTest, Runs) {
  const uint32_t data = device_.upload(std::vector<uint32_t>(16), "data");
  const LaunchStatistics launch = device_.run("fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data, 40}, kSmall);
  EXPECT_GT(launch.cycles, 0U);
  EXPECT_GT(launch.warp_instrs, 0U);
  EXPECT_GT(launch.processor_seconds, 0.0);
  std::vector<uint32_t> expected(16);
  std::iota(expected.begin(), expected.end(), 40U);
  EXPECT_EQ(device_.read<uint32_t>(data, 16), expected);
  device_.run("print", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 3});
  EXPECT_EQ(printed_, "item 0 says 3\n");
  expect_error(ErrorKind::kUnavailable, "the firmware's", [&] { device_.backend().read_register(0); });
}

TEST_F(DeviceQueueTest, HasAllTheMemory) {
  device_.free(device_.allocate(uint64_t{60} << 20));
  expect_error(ErrorKind::kOutOfMemory, "out of device memory", [&] { device_.allocate(uint64_t{64} << 20); });
}

TEST_F(DeviceQueueTest, FaultsAndTimeLimitsAreReported) {
  const auto fault = error_of([&] { device_.run("write", {2, 1, 1}, {2, 1, 1}, kernel_args{0x8000'0000, 1}, kSmall); });
  ASSERT_TRUE(fault && fault->fault());
  EXPECT_EQ(fault->kind(), ErrorKind::kFault);
  EXPECT_EQ(fault->fault()->symbol, "write");
  EXPECT_EQ(fault->fault()->group[0], 1U);
  LaunchOptions limited = kSmall;
  limited.timeout = 20'000;
  const uint32_t data = device_.upload(std::vector<uint32_t>(1));
  const auto endless = error_of([&] { device_.run("spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, limited); });
  ASSERT_TRUE(endless);
  EXPECT_EQ(endless->kind(), ErrorKind::kTimeout);
  // Globals are what they were at first after a failed launch.
  EXPECT_TRUE(error_of([&] { device_.run("global_state", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 1}, kSmall); }));
  device_.run("global_state", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall);
  EXPECT_EQ(device_.read<uint32_t>(data, 1)[0], 8U);
}

TEST(DeviceQueue, Accumulators) {
  DeviceOptions options = shared_options();
  options.configuration = "edge";
  Device device = Device::open(options);
  device.load(HEDDLE_TEST_KERNEL);
  const uint32_t data = device.upload(std::vector<uint32_t>(16));
  LaunchOptions launch = kSmall;
  launch.extra_scratch_bytes = 256;
  for (const uint32_t buffers : {1U, 2U, 1U}) {
    launch.accumulators = buffers;
    device.run("leave", {1, 1, 1}, {16, 1, 1}, kernel_args{data, 5 + buffers}, launch);
    EXPECT_EQ(device.read<uint32_t>(data, 16), std::vector<uint32_t>(16, 5 + buffers));
  }
  launch.accumulators = 3;
  expect_error(ErrorKind::kInvalidArgument, "3 buffers of accumulators, the device has 2",
               [&] { device.run("leave", {1, 1, 1}, {16, 1, 1}, kernel_args{data, 0}, launch); });
  launch.accumulators = 0;
  const auto fault = error_of([&] { device.run("leave", {1, 1, 1}, {16, 1, 1}, kernel_args{data, 0}, launch); });
  ASSERT_TRUE(fault && fault->fault());
  EXPECT_EQ(fault->fault()->address, 0x2000'0000U) << "who has none reaches none";
}

class LastCompletion final : public Listener {
 public:
  void completed(uint64_t, const Completion& completion) override {
    const std::lock_guard held(mutex_);
    completion_ = completion;
    arrived_.notify_all();
  }
  Completion take() {
    std::unique_lock held(mutex_);
    arrived_.wait(held, [this] { return completion_.has_value(); });
    return *std::exchange(completion_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<Completion> completion_;
};

// A client that does not check what it asks for is told by the firmware.
TEST_F(ContextTest, TheFirmwareChecksAccumulators) {
  const auto listener = std::make_shared<LastCompletion>();
  const auto port = engine_->connect({.memory_bytes = 1 << 20, .owner = "raw"}, listener);
  uint64_t id = 0;
  for (const uint32_t buffers : {1U, 3U, 4U, UINT32_MAX}) {
    const uint32_t queue = port->open_queue({});
    Dispatch dispatch;
    dispatch.entry = dispatch.kernel = port->memory().first;
    dispatch.accumulators = buffers;
    port->submit(queue, ++id, {.work = dispatch, .after = {}, .label = "raw"});
    const Completion completion = listener->take();
    EXPECT_EQ(completion.outcome, Outcome::kRefused);
    EXPECT_NE(completion.text.find("accumulators"), std::string::npos) << completion.text;
    port->close_queue(queue);
  }
}

TEST(DeviceQueue, NeedsAManagementCore) {
  DeviceOptions options = shared_options();
  options.backend = BackendKind::kModel;
  options.configuration = "nano";
  expect_error(ErrorKind::kUnavailable, "management=1", [&] { Device::open(options); });
}

TEST_F(ContextTest, FirmwareCountsAndLogs) {
  const ModulePointer module = context_->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = context_->create_queue();
  const uint32_t data = context_->allocate(64);
  uint64_t busy = 0;
  for (int i = 0; i < 3; ++i) {
    const auto event = queue->launch(*module, "fill", {1, 1, 1}, {8, 1, 1}, kernel_args{data, 0}, kSmall);
    busy += event->get().ended - event->completion().started;
  }
  queue->fill(data, 0, 64)->get();
  for (int i = 0; i < 2; ++i) {
    queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0x8000'0000, 1}, kSmall)->wait();
    queue->reset();
  }
  const nlohmann::json now = status();
  const nlohmann::json of_queue = now.at("queues").at(0), counted = of_queue.at("firmware");
  EXPECT_EQ(counted.at("packets"), 4);
  EXPECT_EQ(of_queue.at("kernels"), 3);
  EXPECT_EQ(counted.at("errors"), 2);
  EXPECT_EQ(of_queue.at("busy_cycles"), busy);
  const std::string log = now.at("console");
  EXPECT_NE(log.find("] firmware started, interface 1.2\n"), std::string::npos) << log;
  EXPECT_NE(log.find("] queue 0 failed: packet 4, reason 71 (fault): cause 7, pc 0x8"), std::string::npos) << log;
  // More than the console holds, and nobody asks.
  for (int i = 0; i < 20; ++i) {
    queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0x8000'0000, 1}, kSmall)->wait();
    queue->reset();
  }
  const std::string all = status().at("console");
  size_t lines = 0;
  for (size_t at = 0; (at = all.find(" failed: ", at)) != std::string::npos; ++at) ++lines;
  EXPECT_EQ(lines, 22U) << all;
}

TEST(Console, SaysWhatWasLost) {
  const auto backend = open_backend(shared_options());
  std::ifstream file(HEDDLE_TEST_FIRMWARE, std::ios::binary);
  const std::string image{std::istreambuf_iterator<char>(file), {}};
  Management management(*backend, std::as_bytes(std::span(image)));
  EXPECT_NE(management.take_console().find("firmware started"), std::string::npos);
  EXPECT_EQ(management.take_console(), "");
  for (int i = 0; i < 40; ++i) management.open(0, {.ring = 0, .packets = 3});
  const std::string text = management.take_console();
  EXPECT_NE(text.find(" bytes lost]\n"), std::string::npos) << text;
  EXPECT_EQ(text.find(" bytes lost]\n"), text.find(' ')) << "at its beginning";
  EXPECT_TRUE(text.ends_with("queue 0 failed: packet 0, reason 64, field at byte 0\n")) << text;
  EXPECT_EQ(management.take_console(), "");
}

}  // namespace
}  // namespace heddle::driver
