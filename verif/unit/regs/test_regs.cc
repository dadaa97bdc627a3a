// The generated register block against the generated table of registers: a model of a few lines, driven with random
// reads and writes, and directed tests of what matters most.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "Vregs_bench.h"
#include "heddle/generated/configuration.h"
#include "heddle/generated/registers.h"

namespace heddle {
namespace {

// The bench's configuration (CMakeLists.txt).
const Configuration& shape() {
  static const Configuration configuration = Configuration::parse("edge:regions=5");
  return configuration;
}

class RegsTest : public testing::Test {
 protected:
  RegsTest() {
    bench_.rst_ni = 0;
    clock();
    bench_.rst_ni = 1;
    bench_.wr_strb_i = 15;
    clock();
  }

  void clock() {
    bench_.clk_i = 0;
    bench_.eval();
    bench_.clk_i = 1;
    bench_.eval();
  }

  // One write; returns whether it was refused. The commands of that cycle are in control_ and clear_.
  bool write(uint32_t offset, uint32_t data, unsigned strobe = 15) {
    bench_.clk_i = 0;
    bench_.wr_en_i = 1;
    bench_.wr_addr_i = offset;
    bench_.wr_data_i = data;
    bench_.wr_strb_i = strobe;
    bench_.eval();
    const bool error = bench_.wr_error_o;
    control_ = bench_.control_o;
    clear_ = bench_.interrupt_clear_o;
    bench_.clk_i = 1;
    bench_.eval();
    bench_.wr_en_i = 0;
    bench_.eval();
    EXPECT_EQ(bench_.control_o, 0);
    EXPECT_EQ(bench_.interrupt_clear_o, 0);
    return error;
  }

  struct Read {
    uint32_t data;
    bool error;
    bool operator==(const Read&) const = default;
  };

  Read read(uint32_t offset) {
    bench_.rd_addr_i = offset;
    bench_.eval();
    return {bench_.rd_data_o, bench_.rd_error_o != 0};
  }

  // What hardware sees of a rw register.
  uint32_t mirror(uint32_t offset) {
    bench_.mirror_addr_i = offset;
    bench_.eval();
    return bench_.mirror_o;
  }

  static uint32_t strobe_bits(unsigned strobe) {
    uint32_t bits = 0;
    for (unsigned i = 0; i < 4; ++i) bits |= (strobe >> i & 1) ? 0xffu << (8 * i) : 0;
    return bits;
  }

  // Does the entry at this offset exist in the bench's configuration?
  static bool exists(const regs::RegisterInfo& info, uint32_t offset) {
    const bool region = info.offset >= regs::kRegionBase;
    return !region || (offset - info.offset) / info.stride < shape().regions;
  }

  static uint32_t constant(uint32_t offset, uint32_t otherwise) {
    switch (offset) {
      case regs::kId: return 0x48454444;
      case regs::kVersion: return 0x00010000;
      case regs::kShape:
        return regs::shape::kLanes.set(shape().lanes) | regs::shape::kWarps.set(shape().warps) |
               regs::shape::kCores.set(shape().cores) | regs::shape::kRegions.set(shape().regions);
      case regs::kScratchpadBytes: return shape().scratchpad_bytes;
      case regs::kLineBytes: return shape().line_bytes;
      case regs::kEngines:
        return regs::engines::kCopy.set(shape().copy_engine) | regs::engines::kMatrixFp8.set(shape().matrix_fp8) |
               regs::engines::kMatrixFp4.set(shape().matrix_fp4) | regs::engines::kMatrixDim.set(shape().matrix_dim);
      case regs::kLaunches:
        return regs::launches::kCount.set(shape().launches) | regs::launches::kStride.set(regs::launches::kStrideValue);
      default: return otherwise;
    }
  }

  Vregs_bench bench_;
  unsigned control_ = 0;
  unsigned clear_ = 0;
};

TEST_F(RegsTest, ResetValuesAndConstants) {
  bench_.hw_value_i = 0x1234'5678;
  for (const regs::RegisterInfo& info : regs::kRegisters) {
    for (uint32_t i = 0; i < info.count; ++i) {
      const uint32_t offset = info.offset + i * info.stride;
      uint32_t expected = 0;
      if (info.access == regs::Access::ReadWrite) expected = info.reset;
      if (info.access == regs::Access::ReadOnly) expected = constant(offset, (0x1234'5678 + offset) & info.mask);
      EXPECT_EQ(read(offset), (Read{expected, false})) << info.name << "[" << i << "]";
    }
  }
}

TEST_F(RegsTest, UnlistedAndUnalignedOffsetsAreErrors) {
  std::vector<uint32_t> offsets;
  for (uint32_t offset = 0; offset < 0x2000; ++offset) offsets.push_back(offset);
  // Aliases of a register in the upper address bits.
  for (unsigned bit = 12; bit < 32; ++bit) offsets.push_back(regs::kEntry | 1u << bit);
  for (const uint32_t offset : offsets) {
    const bool listed = regs::find_register(offset) != nullptr;
    EXPECT_EQ(read(offset).error, !listed) << std::hex << offset;
    if (!listed) EXPECT_EQ(read(offset).data, 0u) << std::hex << offset;
    EXPECT_EQ(write(offset, 0), !listed) << std::hex << offset;
  }
}

TEST_F(RegsTest, EntriesPastTheConfiguredNumberReadZero) {
  for (uint32_t i = 0; i < regs::kRegionBaseCount; ++i) {
    EXPECT_FALSE(write(regs::kRegionBase + i * regs::kRegionBaseStride, 0xdead'0000 + i));
    EXPECT_FALSE(write(regs::kRegionAttr + i * regs::kRegionAttrStride, ~0u));
  }
  for (uint32_t i = 0; i < regs::kRegionBaseCount; ++i) {
    const bool implemented = i < shape().regions;
    EXPECT_EQ(read(regs::kRegionBase + i * regs::kRegionBaseStride).data, implemented ? 0xdead'0000 + i : 0);
    EXPECT_EQ(read(regs::kRegionAttr + i * regs::kRegionAttrStride).data, implemented ? 7u : 0u);
  }
}

TEST_F(RegsTest, Commands) {
  EXPECT_FALSE(write(regs::kControl, 1));
  EXPECT_EQ(control_, 1u);
  EXPECT_FALSE(write(regs::kControl, 2));
  EXPECT_EQ(control_, 2u);
  EXPECT_FALSE(write(regs::kControl, 3, 0xe)) << "byte 0 is not written";
  EXPECT_EQ(control_, 0u);
  EXPECT_FALSE(write(regs::kInterruptClear, 1));
  EXPECT_EQ(clear_, 1u);
  EXPECT_EQ(control_, 0u);
}

TEST_F(RegsTest, WhileBusy) {
  EXPECT_FALSE(write(regs::kEntry, 0x8000'0000));
  bench_.busy_i = 1;
  EXPECT_TRUE(write(regs::kEntry, 4));
  EXPECT_EQ(read(regs::kEntry), (Read{0x8000'0000, false}));
  EXPECT_TRUE(write(regs::kRegionAttr + 16, 7));
  EXPECT_TRUE(write(regs::kControl, 1)) << "start";
  EXPECT_EQ(control_, 0u);
  EXPECT_TRUE(write(regs::kControl, 3)) << "start and abort: nothing of a refused write happens";
  EXPECT_EQ(control_, 0u);
  EXPECT_FALSE(write(regs::kControl, 2)) << "abort";
  EXPECT_EQ(control_, 2u);
  EXPECT_FALSE(write(regs::kInterruptEnable, 1));
  EXPECT_EQ(mirror(regs::kInterruptEnable), 1u);
  bench_.busy_i = 0;
  EXPECT_FALSE(write(regs::kEntry, 4));
  EXPECT_EQ(mirror(regs::kEntry), 4u);
}

TEST_F(RegsTest, RandomAccessesAgreeWithTheTable) {
  std::mt19937 random(1);
  std::map<uint32_t, uint32_t> stored;
  for (int step = 0; step < 200'000 && !HasFailure(); ++step) {
    const regs::RegisterInfo& chosen = regs::kRegisters[random() % regs::kRegisterCount];
    uint32_t offset = chosen.offset + (random() % chosen.count) * chosen.stride;
    if (random() % 8 == 0) offset = random() & 0xfff;
    const regs::RegisterInfo* info = regs::find_register(offset);
    bench_.hw_value_i = random();
    bench_.busy_i = random() % 4 == 0;
    if (random() % 2 != 0) {
      const uint32_t data = random();
      const unsigned strobe = random() % 4 == 0 ? random() & 15 : 15;
      const uint32_t bits = strobe_bits(strobe);
      bool refused = info == nullptr;
      if (info != nullptr && bench_.busy_i) {
        refused =
            info->access == regs::Access::ReadWrite ? info->locked_mask != 0 : (data & bits & info->locked_mask) != 0;
      }
      ASSERT_EQ(write(offset, data, strobe), refused) << std::hex << offset;
      if (!refused && info->access == regs::Access::ReadWrite && exists(*info, offset)) {
        stored[offset] = ((data & bits) | (stored[offset] & ~bits)) & info->mask;
        ASSERT_EQ(mirror(offset), stored[offset]) << info->name;
      }
      ASSERT_EQ(control_, refused || offset != regs::kControl ? 0u : data & bits & 3) << std::hex << offset;
      ASSERT_EQ(clear_, refused || offset != regs::kInterruptClear ? 0u : data & bits & 1) << std::hex << offset;
    }
    Read expected{0, info == nullptr};
    if (info != nullptr && info->access == regs::Access::ReadWrite) expected.data = stored[offset];
    if (info != nullptr && info->access == regs::Access::ReadOnly) {
      expected.data = constant(offset, (bench_.hw_value_i + offset) & info->mask);
    }
    ASSERT_EQ(read(offset), expected) << std::hex << offset;
  }
}

TEST_F(RegsTest, Reset) {
  write(regs::kEntry, 5);
  write(regs::kRegionLast, 6);
  bench_.rst_ni = 0;
  bench_.eval();
  bench_.rst_ni = 1;
  EXPECT_EQ(read(regs::kEntry).data, 0u);
  EXPECT_EQ(read(regs::kRegionLast).data, 0u);
}

}  // namespace
}  // namespace heddle
