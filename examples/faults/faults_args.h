#pragma once

#include "heddle.h"

// What every kernel of the example gets. One work-item goes wrong, the others do something harmless.
struct faults_args {
  uint32_t group;         // the work-item that goes wrong: its workgroup
  uint32_t local;         // and its linear local id
  HD_PTR(uint32_t) data;  // `words` words
  uint32_t words;
  HD_PTR(uint32_t) flag;  // one word, zero, which stays so
  HD_PTR(uint32_t) line;  // receives the source line of what goes wrong, just before
};

#define illegal_instruction_args faults_args
#define misaligned_load_args faults_args
#define misaligned_store_args faults_args
#define read_outside_args faults_args
#define write_outside_args faults_args
#define null_pointer_args faults_args
#define write_code_args faults_args
#define wild_jump_args faults_args
#define scratchpad_overrun_args faults_args
#define breakpoint_args faults_args
#define stack_overflow_args faults_args
#define endless_loop_args faults_args
#define stuck_barrier_args faults_args
#define stuck_collective_args faults_args
#define healthy_args faults_args
