// The host's end of BAR2: accesses of any place and size arrive byte by byte, within the rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "aperture_master.h"
#include "axi_checker.h"
#include "axi_memory.h"

namespace heddle::harness {
namespace {

constexpr uint32_t kBytes = 3 * 4096;  // of the memory; nothing is behind them

class Bytes final : public BeatStore {
 public:
  bool read_beat(uint64_t address, std::span<std::byte> out) const override {
    if (address + out.size() > kBytes) return false;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(address), out.size(), out.begin());
    return true;
  }
  bool write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) override {
    if (address + in.size() > kBytes) return false;
    for (unsigned i = 0; i < in.size(); ++i) {
      if (strobe_bit(strobe, i)) bytes[address + i] = in[i];
    }
    return true;
  }
  std::vector<std::byte> bytes = std::vector<std::byte>(kBytes);
};

struct Shape {
  unsigned beat_bytes;
  bool random;
};

class ApertureMasterTest : public testing::TestWithParam<Shape> {
 protected:
  // Returns the cycles it took.
  unsigned finish() {
    unsigned cycles = 0;
    for (; master_.busy() && cycles < 100'000; ++cycles) {
      const AxiMasterSignals before = master_.outputs();
      const AxiSlaveSignals answer = slave_.outputs();
      checker_.observe(before, answer);
      master_.clock(answer);
      slave_.clock(before);
    }
    EXPECT_FALSE(master_.busy());
    EXPECT_EQ(checker_.outstanding(), 0U);
    return cycles;
  }

  Bytes memory_;
  AxiMemory slave_{{.beat_bytes = GetParam().beat_bytes,
                    .line_bytes = 64,
                    .latency = 5,
                    .random = GetParam().random,
                    .dram = std::nullopt,
                    .seed = 3},
                   memory_};
  ApertureMaster master_{GetParam().beat_bytes, GetParam().random, 5};
  AxiChecker checker_{{.beat_bytes = GetParam().beat_bytes, .ids = 256}};
};

TEST_P(ApertureMasterTest, MovesExactlyTheBytes) {
  std::mt19937 draw(1);
  std::vector<std::byte> expected(kBytes);
  for (int i = 0; i < 300; ++i) {
    const size_t size = 1 + draw() % (i % 4 == 0 ? 6000 : 100), at = draw() % (kBytes - size);
    std::vector<std::byte> bytes(size);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(draw()); });
    if (i % 3 != 0) {
      master_.start_write(static_cast<uint32_t>(at), bytes);
      std::ranges::copy(bytes, expected.begin() + static_cast<std::ptrdiff_t>(at));
      finish();
      ASSERT_TRUE(master_.okay());
      ASSERT_EQ(memory_.bytes, expected) << size << " bytes at " << at;
    } else {
      master_.start_read(static_cast<uint32_t>(at), bytes);
      finish();
      ASSERT_TRUE(master_.okay());
      ASSERT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin() + static_cast<std::ptrdiff_t>(at)));
    }
  }
}

TEST_P(ApertureMasterTest, EndsAtTheFirstBurstThatFails) {
  std::vector<std::byte> bytes(4096, std::byte{7});
  for (const bool write : {true, false}) {
    const auto start = [&](uint32_t at, std::span<std::byte> span) {
      if (write) {
        master_.start_write(at, span);
      } else {
        master_.start_read(at, span);
      }
    };
    start(kBytes - 1024, bytes);
    const unsigned failed = finish();
    EXPECT_FALSE(master_.okay());
    start(0, bytes);
    if (!GetParam().random) {
      EXPECT_GT(finish(), failed) << "the whole of it takes longer";
    }
    finish();
    EXPECT_TRUE(master_.okay()) << "an error is of one access alone";
  }
  EXPECT_EQ(memory_.bytes[kBytes - 1], std::byte{7}) << "what lies before the failing burst is written";
}

INSTANTIATE_TEST_SUITE_P(Shapes, ApertureMasterTest,
                         testing::Values(Shape{8, false}, Shape{8, true}, Shape{64, true}, Shape{128, false}));

}  // namespace
}  // namespace heddle::harness
