#include "operands.h"

#include <algorithm>

namespace heddle::fpu_test {

uint32_t Operands::fraction() {
  const uint32_t mask = f_.fraction_mask();
  const int bits = f_.fraction_bits;
  switch (random_.below(12)) {
    case 0: return 0;
    case 1: return mask;
    case 2: return 1u << random_.below(bits);
    case 3: return mask ^ (1u << random_.below(bits));
    case 4: return mask >> random_.below(bits);                                         // ones at the end
    case 5: return mask & (mask << random_.below(bits));                                // ones in front
    case 6: return mask & ((1u << random_.below(bits)) + (1u << random_.below(bits)));  // two ones
    case 7: return mask & ((1u << random_.below(bits)) - (1u << random_.below(bits)));  // a run
    case 8: return mask & (random_.word() << random_.below(bits));                      // zeros at the end
    default: return random_.word() & mask;
  }
}

uint32_t Operands::finite(int field) {
  field = std::clamp(field, 0, f_.max_field() - 1);
  return (random_.one_in(2) ? f_.sign : 0) | static_cast<uint32_t>(field) << f_.fraction_bits | fraction();
}

uint32_t Operands::any() {
  int field;
  switch (random_.below(8)) {
    case 0: field = random_.between(0, 2); break;
    case 1: field = random_.between(f_.max_field() - 2, f_.max_field()); break;
    case 2: field = f_.bias + random_.between(-2, 2); break;
    case 3: field = f_.bias + random_.between(-1, 1) * (f_.precision + random_.between(-2, 2)); break;
    default: field = random_.between(0, f_.max_field()); break;
  }
  if (field < f_.max_field()) return finite(field);
  const uint32_t sign = random_.one_in(2) ? f_.sign : 0;
  const uint32_t quiet = random_.one_in(2) ? f_.quiet : 0;
  return random_.one_in(2) ? sign | f_.infinity : sign | f_.infinity | quiet | (fraction() & (f_.quiet - 1));
}

uint32_t Operands::extreme() {
  const uint32_t sign = random_.one_in(2) ? f_.sign : 0;
  switch (random_.below(6)) {
    case 0:
    case 1: return sign;
    case 2:
    case 3: return sign | f_.infinity;
    case 4: return sign | (random_.one_in(2) ? f_.nan : f_.infinity | (1 + (fraction() >> 1)));
    default: return finite(random_.between(0, f_.max_field()));
  }
}

uint32_t Operands::nudge(uint32_t bits) {
  const uint32_t magnitude = bits & (f_.sign - 1);
  const int step = random_.one_in(2) ? random_.between(-3, 3) : 0;
  const int64_t moved = std::clamp<int64_t>(static_cast<int64_t>(magnitude) + step, 0, f_.infinity - 1);
  return (bits & f_.sign) | static_cast<uint32_t>(moved);
}

uint32_t Operands::reg(uint32_t bits) {
  if (format_ == Format::kSingle) return bits;
  // Boxes that are no boxes, often by a single bit.
  if (random_.one_in(64)) {
    return random_.one_in(2) ? bits | (random_.word() << 16) : box(format_, bits) ^ (0x10000u << random_.below(16));
  }
  return box(format_, bits);
}

void Operands::one(Case& c) {
  uint32_t a = any();
  switch (random_.below(4)) {
    case 0: {  // a square, or close to one
      const double root = to_double(format_, finite(f_.bias + random_.between(-f_.bias / 2, f_.bias / 2)) & ~f_.sign);
      double square = root * root;
      if (format_ == Format::kHalf) square = std::trunc(std::min(square, 65504.0) * 0x1p24) * 0x1p-24;
      if (format_ == Format::kHalf) {
        int exponent;
        const double part = std::frexp(square, &exponent);
        square = std::ldexp(std::trunc(std::ldexp(part, 11)), exponent - 11);
        square = std::trunc(square * 0x1p24) * 0x1p-24;
      }
      a = nudge(from_double(format_, std::min(square, format_ == Format::kHalf ? 65504.0 : 0x1p127)));
      break;
    }
    case 1: a = finite(f_.bias + random_.between(-2, 33)); break;  // for conversions to integers
    default: break;
  }
  c.a = reg(a);
  c.b = random_.word();
  c.c = random_.word();
}

void Operands::two(Case& c) {
  uint32_t a = any(), b = any();
  switch (random_.below(8)) {
    case 0:  // cancellation, equality
      b = nudge(a) ^ (random_.one_in(2) ? f_.sign : 0);
      break;
    case 1:  // sums whose operands overlap in part
      b = finite(field(a) + random_.between(-f_.precision - 3, f_.precision + 3));
      break;
    case 2:  // products at the subnormal border
      a = finite(random_.between(0, f_.max_field() - 1));
      b = finite(f_.bias - field(a) + random_.between(-f_.precision - 2, 3));
      break;
    case 3:  // quotients there
      a = finite(random_.between(0, f_.max_field() - 1));
      b = finite(field(a) + f_.bias - random_.between(-2, f_.precision + 3));
      break;
    case 4:  // products that overflow or almost do
      a = finite(random_.between(f_.bias, f_.max_field() - 1));
      b = finite(f_.max_field() + f_.bias - field(a) + random_.between(-3, 1));
      break;
    case 5:  // quotients that are a number of the format, or almost are
      if (format_ == Format::kSingle) {
        const float product = std::bit_cast<float>(finite(field(a))) * std::bit_cast<float>(b & 0xff8fffff);
        b &= 0xff8fffff;
        if (std::isfinite(product)) a = nudge(std::bit_cast<uint32_t>(product));
      }
      break;
    case 6: a = extreme(), b = extreme(); break;
    default: break;
  }
  if (random_.one_in(2)) std::swap(a, b);
  c.a = reg(a);
  c.b = reg(b);
  c.c = random_.word();
}

void Operands::three(Case& x) {
  uint32_t a = any(), b = any(), c = any();
  switch (random_.below(8)) {
    case 0:
    case 1: {  // cancellation: c close to a * b
      a = finite(random_.between(0, f_.max_field() - 1));
      b = finite(f_.bias - field(a) + f_.bias + random_.between(-f_.bias, f_.bias));
      const double product = to_double(format_, a) * to_double(format_, b);  // exact
      int exponent;
      double part = std::frexp(product, &exponent);
      part = std::ldexp(std::trunc(std::ldexp(part, f_.precision)), exponent - f_.precision);
      const double unit = format_ == Format::kHalf ? 0x1p-24 : 0x1p-149;
      part = std::trunc(part / unit) * unit;
      const double limit = format_ == Format::kHalf ? 65504 : 0x1.fffffep127;
      c = nudge(from_double(format_, std::clamp(part, -limit, limit))) ^ (random_.one_in(2) ? f_.sign : 0);
      break;
    }
    case 2:
    case 3:  // product and addend overlap in part, or just not
      a = finite(random_.between(0, f_.max_field() - 1));
      b = finite(f_.bias + random_.between(-f_.bias, f_.bias) / 2);
      c = finite(field(a) + field(b) - f_.bias + random_.between(-2 * f_.precision - 4, f_.precision + 4));
      break;
    case 4:  // at the subnormal border
      a = finite(random_.between(0, f_.max_field() - 1));
      b = finite(f_.bias - field(a) + random_.between(-2 * f_.precision, 3));
      c = finite(random_.between(0, f_.precision));
      break;
    case 5:  // at the overflow border
      a = finite(random_.between(f_.bias, f_.max_field() - 1));
      b = finite(f_.max_field() + f_.bias - field(a) + random_.between(-3, 1));
      c = finite(f_.max_field() - random_.between(1, f_.precision + 3));
      break;
    case 6: a = extreme(), b = extreme(), c = extreme(); break;
    default: break;
  }
  if (random_.one_in(2)) std::swap(a, b);
  x.a = reg(a);
  x.b = reg(b);
  x.c = reg(c);
}

void Operands::integer(Case& c) {
  switch (random_.below(6)) {
    case 0: c.a = random_.word() >> random_.below(32); break;
    case 1: c.a = -(random_.word() >> random_.below(32)); break;
    case 2: c.a = 1u << random_.below(32); break;
    case 3: c.a = (1u << random_.below(32)) + (1u << random_.below(32)) + random_.between(-1, 1); break;
    case 4: c.a = (1u << random_.below(32)) - (1u << random_.below(32)) + random_.between(-1, 1); break;
    default: c.a = random_.word(); break;
  }
  c.b = random_.word();
  c.c = random_.word();
}

}  // namespace heddle::fpu_test
