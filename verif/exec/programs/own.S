// Every lane adds its own number to a word of its own, initialised from the file: linked to the private window, the lanes do
// not see each other, and their signatures differ.
#include "begin.h"

main:
  la a0, begin_signature
  lw a1, 0(a0)
  csrr a2, mhartid
  add a1, a1, a2
  sw a1, 0(a0)
  lhu a3, 6(a0)
  li a4, 0xbeef
  beq a3, a4, 1f
  fail 3
1:
  HEDDLE_END

.data
.balign 16
begin_signature:
  .word 1000
  .half 0xdead, 0xbeef
end_signature:
