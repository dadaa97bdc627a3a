// What the driver writes to the registers, seen by a device that is only registers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "expect_error.h"
#include "heddle/driver/device.h"
#include "heddle/generated/registers.h"
#include "kernel_args.h"

namespace heddle::driver {
namespace {

/// Registers and memory without a device behind them. A start ends with the status that the test sets, or never.
class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(unsigned region_count) {
    registers[regs::kId] = 0x48454444;
    registers[regs::kVersion] = 0x0001'0000;
    registers[regs::kShape] = regs::shape::kLanes.set(4) | regs::shape::kWarps.set(2) | regs::shape::kCores.set(1) |
                              regs::shape::kRegions.set(region_count);
    registers[regs::kScratchpadBytes] = 1024;
    registers[regs::kLineBytes] = 64;
  }

  uint32_t read_register(uint32_t offset) override { return registers[offset]; }
  void write_register(uint32_t offset, uint32_t value) override {
    registers[offset] = value;
    if (offset != regs::kControl) return;
    if (regs::control::kStart.get(value) != 0) {
      registers[regs::kStatus] = regs::status::kBusy.set(1);
      if (final_status) registers[regs::kStatus] = *final_status;
    } else if (abort_works) {
      registers[regs::kStatus] = regs::status::kDone.set(1) | regs::status::kAborted.set(1);
    }
  }
  void read_memory(uint32_t address, std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = memory[address++];
  }
  void write_memory(uint32_t address, std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) memory[address++] = byte;
  }
  uint64_t advance(uint64_t cycles) override { return cycles; }
  uint64_t cycle() const override { return 0; }
  std::optional<std::string> mismatch() const override { return report; }
  std::optional<PendingRequest> oldest_request() const override { return pending; }

  std::map<uint32_t, uint32_t> registers;
  std::map<uint32_t, std::byte> memory;
  std::optional<uint32_t> final_status;
  std::optional<std::string> report;
  std::optional<PendingRequest> pending;
  bool abort_works = true;
};

class LaunchRegistersTest : public testing::Test {
 protected:
  LaunchRegistersTest()
      : owned_(std::make_unique<FakeBackend>(8)), fake_(*owned_), device_(Device::open({}, std::move(owned_))) {
    device_.load(HEDDLE_TEST_KERNEL);
  }

  /// Regions that are enabled.
  std::vector<Region> table() {
    std::vector<Region> result;
    for (uint32_t i = 0; i < regs::kRegionBaseCount; ++i) {
      const uint32_t attributes = fake_.registers[regs::kRegionAttr + i * regs::kRegionAttrStride];
      if (attributes == 0) continue;
      result.push_back({fake_.registers[regs::kRegionBase + i * regs::kRegionBaseStride],
                        fake_.registers[regs::kRegionLast + i * regs::kRegionLastStride],
                        regs::region_attr::kR.get(attributes) != 0, regs::region_attr::kW.get(attributes) != 0,
                        regs::region_attr::kX.get(attributes) != 0});
    }
    return result;
  }

  std::unique_ptr<FakeBackend> owned_;
  FakeBackend& fake_;
  Device device_;
};

TEST_F(LaunchRegistersTest, EveryRegisterIsWritten) {
  const uint32_t data = device_.allocate(10, "data");
  fake_.final_status = regs::status::kDone.set(1);
  device_.run("fill", {3, 4, 5}, {2, 2, 1}, kernel_args{data, 77}, {.private_bytes = 512, .extra_scratch_bytes = 100});
  auto& r = fake_.registers;
  EXPECT_EQ(r[regs::kEntry], device_.program().entry());
  EXPECT_EQ(r[regs::kKernel], device_.program().function("fill"));
  EXPECT_EQ(r[regs::kPrivateSize], 512U);
  EXPECT_EQ(r[regs::kPrivateBase] % 128, 0U);
  EXPECT_EQ(r[regs::kScratchSize], 100U);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(r[regs::kNumGroups + i * regs::kNumGroupsStride], 3 + i);
    EXPECT_EQ(r[regs::kLocalSize + i * regs::kLocalSizeStride], i < 2 ? 2U : 1U);
  }
  kernel_args args{};
  fake_.read_memory(r[regs::kArgs], std::as_writable_bytes(std::span(&args, 1)));
  EXPECT_EQ(args.data, data);
  EXPECT_EQ(args.value, 77U);
}

TEST_F(LaunchRegistersTest, RegionsGrantExactlyWhatIsThere) {
  const uint32_t data = device_.allocate(10, "data");
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0});
  const auto regions = table();
  const auto has = [&](const Region& wanted) { return std::ranges::find(regions, wanted) != regions.end(); };
  const uint32_t args = fake_.registers[regs::kArgs], private_base = fake_.registers[regs::kPrivateBase];
  EXPECT_TRUE(has({data, data + 9, true, true, false}));
  EXPECT_TRUE(has({args, args + 7, true, false, false}));
  for (const auto& segment : device_.program().segments()) {
    EXPECT_TRUE(has(
        {segment.address, segment.address + segment.memory_bytes - 1, segment.read, segment.write, segment.execute}));
  }
  EXPECT_EQ(regions.size(), device_.program().segments().size() + 2);
  for (const Region& region : regions) EXPECT_FALSE(region.base <= private_base && private_base <= region.last);
}

TEST_F(LaunchRegistersTest, RegionsOfTheLastLaunchAreTakenBack) {
  const uint32_t data = device_.allocate(10, "data");
  fake_.final_status = regs::status::kDone.set(1);
  device_.run("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0});
  const size_t before = table().size();
  device_.free(data);
  device_.run("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0});
  EXPECT_EQ(table().size(), before - 1);
}

TEST_F(LaunchRegistersTest, ManyAllocationsShareRegions) {
  std::vector<uint32_t> blocks;
  for (int i = 0; i < 20; ++i) blocks.push_back(device_.allocate(1000, "block"));
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0});
  const auto regions = table();
  EXPECT_EQ(regions.size(), 8U);
  for (const uint32_t block : blocks) {
    EXPECT_TRUE(std::ranges::any_of(regions, [&](const Region& region) {
      return region.write && region.base <= block && region.last >= block + 999;
    }));
  }
}

TEST_F(LaunchRegistersTest, RejectionIsReported) {
  fake_.final_status = regs::status::kDone.set(1) | regs::status::kRejected.set(1) | regs::status::kReason.set(3);
  expect_error(ErrorKind::kRejected, "the device rejected its scratchpad size",
               [&] { device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0}); });
  EXPECT_FALSE(device_.running());
}

TEST_F(LaunchRegistersTest, TimeoutAborts) {
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0}, {.timeout = 1000});
  expect_error(ErrorKind::kTimeout, "kernel 'fill': still running", [&] { device_.wait(); });
  EXPECT_FALSE(device_.running());
}

TEST_F(LaunchRegistersTest, ADeviceThatDoesNotComeBackIsLost) {
  fake_.abort_works = false;
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0}, {.timeout = 1000});
  expect_error(ErrorKind::kDeviceLost, "did not end", [&] { device_.wait(); });
}

TEST_F(LaunchRegistersTest, ALostDeviceNamesWhoWaitsForMemory) {
  fake_.abort_works = false;
  const uint32_t pc = device_.program().function("fill").value() + 4;
  fake_.pending = PendingRequest{"read of 0x84000040", 0x8400'0040,
                                 LanePosition{.pc = pc, .group = {3, 0, 0}, .local_linear = 2, .lane = 2}};
  device_.launch("fill", {4, 1, 1}, {4, 1, 1}, kernel_args{0, 0}, {.timeout = 1000});
  const auto error = error_of([&] { device_.wait(); });
  ASSERT_TRUE(error && error->fault());
  EXPECT_EQ(error->kind(), ErrorKind::kDeviceLost);
  EXPECT_EQ(error->fault()->address, 0x8400'0040U);
  EXPECT_EQ(error->fault()->symbol, "fill");
  EXPECT_EQ(error->fault()->symbol_offset, 4U);
  for (const char* part : {"kernel 'fill'", "oldest outstanding request: read of 0x84000040", "fill+0x4",
                           "workgroup (3, 0, 0)", "work-item (2, 0, 0)"}) {
    EXPECT_NE(std::string_view(error->what()).find(part), std::string_view::npos) << part << " in: " << error->what();
  }
  EXPECT_FALSE(device_.running());
}

TEST_F(LaunchRegistersTest, MismatchCarriesItsReport) {
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 0});
  fake_.report = "lane 3: expected 1, got 2";
  const auto error = error_of([&] { device_.wait(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kLockstepMismatch);
  EXPECT_EQ(error->report(), "lane 3: expected 1, got 2");
}

TEST(LaunchRegisters, SomethingElseIsNoDevice) {
  auto fake = std::make_unique<FakeBackend>(8);
  fake->registers[regs::kId] = 0xFFFF'FFFF;
  expect_error(ErrorKind::kUnavailable, "not a Heddle device", [&] { Device::open({}, std::move(fake)); });
  fake = std::make_unique<FakeBackend>(8);
  fake->registers[regs::kVersion] = 0x0002'0000;
  expect_error(ErrorKind::kUnavailable, "version 2.0", [&] { Device::open({}, std::move(fake)); });
}

}  // namespace
}  // namespace heddle::driver
