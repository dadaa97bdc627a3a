// The start of the small programs here: every lane at `main`, with a trap handler that gives test number 99.
#include "end.h"

.section .text.init
.globl _start
_start:
  la t0, unexpected
  csrw mtvec, t0
  j main
  .balign 4
unexpected:
  li t0, 99 * 2 + 1
  la t1, tohost
  sw t0, 0(t1)
1:
  j 1b

// Ends with test `number` failed.
.macro fail number
  li t0, \number * 2 + 1
  la t1, tohost
  sw t0, 0(t1)
2:
  j 2b
.endm

// For programs that leave nothing.
.macro empty_signature
.pushsection .data
.balign 16
begin_signature:
  .word 0
end_signature:
.popsection
.endm

.data
HEDDLE_TOHOST

.text
