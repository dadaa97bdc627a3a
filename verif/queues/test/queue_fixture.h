// What the tests of the queues share: a device with its firmware running, the kernels loaded, packets.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/driver/management.h"
#include "heddle/generated/registers.h"

namespace heddle::driver {

struct Arguments {
  std::vector<std::byte> firmware, kernels;
  BackendOptions options;
  bool rtl = false;
  bool full = false;     // on the RTL as many packets and kernels as on the model
  uint64_t packets = 0;  // of FuzzTest; 0: as many as the back end is given otherwise
  uint64_t seed = 11;    // of what FuzzTest draws
};
extern Arguments arguments;

// Where things lie in device memory.
inline constexpr uint32_t kProgram = 0x8000'0000, kObjects = 0x8001'0000, kRings = 0x8002'0000, kSignals = 0x8003'0000;
inline constexpr uint32_t kArguments = 0x8004'0000, kResults = 0x8010'0000, kPrivate = 0x8020'0000, kEnd = 0x802F'FFFF;
inline constexpr uint64_t kCycles = 400'000;
inline constexpr uint32_t kRing = 16;
// Of programs/kernels.S.
enum Kernel : uint32_t {
  kAdd,
  kIllegal,
  kWildWrite,
  kWildRead,
  kWildFetch,
  kEndless,
  kOverflow,
  kStuck,
  kLeave,
  kKernels
};

class QueueTest : public testing::Test {
 protected:
  void SetUp() override {
    backend_ = arguments.rtl ? open_rtl(arguments.options) : open_model(arguments.options);
    management_.emplace(*backend_, arguments.firmware);
    backend_->write_memory(kProgram, arguments.kernels);
    for (uint32_t kernel = 0; kernel < kKernels; ++kernel) {
      write(object(kernel), hd_kernel_object{HD_KERNEL_MAGIC, kProgram, kernel, 0});
    }
    management_->set_context(0, {{{kProgram, kEnd, 7}}, kPrivate, 0x10000});
  }
  void TearDown() override {
    if (backend_ && backend_->mismatch()) ADD_FAILURE() << *backend_->mismatch();
  }

  static uint32_t object(uint32_t kernel) { return kObjects + 16 * kernel; }
  static uint32_t signal(uint32_t number) { return kSignals + 64 * number; }
  template <typename Type>
  void write(uint32_t address, const Type& value) {
    backend_->write_memory(address, std::as_bytes(std::span(&value, 1)));
  }
  template <typename Type>
  Type read(uint32_t address) {
    Type value;
    backend_->read_memory(address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }

  // Of accumulators.
  uint32_t buffers() const {
    return regs::engines::kMatrixDim.get(backend_->read_register(regs::kEngines)) != 0 ? 2 : 0;
  }

  void open(uint32_t queue, uint32_t time_limit = 0, uint32_t priority = 0) {
    management_->open(queue, {.ring = kRings + 0x1000 * queue,
                              .packets = kRing,
                              .context = 0,
                              .priority = priority,
                              .time_limit = time_limit});
    ASSERT_EQ(management_->status(queue).state, HD_QUEUE_OPENED);
  }
  // A dispatch of 8 work-items in groups of 4, whose signal and arguments are those of `number`.
  hd_packet dispatch(uint32_t kernel, uint32_t number) {
    hd_packet packet{};
    packet.dispatch.header = HD_PACKET_DISPATCH;
    packet.dispatch.setup = 1;
    packet.dispatch.workgroup_size[0] = 4;
    packet.dispatch.workgroup_size[1] = packet.dispatch.workgroup_size[2] = 1;
    packet.dispatch.grid_size[0] = 8;
    packet.dispatch.grid_size[1] = packet.dispatch.grid_size[2] = 1;
    packet.dispatch.private_segment_size = 64;
    packet.dispatch.kernel_object = object(kernel);
    packet.dispatch.kernarg_address = kArguments + 64 * number;
    packet.dispatch.completion_signal = signal(number);
    write(kArguments + 64 * number, std::array<uint32_t, 2>{kResults + 64 * number, 100 * number});
    write(signal(number), hd_signal{.kind = 1, .value = 1, .reserved0 = {}, .start = 0, .end = 0, .reserved1 = {}});
    return packet;
  }
  void expect_result(uint32_t number) {
    const auto results = read<std::array<uint32_t, 9>>(kResults + 64 * number);
    for (uint32_t i = 0; i < 8; ++i) EXPECT_EQ(results[i], 100 * number + i) << "kernel " << number;
    EXPECT_EQ(results[8], 0U);
  }

  std::unique_ptr<Backend> backend_;
  std::optional<Management> management_;
};

}  // namespace heddle::driver
