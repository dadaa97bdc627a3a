// copy_walk: every byte of a box, in order, must be where docs/copy.md says, computed for each element from its
// indices.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

#include "Vwalk_bench.h"

namespace heddle::copy_test {
namespace {

constexpr unsigned kRank = 5;

struct Box {
  unsigned element = 0;  // 2^n bytes
  std::uint32_t base = 0, scratch = 0;
  std::array<std::uint32_t, kRank> size{1, 1, 1, 1, 1}, box{1, 1, 1, 1, 1};
  std::array<std::int32_t, kRank> first{};
  std::array<std::uint32_t, kRank> stride{};  // bytes; [0] is the element's size
};

class Walk {
 public:
  Walk() : top_(std::make_unique<Vwalk_bench>(&context_)) {
    top_->rst_ni = 0;
    clock();
    clock();
    top_->rst_ni = 1;
  }
  ~Walk() { top_->final(); }

  // Compares all runs of a box; returns how many there were.
  unsigned compare(const Box& box, std::mt19937& random) {
    top_->element_i = box.element;
    top_->base_i = box.base;
    top_->scratch_i = box.scratch;
    for (unsigned d = 0; d < kRank; ++d) {
      top_->size_i[d] = box.size[d];
      top_->first_i[d] = static_cast<std::uint32_t>(box.first[d]);
      if (d != 0) top_->stride_i[d - 1] = box.stride[d];
    }
    top_->box_i[0] = box.box[0] | box.box[1] << 16;
    top_->box_i[1] = box.box[2] | box.box[3] << 16;
    top_->box_i[2] = box.box[4];
    top_->valid_i = 1;
    top_->ready_i = 0;
    low();
    EXPECT_TRUE(top_->ready_o);
    clock();
    top_->valid_i = 0;
    const std::uint64_t elements = std::uint64_t{box.box[0]} * box.box[1] * box.box[2] * box.box[3] * box.box[4];
    std::uint64_t at = 0;  // elements that have come
    unsigned runs = 0;
    for (unsigned waited = 0; at < elements && waited < 1000 && !testing::Test::HasFailure(); ++waited) {
      top_->ready_i = random() % 4 != 0;
      low();
      if (top_->valid_o && top_->ready_i) {
        waited = 0;
        ++runs;
        at = compare_run(box, at);
        EXPECT_EQ(top_->last_o != 0, at == elements);
      }
      clock();
    }
    EXPECT_EQ(at, elements);
    top_->ready_i = 0;
    low();
    EXPECT_FALSE(top_->valid_o);
    return runs;
  }

 private:
  void low() {
    top_->clk_i = 0;
    top_->eval();
  }
  void clock() {
    low();
    top_->clk_i = 1;
    top_->eval();
  }

  std::uint64_t compare_run(const Box& box, std::uint64_t at) {
    const unsigned bytes = 1u << box.element;
    EXPECT_EQ(top_->bytes_o % bytes, 0u);
    const unsigned count = top_->bytes_o / bytes;
    EXPECT_NE(count, 0u);
    EXPECT_EQ(top_->scratch_o, (box.scratch + at * bytes) & 0x3'FFFF);
    for (unsigned i = 0; i < count; ++i, ++at) {
      std::uint64_t left = at;
      bool inside = true;
      auto address = static_cast<std::int64_t>(box.base);
      for (unsigned d = 0; d < kRank; ++d) {
        const std::int64_t index = box.first[d] + static_cast<std::int64_t>(left % box.box[d]);
        left /= box.box[d];
        inside = inside && index >= 0 && index < std::int64_t{box.size[d]};
        address += index * (d == 0 ? std::int64_t{bytes} : std::int64_t{box.stride[d]});
      }
      EXPECT_EQ(top_->in_bounds_o != 0, inside) << "element " << at;
      if (inside) EXPECT_EQ(top_->address_o + i * bytes, static_cast<std::uint32_t>(address)) << "element " << at;
    }
    return at;
  }

  VerilatedContext context_;
  std::unique_ptr<Vwalk_bench> top_;
};

TEST(CopyWalk, EveryElement) {
  const char* given = std::getenv("WALK_BOXES");
  const unsigned boxes = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : 2000;
  Walk walk;
  std::mt19937 random(1);
  std::uint64_t runs = 0;
  for (unsigned n = 0; n < boxes && !HasFailure(); ++n) {
    Box box;
    box.element = random() % 5;
    box.base = random();
    box.scratch = random() & 0x3'FFF0;
    const unsigned rank = 1 + random() % kRank;
    for (unsigned d = 0; d < rank; ++d) {
      box.box[d] = 1 + random() % (d == 0 && random() % 4 == 0 ? 256 : 6);
      // Most boxes lie across an edge of the tensor or two.
      box.size[d] = random() % 8 == 0 ? 0x7FFF'FFFF - random() % 4 : 1 + random() % 8;
      const std::uint32_t edge = random() % 2 == 0 ? 0 : box.size[d];
      box.first[d] = static_cast<std::int32_t>(edge - random() % (box.box[d] + 2));
      if (random() % 32 == 0) box.first[d] = static_cast<std::int32_t>(random());
      box.stride[d] = random() % 2 == 0 ? 16 * (random() % 64) : random() & ~15u;
    }
    runs += walk.compare(box, random);
    ASSERT_FALSE(HasFailure()) << "box " << n;
  }
  std::printf("%u boxes, %llu runs\n", boxes, static_cast<unsigned long long>(runs));
}

}  // namespace
}  // namespace heddle::copy_test
