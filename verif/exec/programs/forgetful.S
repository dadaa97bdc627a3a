// Has no tohost.
.section .text.init
.globl _start
_start:
  j _start
