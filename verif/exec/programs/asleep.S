// Sleeps with nothing that could wake it.
#include "begin.h"

main:
  csrw mie, zero
  wfi
  HEDDLE_END

empty_signature
