// Loads from where nothing is, with no handler.
#include "begin.h"

main:
  csrw mtvec, zero
  li a0, 0x1000
  lw a1, 0(a0)
  HEDDLE_END

empty_signature
