// FlashAttention: a workgroup goes through tiles of Q, and for each through the tiles of K and V. The matrix engine
// computes S = Q K^T and adds P V to O, both in accumulators; the lanes compute P, the softmax of S in between, from
// registers, so that the engine computes the next S meanwhile. With two cores two workgroups share the engine: one has
// it while the other takes its S. In step i, counted over all tiles:
//
//   s_ready       S of step i is there                       completion of its command
//   taken         warps that have S of step i in registers   the last one orders P V of step i - 1, then S of step
//                                                            i + 1; the first one loads
//   written       warps that have written P of the last step the last one orders P V of that
//   pv_done[i%2]  P V of step i is in O                      completion of its command
//   full[i%2]     what is loaded in step i is there           its bytes
//
// Nobody waits to give a command: who comes last to the point from which it may be given gives it. By then all warps
// have written P of step i - 1, and read O where a tile begins anew. Lanes reach accumulators only while no command
// uses them (docs/matrix.md): so both commands are given together, between them the lanes have what they need, and S
// comes last, as it says that P V of step i - 1 is complete, too. With S of step i the places of K of step i, and of P
// and V of step i - 2 are free. Who loads waits for that before it counts itself in the next step: who gives commands
// has nothing to wait for.
//
// An AMO waits for all accesses of its warp. Lanes of a warp wait for each other before one of them counts the warp:
// that one may be held up by a command while the others go on.
//
// P is 2^(s - reference), with a row's maximum of a former step as reference as long as the sum that a lane has of them
// does not exceed LIMIT: P stays in range, the result is the same, and O has to be scaled only seldom.
#include "attention_args.h"
#include "heddle_engines.h"

#define LIMIT 256.0f
// 1 / sqrt(64), for exponentials to the base 2.
#define SCALE (0.125f * 1.44269504f)

typedef const struct attention_args* arguments;

// Unrolled before anything else, so that arrays become registers.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROWS(N) UNROLLED for (uint32_t r = 0; r < (N); r++)
#define COLUMNS(N) UNROLLED for (uint32_t c = 0; c < (N); c++)
#define ROWS_AND_COLUMNS(N) ROWS(N) COLUMNS(N)

enum barrier { S_READY, PV_DONE, FULL = PV_DONE + 2, BARRIERS = FULL + 2 };

// A step: where it is.
struct place {
  uint32_t head, query, block;  // of the tile of Q; of the part of V
  uint32_t step;                // in the tile: tile of K and V
  uint32_t tile;                // of Q: its number in the workgroup
};

struct shared {
  hd_mbarrier barriers[BARRIERS];
  uint32_t taken, written;
  struct place ahead[2];
};
_Static_assert(sizeof(struct shared) <= ATTENTION_SHARED_BYTES, "what warps share has its place");

HD_INLINE void* scratch(uint32_t offset) { return (void*)(HEDDLE_SCRATCHPAD_BASE + offset); }
HD_INLINE struct shared* shared(void) { return scratch(0); }
HD_INLINE hd_mbarrier* barrier(uint32_t which) { return &shared()->barriers[which]; }

// What does not change: constants in each kernel, and arguments in registers.
struct setting {
  uint32_t n, lanes, warps;  // a warp has n rows of Q, a lane n columns of the scores
  uint32_t rows, tile;       // tokens of Q, and of K and V, at a time
  uint32_t groups;           // workgroups, which take the tiles of Q in turn
  bool fp8;
  struct attention_layout layout;
  uint32_t tokens, heads, tiles, key_tiles, blocks, causal;
  uint32_t sequence;  // tiles of Q of this workgroup, over all heads and blocks
};
typedef const struct setting* settings;

HD_INLINE uint32_t last_step(settings set, const struct place* at) {
  return set->causal != 0 ? at->query * set->rows / set->tile : set->key_tiles - 1;
}
HD_INLINE void pass_tile(settings set, struct place* at) {
  if (++at->block != set->blocks) return;
  at->block = 0;
  if (++at->query != set->tiles) return;
  at->query = 0;
  at->head++;
}
HD_INLINE void next_tile(settings set, struct place* at) {
  at->step = 0;
  at->tile++;
  UNROLLED for (uint32_t k = 0; k < set->groups; k++) pass_tile(set, at);
}
HD_INLINE void next_step(settings set, struct place* at) {
  if (at->step != last_step(set, at))
    at->step++;
  else
    next_tile(set, at);
}

// A value about which the compiler knows nothing: what is computed from it is computed where it is needed, which is
// seldom or in one warp, instead of in every tile ahead.
HD_INLINE uint32_t here(uint32_t x) {
  __asm__("" : "+r"(x));
  return x;
}

HD_INLINE struct place elsewhere(const struct place* at) {
  return (struct place){here(at->head), here(at->query), here(at->block), here(at->step), here(at->tile)};
}

// ---- commands, given by one lane ----

// `images`: the descriptors of one step, of Q, K and V.
HD_INLINE void load(uint32_t* images, uint32_t which, uint32_t column, uint32_t token, uint32_t head, uint32_t place,
                    uint32_t full) {
  uint32_t* const copy = images + which * 32;
  copy[16] = column;
  copy[17] = token;
  copy[18] = head;
  copy[21] = place;
  copy[22] = hd_scratch_offset(barrier(full));
  hd_copy((const struct hd_copy_command*)copy);
}
// K of step i, and Q where a tile of Q begins; the bytes.
HD_INLINE uint32_t load_qk(settings set, uint32_t* images, const struct place* at, uint32_t i, uint32_t full) {
  const uint32_t k = i % ATTENTION_K_STAGES, q = at->tile % ATTENTION_Q_STAGES;
  load(images, 1, 0, at->step * set->tile, at->head, set->layout.k + k * set->layout.k_bytes, full);
  if (at->step != 0) return set->layout.k_bytes;
  load(images, 0, 0, at->query * set->rows, at->head, set->layout.q + q * set->layout.q_bytes, full);
  return set->layout.k_bytes + set->layout.q_bytes;
}

// In step i, when S is there: V of this step, K of step i + 2. The place of that is kept for even and for odd steps:
// who loads next may come before this is done, who loads after that cannot.
HD_INLINE void load_ahead(settings set, uint32_t step, const struct place* current) {
  const uint32_t i = here(step), full = FULL + i % 2;
  const struct place at = elsewhere(current);
  uint32_t* const images = (uint32_t*)scratch(set->layout.copies) + i % 2 * (3 * 32);
  struct place ahead = shared()->ahead[i % 2];
  uint32_t bytes = set->layout.v_bytes;
  load(images, 2, at.block * set->tile, at.step * set->tile, at.head,
       set->layout.v + i % ATTENTION_V_STAGES * set->layout.v_bytes, full);
  if (ahead.head < set->heads) bytes += load_qk(set, images, &ahead, i + 2, full);
  hd_mbarrier_arrive(barrier(full), bytes);
  next_step(set, &ahead);
  next_step(set, &ahead);
  shared()->ahead[i % 2] = ahead;
}
// What was loaded in step i; before the first one counts as step -1.
HD_INLINE void wait_for_loads(uint32_t i) { hd_mbarrier_wait(barrier(FULL + (i & 1)), (i + 1) / 2); }

HD_INLINE void order_s(settings set, uint32_t i, uint32_t tile) {
  const struct hd_matrix_command* const commands = scratch(set->layout.commands);
  hd_matrix(commands + (here(tile) % ATTENTION_Q_STAGES * 2 + here(i) % ATTENTION_K_STAGES));
}
HD_INLINE void order_pv(settings set, uint32_t i, bool accumulate) {
  const struct hd_matrix_command* const commands = scratch(set->layout.commands);
  hd_matrix(commands + (4 + (accumulate ? 2 : 0) + here(i) % ATTENTION_V_STAGES));
}
HD_INLINE void wait_for_pv(uint32_t i) { hd_mbarrier_wait(barrier(PV_DONE + i % 2), i / 2); }

// Counts a warp, after all its accesses; how many were there before.
HD_INLINE uint32_t arrive(settings set, uint32_t* count) {
  return __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL) % set->warps;
}

// ---- softmax ----

// Of 0 to LIMIT: to nearest, ties to even.
HD_INLINE uint8_t e4m3(float x) {
  const uint32_t bits = hd_float_bits(x);
  const uint32_t normal = ((bits + 0x7FFFF + (bits >> 20 & 1)) >> 20) - (120u << 3);
  const uint32_t subnormal = hd_float_bits(x + 0x1p14f) & 15;  // rounded to multiples of 2^-9
  return (uint8_t)(x < 0x1p-6f ? subnormal : normal);
}

// A row of P is a group of 32 bytes at least.
HD_INLINE uint32_t p_stride(settings set) { return set->fp8 && set->tile < 32 ? 32 : set->tile; }

// Keeps the order of what is pinned, as the compiler knows nothing of latencies.
HD_INLINE float pin(float x) {
  __asm__ volatile("" : "+f"(x));
  return x;
}

// P = 2^x of a warp's rows, to `p`; of each row the sum of what the lane has. An exponential is used when some more are
// under way, so that a warp keeps their unit busy by itself.
#define UNDER_WAY 5
HD_INLINE void softmax(settings set, const float x[4][4], uint8_t* p, float* sums) {
  const uint32_t n = set->n;
  float powers[16];
  UNROLLED for (uint32_t k = 0; k < n * n + UNDER_WAY; k++) {
    if (k < n * n) powers[k] = pin(hd_exp2(x[k / n][k % n]));
    if (k < UNDER_WAY) continue;
    const uint32_t r = (k - UNDER_WAY) / n, c = (k - UNDER_WAY) % n, at = r * p_stride(set) + c * set->lanes;
    const float power = pin(powers[k - UNDER_WAY]);
    if (set->fp8)
      p[at] = e4m3(power);
    else
      ((_Float16*)p)[at] = (_Float16)power;
    sums[r] = c == 0 ? power : sums[r] + power;
  }
}

// The combination over a row, in all lanes. Through the scratchpad: a row's values are shared out among as many lanes
// as there are for each row, so that few shuffles are left.
HD_INLINE float combined(float a, float b, bool maximum) { return maximum ? __builtin_fmaxf(a, b) : a + b; }
HD_INLINE void over_rows(settings set, float* x, bool maximum) {
  const uint32_t lane = hd_lane_id(), mask = hd_warp_mask(), parts = set->lanes / set->n;
  volatile float* const own = (volatile float*)scratch(set->layout.rows) + hd_warp_id() * set->n * set->lanes;
  ROWS(set->n) own[r * set->lanes + lane] = x[r];
  hd_all_sync(mask, true);
  volatile float* const from = own + lane / parts * set->lanes + lane % parts;
  float all = from[0];
  UNROLLED for (uint32_t k = 1; k < set->n; k++) all = combined(all, from[k * parts], maximum);
  UNROLLED for (uint32_t bit = 1; bit < parts; bit *= 2) {
    all = combined(all, hd_bits_float(hd_shuffle_xor_sync(mask, hd_float_bits(all), bit)), maximum);
  }
  ROWS(set->n) x[r] = hd_bits_float(hd_shuffle_sync(mask, hd_float_bits(all), r * parts));
}

// Of S, or, behind it, of O.
HD_INLINE volatile float* accumulators(settings set, bool o) {
  return (volatile float*)HEDDLE_ACCUMULATOR_BASE + (o ? set->rows * set->tile : 0) +
         hd_warp_id() * set->n * set->tile + hd_lane_id();
}

// Of a warp's rows. Each lane stores and loads them, all the same: registers are what there is too little of.
HD_INLINE volatile float* references(settings set) {
  return (volatile float*)scratch(set->layout.references) + hd_warp_id() * set->n;
}

// The references rise by the largest x of each row, or, at first, become it; what there is by the former ones is
// scaled.
HD_INLINE void refer_anew(settings set, float x[4][4], float* sum, bool first) {
  float rise[4];
  ROWS(set->n) {
    rise[r] = x[r][0];
    COLUMNS(set->n) rise[r] = __builtin_fmaxf(rise[r], x[r][c]);
  }
  over_rows(set, rise, true);
  volatile float* const reference = references(set);
  const float least = first ? -__builtin_inff() : 0.0f;
  ROWS(set->n) {
    const float before = reference[r], after = before + __builtin_fmaxf(rise[r], least);
    reference[r] = after;
    rise[r] = after - before;
    COLUMNS(set->n) x[r][c] -= rise[r];
  }
  if (first) return;
  volatile float* const o = accumulators(set, true);
  ROWS(set->n) {
    const float factor = hd_exp2(-rise[r]);
    sum[r] *= factor;
    COLUMNS(set->n) o[r * set->tile + c * set->lanes] *= factor;
  }
}

HD_INLINE void read_o(settings set, float o[4][4]) {
  const volatile float* const from = accumulators(set, true);
  ROWS_AND_COLUMNS(set->n) o[r][c] = from[r * set->tile + c * set->lanes];
}
// O of the tile at `at`, divided by the sums of its rows, to memory.
HD_INLINE void store_o(settings set, float* result, const struct place* tile, const float o[4][4],
                       const float* inverse) {
  const struct place where = elsewhere(tile), *const at = &where;
  const uint32_t token = at->query * set->rows + hd_warp_id() * set->n;
  float* const to = result + (at->head * set->tokens + token) * ATTENTION_HEAD + at->block * set->tile + hd_lane_id();
  if (token + set->n <= set->tokens) {
    ROWS_AND_COLUMNS(set->n) to[r * ATTENTION_HEAD + c * set->lanes] = o[r][c] * inverse[r];
    return;
  }
  ROWS(set->n) {
    if (token + r < set->tokens) {
      COLUMNS(set->n) to[r * ATTENTION_HEAD + c * set->lanes] = o[r][c] * inverse[r];
    }
  }
}

// The diagonal, or the end: keys that a row does not see get no weight.
HD_INLINE void mask_keys(settings set, const struct place* at, float s[4][4]) {
  const int32_t key = (int32_t)here(at->step * set->tile + hd_lane_id());
  const int32_t query = (int32_t)(at->query * set->rows + hd_warp_id() * set->n), end = (int32_t)set->tokens - 1;
  ROWS(set->n) {
    const int32_t own = query + (int32_t)r, seen = set->causal != 0 && own < end ? own : end;
    COLUMNS(set->n) {
      const int32_t ahead = seen - key - (int32_t)(c * set->lanes);  // negative: -infinity, else +infinity
      s[r][c] = __builtin_fminf(s[r][c], hd_bits_float(((uint32_t)ahead & 0x80000000u) | 0x7F800000u));
    }
  }
}

HD_INLINE void attend(settings set, float* result, const struct place* start) {
  const uint32_t lane = hd_lane_id(), mask = hd_warp_mask();
  const bool ragged = set->causal != 0 || set->tokens % set->tile != 0;
  const volatile float* const from = accumulators(set, false);
  uint8_t* p = (uint8_t*)scratch(set->layout.p) + (hd_warp_id() * set->n * p_stride(set) + lane) * (set->fp8 ? 1 : 2);
  uint8_t* p_next = p + set->layout.p_bytes;
  volatile float* const reference = references(set);
  float sum[4], inverse[4];
  uint32_t i = 0;
  bool loads = false;       // in lane 0: this warp loads in the step
  bool accumulate = false;  // P V of the step before is not its tile's first
  struct place at = *start, finished = at;
  for (uint32_t tile = 0; tile < set->sequence; tile++) {
    const uint32_t last = last_step(set, &at);
    ROWS(set->n) reference[r] = sum[r] = 0.0f;
    for (at.step = 0;; at.step++, i++) {
      hd_mbarrier_wait(barrier(S_READY), i);
      float s[4][4], before[4];
      ROWS_AND_COLUMNS(set->n) s[r][c] = from[r * set->tile + c * set->lanes];
      ROWS(set->n) before[r] = reference[r];
      if (at.step == last && ragged) mask_keys(set, &at, s);
      float x[4][4];
      ROWS_AND_COLUMNS(set->n) x[r][c] = pin(__builtin_fmaf(s[r][c], SCALE, -before[r]));
      // The AMO finds the loads complete: where it waits for them, those of other warps wait behind it.
      hd_all_sync(mask, true);
      if (lane == 0) {
        if (loads) wait_for_loads(i - 1);
        const uint32_t others = arrive(set, &shared()->taken);
        loads = others == 0;
        if (others == set->warps - 1) {
          const uint32_t following = at.step == last ? tile + 1 : tile;
          if (i != 0) order_pv(set, i - 1, accumulate);
          if (following != set->sequence) order_s(set, i + 1, following);
        }
      }
      const bool first = at.step == 0;
      bool exceeds = first;
      float sums[4];
      for (;;) {
        if (exceeds) {
          if (!first) wait_for_pv(i - 1);
          refer_anew(set, x, sum, first);
        }
        softmax(set, x, p, sums);
        float largest = sums[0];
        ROWS(set->n) largest = __builtin_fmaxf(largest, sums[r]);
        // With this all lanes have written P.
        exceeds = hd_any_sync(mask, largest > LIMIT);
        if (!exceeds) break;
      }
      ROWS(set->n) sum[r] += sums[r];
      if (first && tile != 0) {
        float o[4][4];
        wait_for_pv(i - 1);
        read_o(set, o);
        store_o(set, result, &finished, o, inverse);
      }
      if (loads) load_ahead(set, i, &at);
      accumulate = !first;
      uint8_t* const other = p;
      p = p_next;
      p_next = other;
      if (at.step == last) break;
    }
    ROWS(set->n) inverse[r] = sum[r];
    over_rows(set, inverse, false);
    ROWS(set->n) inverse[r] = hd_rcp(inverse[r]);
    finished = at;
    next_tile(set, &at);
    i++;
  }
  hd_all_sync(mask, true);
  if (lane == 0) {
    if (loads) wait_for_loads(i - 1);
    if (arrive(set, &shared()->written) == set->warps - 1) order_pv(set, i - 1, accumulate);
  }
  float o[4][4];
  wait_for_pv(i - 1);
  read_o(set, o);
  store_o(set, result, &finished, o, inverse);
}

HD_INLINE void attention(arguments args, uint32_t n, uint32_t lanes, uint32_t warps, bool fp8) {
  const uint32_t tile = n * lanes, rows = n * warps, groups = tile / rows,
                 sequence = args->heads * args->tiles * args->blocks;
  const uint32_t group = groups == 1 ? 0 : hd_group_id(0);
  if (group >= sequence) return;
  const struct setting setting = {.n = n,
                                  .lanes = lanes,
                                  .warps = warps,
                                  .rows = rows,
                                  .tile = tile,
                                  .groups = groups,
                                  .fp8 = fp8,
                                  .layout = attention_layout(rows, tile, lanes, fp8),
                                  .tokens = args->tokens,
                                  .heads = args->heads,
                                  .tiles = args->tiles,
                                  .key_tiles = args->key_tiles,
                                  .blocks = args->blocks,
                                  .causal = args->causal,
                                  .sequence = (sequence - group + groups - 1) / groups};
  settings set = &setting;
  const uint32_t id = hd_local_linear_id(), size = hd_local_linear_size();
  uint32_t* const copies = scratch(set->layout.copies);
  uint32_t* const commands = scratch(set->layout.commands);
  uint32_t* const p = scratch(set->layout.p);
  const uint32_t* const copy_images = args->copy_images[0];
  const uint32_t* const command_images = args->command_images[0];
  for (uint32_t k = id; k < 2 * 3 * 32; k += size) copies[k] = copy_images[k % (3 * 32)];
  for (uint32_t k = id; k < 8 * 16; k += size) commands[k] = command_images[k];
  // Where a row of P is shorter than a group, the rest stays zero.
  for (uint32_t k = id; k < ATTENTION_P_STAGES * set->layout.p_bytes / 4; k += size) p[k] = 0;
  for (uint32_t k = id; k < BARRIERS; k += size) hd_mbarrier_init(barrier(k), 1);
  if (id == 0) shared()->taken = shared()->written = 0;
  hd_barrier();
  struct place start = {0, 0, 0, 0, 0};
  if (group != 0) pass_tile(set, &start);
  if (id == 0) {
    struct place second = start;
    uint32_t bytes = load_qk(set, copies, &start, 0, FULL + 1);
    next_step(set, &second);
    if (second.head < set->heads) bytes += load_qk(set, copies + 3 * 32, &second, 1, FULL + 1);
    hd_mbarrier_arrive(barrier(FULL + 1), bytes);
    next_step(set, &second);
    shared()->ahead[0] = second;
    next_step(set, &second);
    shared()->ahead[1] = second;
    wait_for_loads(-1u);
    order_s(set, 0, 0);
  }
  attend(set, args->o, &start);
}

// By what a warp has of rows, by lanes and warps, and by format: constants for all distances.
HD_KERNEL(attention_2_8_8_fp16) { attention(args, 2, 8, 8, false); }
HD_KERNEL(attention_4_8_8_fp16) { attention(args, 4, 8, 8, false); }
HD_KERNEL(attention_4_16_16_fp16) { attention(args, 4, 16, 16, false); }
HD_KERNEL(attention_4_16_8_fp16) { attention(args, 4, 16, 8, false); }
HD_KERNEL(attention_2_8_8_fp8_e4m3) { attention(args, 2, 8, 8, true); }
HD_KERNEL(attention_4_8_8_fp8_e4m3) { attention(args, 4, 8, 8, true); }
HD_KERNEL(attention_4_16_16_fp8_e4m3) { attention(args, 4, 16, 16, true); }
HD_KERNEL(attention_4_16_8_fp8_e4m3) { attention(args, 4, 16, 8, true); }
