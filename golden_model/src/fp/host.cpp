#include "heddle/fp/host.h"

// Versions for processors with wider vectors, chosen when the program starts. Nothing contracts a product and a sum:
// the project is compiled as ISO C++. Sanitizers instrument the choice, which comes before they are ready.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
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

template <typename Operation>
inline void guess_rows(unsigned lanes, const Rows& rows) {
  const Rows r = rows;
  HEDDLE_ROWS_APART
  for (unsigned l = 0; l < lanes; ++l) {
    const Guess guess = Operation::guess(r.a[l], r.b[l], r.c[l]);
    r.bits[l] = guess.bits;
    r.flags[l] = guess.inexact;
    r.sure[l] = guess.sure;
  }
}

}  // namespace

HEDDLE_ROW_FUNCTION add_rows(unsigned lanes, const Rows& rows) { guess_rows<Add>(lanes, rows); }
HEDDLE_ROW_FUNCTION subtract_rows(unsigned lanes, const Rows& rows) { guess_rows<Subtract>(lanes, rows); }
HEDDLE_ROW_FUNCTION multiply_rows(unsigned lanes, const Rows& rows) { guess_rows<Multiply>(lanes, rows); }
HEDDLE_ROW_FUNCTION divide_rows(unsigned lanes, const Rows& rows) { guess_rows<Divide>(lanes, rows); }
HEDDLE_ROW_FUNCTION square_root_rows(unsigned lanes, const Rows& rows) { guess_rows<SquareRoot>(lanes, rows); }
HEDDLE_ROW_FUNCTION madd_rows(unsigned lanes, const Rows& rows) { guess_rows<Madd>(lanes, rows); }
HEDDLE_ROW_FUNCTION msub_rows(unsigned lanes, const Rows& rows) { guess_rows<Msub>(lanes, rows); }
HEDDLE_ROW_FUNCTION nmsub_rows(unsigned lanes, const Rows& rows) { guess_rows<Nmsub>(lanes, rows); }
HEDDLE_ROW_FUNCTION nmadd_rows(unsigned lanes, const Rows& rows) { guess_rows<Nmadd>(lanes, rows); }

}  // namespace heddle::fp::host
