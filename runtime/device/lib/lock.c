/* picolibc's locks, for real: malloc, free and the few other places of libc with shared state take them. One lane of the device is
   inside at a time; lanes of the same warp that wait yield to the one that holds the lock. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/lock.h>

#include "heddle.h"

struct __lock {
  uint32_t owner; /* hart + 1; 0: free */
  uint32_t depth; /* of a recursive lock */
};

struct __lock __lock___libc_recursive_mutex;

static void take(_LOCK_T lock, uint32_t self) {
  while (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != 0 || !__sync_bool_compare_and_swap(&lock->owner, 0, self)) hd_pause();
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static void give(_LOCK_T lock) { __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE); }

void __retarget_lock_init(_LOCK_T* lock) { *lock = calloc(1, sizeof(struct __lock)); }
void __retarget_lock_init_recursive(_LOCK_T* lock) { __retarget_lock_init(lock); }
void __retarget_lock_close(_LOCK_T lock) { free(lock); }
void __retarget_lock_close_recursive(_LOCK_T lock) { free(lock); }

void __retarget_lock_acquire(_LOCK_T lock) {
  if (lock) take(lock, hd_hart_id() + 1);
}

void __retarget_lock_release(_LOCK_T lock) {
  if (lock) give(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock) { return __sync_bool_compare_and_swap(&lock->owner, 0, hd_hart_id() + 1); }

void __retarget_lock_acquire_recursive(_LOCK_T lock) {
  uint32_t self = hd_hart_id() + 1;
  if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self) take(lock, self);
  lock->depth++;
}

void __retarget_lock_release_recursive(_LOCK_T lock) {
  if (--lock->depth == 0) give(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock) {
  uint32_t self = hd_hart_id() + 1;
  if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self && !__retarget_lock_try_acquire(lock)) return 0;
  lock->depth++;
  return 1;
}
