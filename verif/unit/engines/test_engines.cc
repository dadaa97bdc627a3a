// Products of matrices in device memory by the engines of a cluster together, as a kernel's producer and consumer do
// it: the copy engine brings tiles into the two halves of a buffer, the matrix engine computes, each tells the other on
// mbarriers. Against the golden model.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <vector>

#include "engine_command.h"
#include "engines_driver.h"
#include "heddle/matrix/dot.h"

namespace heddle::engines_test {
namespace {

using matrix::Element;

constexpr unsigned kTile = 4 * kDim;             // rows and columns of a buffer of accumulators
constexpr std::uint32_t kFull = 0, kEmpty = 16;  // mbarriers, two of each
constexpr std::uint32_t kDescriptors = 256;      // 128 bytes each
constexpr std::uint32_t kOperands = 1024;        // of a stage: A, B
constexpr std::uint32_t kA = 0, kB = 0x4'0000;   // in memory

struct Product {
  unsigned rows = kTile, columns = kTile, k = 64;  // k: elements
  unsigned groups = 2;                             // of K in a stage
  Element element = Element::kFp16;
};

class Multiplier {
 public:
  Multiplier(EnginesDriver& driver, const Product& product, std::uint32_t seed)
      : driver_(driver), product_(product), random_(seed) {
    bytes_ = 32 / matrix::group_elements(product.element);
    row_bytes_ = product.k * bytes_;
    stage_row_ = 32 * product.groups;
    for (unsigned r = 0; r < product.rows; ++r) fill(kA + r * row_bytes_);
    for (unsigned c = 0; c < product.columns; ++c) fill(kB + c * row_bytes_);
  }

  // Two stages ahead of the matrix engine.
  void run() {
    const unsigned stages = (row_bytes_ + stage_row_ - 1) / stage_row_;
    for (unsigned s = 0; s < 2; ++s) {
      ASSERT_EQ(driver_.barrier(BarrierOp::kInit, kFull + 8 * s, 1).error, 0u);
      ASSERT_EQ(driver_.barrier(BarrierOp::kInit, kEmpty + 8 * s, 1).error, 0u);
    }
    for (unsigned stage = 0; stage < stages + 1; ++stage) {
      if (stage < stages) produce(stage);
      if (stage > 0) consume(stage - 1);
    }
    const unsigned last = stages - 1;
    driver_.wait(kEmpty + 8 * (last % 2), last / 2 % 2);
  }

  void compare() {
    const matrix::Format format{product_.element, product_.element, matrix::Scale::kNone};
    for (unsigned row = 0; row < kTile; ++row) {
      for (unsigned column = 0; column < kTile; column += kLanes) {
        const std::vector<std::uint32_t> words = driver_.window(row * kTile + column);
        for (unsigned l = 0; l < kLanes; ++l) {
          const auto a = groups(kA, row, product_.rows), b = groups(kB, column + l, product_.columns);
          ASSERT_EQ(words.at(l), matrix::accumulate(format, a, b, 0)) << "row " << row << ", column " << column + l;
        }
      }
    }
  }

 private:
  void fill(std::uint32_t at) {
    for (unsigned b = 0; b < row_bytes_; b += 2) {
      std::uint32_t half = random_() & 0xFFFF;
      if (product_.element == Element::kFp16) half = (half & 0x83FF) | (9 + random_() % 12) << 10;  // no infinities
      driver_.memory[at + b] = static_cast<std::uint8_t>(half);
      driver_.memory[at + b + 1] = static_cast<std::uint8_t>(half >> 8);
    }
  }

  std::uint32_t operand(unsigned stage, unsigned which) const {
    return kOperands + (2 * (stage % 2) + which) * kTile * stage_row_;
  }

  void describe(std::uint32_t at, const std::vector<std::uint32_t>& words) {
    for (unsigned w = 0; w < words.size(); ++w) driver_.store(at + 4 * w, words[w]);
  }

  void load(unsigned stage, unsigned which) {
    std::vector<std::uint32_t> d(32);
    d[0] = 2 | (bytes_ == 1 ? 0u : bytes_ == 2 ? 1u : 2u) << 3 | 1u << 12 | (2 * stage + which) << 16;
    d[1] = kMemoryBase + (which == 0 ? kA : kB);
    d[2] = product_.k;
    d[3] = which == 0 ? product_.rows : product_.columns;
    d[7] = row_bytes_;
    d[11] = stage_row_ / bytes_;
    d[12] = kTile;
    d[16] = stage * d[11];
    d[21] = operand(stage, which);
    d[22] = kFull + 8 * (stage % 2);
    const std::uint32_t at = kDescriptors + 128 * which;
    describe(at, d);
    driver_.copy(at);
  }

  void produce(unsigned stage) {
    const unsigned half = stage % 2;
    if (stage >= 2) driver_.wait(kEmpty + 8 * half, (stage / 2 - 1) % 2);
    ASSERT_EQ(driver_.barrier(BarrierOp::kArrive, kFull + 8 * half, 2 * kTile * stage_row_).error, 0u);
    load(stage, 0);
    load(stage, 1);
  }

  void consume(unsigned stage) {
    const unsigned half = stage % 2;
    driver_.wait(kFull + 8 * half, stage / 2 % 2);
    matrix_test::Command command;
    command.format = {product_.element, product_.element, matrix::Scale::kNone};
    command.a = {operand(stage, 0), stage_row_, 0, 0, false};
    command.b = {operand(stage, 1), stage_row_, 0, 0, false};
    command.rows = command.columns = kTile;
    command.groups = product_.groups;
    command.accumulate = stage != 0;
    command.arrive = true;
    command.id = static_cast<std::uint16_t>(stage);
    command.barrier = kEmpty + 8 * half;
    const matrix_test::Descriptor words = matrix_test::encode(command);
    const std::uint32_t at = kDescriptors + 256;
    describe(at, {words.begin(), words.end()});
    driver_.matrix(at);
  }

  // Zero outside of the matrix.
  std::vector<matrix::Group> groups(std::uint32_t base, unsigned row, unsigned rows) const {
    const unsigned stages = (row_bytes_ + stage_row_ - 1) / stage_row_;
    std::vector<matrix::Group> result(stages * product_.groups);
    for (unsigned b = 0; b < row_bytes_ && row < rows; ++b) {
      result[b / 32].bytes[b % 32] = driver_.memory[base + row * row_bytes_ + b];
    }
    return result;
  }

  EnginesDriver& driver_;
  Product product_;
  std::mt19937 random_;
  unsigned bytes_ = 0, row_bytes_ = 0, stage_row_ = 0;
};

unsigned seeds() {
  const char* given = std::getenv("ENGINES_SEEDS");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : 6;
}

TEST(Engines, Products) {
  for (unsigned seed = 1; seed <= seeds() && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    Product product;
    constexpr std::array<Element, 3> kElements{Element::kFp16, Element::kInt8, Element::kTf32};
    product.element = kElements[seed % 3];
    product.rows = 1 + random() % kTile;
    product.columns = 1 + random() % kTile;
    product.k = 4 * (1 + random() % 80);
    product.groups = 1 + random() % 4;
    EnginesDriver driver(seed);
    driver.memory_delay = seed % 4 * 50;
    driver.refuse = seed % 3 == 0 ? 0 : 3;
    driver.owner = random() % kWarps;
    Multiplier multiplier(driver, product, seed);
    multiplier.run();
    EXPECT_TRUE(driver.drain().empty());
    multiplier.compare();
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
}

// How long the array computes, of the time from the first operation to the last: a lane that stores its descriptors
// word by word.
TEST(Engines, Utilisation) {
  EnginesDriver driver(1);
  driver.memory_delay = 10;
  driver.refuse = 0;
  Product product;
  product.k = 4096;
  product.groups = 8;
  Multiplier multiplier(driver, product, 1);
  const std::uint64_t begin = driver.cycles();
  multiplier.run();
  const std::uint64_t cycles = driver.cycles() - begin;
  multiplier.compare();
  const unsigned groups = product.k / 16, computing = groups * kTile * kTile / (kDim * kDim / 8);
  std::printf("16 x 16 x %u, fp16: %u of %llu cycles, %.1f %%\n", product.k, computing,
              static_cast<unsigned long long>(cycles), 100.0 * computing / static_cast<double>(cycles));
  EXPECT_GE(10 * computing, 8 * cycles);
}

TEST(Engines, Faults) {
  EnginesDriver driver(1);
  // A copy of a bad rank; what comes after it of the same workgroup.
  for (unsigned w = 0; w < 32; ++w) driver.store(kDescriptors + 4 * w, 0);
  driver.store(kDescriptors, 6 | 0x1234u << 16);
  driver.copy(kDescriptors);
  driver.copy(kDescriptors);
  EXPECT_EQ(driver.drain(), (std::vector<Fault>{{1, 0, 0x1234, 2, 0}, {1, 0, 0x1234, 1, 0}}));
  // A matrix command of a bad format.
  for (unsigned w = 0; w < 16; ++w) driver.store(kDescriptors + 4 * w, 0);
  driver.store(kDescriptors, 7 | 0x77u << 16);
  driver.matrix(kDescriptors);
  const std::vector<Fault> faults = driver.drain();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].engine, 1u);
  EXPECT_EQ(faults[0].id, 0x77u);
  EXPECT_EQ(faults[0].cause, 2u);
  // A fill that completes where there is no mbarrier: the bytes are there, the completion fails.
  driver.owner = 2;
  for (unsigned w = 0; w < 32; ++w) driver.store(kDescriptors + 4 * w, 0);
  driver.store(kDescriptors, 1 | 2u << 3 | 2u << 6 | 1u << 12 | 5u << 16);
  driver.store(kDescriptors + 4 * 11, 8);
  driver.store(kDescriptors + 4 * 21, 2048);
  driver.store(kDescriptors + 4 * 22, 512);
  driver.store(kDescriptors + 4 * 31, 0xCAFE'F00D);
  driver.store(512, 0);
  driver.store(516, 0);
  driver.copy(kDescriptors);
  EXPECT_EQ(driver.drain(), (std::vector<Fault>{{2, 2, 5, 3, 512, 0, 0, 0, 3}}));
  EXPECT_EQ(driver.load(2048), 0xCAFE'F00Du);
  EXPECT_EQ(driver.load(2048 + 28), 0xCAFE'F00Du);
}

// Rows of bytes to and from memory anywhere, for workgroups, lanes and pcs of all kinds; one in four has bytes that no
// region allows. Bytes, mbarriers and faults.
TEST(Engines, CopiesOfAnybody) {
  EnginesDriver driver(5);
  std::mt19937 random(5);
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  constexpr std::uint32_t kBarrier = 128, kData = 512;
  for (unsigned n = 0; n < 500 && !HasFailure(); ++n) {
    driver.owner = pick(kWarps);
    driver.forget();
    driver.base = 256 * pick(64);
    driver.size = 0x4000;
    driver.origin = {static_cast<std::uint32_t>(random()) & ~3u, pick(kWarps), pick(kLanes), pick(4), pick(2) != 0};
    driver.memory_base = kMemoryBase + kMemoryBytes * pick(0x800);
    const bool store = pick(2) != 0, complete = pick(2) != 0, wild = pick(4) == 0;
    const unsigned bytes = 4 * (1 + pick(64)), outside = wild ? 1 + pick(bytes) : 0, id = pick(0x1'0000);
    // Wild ones end behind the region, but for those that would end behind all memory.
    const std::uint32_t at = wild ? kMemoryBytes - bytes + outside : pick(kMemoryBytes - bytes);
    if (wild && driver.memory_base + kMemoryBytes == 0) continue;
    const std::uint32_t to = kData + 16 * pick(0x300);
    for (unsigned b = 0; b < bytes - outside; ++b) driver.memory[at + b] = static_cast<std::uint8_t>(random());
    std::vector<std::uint32_t> before;
    for (unsigned b = 0; b < bytes; b += 4) {
      before.push_back(static_cast<std::uint32_t>(random()));
      driver.store(to + b, before.back());
    }
    ASSERT_EQ(driver.barrier(BarrierOp::kInit, kBarrier, 1).error, 0u);
    ASSERT_EQ(driver.barrier(BarrierOp::kArrive, kBarrier, complete ? bytes : 0).error, 0u);
    std::vector<std::uint32_t> d(32);
    d[0] = 1 | (store ? 1u : 0u) << 6 | (complete ? 1u : 0u) << 12 | id << 16;
    d[1] = driver.memory_base + at;
    d[2] = d[11] = bytes;
    d[21] = to;
    d[22] = complete ? kBarrier : 0;
    for (unsigned w = 0; w < d.size(); ++w) driver.store(4 * w, d[w]);
    driver.copy(0);
    std::vector<Fault> expected;
    if (wild) {
      expected = {{driver.owner, 0, id, 6, driver.memory_base + kMemoryBytes, driver.origin.pc, driver.origin.warp,
                   driver.origin.lane}};
    } else if (complete) {
      driver.wait(kBarrier, 0);
    }
    ASSERT_EQ(driver.drain(), expected) << n;
    for (unsigned b = 0; b < bytes; ++b) {
      const auto had = static_cast<std::uint8_t>(before[b / 4] >> b % 4 * 8);
      const bool moved = b < bytes - outside;
      if (store) {
        if (moved) ASSERT_EQ(driver.memory[at + b], had) << n << ", byte " << b;
        continue;
      }
      const auto found = static_cast<std::uint8_t>(driver.load(to + b / 4 * 4) >> b % 4 * 8);
      ASSERT_EQ(found, moved ? driver.memory[at + b] : had) << n << ", byte " << b;
    }
  }
}

// A fault names the command, its workgroup, and the lane that gave it, whatever else the descriptor says.
TEST(Engines, FaultsNameTheCommand) {
  EnginesDriver driver(4);
  std::mt19937 random(4);
  std::set<unsigned> copy_faulted, matrix_faulted;  // workgroups, by engine
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  for (unsigned n = 0; n < 1200 && !HasFailure(); ++n) {
    driver.owner = pick(kWarps);
    driver.base = 256 * pick(64);
    driver.size = 0x4000 - pick(16);
    driver.origin = {static_cast<std::uint32_t>(random()) & ~3u, pick(kWarps), pick(kLanes), pick(8) == 0 ? pick(4) : 3,
                     pick(2) != 0};
    if (pick(4) != 0) {
      driver.forget();
      copy_faulted.erase(driver.owner);
      matrix_faulted.erase(driver.owner);
    }
    matrix_test::Descriptor words;
    for (std::uint32_t& word : words) word = random();
    // Most commands of the matrix engine have a format, so that the rest is looked at; their operands are few and near.
    const bool matrix = pick(2) != 0;
    if (matrix && pick(4) != 0) {
      const bool scaled = pick(2) != 0, arrive = pick(4) == 0;
      words[0] = (words[0] & 0xFFFF'0C00) | (scaled ? 0x6D : 0x12) | (arrive ? 0x1000 : 0);
      const unsigned most = pick(4) == 0 ? 5 : 2;  // blocks; two fit wherever they begin
      words[1] = 4 * (1 + pick(most)) | 4 * (1 + pick(most)) << 16;
      words[2] = pick(4) == 0 ? words[2] & 0xFFFF : 1 + pick(3);
      words[3] = 4 * pick(3) | 4 * pick(3) << 16;
      for (unsigned w = 4; w < 12; ++w) {
        if (pick(16) != 0) words[w] &= pick(8) == 0 ? 0x3'FFE0 : 0x3E0;
      }
      words[12] = pick(2) == 0 ? words[12] | 1 : driver.size;  // never an mbarrier
      words[13] = words[14] = words[15] = 0;
    }
    if (!matrix) words[0] = (words[0] & ~7u) | (pick(2) != 0 ? 0 : 6 + pick(2));  // no rank
    for (unsigned w = 0; w < 32; ++w) driver.store(4 * w, w < words.size() ? words[w] : random());
    std::vector<Fault> expected;
    const auto expect = [&](unsigned engine, unsigned id, unsigned cause, std::uint32_t value, unsigned operand) {
      const Origin& origin = driver.origin;
      expected = {{driver.owner, engine, id, cause, value, origin.pc, origin.warp, origin.lane, operand}};
    };
    if (matrix) {
      const auto fault = matrix_test::check(words, {driver.owner, driver.base, driver.size, driver.origin.buffers},
                                            kDim, matrix_faulted);
      if (fault) expect(1, fault->id, fault->cause, fault->value, fault->operand);
      driver.matrix(0);
    } else {
      expect(0, words[0] >> 16, copy_faulted.contains(driver.owner) ? 1 : 2, 0, 0);
      copy_faulted.insert(driver.owner);
      driver.copy(0);
    }
    EXPECT_EQ(driver.drain(), expected) << n;
  }
}

}  // namespace
}  // namespace heddle::engines_test
