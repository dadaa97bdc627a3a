// The kernel API: each kernel writes what it saw, the host knows what that must be.
#include "device_args.h"

#define KERNEL(name)    \
  struct name##_args {  \
    struct test_args t; \
  };                    \
  HD_KERNEL(name)

static uint32_t group_size(void) { return hd_local_linear_size(); }
static uint32_t* mine(const struct test_args* t) {
  return t->out + WORDS * (hd_group_linear_id() * group_size() + hd_local_linear_id());
}

KERNEL(ids) {
  uint32_t* out = mine(&args->t);
  for (unsigned d = 0; d < 3; d++) {
    *out++ = hd_local_id(d);
    *out++ = hd_group_id(d);
    *out++ = hd_local_size(d);
    *out++ = hd_num_groups(d);
    *out++ = hd_global_id(d);
    *out++ = hd_global_size(d);
  }
  *out++ = hd_local_id(3) + hd_group_id(7) == 0 && hd_local_size(3) * hd_num_groups(3) == 1;
  *out++ = hd_lane_id();
  *out++ = hd_warp_id();
  *out++ = hd_warp_mask();
  *out++ = hd_private_size();
}

HD_SCRATCHPAD uint32_t board[1024];

// Every work-item leaves a value; after the barrier each sums those of all.
KERNEL(barrier) {
  const uint32_t id = hd_local_linear_id(), n = group_size();
  uint32_t sum = 0;
  for (uint32_t round = 0; round < 3; round++) {
    board[id] = id * (round + 1);
    hd_barrier();
    for (uint32_t i = 0; i < n; i++) sum += board[i];
    hd_barrier();
  }
  mine(&args->t)[0] = sum;
}

// Barriers in divergent code, of different places, with work-items that end before.
KERNEL(odd_barrier) {
  const uint32_t id = hd_local_linear_id(), n = group_size();
  uint32_t* out = mine(&args->t);
  if (id % 4 == 3) return;
  board[id] = id + 100;
  if (id % 4 == 0) {
    hd_barrier();
  } else {
    for (uint32_t i = 0; i < id % 4; i++) out[1] += i;
    hd_barrier();
  }
  const uint32_t other = (id + 1) % 4 == 3 ? id : (id + 1) % n;
  out[0] = board[other];
}

KERNEL(votes) {
  uint32_t* out = mine(&args->t);
  const uint32_t lane = hd_lane_id(), mask = hd_warp_mask();
  out[0] = hd_active_mask();
  out[1] = hd_ballot(lane & 1);
  out[2] = hd_all(lane < 32) + 2 * hd_all(lane != 0) + 4 * hd_any(lane == 0) + 8 * hd_any(lane > 40);
  // Lanes come one after another; the sync forms wait for all of them.
  for (volatile uint32_t i = 0; i < lane; i++) {
  }
  out[3] = hd_ballot_sync(mask, lane % 3 == 0);
  out[4] = hd_all_sync(mask, lane < 32) + 2 * hd_any_sync(mask, lane > 40);
  // Two masks at once.
  const uint32_t even = mask & 0x55555555u, odd = mask & 0xAAAAAAAAu;
  if (lane & 1) {
    out[5] = hd_ballot_sync(odd, lane & 2);
  } else {
    out[5] = hd_ballot_sync(even, lane & 4);
  }
}

KERNEL(shuffles) {
  uint32_t* out = mine(&args->t);
  const uint32_t lane = hd_lane_id(), value = lane * 10 + 1, mask = hd_warp_mask();
  out[0] = hd_shuffle(value, 0);
  out[1] = hd_shuffle(value, 1000);
  out[2] = hd_shuffle_up(value, 1);
  out[3] = hd_shuffle_down(value, 2);
  out[4] = hd_shuffle_xor(value, 1);
  for (volatile uint32_t i = 0; i < 31 - lane; i++) {
  }
  out[5] = hd_shuffle_sync(mask, value, (lane + 1) % hd_num_lanes());
  out[6] = hd_shuffle_up_sync(mask, value, 2);
  out[7] = hd_shuffle_down_sync(mask, value, 1);
  out[8] = hd_shuffle_xor_sync(mask, value, 3);
}

KERNEL(atomics) {
  uint32_t* shared = args->t.shared;
  const uint32_t id = hd_global_id(0);
  uint32_t* out = mine(&args->t);
  out[0] = hd_atomic_add(&shared[0], 1);
  hd_atomic_sub(&shared[1], 2);
  hd_atomic_or(&shared[2], 1u << (id % 32));
  hd_atomic_and(&shared[3], ~(1u << (id % 32)));
  hd_atomic_xor(&shared[4], id);
  hd_atomic_max_u32(&shared[5], id ^ 0x80000000u);
  hd_atomic_min_u32(&shared[6], id + 5);
  hd_atomic_max_i32((int32_t*)&shared[7], -(int32_t)id - 3);
  hd_atomic_min_i32((int32_t*)&shared[8], -(int32_t)id);
  // A counter by compare and swap, and bytes and half words, for which the compiler makes loops.
  uint32_t old = hd_atomic_load(&shared[9]);
  for (;;) {
    const uint32_t seen = hd_atomic_cas(&shared[9], old, old + 3);
    if (seen == old) break;
    old = seen;
  }
  __atomic_fetch_add((uint8_t*)&shared[10] + 1, 1, __ATOMIC_RELAXED);
  __atomic_fetch_add((uint16_t*)&shared[11] + 1, 2, __ATOMIC_RELAXED);
  // A chain of exchanges hands each value to exactly one.
  out[1] = hd_atomic_exchange(&shared[12], id + 1);
  hd_atomic_add(&board[0], id);  // the scratchpad has atomics as well
}

// A lock that every lane takes in turn.
KERNEL(lock) {
  uint32_t* word = &args->t.shared[0];
  volatile uint32_t* count = &args->t.shared[1];
  for (int i = 0; i < 3; i++) {
    while (hd_atomic_exchange(word, 1)) hd_pause();
    hd_fence();
    *count = *count + 1;
    hd_fence();
    hd_atomic_store(word, 0);
  }
}

KERNEL(time) {
  uint32_t* out = mine(&args->t);
  const uint32_t before = hd_cycle();
  const uint64_t wide = hd_cycle64();
  const uint32_t instructions = hd_instret();
  for (volatile int i = 0; i < 20; i++) {
  }
  out[0] = hd_cycle() - before >= 20 && hd_cycle64() > wide && hd_instret() - instructions > 20;
}

static __attribute__((noinline)) void deep(uint32_t n, uint32_t* out) {
  out[0] = n;
  if (n == 5) hd_exit();
  deep(n + 1, out);
  out[1] = 77;  // never
}

KERNEL(exits) {
  deep(hd_local_linear_id() % 5, mine(&args->t));
  mine(&args->t)[1] = 78;
}

KERNEL(dynamic_scratchpad) {
  uint32_t* own = (uint32_t*)hd_dynamic_scratchpad();
  const uint32_t id = hd_local_linear_id(), n = group_size();
  own[id] = id * 3;
  hd_barrier();
  mine(&args->t)[0] = own[(id + 1) % n];
  mine(&args->t)[1] = hd_scratch_size();
}
