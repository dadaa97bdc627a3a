// Fault reports on the golden model; examples/faults has every cause, here are the words about addresses.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "expect_error.h"
#include "heddle/driver/device.h"
#include "kernel_args.h"

namespace heddle::driver {
namespace {

class FaultTest : public testing::Test {
 protected:
  FaultTest() : device_(Device::open({})) {
    device_.load(HEDDLE_TEST_KERNEL);
    data_ = device_.allocate(100, "data");
  }

  /// The report about a store to `address`.
  std::optional<DeviceError> write_to(uint32_t address) {
    return error_of([&] { device_.run("write", {2, 1, 1}, {16, 1, 1}, kernel_args{address, 1}); });
  }
  void expect_words(uint32_t address, std::string_view cause, std::string_view hint) {
    const auto error = write_to(address);
    ASSERT_TRUE(error && error->fault()) << fmt::format("{:#x}", address);
    const FaultReport& fault = *error->fault();
    EXPECT_EQ(fault.address, address);
    EXPECT_NE(fault.cause_text.find(cause), std::string::npos) << error->what();
    EXPECT_NE(fault.hint.find(hint), std::string::npos) << error->what();
  }

  Device device_;
  uint32_t data_;
};

TEST_F(FaultTest, EveryFieldIsThere) {
  const auto error = write_to(data_ + 100);
  ASSERT_TRUE(error && error->fault());
  EXPECT_EQ(error->kind(), ErrorKind::kFault);
  const FaultReport& fault = *error->fault();
  EXPECT_EQ(fault.cause, 7U);
  EXPECT_EQ(fault.symbol, "write");
  EXPECT_EQ(device_.program().function("write").value() + fault.symbol_offset, fault.pc);
  EXPECT_TRUE(fault.file.ends_with("kernel.c")) << fault.file;
  EXPECT_GT(fault.line, 0U);
  EXPECT_EQ(fault.group, (Size3{1, 0, 0}));
  EXPECT_EQ(fault.local_linear, 1U);
  EXPECT_EQ(fault.local, (Size3{1, 0, 0}));
  EXPECT_EQ(fault.lane, 1U);
  EXPECT_EQ(fault.core, 0U);
  for (const char* part : {"kernel 'write'", "store to an address outside every allocation", "1 byte past the end",
                           "'data'", "kernel.c:", "workgroup (1, 0, 0)", "work-item (1, 0, 0)", "lane 1"}) {
    EXPECT_NE(std::string_view(error->what()).find(part), std::string_view::npos) << part << " in: " << error->what();
  }
}

TEST_F(FaultTest, AddressesAreExplained) {
  const uint32_t code = device_.program().segments().front().address;
  expect_words(data_ - 8, "outside every allocation", "8 bytes before the allocation 'data' of 100 bytes");
  expect_words(data_ + 104, "outside every allocation", "5 bytes past the end of the allocation 'data'");
  expect_words(0, "outside every allocation", "null pointer");
  expect_words(0x7000'0000, "outside every allocation", "nothing is mapped");
  expect_words(code, "read-only memory", "the program's code");
  expect_words(0x1000'0000, "outside the workgroup's scratchpad", "offset 0 in a scratchpad allocation of 0 bytes");
  expect_words(0x4000'1000, "past the private window", "offset 4096 in a window of 4096 bytes");
  expect_words(0x3FFF'FFF0, "stack overflow", "16 bytes below the private window");
  expect_words(0x3F00'0000, "stack overflow", "4096 bytes of private memory");
}

TEST_F(FaultTest, AFreedAllocationIsGone) {
  const uint32_t gone = device_.allocate(1 << 20, "gone");
  device_.free(gone);
  // The driver's own blocks may take its beginning.
  expect_words(gone + (1 << 20) - 4, "outside every allocation", "past the end of the allocation 'data'");
}

TEST_F(FaultTest, TheBackingStoreOfPrivateMemoryIsNobodys) {
  device_.run("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data_, 0});
  const uint32_t private_base = device_.backend().read_register(0x04C);
  expect_words(private_base, "outside every allocation", "private memory of the lanes");
}

TEST_F(FaultTest, TheArgumentBlockIsReadOnly) {
  device_.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{data_, 0});
  const uint32_t args = device_.backend().read_register(0x048);
  device_.wait();
  // The same sizes give the same place.
  expect_words(args, "read-only memory", "the arguments");
}

TEST_F(FaultTest, AKernelThatNeverEndsIsStoppedAndLocated) {
  device_.write(data_, std::vector<uint32_t>{0});
  const auto error =
      error_of([&] { device_.run("spin", {1, 1, 1}, {4, 1, 1}, kernel_args{data_, 0}, {.timeout = 5000}); });
  ASSERT_TRUE(error && error->fault());
  EXPECT_EQ(error->kind(), ErrorKind::kTimeout);
  EXPECT_EQ(error->fault()->symbol, "spin");
  EXPECT_TRUE(error->fault()->file.ends_with("kernel.c")) << error->what();
  EXPECT_GE(device_.last_statistics().cycles, 5000U);
  device_.run("fill", {1, 1, 1}, {4, 1, 1}, kernel_args{data_, 3});
  EXPECT_EQ(device_.read<uint32_t>(data_, 4), (std::vector<uint32_t>{3, 4, 5, 6}));
}

}  // namespace
}  // namespace heddle::driver
