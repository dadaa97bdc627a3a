#include "host_reference.h"

#include <xmmintrin.h>

#include <cfenv>

namespace heddle::fpu_test {

namespace {

constexpr unsigned kMasked = 0x1f80;

unsigned control_of(Rounding rounding) {
  switch (rounding) {
    case kZero: return kMasked | _MM_ROUND_TOWARD_ZERO;
    case kDown: return kMasked | _MM_ROUND_DOWN;
    case kUp: return kMasked | _MM_ROUND_UP;
    default: return kMasked | _MM_ROUND_NEAREST;
  }
}

// The flags that the host raised since its control register was written.
uint8_t flags_now() {
  const unsigned raised = _mm_getcsr();
  uint8_t flags = 0;
  if (raised & _MM_EXCEPT_INVALID) flags |= kInvalid;
  if (raised & _MM_EXCEPT_DIV_ZERO) flags |= kDivideByZero;
  if (raised & _MM_EXCEPT_OVERFLOW) flags |= kOverflow;
  if (raised & _MM_EXCEPT_UNDERFLOW) flags |= kUnderflow;
  if (raised & _MM_EXCEPT_INEXACT) flags |= kInexact;
  return flags;
}

// Keeps the compiler from moving arithmetic across accesses to the control register.
template <class T>
T opaque(T value) {
  asm volatile("" : "+x"(value)::"memory");
  return value;
}

bool is_fused(Op op) { return op == Op::kFmadd || op == Op::kFmsub || op == Op::kFnmsub || op == Op::kFnmadd; }

float as_float(uint32_t bits) { return std::bit_cast<float>(bits); }

float evaluate(Op op, float a, float b, float c) {
  switch (op) {
    case Op::kFmadd: return std::fma(a, b, c);
    case Op::kFmsub: return std::fma(a, b, -c);
    case Op::kFnmsub: return std::fma(-a, b, c);
    case Op::kFnmadd: return std::fma(-a, b, -c);
    case Op::kAdd: return a + b;
    case Op::kSub: return a - b;
    case Op::kMul: return a * b;
    case Op::kDivide: return a / b;
    default: return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a)));
  }
}

Result single(const Case& x) {
  const float a = opaque(as_float(x.a)), b = opaque(as_float(x.b)), c = opaque(as_float(x.c));
  _mm_setcsr(control_of(x.rounding));
  const float value = opaque(evaluate(x.op, opaque(a), opaque(b), opaque(c)));
  const uint8_t flags = flags_now();
  _mm_setcsr(kMasked);
  return {std::isnan(value) ? kSingleBits.nan : std::bit_cast<uint32_t>(value), flags};
}

// Halves: in double, if that is exact, then rounded once to half.
std::optional<Result> half(const Case& x) {
  const uint32_t bits[] = {unbox(x.format, x.a), unbox(x.format, x.b), is_fused(x.op) ? unbox(x.format, x.c) : 0};
  for (uint32_t operand : bits) {
    if (is_nan(Format::kHalf, operand) || is_infinite(Format::kHalf, operand)) return std::nullopt;
  }
  const double a = to_double(x.format, bits[0]), b = to_double(x.format, bits[1]), c = to_double(x.format, bits[2]);
  _mm_setcsr(control_of(x.rounding));
  double exact;
  switch (x.op) {
    case Op::kAdd: exact = opaque(a) + opaque(b); break;
    case Op::kSub: exact = opaque(a) - opaque(b); break;
    case Op::kMul: exact = opaque(a) * opaque(b); break;
    case Op::kFmadd: exact = opaque(a) * opaque(b) + opaque(c); break;
    case Op::kFmsub: exact = opaque(a) * opaque(b) - opaque(c); break;
    case Op::kFnmsub: exact = -opaque(a) * opaque(b) + opaque(c); break;
    default: exact = -opaque(a) * opaque(b) - opaque(c); break;
  }
  exact = opaque(exact);
  const bool is_exact = flags_now() == 0;
  // This is a function of the compiler's library, which raises some flags in the control register and some in the x87
  // unit's.
  asm volatile("fnclex" : : : "memory");
  const _Float16 rounded = static_cast<_Float16>(exact);
  asm volatile("" : : "m"(rounded) : "memory");
  uint8_t flags = flags_now();
  if (std::fetestexcept(FE_OVERFLOW)) flags |= kOverflow;
  if (std::fetestexcept(FE_UNDERFLOW)) flags |= kUnderflow;
  if (std::fetestexcept(FE_INEXACT)) flags |= kInexact;
  _mm_setcsr(kMasked);
  if (!is_exact) return std::nullopt;
  return Result{box(x.format, std::bit_cast<uint16_t>(rounded)), flags};
}

// To signed integers; the host has no clamping, so only what it does not call invalid.
std::optional<Result> to_integer(const Case& x) {
  const float a = opaque(as_float(x.a));
  _mm_setcsr(control_of(x.rounding));
  const int value = _mm_cvtss_si32(_mm_set_ss(opaque(a)));
  asm volatile("" : : "r"(value) : "memory");
  const uint8_t flags = flags_now();
  _mm_setcsr(kMasked);
  if (flags & kInvalid) return std::nullopt;
  return Result{static_cast<uint32_t>(value), flags};
}

Result from_integer(const Case& x) {
  _mm_setcsr(control_of(x.rounding));
  long value = x.op == Op::kFromInt ? static_cast<long>(static_cast<int32_t>(x.a)) : static_cast<long>(x.a);
  asm volatile("" : "+r"(value)::"memory");
  const float rounded = opaque(static_cast<float>(value));
  const uint8_t flags = flags_now();
  _mm_setcsr(kMasked);
  return {std::bit_cast<uint32_t>(rounded), flags};
}

Result compare(const Case& x) {
  const float a = opaque(as_float(x.a)), b = opaque(as_float(x.b));
  _mm_setcsr(kMasked);
  int value;
  switch (x.op) {
    case Op::kEq: value = opaque(a) == b; break;
    case Op::kLt: value = opaque(a) < b; break;
    default: value = opaque(a) <= b; break;
  }
  asm volatile("" : "+r"(value)::"memory");
  const uint8_t flags = flags_now();
  _mm_setcsr(kMasked);
  return {static_cast<uint32_t>(value), flags};
}

}  // namespace

std::optional<Result> host_compute(const Case& x) {
  if (x.rounding == kNearestAway) return std::nullopt;
  const bool is_half = x.format == Format::kHalf;
  switch (x.op) {
    case Op::kFmadd:
    case Op::kFmsub:
    case Op::kFnmsub:
    case Op::kFnmadd: {
      // The host does not raise invalid for 0 * inf + quiet NaN; RISC-V does.
      if (is_nan(x.format, unbox(x.format, x.c))) return std::nullopt;
      return is_half ? half(x) : single(x);
    }
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul: return is_half ? half(x) : single(x);
    case Op::kDivide:
    case Op::kSqrt:
      if (is_half) return std::nullopt;
      return single(x);
    case Op::kToInt:
      if (is_half) return std::nullopt;
      return to_integer(x);
    case Op::kFromInt:
    case Op::kFromUint:
      if (is_half) return std::nullopt;
      return from_integer(x);
    case Op::kEq:
    case Op::kLt:
    case Op::kLe:
      if (is_half) return std::nullopt;
      return compare(x);
    default: return std::nullopt;
  }
}

}  // namespace heddle::fpu_test
