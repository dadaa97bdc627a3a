// All lanes take one lock in turn. None of these loops yields with hd_pause or is written for SIMT hardware in any way:
// they are what one writes for CPU threads, and they end because every lane that can run gets to run within a bounded
// number of slots.
#include "locks_args.h"

// What the lock protects: no atomics.
static void critical(const struct locks_args* args, uint32_t* counter) {
  const uint32_t turn = *(volatile uint32_t*)counter;
  args->order[turn] = hd_global_id(0);
  *(volatile uint32_t*)counter = turn + 1;
}

HD_KERNEL(test_and_set) {
  for (uint32_t i = 0; i < args->rounds; i++) {
    while (__atomic_exchange_n(args->lock, 1, __ATOMIC_ACQUIRE) != 0) {
    }
    critical(args, args->counter);
    __atomic_store_n(args->lock, 0, __ATOMIC_RELEASE);
  }
}

// The same with compare-and-swap, which is LR/SC underneath.
HD_KERNEL(load_reserved) {
  for (uint32_t i = 0; i < args->rounds; i++) {
    uint32_t expected;
    do {
      expected = 0;
    } while (!__atomic_compare_exchange_n(args->lock, &expected, 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    critical(args, args->counter);
    __atomic_store_n(args->lock, 0, __ATOMIC_RELEASE);
  }
}

// lock[0] is the next ticket, lock[1] the one that is served.
HD_KERNEL(ticket) {
  for (uint32_t i = 0; i < args->rounds; i++) {
    const uint32_t mine = __atomic_fetch_add(&args->lock[0], 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&args->lock[1], __ATOMIC_ACQUIRE) != mine) {
    }
    critical(args, args->counter);
    __atomic_store_n(&args->lock[1], mine + 1, __ATOMIC_RELEASE);
  }
}

// Who does not get the lock does something else, and tries again.
HD_KERNEL(try_lock) {
  uint32_t failures = 0;
  for (uint32_t done = 0; done < args->rounds;) {
    uint32_t expected = 0;
    if (__atomic_compare_exchange_n(args->lock, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
      critical(args, args->counter);
      __atomic_store_n(args->lock, 0, __ATOMIC_RELEASE);
      done++;
    } else {
      failures++;
    }
  }
  args->failures[hd_global_id(0)] = failures;
}

HD_SCRATCHPAD uint32_t scratchpad_word;
HD_SCRATCHPAD uint32_t scratchpad_counter;

// Test-and-set on a word of the scratchpad, one lock per workgroup.
HD_KERNEL(scratchpad_lock) {
  if (hd_local_linear_id() == 0) scratchpad_word = scratchpad_counter = 0;
  hd_barrier();
  for (uint32_t i = 0; i < args->rounds; i++) {
    while (__atomic_exchange_n(&scratchpad_word, 1, __ATOMIC_ACQUIRE) != 0) {
    }
    critical(args, &scratchpad_counter);
    __atomic_store_n(&scratchpad_word, 0, __ATOMIC_RELEASE);
  }
  hd_barrier();
  if (hd_local_linear_id() == 0) *args->counter = scratchpad_counter;
}
