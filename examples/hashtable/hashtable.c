// Counts keys in a chained hash table with a spin lock per bucket. With few buckets the lanes of one warp want the same
// lock: the one that holds it must get to run although its neighbours spin.
#include "hashtable_args.h"

static void acquire(uint32_t* lock) {
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0) hd_pause();
}

static void release(uint32_t* lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

// The lock makes these plain accesses safe.
static void count(const struct hashtable_args* args, struct hashtable_bucket* bucket, uint32_t key) {
  uint32_t at = bucket->head;
  while (at != HASHTABLE_NONE && args->entries[at].key != key) at = args->entries[at].next;
  if (at == HASHTABLE_NONE) {
    at = hd_atomic_add(args->used, 1);
    args->entries[at].key = key;
    args->entries[at].count = 0;
    args->entries[at].next = bucket->head;
    bucket->head = at;
  }
  args->entries[at].count++;
}

HD_KERNEL(hashtable) {
  uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  const uint32_t key = args->keys[i];
  struct hashtable_bucket* bucket = &args->table[hashtable_bucket_of(key, args->buckets)];
  acquire(&bucket->lock);
  count(args, bucket, key);
  release(&bucket->lock);
}
