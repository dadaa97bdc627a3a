// Writes a signature and passes. Its last halfword is half a line of the file.
#include "begin.h"

main:
  la a0, begin_signature
  li a1, 0x01020304
  sw a1, 0(a0)
  li a1, 0xa5
  sb a1, 6(a0)
  li a1, 0x1234
  sh a1, 8(a0)
  HEDDLE_END

.data
.balign 16
begin_signature:
  .word 0
first:
  .word 0x55555555
second:
  .half 0
end_signature:
