#include "heddle/fp/host.h"

// Versions for processors with wider vectors, chosen when the program starts. Nothing contracts a product and a sum:
// the project is compiled as ISO C++.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define HEDDLE_ROW_FUNCTION __attribute__((target_clones("arch=x86-64-v3", "default"))) void
#else
#define HEDDLE_ROW_FUNCTION void
#endif
#if defined(__clang__)
#define HEDDLE_ROWS_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define HEDDLE_ROWS_APART _Pragma("GCC ivdep")
#endif

namespace heddle::fp::host {

namespace {

template <typename Guesser>
inline void guess_rows(unsigned lanes, const Rows& rows, Guesser&& guesser) {
  const Rows r = rows;
  HEDDLE_ROWS_APART
  for (unsigned l = 0; l < lanes; ++l) {
    const Guess guess = guesser(l);
    r.bits[l] = guess.bits;
    r.flags[l] = guess.inexact;
    r.sure[l] = guess.sure;
  }
}

}  // namespace

HEDDLE_ROW_FUNCTION add_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b](unsigned l) { return add(a[l], b[l]); });
}
HEDDLE_ROW_FUNCTION subtract_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b](unsigned l) { return subtract(a[l], b[l]); });
}
HEDDLE_ROW_FUNCTION multiply_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b](unsigned l) { return multiply(a[l], b[l]); });
}
HEDDLE_ROW_FUNCTION divide_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b](unsigned l) { return divide(a[l], b[l]); });
}
HEDDLE_ROW_FUNCTION square_root_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a](unsigned l) { return square_root(a[l]); });
}
HEDDLE_ROW_FUNCTION madd_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b, c = rows.c](unsigned l) { return fused(a[l], b[l], c[l]); });
}
HEDDLE_ROW_FUNCTION msub_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows,
             [a = rows.a, b = rows.b, c = rows.c](unsigned l) { return fused(a[l], b[l], c[l] ^ kSingle.sign()); });
}
HEDDLE_ROW_FUNCTION nmsub_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows,
             [a = rows.a, b = rows.b, c = rows.c](unsigned l) { return fused(a[l] ^ kSingle.sign(), b[l], c[l]); });
}
HEDDLE_ROW_FUNCTION nmadd_rows(unsigned lanes, const Rows& rows) {
  guess_rows(lanes, rows, [a = rows.a, b = rows.b, c = rows.c](unsigned l) {
    return fused(a[l] ^ kSingle.sign(), b[l], c[l] ^ kSingle.sign());
  });
}

}  // namespace heddle::fp::host
