// Asks the host for something, as programs of other simulators do to print.
#include "begin.h"

main:
  la t1, tohost
  la t0, request
  sw t0, 0(t1)
1:
  j 1b

.data
.balign 64
request:
  .word 64, 1, 0, 0
