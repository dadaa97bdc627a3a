/* How a lane ends other than by returning from its kernel. */
#include <stdlib.h>

#include "heddle.h"

__attribute__((noreturn)) void __hd_exit_lane(void);

/* exit() comes here as well. The status goes nowhere: a launch has as many as it has work-items. */
void _exit(int status) {
  (void)status;
  __hd_exit_lane();
}

/* A breakpoint fault, which stops the launch and is reported with this function's name. */
void abort(void) { hd_trap(); }
