#pragma once

#include "heddle.h"

#define HASHTABLE_NONE 0xFFFFFFFFu

struct hashtable_entry {
  uint32_t key;
  uint32_t count;
  uint32_t next;  // entry, or HASHTABLE_NONE
};

struct hashtable_bucket {
  uint32_t lock;  // 1 while somebody is in
  uint32_t head;  // entry, or HASHTABLE_NONE
};

struct hashtable_args {
  uint32_t n;
  HD_PTR(const uint32_t) keys;
  uint32_t buckets;
  HD_PTR(struct hashtable_bucket) table;
  HD_PTR(struct hashtable_entry) entries;
  HD_PTR(uint32_t) used;  // entries taken
};

// Bucket of a key: the top bits of a multiplicative hash, scaled to the number of buckets.
static inline uint32_t hashtable_bucket_of(uint32_t key, uint32_t buckets) {
  return (uint32_t)(((uint64_t)(key * 2654435761u) * buckets) >> 32);
}
