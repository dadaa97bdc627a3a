#include "values.h"

namespace heddle::fuzz {

namespace {

constexpr std::array<uint32_t, 12> kIntegers{
    0, 1, 2, 0xFFFF'FFFF, 0x8000'0000, 0x7FFF'FFFF, 0xFFFF'FFFE, 0x8000'0001, 0x0000'FFFF, 0xFFFF'0000, 0x8000, 0x80};
constexpr std::array<uint32_t, 46> kFloats{
    0x0000'0000, 0x8000'0000, 0x3F80'0000, 0xBF80'0000, 0x3F80'0001, 0x3F7F'FFFF, 0x0000'0001, 0x8000'0001,
    0x007F'FFFF, 0x0080'0000, 0x8080'0000, 0x7F7F'FFFF, 0xFF7F'FFFF, 0x7F80'0000, 0xFF80'0000, 0x7FC0'0000,
    0x7F80'0001, 0xFFC0'0001, 0x4F00'0000, 0xCF00'0000, 0x4EFF'FFFF, 0x4F80'0000, 0x3F00'0000, 0x3380'0000,
    0x5F00'0000, 0x2000'0000, 0x3880'0000, 0x477F'F000, 0xFFFF'0000, 0xFFFF'8000, 0xFFFF'3C00, 0xFFFF'BC00,
    0xFFFF'0001, 0xFFFF'03FF, 0xFFFF'0400, 0xFFFF'7BFF, 0xFFFF'FBFF, 0xFFFF'7C00, 0xFFFF'FC00, 0xFFFF'7E00,
    0xFFFF'7C01, 0xFFFF'3BFF, 0xFFFF'3C01, 0xFFFF'5640, 0x0000'3C00, 0x7FFF'3C00};

}  // namespace

uint32_t integer_value(Random& random) {
  switch (random.weighted({6, 4, 2, 3, 4})) {
    case 0: return random.pick(kIntegers);
    case 1: return random.below(33);
    case 2: return 1U << random.below(32);
    case 3: {
      const uint32_t rare = random.bits() & random.bits() & random.bits();
      return random.percent(50) ? ~rare : rare;
    }
    default: return random.bits();
  }
}

uint32_t float_value(Random& random) {
  switch (random.weighted({8, 3, 3, 3, 2})) {
    case 0: return random.pick(kFloats);
    case 1: return 0xFFFF'0000 | (random.bits() & 0xFFFF);
    case 2: return 0x3F00'0000 + random.below(1U << 25);
    case 3: return random.bits() & 0x81FF'FFFF;  // subnormals and small numbers
    default: return random.bits();
  }
}

int32_t short_immediate(Random& random) {
  switch (random.weighted({3, 3, 4})) {
    case 0: return random.pick({0, 1, -1, 2047, -2048, 255, -256});
    case 1: return static_cast<int32_t>(random.below(32)) - 8;
    default: return static_cast<int32_t>(random.below(4096)) - 2048;
  }
}

}  // namespace heddle::fuzz
