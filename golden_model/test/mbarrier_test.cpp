// mbarriers, operation by operation (docs/copy.md).
#include "heddle/model/mbarrier.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace heddle::model {
namespace {

struct Pad {
  std::array<std::uint8_t, 64> bytes{};

  BarrierAnswer operator()(BarrierOp op, std::uint32_t operand, std::uint32_t address = 8) {
    return operate(bytes, 64, op, address, operand);
  }
  std::uint32_t word(unsigned at) const {
    std::uint32_t value;
    std::memcpy(&value, &bytes[at], 4);
    return value;
  }
  void set(unsigned at, std::uint32_t value) { std::memcpy(&bytes[at], &value, 4); }
};

TEST(Mbarrier, LayoutAfterEachOperation) {
  Pad pad;
  EXPECT_EQ(pad(BarrierOp::kInit, 3).error, 0u);
  EXPECT_EQ(pad.word(8), 0x0003'0003u);
  EXPECT_EQ(pad.word(12), 0u);
  pad(BarrierOp::kArrive, 100);
  EXPECT_EQ(pad.word(8), 0x0002'0003u);
  EXPECT_EQ(pad.word(12), 100u);
  pad(BarrierOp::kComplete, 120);  // bytes may come before they are expected
  EXPECT_EQ(pad.word(12), static_cast<std::uint32_t>(-20));
  pad(BarrierOp::kExpect, 20);
  EXPECT_EQ(pad.word(12), 0u);
  EXPECT_EQ(pad.word(8), 0x0002'0003u);
  pad(BarrierOp::kArrive, 0);
  const BarrierAnswer last = pad(BarrierOp::kArrive, 0);
  EXPECT_TRUE(last.ended);
  EXPECT_EQ(last.phase, 0u);
  EXPECT_EQ(pad.word(8), 0x8003'0003u);
}

TEST(Mbarrier, APhaseEndsWithItsLastBytes) {
  Pad pad;
  pad(BarrierOp::kInit, 1);
  EXPECT_FALSE(pad(BarrierOp::kArrive, 64).ended);
  EXPECT_FALSE(pad(BarrierOp::kTest, 0).over);
  EXPECT_TRUE(pad(BarrierOp::kTest, 1).over);
  EXPECT_TRUE(pad(BarrierOp::kComplete, 64).ended);
  EXPECT_TRUE(pad(BarrierOp::kWait, 0).over);
  EXPECT_TRUE(pad(BarrierOp::kTest, 2).over) << "only bit 0 counts";
  EXPECT_FALSE(pad(BarrierOp::kTest, 3).over);
  EXPECT_EQ(pad(BarrierOp::kArrive, 0).phase, 1u);
  EXPECT_EQ(pad.word(8) >> 31, 0u);
}

TEST(Mbarrier, Errors) {
  Pad pad;
  EXPECT_EQ(pad(BarrierOp::kTest, 0, 4).error, 1u);
  EXPECT_EQ(pad(BarrierOp::kTest, 0, 64).error, 1u);
  EXPECT_EQ(pad(BarrierOp::kInit, 0, 60).error, 1u) << "the address comes first";
  EXPECT_EQ(pad(BarrierOp::kInit, 0).error, 2u);
  EXPECT_EQ(pad(BarrierOp::kInit, 32'768).error, 2u);
  EXPECT_EQ(pad(BarrierOp::kInit, 32'767).error, 0u);
  for (const std::uint32_t word : {0x0000'0000u, 0x0001'8001u, 0x0002'0001u}) {
    pad.set(8, word);
    for (const BarrierOp op :
         {BarrierOp::kArrive, BarrierOp::kExpect, BarrierOp::kComplete, BarrierOp::kTest, BarrierOp::kWait}) {
      EXPECT_EQ(pad(op, 0).error, 3u) << word;
    }
    EXPECT_EQ(pad.word(8), word);
  }
  pad(BarrierOp::kInit, 1);
  pad(BarrierOp::kArrive, 8);
  EXPECT_EQ(pad(BarrierOp::kArrive, 0).error, 4u);
  EXPECT_EQ(pad(BarrierOp::kArrive, 1u << 30).error, 4u) << "too many comes before bytes";
  EXPECT_EQ(pad.word(12), 8u);
  EXPECT_EQ(pad(BarrierOp::kExpect, 1u << 30).error, 5u);
  EXPECT_EQ(pad(BarrierOp::kExpect, (1u << 30) - 8).error, 5u);
  EXPECT_EQ(pad(BarrierOp::kExpect, (1u << 30) - 9).error, 0u);
  pad(BarrierOp::kInit, 1);
  EXPECT_EQ(pad(BarrierOp::kComplete, (1u << 30) - 1).error, 0u);
  EXPECT_EQ(pad(BarrierOp::kComplete, 1).error, 0u);
  EXPECT_EQ(pad(BarrierOp::kComplete, 1).error, 5u);
}

}  // namespace
}  // namespace heddle::model
