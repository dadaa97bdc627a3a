// Copy commands: every check, and what moves, element by element, on random boxes (docs/copy.md).
#include "heddle/model/copy_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "rig.h"

namespace heddle::model::test {
namespace {

constexpr std::uint32_t kAllocation = 2048;

// A load of 4 x 3 words.
CopyDescriptor plain() {
  CopyDescriptor d{};
  d[0] = 2 | 2 << 3 | 0xABCDu << 16;
  d[1] = kData;
  d[2] = 100;
  d[3] = 50;
  d[7] = 400;
  d[11] = 4;
  d[12] = 3;
  d[21] = 64;
  return d;
}

std::optional<EngineFault> checked(const CopyDescriptor& d, std::uint32_t allocation = kAllocation) {
  CopyCommand command;
  return check(d, allocation, command);
}

void expect_fault(const CopyDescriptor& d, unsigned code, std::uint32_t value) {
  const auto fault = checked(d);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, code);
  EXPECT_EQ(fault->value, value);
}

TEST(CopyCheck, APlainCommandIsFine) { EXPECT_FALSE(checked(plain())); }

TEST(CopyCheck, Format) {
  const auto with = [](unsigned word, std::uint32_t value) {
    CopyDescriptor d = plain();
    d[word] = value;
    return d;
  };
  const std::uint32_t head = plain()[0];
  expect_fault(with(0, head & ~7u), 2, 0);
  expect_fault(with(0, (head & ~7u) | 6), 2, 0);
  expect_fault(with(0, (head & ~0x38u) | 5 << 3), 2, 0);
  expect_fault(with(0, head | 3 << 6), 2, 0);
  for (const unsigned bit : {10, 11, 13, 14, 15}) expect_fault(with(0, head | 1u << bit), 2, 0);
  for (const unsigned word : {4, 5, 6, 8, 9, 10, 13, 14, 15, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}) {
    expect_fault(with(word, 1), 2, word);
  }
  CopyDescriptor fill{};
  fill[0] = 1 | 2 << 6;
  fill[11] = 16;
  fill[31] = 7;
  EXPECT_FALSE(checked(fill));
  for (const unsigned word : {1, 2, 3, 7, 12, 16, 22}) {
    CopyDescriptor d = fill;
    d[word] = 8;
    expect_fault(d, 2, word);
  }
}

TEST(CopyCheck, SizesAlignmentRange) {
  const auto with = [](std::initializer_list<std::pair<unsigned, std::uint32_t>> changes) {
    CopyDescriptor d = plain();
    for (const auto& [word, value] : changes) d[word] = value;
    return d;
  };
  expect_fault(with({{2, 0}}), 3, 2);
  expect_fault(with({{3, 0x8000'0000u}, {12, 0}}), 3, 3);
  expect_fault(with({{11, 257}}), 3, 11);
  expect_fault(with({{12, 0}, {1, 1}}), 3, 12);
  expect_fault(with({{1, kData + 2}}), 4, 1);
  expect_fault(with({{7, 402}}), 4, 7);
  expect_fault(with({{21, 72}}), 4, 21);
  const std::uint32_t swizzled = plain()[0] | 2 << 8;  // spans of 128 bytes
  expect_fault(with({{0, swizzled}}), 4, 21);
  const std::uint32_t completes = plain()[0] | 1 << 12;
  expect_fault(with({{0, completes}, {22, 4}}), 4, 22);
  expect_fault(with({{21, kAllocation - 32}}), 5, 21);
  EXPECT_FALSE(checked(with({{21, kAllocation - 48}})));
  EXPECT_FALSE(checked(with({{0, swizzled}, {21, kAllocation - 128}})));
  EXPECT_TRUE(check(with({{0, swizzled}, {21, 0}}), 64, *std::make_unique<CopyCommand>())) << "the span, not the box";
  expect_fault(with({{0, completes}, {22, kAllocation}}), 5, 22);
  EXPECT_FALSE(checked(with({{0, completes}, {22, kAllocation - 8}})));
  expect_fault(with({{11, 256}, {12, 256}}), 5, 21);
}

// What moves, one element after the other.
struct Expected {
  std::map<std::uint32_t, std::uint8_t> scratch, device;  // bytes written
};

class CopyMoves : public testing::Test {
 protected:
  CopyMoves() : rig_(4) {
    std::mt19937 random(3);
    for (std::uint32_t i = 0; i < 0x1'0000; i += 4) rig_.memory.device().write_word(kData + i, random());
    for (std::uint8_t& byte : rig_.memory.scratchpad()) byte = static_cast<std::uint8_t>(random());
  }

  std::uint8_t device_byte(std::uint32_t address) const {
    std::uint8_t byte = 0;
    rig_.memory.device().read(address, std::span(&byte, 1));
    return byte;
  }

  Expected expect(const CopyDescriptor& d) const {
    Expected result;
    const unsigned rank = d[0] & 7;
    const unsigned size = 1u << (d[0] >> 3 & 7);
    const unsigned direction = d[0] >> 6 & 3;
    const unsigned n = d[0] >> 8 & 3;
    std::uint32_t elements = 1;
    for (unsigned i = 0; i < rank; ++i) elements *= d[11 + i];
    for (std::uint32_t e = 0; e < elements; ++e) {
      std::uint32_t rest = e;
      std::uint32_t address = d[1];
      bool inside = true;
      for (unsigned i = 0; i < rank; ++i) {
        const auto index = static_cast<std::int64_t>(static_cast<std::int32_t>(d[16 + i])) + rest % d[11 + i];
        rest /= d[11 + i];
        inside = inside && index >= 0 && index < static_cast<std::int64_t>(d[2 + i]);
        address += static_cast<std::uint32_t>(index * (i == 0 ? size : d[6 + i]));
      }
      for (unsigned b = 0; b < size; ++b) {
        const std::uint32_t s = d[21] + e * size + b;
        const std::uint32_t place = n == 0 ? s : s ^ (16 * ((s / (32u << n)) % (1u << n)));
        if (direction == 2) result.scratch[place] = static_cast<std::uint8_t>(d[31] >> 8 * ((e * size + b) % 4));
        if (direction == 0) result.scratch[place] = inside ? device_byte(address + b) : 0;
        if (direction == 1 && inside) result.device[address + b] = rig_.memory.scratchpad()[1024 + place];
      }
    }
    return result;
  }

  void compare(const CopyDescriptor& d) {
    CopyCommand command;
    const auto fault = check(d, kAllocation, command);
    ASSERT_FALSE(fault) << fault->code << ", word " << fault->value;
    const Expected expected = expect(d);
    const std::vector<std::uint8_t> before(rig_.memory.scratchpad().begin(), rig_.memory.scratchpad().end());
    ASSERT_FALSE(perform(command, {.scratch_base = 1024}, rig_.memory));
    for (std::uint32_t i = 0; i < before.size(); ++i) {
      const auto found = i >= 1024 ? expected.scratch.find(i - 1024) : expected.scratch.end();
      ASSERT_EQ(rig_.memory.scratchpad()[i], found != expected.scratch.end() ? found->second : before[i])
          << "byte " << i;
    }
    for (const auto& [address, byte] : expected.device) ASSERT_EQ(device_byte(address), byte) << std::hex << address;
  }

  Rig rig_;
};

TEST_F(CopyMoves, RandomBoxes) {
  std::mt19937 random(5);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  for (unsigned round = 0; round < 3000; ++round) {
    CopyDescriptor d{};
    const unsigned rank = 1 + below(5);
    const unsigned exponent = below(5);
    const unsigned direction = below(3);
    const unsigned n = below(4);
    const std::uint32_t size = 1u << exponent;
    d[0] = rank | exponent << 3 | direction << 6 | n << 8 | below(0x10000) << 16;
    std::uint32_t bytes = size;
    std::uint32_t stride = size;
    for (unsigned i = 0; i < rank; ++i) {
      d[11 + i] = 1 + below(std::max(1u, std::min(20u, 600 / bytes)));
      bytes *= d[11 + i];
      if (direction == 2) continue;
      d[2 + i] = 1 + below(6);
      d[16 + i] = below(8) - 3;
      if (i > 0) d[6 + i] = stride;
      stride *= d[2 + i] + below(2);
    }
    if (direction != 2) d[1] = kData + size * below(256);
    const std::uint32_t span = n == 0 ? 16 : 32u << n;
    d[21] = span * below((kAllocation - bytes) / span / 2 + 1);
    if (direction == 2) d[31] = random();
    compare(d);
    if (HasFatalFailure()) {
      ADD_FAILURE() << "round " << round;
      return;
    }
  }
}

TEST_F(CopyMoves, TheFirstElementWithoutRightsIsNamed) {
  CopyDescriptor d = plain();
  d[2] = d[11] = 8;
  d[12] = 2;
  d[3] = 2;
  d[7] = 0x1'0000 - 16;  // the second row leaves the region after four words
  CopyCommand command;
  ASSERT_FALSE(check(d, kAllocation, command));
  std::ranges::fill(rig_.memory.scratchpad(), std::uint8_t{0xEE});
  const auto fault = perform(command, {}, rig_.memory);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, 6u);
  EXPECT_EQ(fault->value, kData + 0x1'0000u);
  EXPECT_EQ(rig_.memory.read_word({Space::kScratchpad, 64 + 44}), rig_.word(kData + 0xFFFC));
  EXPECT_EQ(rig_.memory.read_word({Space::kScratchpad, 64 + 48}), 0xEEEE'EEEEu);
  d[0] |= 1 << 6;
  d[1] = kReadOnly;
  d[7] = 32;
  ASSERT_FALSE(check(d, kAllocation, command));
  EXPECT_EQ(perform(command, {}, rig_.memory)->value, kReadOnly);
}

}  // namespace
}  // namespace heddle::model::test
