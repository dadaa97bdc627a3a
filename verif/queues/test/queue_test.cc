// Kernels dispatched by packets through the firmware, on the back ends that have a management core.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "heddle/driver/error.h"
#include "heddle/generated/registers.h"
#include "queue_fixture.h"

namespace heddle::driver {
namespace {

TEST_F(QueueTest, KernelsOfOneQueueInOrder) {
  open(0);
  (void)management_->take_rung();
  constexpr uint32_t kPackets = 5;
  uint64_t last = 0;
  for (uint32_t number = 0; number < kPackets; ++number) last = management_->submit(0, dispatch(kAdd, number));
  ASSERT_TRUE(management_->wait(0, last, kCycles)) << management_->status(0).error_text();
  const QueueStatus status = management_->status(0);
  EXPECT_EQ(status.state, HD_QUEUE_OPENED) << status.error_text();
  EXPECT_EQ(status.read, kPackets);
  EXPECT_EQ(status.complete, kPackets);
  EXPECT_EQ(management_->take_rung(), 1U);
  uint64_t before = 0;
  for (uint32_t number = 0; number < kPackets; ++number) {
    expect_result(number);
    const auto done = read<hd_signal>(signal(number));
    EXPECT_EQ(done.value, 0);
    EXPECT_GE(done.start, before);
    EXPECT_GT(done.end, done.start);
    if (number > 0 && arguments.rtl)
      fmt::print("kernel {}: {} cycles, {} after its predecessor\n", number, done.end - done.start,
                 done.start - before);
    before = done.end;
  }
}

TEST_F(QueueTest, FaultIsTheQueuesError) {
  open(2);
  open(3);
  const std::array<uint32_t, 4> causes{2, 7, 5, 1};
  const uint64_t good = management_->submit(3, dispatch(kAdd, 20));
  for (uint32_t kernel = kIllegal; kernel <= kWildFetch; ++kernel) {
    open(2);
    management_->submit(2, dispatch(kAdd, 0));
    const uint64_t bad = management_->submit(2, dispatch(kernel, 1));
    management_->submit(2, dispatch(kAdd, 2));
    ASSERT_TRUE(management_->wait(2, bad + 1, kCycles));
    const QueueStatus status = management_->status(2);
    EXPECT_EQ(status.state, HD_QUEUE_FAILED);
    EXPECT_EQ(status.reason, uint32_t{HD_QUEUE_FAULT}) << status.error_text();
    EXPECT_EQ(status.failed_index, bad);
    EXPECT_EQ(status.complete, bad);
    EXPECT_EQ(status.fault.cause, causes[kernel - kIllegal]) << status.error_text();
    EXPECT_EQ(read<hd_signal>(signal(1)).value, 1);
    EXPECT_EQ(read<hd_signal>(signal(2)).value, 1) << "a packet behind the one at fault was carried out";
    expect_result(0);
  }
  ASSERT_TRUE(management_->wait(3, good, kCycles)) << management_->status(3).error_text();
  expect_result(20);
}

TEST_F(QueueTest, EndlessKernelMeetsItsTimeLimit) {
  open(1, 3000);
  const uint64_t index = management_->submit(1, dispatch(kEndless, 0));
  ASSERT_TRUE(management_->wait(1, index, kCycles));
  EXPECT_EQ(management_->status(1).reason, uint32_t{HD_QUEUE_TIME_LIMIT}) << management_->status(1).error_text();
  open(1);
  ASSERT_TRUE(management_->wait(1, management_->submit(1, dispatch(kAdd, 3)), kCycles));
  expect_result(3);
}

// What a kernel leaves in scratchpad and accumulators the next one, of another context, finds no more.
TEST_F(QueueTest, NothingIsLeftForTheNextKernel) {
  management_->set_context(1, {{{kProgram, kEnd, 7}}, kPrivate + 0x10000, 0x10000});
  open(1);
  management_->open(3, {.ring = kRings + 0x3000, .packets = kRing, .context = 1, .priority = 0, .time_limit = 0});
  const bool accumulators = buffers() != 0;
  std::array<uint64_t, 4> last{};
  constexpr uint32_t kLaunches = 6;
  for (uint32_t number = 0; number < kLaunches; ++number) {
    const uint32_t queue = number % 2 == 0 ? 1 : 3;
    hd_packet packet = dispatch(kLeave, number);
    packet.dispatch.group_segment_size = 64;
    if (accumulators) packet.dispatch.setup |= 1 << HD_SETUP_ACCUMULATORS_SHIFT;
    write(kArguments + 64 * number + 8, uint32_t{accumulators});
    last[queue] = management_->submit(queue, packet);
  }
  for (const uint32_t queue : {1U, 3U}) {
    ASSERT_TRUE(management_->wait(queue, last[queue], kCycles));
    ASSERT_EQ(management_->status(queue).complete, last[queue] + 1) << management_->status(queue).error_text();
  }
  for (uint32_t number = 0; number < kLaunches; ++number) expect_result(number);
}

// Two at most, none on a device without a matrix engine.
TEST_F(QueueTest, MoreAccumulatorsThanThereAre) {
  for (uint32_t asked = 0; asked <= HD_SETUP_ACCUMULATORS_MASK; ++asked) {
    open(0);
    hd_packet packet = dispatch(kAdd, asked);
    packet.dispatch.setup |= static_cast<uint16_t>(asked << HD_SETUP_ACCUMULATORS_SHIFT);
    ASSERT_TRUE(management_->wait(0, management_->submit(0, packet), kCycles));
    const QueueStatus status = management_->status(0);
    if (asked <= buffers()) {
      EXPECT_EQ(status.state, HD_QUEUE_OPENED) << status.error_text();
      expect_result(asked);
    } else {
      EXPECT_EQ(status.state, HD_QUEUE_FAILED);
      EXPECT_EQ(status.error_text(), "packet 0: accumulators, field at byte 2");
    }
  }
}

// Where there are several launch slots, and cores, an endless kernel keeps nobody but its own queue.
TEST_F(QueueTest, KernelsOfTwoQueuesAtOnce) {
  const bool several = regs::launches::kCount.get(backend_->read_register(regs::kLaunches)) > 1;
  management_->set_context(1, {{{kProgram, kResults - 1, 7}}, kPrivate + 0x10000, 0x10000});
  open(1);
  open(2);
  management_->open(3, {.ring = kRings + 0x3000, .packets = kRing, .context = 1, .priority = 0, .time_limit = 0});
  const auto one_group = [&](uint32_t kernel, uint32_t number) {
    hd_packet packet = dispatch(kernel, number);
    packet.dispatch.grid_size[0] = 4;
    return packet;
  };
  management_->submit(1, one_group(kEndless, 0));
  backend_->advance(5000);
  const uint64_t good = management_->submit(2, one_group(kAdd, 1));
  const uint64_t bad = management_->submit(3, one_group(kAdd, 2));  // its context may not write the results
  EXPECT_EQ(management_->wait(2, good, 20'000), several);
  EXPECT_EQ(management_->wait(3, bad, 20'000), several);
  EXPECT_EQ(management_->status(1).complete, 0U);
  EXPECT_EQ(management_->status(1).state, HD_QUEUE_OPENED) << management_->status(1).error_text();
  management_->close(1);
  ASSERT_TRUE(management_->wait(2, good, kCycles)) << management_->status(2).error_text();
  ASSERT_TRUE(management_->wait(3, bad, kCycles));
  EXPECT_EQ(management_->status(2).complete, 1U);
  EXPECT_EQ(management_->status(3).reason, uint32_t{HD_QUEUE_FAULT});
  EXPECT_EQ(management_->status(3).fault.cause, 7U);
  const auto results = read<std::array<uint32_t, 4>>(kResults + 64);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(results[i], 100 + i);
  EXPECT_EQ(read<uint32_t>(kResults + 128), 0U);
}

// A kernel with scratchpad waits for another's, is aborted while it waits, and keeps nobody without.
TEST_F(QueueTest, ScratchpadIsOneKernelsAtATime) {
  const bool several = regs::launches::kCount.get(backend_->read_register(regs::kLaunches)) > 1;
  const auto one_group = [&](uint32_t kernel, uint32_t number, uint32_t scratch) {
    hd_packet packet = dispatch(kernel, number);
    packet.dispatch.grid_size[0] = 4;
    packet.dispatch.group_segment_size = scratch;
    return packet;
  };
  for (uint32_t q = 1; q < 4; ++q) open(q);
  management_->submit(1, one_group(kEndless, 0, 64));
  backend_->advance(5000);
  const uint64_t waits = management_->submit(2, one_group(kAdd, 1, 64));
  EXPECT_FALSE(management_->wait(2, waits, 20'000));
  management_->close(2);
  EXPECT_EQ(management_->status(2).complete, 0U);
  const uint64_t beside = management_->submit(3, one_group(kAdd, 2, 0));
  EXPECT_EQ(management_->wait(3, beside, 20'000), several) << management_->status(3).error_text();
  open(2);
  management_->submit(2, one_group(kAdd, 1, 64));
  management_->close(1);
  ASSERT_TRUE(management_->wait(2, 0, kCycles)) << management_->status(2).error_text();
  ASSERT_TRUE(management_->wait(3, beside, kCycles)) << management_->status(3).error_text();
  for (const uint32_t number : {1U, 2U}) {
    const auto results = read<std::array<uint32_t, 4>>(kResults + 64 * number);
    for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(results[i], 100 * number + i);
  }
}

TEST_F(QueueTest, ClosingEndsTheRunningKernel) {
  open(1);
  management_->submit(1, dispatch(kEndless, 0));
  backend_->advance(5000);
  management_->close(1);
  EXPECT_EQ(management_->status(1).state, HD_QUEUE_CLOSED);
  open(1);
  ASSERT_TRUE(management_->wait(1, management_->submit(1, dispatch(kAdd, 4)), kCycles));
  expect_result(4);
}

TEST_F(QueueTest, BadPacketIsNamed) {
  open(0);
  management_->submit(0, dispatch(kAdd, 0));
  hd_packet packet = dispatch(kAdd, 1);
  packet.dispatch.workgroup_size[1] = 0;
  const uint64_t bad = management_->submit(0, packet);
  ASSERT_TRUE(management_->wait(0, bad, kCycles));
  const QueueStatus status = management_->status(0);
  EXPECT_EQ(status.state, HD_QUEUE_FAILED);
  EXPECT_EQ(status.reason, uint32_t{HD_PACKET_BAD_WORKGROUP_SIZE}) << status.error_text();
  EXPECT_EQ(status.offset, offsetof(hd_dispatch_packet, workgroup_size) + 2);
  EXPECT_EQ(status.failed_index, bad);
  EXPECT_EQ(read<hd_signal>(signal(0)).value, 0);
  expect_result(0);
}

TEST_F(QueueTest, BadKernelObjectAndPrivateMemory) {
  open(0);
  hd_packet packet = dispatch(kAdd, 1);
  packet.dispatch.kernel_object = kArguments;
  ASSERT_TRUE(management_->wait(0, management_->submit(0, packet), kCycles));
  EXPECT_EQ(management_->status(0).reason, uint32_t{HD_QUEUE_BAD_OBJECT}) << management_->status(0).error_text();
  open(0);
  packet = dispatch(kAdd, 1);
  packet.dispatch.private_segment_size = 0x4'0000;
  ASSERT_TRUE(management_->wait(0, management_->submit(0, packet), kCycles));
  EXPECT_EQ(management_->status(0).reason, uint32_t{HD_QUEUE_BAD_PRIVATE}) << management_->status(0).error_text();
}

TEST_F(QueueTest, BarrierAcrossQueuesCopyFillAndTimestamp) {
  open(0);
  open(1);
  // Queue 0 waits for queue 1's kernel, then copies its result, odd bytes.
  hd_packet barrier{};
  (void)dispatch(kAdd, 7);
  barrier.barrier.header = HD_PACKET_BARRIER_AND;
  barrier.barrier.signal[2] = signal(7);
  management_->submit(0, barrier);
  hd_packet copy{};
  copy.vendor.format = HD_VENDOR_COPY;
  copy.vendor.destination = kResults + 0x1001;
  copy.vendor.source = kResults + 64 * 7 + 1;
  copy.vendor.bytes = 30;
  management_->submit(0, copy);
  hd_packet fill{};
  fill.vendor.format = HD_VENDOR_FILL;
  fill.vendor.value = 0xCAFE'F00D;
  fill.vendor.destination = kResults + 0x2000;
  fill.vendor.bytes = 0x144;
  management_->submit(0, fill);
  hd_packet timestamp{};
  timestamp.vendor.format = HD_VENDOR_TIMESTAMP;
  timestamp.vendor.destination = kResults + 0x3000;
  const uint64_t last = management_->submit(0, timestamp);
  EXPECT_FALSE(management_->wait(0, 0, 20'000));
  EXPECT_EQ(management_->status(0).complete, 0U);
  const uint64_t kernel = management_->submit(1, dispatch(kAdd, 7));
  ASSERT_TRUE(management_->wait(1, kernel, kCycles)) << management_->status(1).error_text();
  ASSERT_TRUE(management_->wait(0, last, kCycles)) << management_->status(0).error_text();
  EXPECT_EQ(management_->status(0).state, HD_QUEUE_OPENED) << management_->status(0).error_text();
  const auto source = read<std::array<uint8_t, 32>>(kResults + 64 * 7);
  const auto copied = read<std::array<uint8_t, 32>>(kResults + 0x1000);
  for (size_t i = 1; i < 31; ++i) EXPECT_EQ(copied[i], source[i]) << i;
  EXPECT_EQ(copied[0] | copied[31], 0);
  const auto filled = read<std::array<uint32_t, 0x52>>(kResults + 0x2000);
  for (size_t i = 0; i < 0x51; ++i) EXPECT_EQ(filled[i], 0xCAFE'F00DU);
  EXPECT_EQ(filled[0x51], 0U);
  EXPECT_GE(read<uint64_t>(kResults + 0x3000), read<hd_signal>(signal(7)).end);
}

TEST_F(QueueTest, RingsAreReused) {
  open(0);
  uint64_t last = 0;
  for (uint32_t number = 0; number < 2 * kRing + 3; ++number) {
    last = management_->submit(0, dispatch(kAdd, number % 8));
    if (number % 5 == 4) {
      ASSERT_TRUE(management_->wait(0, last, kCycles));
    }
  }
  ASSERT_TRUE(management_->wait(0, last, kCycles));
  EXPECT_EQ(management_->status(0).complete, 2 * kRing + 3) << management_->status(0).error_text();
}

TEST_F(QueueTest, RingsThatCannotBeAreRefused) {
  for (const QueueSettings& settings :
       {QueueSettings{.ring = kRings, .packets = 3}, QueueSettings{.ring = kRings, .packets = 0},
        QueueSettings{.ring = kRings + 32, .packets = 4}, QueueSettings{.ring = 0x1000, .packets = 4},
        QueueSettings{.ring = 0xFFFF'FFC0, .packets = 2}}) {
    management_->open(5, settings);
    EXPECT_EQ(management_->status(5).state, HD_QUEUE_FAILED);
    EXPECT_EQ(management_->status(5).reason, uint32_t{HD_QUEUE_BAD_RING});
  }
  management_->open(5, {.ring = kRings, .packets = 4, .context = HD_CONTEXTS});
  EXPECT_EQ(management_->status(5).reason, uint32_t{HD_QUEUE_BAD_CONTEXT});
}

// The boot program's verdict reaches the caller.
TEST_F(QueueTest, DamagedFirmwareIsRefused) {
  std::vector<std::byte> image = arguments.firmware;
  image[200] ^= std::byte{1};
  try {
    const Management damaged(*backend_, image);
    FAIL() << "a damaged image was started";
  } catch (const DeviceError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kRejected);
    EXPECT_NE(std::string(error.what()).find("wrong checksum"), std::string::npos) << error.what();
  }
  management_.emplace(*backend_, arguments.firmware);
}

}  // namespace
}  // namespace heddle::driver
