// Every format, transpose and kind of shape, to the bit; batches; every plan.
#include <gtest/gtest.h>

#include <cstring>

#include "case.h"

namespace heddle::blas {
namespace {

struct Size {
  int64_t m, n, k;
};

bool possible(const FormatInfo& format, bool transpose_a, bool transpose_b) {
  return format.element_bits != 4 || (!transpose_a && transpose_b);
}

/// All transposes of all formats.
void run_formats(const std::string& configuration, const std::vector<Size>& sizes) {
  uint32_t seed = 1;
  for (const FormatInfo& format : formats()) {
    for (unsigned transposes = 0; transposes < 4; ++transposes) {
      const bool transpose_a = (transposes & 1) != 0, transpose_b = (transposes & 2) != 0;
      if (!possible(format, transpose_a, transpose_b)) continue;
      driver::Device device = open_device(configuration, seed);
      for (const Size& size : sizes) {
        Case(device,
             {.format = format.format,
              .transpose_a = transpose_a,
              .transpose_b = transpose_b,
              .m = size.m,
              .n = size.n,
              .k = size.k},
             ++seed)
            .run();
      }
    }
  }
}

TEST(Gemm, FormatsAndTransposesSmallArray) { run_formats(kSmall, {{1, 1, 1}, {17, 5, 70}, {37, 33, 151}}); }
TEST(Gemm, FormatsAndTransposesMiddleArray) { run_formats(kMiddle, {{1, 40, 3}, {40, 1, 64}, {70, 37, 151}}); }
TEST(Gemm, FormatsAndTransposesLargeArray) { run_formats(kLarge, {{70, 65, 100}, {3, 70, 300}}); }

TEST(Gemm, RaggedShape) {
  driver::Device device = open_device(kLarge);
  for (const Format format : {Format::kFp16, Format::kInt8, Format::kNvfp4, Format::kFp32}) {
    Case(device, {.format = format, .transpose_b = format == Format::kNvfp4, .m = 77, .n = 513, .k = 129}, 3).run();
  }
}

TEST(Gemm, NothingToDo) {
  driver::Device device = open_device(kSmall);
  Blas blas(device);
  EXPECT_EQ(blas.gemm({.m = 0, .n = 5, .k = 5}).cycles, 0U);
  EXPECT_EQ(blas.gemm({.m = 5, .n = 0, .k = 5}).cycles, 0U);
  EXPECT_EQ(blas.gemm({.m = 5, .n = 5, .k = 5, .batch = 0}).cycles, 0U);
}

TEST(Gemm, WithoutProductsCIsScaled) {
  driver::Device device = open_device(kSmall);
  for (const Format format : {Format::kFp16, Format::kInt8, Format::kFp32}) {
    Case(device, {.format = format, .m = 9, .n = 21, .k = 0, .beta = 3.0F}, 1).run();
    Case(device, {.format = format, .m = 9, .n = 21, .k = 0}, 2).run();
    Case(device, {.format = format, .m = 9, .n = 21, .k = 40, .alpha = 0.0F, .beta = -2.0F}, 3).run();
  }
}

TEST(Gemm, InPlace) {
  driver::Device device = open_device(kSmall);
  Case test(device, {.m = 21, .n = 34, .k = 50, .alpha = 0.5F, .beta = 2.0F}, 1);
  // D is C: with C's distances, and its padding.
  test.gemm.d.leading = test.gemm.c.leading;
  test.gemm.d.stride = test.gemm.c.stride;
  test.d_bytes = test.c.size() * 4;
  test.expect();
  for (uint32_t row = 0; row < 21; ++row) {
    for (auto column = static_cast<uint32_t>(test.gemm.n); column < test.gemm.c.leading; ++column) {
      const size_t at = row * static_cast<size_t>(test.gemm.c.leading) + column;
      std::memcpy(&test.expected_d[at * 4], &test.c[at], 4);
    }
  }
  test.gemm.d = {};
  Blas(device).gemm(test.gemm);
  EXPECT_EQ(device.read<uint8_t>(test.gemm.c.address, test.d_bytes), test.expected_d);
}

TEST(Gemm, StridedBatch) {
  driver::Device device = open_device(kMiddle);
  for (const Format format : {Format::kFp16, Format::kNvfp4, Format::kMxfp8E4m3, Format::kFp32}) {
    Case(device,
         {.format = format, .transpose_b = true, .m = 33, .n = 20, .k = 96, .beta = 1.0F, .bias = 1, .batch = 5}, 4)
        .run();
  }
}

TEST(Gemm, BatchOfOneA) {
  driver::Device device = open_device(kSmall);
  Case test(device, {.m = 20, .n = 20, .k = 30, .batch = 3}, 1);
  test.gemm.a.stride = 0;
  for (auto& a : test.a) a = test.a.front();
  test.run();
}

TEST(Gemm, BatchOfPointers) {
  driver::Device device = open_device(kMiddle);
  for (const Format format : {Format::kBf16, Format::kMxfp4, Format::kFp32}) {
    Case test(device, {.format = format, .transpose_b = true, .m = 40, .n = 18, .k = 100, .bias = 1, .batch = 4}, 5);
    const uint32_t bits = info(format).element_bits;
    const Gemm strided = test.gemm;
    for (uint32_t i = 0; i < 4; ++i) {
      Pointers p;
      p.a = strided.a.address + static_cast<uint32_t>(strided.a.stride) * i * bits / 8;
      p.b = strided.b.address + static_cast<uint32_t>(strided.b.stride) * i * bits / 8;
      p.scales_a = strided.a.scales + static_cast<uint32_t>(strided.a.scales_stride) * i;
      p.scales_b = strided.b.scales + static_cast<uint32_t>(strided.b.scales_stride) * i;
      p.d = strided.d.address + static_cast<uint32_t>(strided.d.stride) * i * 4;
      p.bias = strided.bias + static_cast<uint32_t>(strided.bias_stride) * i * 4;
      test.gemm.pointers.push_back(p);
    }
    for (Matrix* x : {&test.gemm.a, &test.gemm.b, &test.gemm.d}) x->address = x->scales = 0;
    test.gemm.bias = 0;
    test.run();
  }
}

TEST(Gemm, Plans) {
  driver::Device device = open_device(kLarge);
  Case test(device, {.format = Format::kFp8E4m3, .m = 100, .n = 80, .k = 300, .batch = 2}, 6);
  for (const uint32_t workgroups : {1U, 2U}) {
    for (const uint32_t tile : {16U, 32U, 48U, 64U}) {
      test.run({.tile_m = tile, .tile_n = 64, .workgroups = workgroups});
      test.run({.tile_m = 64, .tile_n = tile, .stages = 2, .workgroups = workgroups});
    }
  }
  for (const uint32_t groups : {1U, 3U, 8U}) test.run({.stage_groups = groups, .group_rows = groups});
  for (const uint32_t groups : {1U, 2U, 8U}) test.run({.workgroups = groups % 2 + 1, .start_groups = groups});
  for (const uint32_t warps : {3U, 4U, 16U}) test.run({.workgroups = 1, .warps = warps});
}

// All of K in a stage: rows of A stay there, from tile to tile and not from row to row, nor from product to product.
TEST(Gemm, WholeK) {
  driver::Device device = open_device(kLarge, 7);
  const Gemm ragged{.transpose_b = true, .m = 77, .n = 513, .k = 129};
  EXPECT_TRUE(make_plan(device.shape(), ragged).whole);
  Case test(device, ragged, 1);
  test.run();
  for (const uint32_t workgroups : {1U, 2U}) {
    for (const uint32_t tile : {16U, 48U, 64U}) {
      test.run({.tile_m = tile, .tile_n = 64, .workgroups = workgroups});
      test.run({.tile_m = 48, .tile_n = tile, .stages = 2, .workgroups = workgroups});
    }
    test.run({.workgroups = workgroups, .warps = 6, .start_groups = 1});
    test.run({.workgroups = workgroups, .warps = 3, .start_groups = 9});
  }
  // Rows that two carriers share: none for the first of them, fewer than a warp takes at a time for the second.
  for (const int64_t rows : {2, 3, 4, 17, 19, 35, 50}) {
    Case some(device, {.transpose_b = true, .m = rows, .n = 401, .k = 70}, 6);
    for (const uint32_t tile : {16U, 32U, 48U, 64U}) some.run({.tile_n = tile, .workgroups = 2, .warps = 4});
  }
  // Tiles of 48 columns lie in the registers of those who carry, 12 or 8 rows of each: fewer, just as many, several
  // times as many; a last tile of one piece of 16 columns, of two, of three. With one tile of rows, each workgroup's
  // own, and one that both share.
  for (const int64_t rows : {7, 8, 11, 33, 48, 61, 130}) {
    for (const int64_t columns : {385, 401, 420}) {
      Case some(device, {.transpose_b = true, .m = rows, .n = columns, .k = 40, .batch = 2}, 7);
      for (const uint32_t warps : {3U, 4U, 6U, 9U}) {
        some.run({.tile_m = 48, .tile_n = 48, .workgroups = 2, .warps = warps});
      }
      some.run({.tile_m = 64, .tile_n = 48, .workgroups = 1, .warps = 6});
    }
  }
  for (const Format format : {Format::kInt8, Format::kTf32, Format::kMxfp8E4m3, Format::kMxfp4, Format::kNvfp4}) {
    Case(device, {.format = format, .transpose_b = true, .m = 131, .n = 270, .k = 60, .batch = 3}, 2).run();
    Case(device, {.format = format, .transpose_b = true, .m = 3, .n = 300, .k = 8}, 3).run();
  }
  // Accumulators that are not the result.
  Case(device, {.format = Format::kInt8, .output = Output::kFp32, .transpose_b = true, .m = 40, .n = 300, .k = 60}, 4)
      .run();
  Case(device, {.transpose_b = true, .m = 40, .n = 300, .k = 60, .alpha = 2.0F}, 5).run();
}

TEST(Gemm, PlanFollowsTheShape) {
  const driver::Device device = open_device(kLarge);
  const auto plan = [&](const Gemm& gemm) { return make_plan(device.shape(), gemm); };
  const Plan large = plan({.m = 512, .n = 512, .k = 512});
  EXPECT_EQ(large.tile_m, 64U);
  EXPECT_EQ(large.tile_n, 64U);
  EXPECT_EQ(large.workgroups, 1U);
  EXPECT_LT(plan({.m = 16, .n = 16, .k = 512}).tile_m, 64U);
  // Carrying takes longer than computing: both cores carry.
  EXPECT_EQ(plan({.output = Output::kFp8E4m3, .m = 512, .n = 512, .k = 32, .activation = Activation::kGelu}).workgroups,
            2U);
  EXPECT_FALSE(plan({.format = Format::kFp32, .m = 512, .n = 512, .k = 512}).on_engine);
}

}  // namespace
}  // namespace heddle::blas
