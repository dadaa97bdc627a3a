/* picolibc's locks, for real: malloc, free and the few other places of libc with shared state take them. One lane of
   the device is inside at a time; lanes of the same warp that wait yield to the one that holds the lock. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/lock.h>

#include "heddle.h"

struct __lock {
  uint32_t taken;
  uint32_t owner; /* of a recursive lock that is taken: hart + 1 */
  uint32_t depth;
};

struct __lock __lock___libc_recursive_mutex;

/* Exchange rather than compare and swap: it cannot fail, so lanes of a warp that come together stay together. */
static int try_take(_LOCK_T lock) { return __atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) == 0; }

static void take(_LOCK_T lock) {
  while (!try_take(lock)) hd_pause();
}

static void give(_LOCK_T lock) { __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE); }

static uint32_t self(void) { return hd_hart_id() + 1; }

/* Nobody but this lane writes this lane's number, so the answer cannot change meanwhile. */
static int own(_LOCK_T lock) { return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self(); }

static void enter(_LOCK_T lock) {
  __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
  lock->depth = 1;
}

void __retarget_lock_init(_LOCK_T* lock) { *lock = calloc(1, sizeof(struct __lock)); }
void __retarget_lock_init_recursive(_LOCK_T* lock) { __retarget_lock_init(lock); }
void __retarget_lock_close(_LOCK_T lock) { free(lock); }
void __retarget_lock_close_recursive(_LOCK_T lock) { free(lock); }

void __retarget_lock_acquire(_LOCK_T lock) {
  if (lock) take(lock);
}

void __retarget_lock_release(_LOCK_T lock) {
  if (lock) give(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock) { return try_take(lock); }

void __retarget_lock_acquire_recursive(_LOCK_T lock) {
  if (own(lock)) {
    lock->depth++;
    return;
  }
  take(lock);
  enter(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock) {
  if (--lock->depth != 0) return;
  __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
  give(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock) {
  if (own(lock)) {
    lock->depth++;
    return 1;
  }
  if (!try_take(lock)) return 0;
  enter(lock);
  return 1;
}
