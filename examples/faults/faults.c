// Everything a kernel can do wrong, one kernel each.
#include "faults_args.h"

// Notes the line, then goes wrong on it.
#define GO_WRONG(statement)                     \
  do {                                          \
    *(volatile uint32_t*)args->line = __LINE__; \
    statement;                                  \
  } while (0)

static bool chosen(const struct faults_args* args) {
  return hd_group_linear_id() == args->group && hd_local_linear_id() == args->local;
}

// What the others do: each word is written by one work-item.
static void harmless(const struct faults_args* args) {
  const uint32_t id = hd_global_id(0);
  if (id < args->words) args->data[id] = id;
}

HD_KERNEL(illegal_instruction) {
  harmless(args);
  if (chosen(args)) GO_WRONG(__asm__ volatile(".word 0xffffffff"));
}

HD_KERNEL(misaligned_load) {
  harmless(args);
  if (chosen(args)) GO_WRONG((void)*(volatile uint32_t*)((char*)args->data + 2));
}

HD_KERNEL(misaligned_store) {
  harmless(args);
  if (chosen(args)) GO_WRONG(*(volatile uint16_t*)((char*)args->data + 1) = 1);
}

HD_KERNEL(read_outside) {
  harmless(args);
  if (chosen(args)) GO_WRONG((void)((volatile uint32_t*)args->data)[args->words]);
}

HD_KERNEL(write_outside) {
  harmless(args);
  if (chosen(args)) GO_WRONG(((volatile uint32_t*)args->data)[-1] = 1);
}

HD_KERNEL(null_pointer) {
  harmless(args);
  volatile uint32_t* pointer = (volatile uint32_t*)(uintptr_t)*args->flag;
  if (chosen(args)) GO_WRONG(pointer[1] = 1);
}

HD_KERNEL(write_code) {
  harmless(args);
  volatile uint32_t* code = (volatile uint32_t*)(uintptr_t)harmless;
  if (chosen(args)) GO_WRONG(*code = 1);
}

HD_KERNEL(wild_jump) {
  harmless(args);
  if (chosen(args)) ((void (*)(void))args->data)();
}

HD_SCRATCHPAD uint32_t scratch[16];

HD_KERNEL(scratchpad_overrun) {
  harmless(args);
  volatile uint32_t* pointer = scratch;
  if (chosen(args)) GO_WRONG(pointer[16 + args->words] = 1);
}

HD_KERNEL(breakpoint) {
  harmless(args);
  if (chosen(args)) GO_WRONG(hd_trap());
}

// Not a tail call, and the array is needed: each level takes stack.
__attribute__((noinline)) static uint32_t recurse(uint32_t depth, volatile uint32_t* data) {
  volatile uint32_t local[16];
  local[depth % 16] = depth;
  if (*data == depth) return 0;
  return recurse(depth + 1, data) + local[depth % 16];
}

HD_KERNEL(stack_overflow) {
  harmless(args);
  if (chosen(args)) *args->line = recurse(1, args->flag);
}

HD_KERNEL(endless_loop) {
  harmless(args);
  // clang-format off
  if (chosen(args)) GO_WRONG(while (*(volatile uint32_t*)args->flag == 0) {});
  // clang-format on
}

// One work-item waits for what another does only after a barrier, to which the first never gets.
HD_KERNEL(stuck_barrier) {
  harmless(args);
  if (chosen(args)) {
    while (hd_atomic_load(args->flag) == 0) hd_pause();
  }
  hd_barrier();
  if (hd_group_linear_id() == args->group && !chosen(args)) hd_atomic_store(args->flag, 1);
}

// The even lanes wait for all lanes in a vote, the odd ones for the even ones at a barrier.
HD_KERNEL(stuck_collective) {
  harmless(args);
  if (hd_group_linear_id() != args->group || hd_warp_id() != 0) return;
  if (hd_lane_id() % 2 == 0) {
    if (hd_all_sync(hd_warp_mask(), true)) *args->flag = 1;
  }
  hd_barrier();
}

HD_KERNEL(healthy) {
  scratch[hd_local_linear_id() % 16] = 1;
  hd_barrier();
  const uint32_t id = hd_global_id(0);
  if (id < args->words) args->data[id] = 3 * id + scratch[hd_local_linear_id() % 16];
}
