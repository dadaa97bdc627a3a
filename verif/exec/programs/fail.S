// Fails with test number 5, after a zero that does not count.
#include "begin.h"

main:
  la t1, tohost
  sw zero, 0(t1)
  fail 5
