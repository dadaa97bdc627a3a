// Matrix commands: every check, and the tile against one dot product after the other (docs/matrix.md).
#include "heddle/model/matrix_command.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "matrix/formats.h"

namespace heddle::model {
namespace {

constexpr std::uint32_t kAllocation = 16'384;
constexpr Shape kShape{.lanes = 8, .copy_engine = true, .matrix_dim = 4, .matrix_fp8 = true, .matrix_fp4 = true};

// FP16, 8 x 4 over two groups.
MatrixDescriptor plain() {
  MatrixDescriptor d{};
  d[0] = 2 | 2 << 3 | 0x1234u << 16;
  d[1] = 8 | 4 << 16;
  d[2] = 2;
  d[3] = 4 | 8 << 16;
  d[4] = 0;
  d[5] = 64;
  d[8] = 1024;
  d[9] = 64;
  return d;
}

std::optional<EngineFault> checked(const MatrixDescriptor& d, const Shape& shape = kShape, unsigned buffers = 2) {
  MatrixCommand command;
  return check(d, shape, buffers, kAllocation, command);
}

void expect_fault(std::initializer_list<std::pair<unsigned, std::uint32_t>> changes, const EngineFault& expected) {
  MatrixDescriptor d = plain();
  for (const auto& [word, value] : changes) d[word] = value;
  const auto fault = checked(d);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, expected.code);
  EXPECT_EQ(fault->operand, expected.operand);
  EXPECT_EQ(fault->value, expected.value);
}

TEST(MatrixCheck, APlainCommandIsFine) { EXPECT_FALSE(checked(plain())); }

TEST(MatrixCheck, Format) {
  const std::uint32_t head = plain()[0];
  for (const std::uint32_t wrong : {head | 7u, (head & ~7u) | 3, (head & ~0x38u) | 7 << 3, head | 1 << 6, head | 3 << 6,
                                    head | 1 << 13, head | 1 << 15, 6u | 6 << 3, 6u | 6 << 3 | 1 << 6 | 1 << 8}) {
    expect_fault({{0, wrong}}, {.code = 2, .value = wrong});
  }
  expect_fault({{2, 2 | 1 << 16}}, {.code = 2, .value = head});
  for (const unsigned word : {13, 14, 15}) expect_fault({{word, 1}}, {.code = 2, .value = head});
  MatrixDescriptor d = plain();
  d[0] = 5 | 4 << 3;  // E4M3 by E5M2
  EXPECT_FALSE(checked(d));
  EXPECT_TRUE(checked(d, {.lanes = 8, .copy_engine = true, .matrix_dim = 4, .matrix_fp4 = true}));
  d[0] = 6 | 6 << 3 | 2 << 6;
  EXPECT_FALSE(checked(d));
  EXPECT_TRUE(checked(d, {.lanes = 8, .copy_engine = true, .matrix_dim = 4, .matrix_fp8 = true}));
}

TEST(MatrixCheck, TileAndPlace) {
  for (const std::uint32_t size : {0u | 4 << 16, 8u | 0 << 16, 6u | 4 << 16, 8u | 2 << 16, 20u | 4 << 16}) {
    expect_fault({{1, size}}, {.code = 3, .value = size});
  }
  expect_fault({{2, 0}}, {.code = 3, .value = plain()[1]});
  for (const std::uint32_t place : {2u, 12u, 4u | 2 << 16, 4u | 16 << 16}) {
    expect_fault({{3, place}}, {.code = 4, .value = place});
  }
  MatrixDescriptor d = plain();
  d[0] |= 1 << 10;
  EXPECT_FALSE(checked(d));
  const auto fault = checked(d, kShape, 1);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, 4u);
  EXPECT_EQ(fault->value, d[3]);
}

TEST(MatrixCheck, AlignmentBeforeRange) {
  expect_fault({{4, 16}}, {.code = 5, .operand = 0, .value = 16});
  expect_fault({{5, 1u << 18}, {4, 1u << 17}}, {.code = 5, .operand = 0, .value = 1u << 18});
  expect_fault({{9, 33}}, {.code = 5, .operand = 1, .value = 33});
  const std::uint32_t mxfp8 = 5 | 5 << 3 | 1 << 6;
  expect_fault({{0, mxfp8}, {6, 8}}, {.code = 5, .operand = 2, .value = 8});
  expect_fault({{0, mxfp8}, {11, 8}}, {.code = 5, .operand = 3, .value = 8});
  const std::uint32_t arrives = plain()[0] | 1 << 12;
  expect_fault({{0, arrives}, {12, 4}, {4, kAllocation}}, {.code = 5, .operand = 4, .value = 4});
  expect_fault({{4, kAllocation - 64 * 8 + 32}}, {.code = 6, .operand = 0, .value = kAllocation + 32});
  expect_fault({{5, (1u << 18) - 32}}, {.code = 6, .operand = 0, .value = 7 * ((1u << 18) - 32) + 64});
  expect_fault({{8, kAllocation}}, {.code = 6, .operand = 1, .value = kAllocation + 4 * 64});
  expect_fault({{0, mxfp8}, {10, kAllocation - 32}, {11, 32}}, {.code = 6, .operand = 3, .value = kAllocation + 32});
  expect_fault({{0, arrives}, {12, kAllocation}}, {.code = 6, .operand = 4, .value = kAllocation + 8});
  // Transposed: 32 lines of a whole line each, M elements of two bytes in it.
  expect_fault({{0, plain()[0] | 1 << 8}, {4, kAllocation - 31 * 64}},
               {.code = 6, .operand = 0, .value = kAllocation + 32});
  // Too far for 32 bits.
  expect_fault({{0, plain()[0] | 1 << 8}, {2, 65'535}, {5, (1u << 18) - 32}}, {.code = 6, .operand = 0, .value = ~0u});
}

struct Case {
  matrix::test::NamedFormat named;
  bool transpose_a;
  bool transpose_b;
};

class MatrixPerform : public testing::TestWithParam<matrix::test::NamedFormat> {};

// Element k of row r, as matrix.md places it, with its scales.
std::vector<matrix::Group> groups_of(const MatrixCommand& c, const MatrixCommand::Operand& place,
                                     matrix::Element element, unsigned row, const std::vector<std::uint8_t>& scratch) {
  const unsigned elements = matrix::group_elements(element);
  const unsigned size = 32 / elements;  // 0 for E2M1
  std::vector<matrix::Group> groups(c.groups);
  for (unsigned k = 0; k < c.groups * elements; ++k) {
    matrix::Group& g = groups[k / elements];
    if (size == 0) {
      const std::uint8_t byte = scratch[place.address + row * place.stride + k / 2];
      g.bytes[k % elements / 2] = byte;
      continue;
    }
    for (unsigned b = 0; b < size; ++b) {
      const std::uint32_t at = place.transpose ? place.address + k * place.stride + row * size + b
                                               : place.address + row * place.stride + k * size + b;
      g.bytes[k % elements * size + b] = scratch[at];
    }
  }
  const unsigned scales = matrix::group_scales(c.format);
  for (unsigned g = 0; g < c.groups; ++g) {
    for (unsigned s = 0; s < scales; ++s) {
      groups[g].scales[s] = scratch[place.scale_address + g * place.scale_stride + row * scales + s];
    }
  }
  return groups;
}

TEST_P(MatrixPerform, SameAsOneElementAfterTheOther) {
  const matrix::Format format = GetParam().format;
  std::mt19937 random(11);
  std::vector<std::uint8_t> scratch(kAllocation);
  for (unsigned round = 0; round < 24; ++round) {
    // Small exponents of scales, so that numbers meet.
    for (std::uint8_t& byte : scratch)
      byte = static_cast<std::uint8_t>(random() % 2 != 0 ? random() : 0x30 + random() % 16);
    const bool transposable = format.a != matrix::Element::kE2m1;
    MatrixDescriptor d = plain();
    d[0] = static_cast<unsigned>(format.a) | static_cast<unsigned>(format.b) << 3 |
           static_cast<unsigned>(format.scale) << 6;
    if (transposable) d[0] |= (random() % 4) << 8;
    d[0] |= (random() % 2) << 11;
    d[1] = 4 * (1 + random() % 3) | 4 * (1 + random() % 2) << 16;
    d[2] = 1 + random() % 3;
    d[4] = 32 * (random() % 8);
    d[5] = 32 * (random() % 6);
    d[6] = 4096;
    d[7] = 64;
    d[8] = 2048;
    d[9] = 96;
    d[10] = 8192;
    d[11] = 32 * (random() % 5);
    MatrixCommand command;
    const auto fault = check(d, kShape, 2, kAllocation, command);
    ASSERT_FALSE(fault) << fault->code;
    std::vector<std::uint32_t> accumulators(kShape.buffer_rows() * kShape.buffer_rows());
    for (std::uint32_t& word : accumulators) word = random();
    std::vector<std::uint32_t> expected = accumulators;
    for (unsigned r = 0; r < command.rows; ++r) {
      for (unsigned c = 0; c < command.columns; ++c) {
        std::uint32_t& place = expected[(4 + r) * kShape.buffer_rows() + 8 + c];
        place = matrix::accumulate(format, groups_of(command, command.a, format.a, r, scratch),
                                   groups_of(command, command.b, format.b, c, scratch), command.accumulate ? place : 0);
      }
    }
    perform(command, kShape, scratch, accumulators);
    ASSERT_EQ(accumulators, expected) << "round " << round;
  }
}
INSTANTIATE_TEST_SUITE_P(, MatrixPerform, testing::ValuesIn(matrix::test::all_formats()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace heddle::model
