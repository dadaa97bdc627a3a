#include "heddle/driver/allocator.h"

#include <gtest/gtest.h>

#include "heddle/driver/error.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kBase = 0x9000'0000;
constexpr uint64_t kBytes = 1 << 20;

/// The kind of the DeviceError that `call` throws; fails the test if it throws none.
template <typename Call>
ErrorKind kind_of(const Call& call) {
  try {
    call();
  } catch (const DeviceError& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::kDeviceLost;
}

TEST(Allocator, KeepsGuardsAroundEveryBlock) {
  Allocator allocator(kBase, kBytes);
  const uint32_t a = allocator.allocate(100, 128, "a");
  const uint32_t b = allocator.allocate(1, 128, "b");
  EXPECT_GE(a, kBase + Allocator::kGuardBytes);
  EXPECT_GE(b, a + 100 + Allocator::kGuardBytes);
  EXPECT_FALSE(allocator.find(a + 100)) << "the block is exactly as large as asked";
  EXPECT_EQ(allocator.find(a + 99)->label, "a");
  EXPECT_FALSE(allocator.find(b - 1));
}

TEST(Allocator, Aligns) {
  Allocator allocator(kBase + 4, kBytes);
  for (uint32_t alignment = 1; alignment <= 65536; alignment *= 2) {
    EXPECT_EQ(allocator.allocate(3, alignment, "") % alignment, 0U) << alignment;
  }
}

TEST(Allocator, ReusesAFreedGap) {
  Allocator allocator(kBase, kBytes);
  const uint32_t a = allocator.allocate(1000, 128, "a");
  const uint32_t b = allocator.allocate(1000, 128, "b");
  allocator.allocate(1000, 128, "c");
  allocator.free(b);
  EXPECT_EQ(allocator.allocate(900, 128, "d"), b);
  allocator.free(a);
  EXPECT_NE(allocator.allocate(1000 + 2 * Allocator::kGuardBytes, 128, "e"), a) << "too large for the gap";
  EXPECT_EQ(allocator.allocate(10, 128, "f"), a);
}

TEST(Allocator, RefusesWhatDoesNotFit) {
  Allocator allocator(kBase, kBytes);
  EXPECT_EQ(kind_of([&] { allocator.allocate(kBytes, 128, "all"); }), ErrorKind::kOutOfMemory) << "no room for guards";
  EXPECT_EQ(kind_of([&] { allocator.allocate(~uint64_t{0}, 128, "huge"); }), ErrorKind::kOutOfMemory);
  const uint32_t most = allocator.allocate(kBytes - 2 * Allocator::kGuardBytes, 128, "most");
  EXPECT_EQ(most, kBase + Allocator::kGuardBytes);
  EXPECT_EQ(kind_of([&] { allocator.allocate(1, 1, "more"); }), ErrorKind::kOutOfMemory);
  allocator.free(most);
  EXPECT_EQ(allocator.used(), 0U);
}

TEST(Allocator, ReachesTheEndOfTheAddressSpace) {
  Allocator allocator(0xFFFF'0000, 0x1'0000);
  const uint32_t block = allocator.allocate(0x1'0000 - 2 * Allocator::kGuardBytes, 128, "");
  EXPECT_EQ(allocator.find(0xFFFF'FFFF - Allocator::kGuardBytes)->base, block);
  EXPECT_FALSE(allocator.find(0xFFFF'FFFF));
}

TEST(Allocator, RefusesBadArguments) {
  Allocator allocator(kBase, kBytes);
  EXPECT_EQ(kind_of([&] { allocator.allocate(0, 128, ""); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([&] { allocator.allocate(1, 3, ""); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([&] { allocator.free(kBase); }), ErrorKind::kInvalidArgument);
  const uint32_t a = allocator.allocate(8, 128, "a");
  EXPECT_EQ(kind_of([&] { allocator.free(a + 4); }), ErrorKind::kInvalidArgument);
  allocator.free(a);
  EXPECT_EQ(kind_of([&] { allocator.free(a); }), ErrorKind::kInvalidArgument) << "freed twice";
}

TEST(Allocator, FindsTheNearestBlockThatKernelsMayUse) {
  Allocator allocator(kBase, kBytes);
  EXPECT_FALSE(allocator.nearest(kBase));
  const uint32_t a = allocator.allocate(64, 128, "a");
  allocator.allocate(64, 128, "driver", false);
  const uint32_t c = allocator.allocate(64, 128, "c");
  EXPECT_EQ(allocator.nearest(a + 64)->label, "a");
  EXPECT_EQ(allocator.nearest(c - 1)->label, "c");
  EXPECT_EQ(allocator.nearest(0)->label, "a");
  EXPECT_EQ(allocator.nearest(0xFFFF'FFFF)->label, "c");
}

}  // namespace
}  // namespace heddle::driver
