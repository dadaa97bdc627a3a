// FlashAttention: one workgroup goes through tiles of Q, and for each through the tiles of K and V. The matrix engine
// computes S = Q K^T into one buffer of accumulators and adds P V to O in the other; all lanes compute the softmax of S
// in between, from registers, so that the next S is computed meanwhile. In step i, counted over all tiles:
//
//   s_ready       S of step i is there                     completion of its command
//   s_free        all warps have read it                   an arrival of each; then S of step i + 1 is ordered
//   p_ready[i%2]  all warps have written P of step i       an arrival of each; then P V of step i is ordered. Two, as a
//   warp
//                                                          may be here with step i + 1 before another is with step i
//   pv_done[i%2]  P V of step i is in O                    completion of its command
//   o_free        O of a tile has been read                an arrival of each warp
//   *_full        tiles of Q, K, V are there               their bytes
//
// Lanes of a warp wait for each other wherever they exchange something: one that gives a command may be held up while
// the others go on.
//
// A row's maximum is the one of a former step as long as none exceeds it by more than 2^SLACK: P stays in range, the
// result is the same, and O has to be scaled only seldom.
#include "attention_args.h"
#include "heddle_engines.h"

// Duties beside the softmax; each has a warp of its own.
#define LOADS 0
#define ORDERS_S 1
#define ORDERS_PV 2

#define SLACK 8.0f
// 1 / sqrt(64), for exponentials to the base 2.
#define SCALE (0.125f * 1.44269504f)

typedef const struct attention_args* arguments;

HD_INLINE void* scratch(uint32_t offset) { return (void*)(HEDDLE_SCRATCHPAD_BASE + offset); }

enum barrier {
  S_READY,
  S_FREE,
  P_READY,
  PV_DONE = P_READY + 2,
  O_FREE = PV_DONE + 2,
  Q_FULL,
  K_FULL = Q_FULL + ATTENTION_Q_STAGES,
  V_FULL = K_FULL + ATTENTION_K_STAGES,
  BARRIERS = V_FULL + ATTENTION_V_STAGES
};
HD_INLINE hd_mbarrier* barrier(arguments args, uint32_t which) {
  return (hd_mbarrier*)scratch(args->scratch.barriers) + which;
}

// A place in the sequence of steps.
struct cursor {
  uint32_t head, query, block;  // of the tile of Q; of the part of V
  uint32_t tile, first;         // tile's number; of its steps, the first one's number
  uint32_t step, last;          // in the tile: tile of K and V; the last one
};

HD_INLINE struct cursor start(arguments args) {
  return (struct cursor){0, 0, 0, 0, 0, 0, args->causal != 0 ? 0 : args->tiles - 1};
}
HD_INLINE void advance(arguments args, struct cursor* c) {
  if (c->step++ != c->last) return;
  c->tile++;
  c->first += c->step;
  c->step = 0;
  if (++c->block == args->blocks) {
    c->block = 0;
    if (++c->query == args->tiles) {
      c->query = 0;
      c->head++;
    }
  }
  if (args->causal != 0) c->last = c->query;
}

// Number of a step modulo its stages, and how often all have been used before.
HD_INLINE uint32_t number(const struct cursor* c) { return c->first + c->step; }

HD_INLINE void load(arguments args, uint32_t which, uint32_t column, uint32_t token, uint32_t head, uint32_t place,
                    uint32_t bytes, uint32_t full) {
  uint32_t* const copy = (uint32_t*)scratch(args->scratch.copies) + which * 32;
  hd_mbarrier* const there = barrier(args, full);
  copy[16] = column;
  copy[17] = token;
  copy[18] = head;
  copy[21] = place;
  copy[22] = hd_scratch_offset(there);
  hd_mbarrier_arrive(there, bytes);
  hd_copy((const struct hd_copy_command*)copy);
}
HD_INLINE void load_q(arguments args, const struct cursor* c) {
  const uint32_t stage = c->tile % ATTENTION_Q_STAGES, bytes = args->scratch.q_bytes;
  load(args, 0, 0, c->query * args->tile, c->head, args->scratch.q + stage * bytes, bytes, Q_FULL + stage);
}
HD_INLINE void load_k(arguments args, const struct cursor* c) {
  const uint32_t stage = number(c) % ATTENTION_K_STAGES, bytes = args->scratch.k_bytes;
  load(args, 1, 0, c->step * args->tile, c->head, args->scratch.k + stage * bytes, bytes, K_FULL + stage);
}
HD_INLINE void load_v(arguments args, const struct cursor* c) {
  const uint32_t stage = number(c) % ATTENTION_V_STAGES, bytes = args->scratch.v_bytes;
  load(args, 2, c->block * args->tile, c->step * args->tile, c->head, args->scratch.v + stage * bytes, bytes,
       V_FULL + stage);
}

HD_INLINE void order_s(arguments args, const struct cursor* c) {
  const uint32_t i = number(c);
  hd_mbarrier_wait(barrier(args, Q_FULL + c->tile % ATTENTION_Q_STAGES), c->tile / ATTENTION_Q_STAGES);
  hd_mbarrier_wait(barrier(args, K_FULL + i % ATTENTION_K_STAGES), i / ATTENTION_K_STAGES);
  if (hd_lane_id() == 0) {
    struct hd_matrix_command* const command = scratch(args->scratch.commands);
    command->a.address = args->scratch.q + c->tile % ATTENTION_Q_STAGES * args->scratch.q_bytes;
    command->b.address = args->scratch.k + i % ATTENTION_K_STAGES * args->scratch.k_bytes;
    hd_matrix(command);
  }
}

HD_INLINE void order_pv(arguments args, const struct cursor* c) {
  const uint32_t i = number(c);
  hd_mbarrier_wait(barrier(args, V_FULL + i % ATTENTION_V_STAGES), i / ATTENTION_V_STAGES);
  if (c->step == 0 && c->tile != 0) hd_mbarrier_wait(barrier(args, O_FREE), c->tile - 1);
  if (hd_lane_id() == 0) {
    struct hd_matrix_command* const command = (struct hd_matrix_command*)scratch(args->scratch.commands) + 1;
    command->head = c->step != 0 ? command->head | HD_MATRIX_ACCUMULATE : command->head & ~HD_MATRIX_ACCUMULATE;
    command->a.address = args->scratch.p + i % ATTENTION_P_STAGES * args->scratch.p_bytes;
    command->b.address = args->scratch.v + i % ATTENTION_V_STAGES * args->scratch.v_bytes;
    command->barrier = hd_scratch_offset(barrier(args, PV_DONE + i % 2));
    hd_matrix(command);
  }
}

HD_INLINE void wait_for_pv(arguments args, uint32_t i) { hd_mbarrier_wait(barrier(args, PV_DONE + i % 2), i / 2); }

// Of 0 to 2^SLACK: to nearest, ties to even.
HD_INLINE uint8_t e4m3(float x) {
  const uint32_t bits = hd_float_bits(x);
  const uint32_t normal = ((bits + 0x7FFFF + (bits >> 20 & 1)) >> 20) - (120u << 3);
  const uint32_t subnormal = hd_float_bits(x + 0x1p14f) & 15;  // rounded to multiples of 2^-9
  return (uint8_t)(x < 0x1p-6f ? subnormal : normal);
}

// The combination over a row: all lanes of the warp.
HD_INLINE float row_maximum(float x, uint32_t lanes) {
#pragma clang loop unroll(disable)
  for (uint32_t bit = 1; bit < lanes; bit *= 2)
    x = __builtin_fmaxf(x, hd_bits_float(hd_shuffle_xor_sync(hd_warp_mask(), hd_float_bits(x), bit)));
  return x;
}
HD_INLINE float row_sum(float x, uint32_t lanes) {
#pragma clang loop unroll(disable)
  for (uint32_t bit = 1; bit < lanes; bit *= 2)
    x += hd_bits_float(hd_shuffle_xor_sync(hd_warp_mask(), hd_float_bits(x), bit));
  return x;
}

// A warp has N rows, a lane N columns of them, as many apart as there are lanes. Unrolled before anything else, so that
// arrays become registers.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROWS(N) UNROLLED for (uint32_t r = 0; r < (N); r++)
#define COLUMNS(N) UNROLLED for (uint32_t c = 0; c < (N); c++)
#define ROWS_AND_COLUMNS(N) ROWS(N) COLUMNS(N)

// O of the tile at `c`, divided by the sums of its rows, to memory.
HD_INLINE void store_o(arguments args, const struct cursor* at, const float* inverse, uint32_t n, uint32_t lanes) {
  const uint32_t lane = hd_lane_id(), tile = n * lanes, row = hd_warp_id() * n;
  volatile const float* const from = (volatile const float*)hd_accumulators(1, tile) + row * tile + lane;
  const uint32_t token = at->query * tile + row, column = at->block * tile + lane;
  float* const to = args->o + (at->head * args->tokens + token) * ATTENTION_HEAD + column;
  float values[4][4];
  ROWS_AND_COLUMNS(n) values[r][c] = from[r * tile + c * lanes] * inverse[r];
  ROWS_AND_COLUMNS(n) {
    if (token + r < args->tokens) to[r * ATTENTION_HEAD + c * lanes] = values[r][c];
  }
  // All loads are complete: stores have what they gave, or a vote of all lanes has seen it.
  float all = 0.0f;
  ROWS_AND_COLUMNS(n) all += values[r][c];
  hd_all_sync(hd_warp_mask(), all == 0.0f);
  if (lane == 0) hd_mbarrier_arrive(barrier(args, O_FREE), 0);
}

// The step at `c`: what is in registers of S becomes P in scratchpad.
HD_INLINE void attend(arguments args, uint32_t n, uint32_t lanes) {
  const uint32_t lane = hd_lane_id(), warp = hd_warp_id(), tile = n * lanes, row = warp * n;
  const uint32_t tokens = args->tokens, causal = args->causal, heads = args->heads, fp8 = args->fp8;
  struct cursor now = start(args), next = now, second = now, finished = now;
  advance(args, &next);
  if (warp == LOADS) {  // nobody else looks so far ahead
    second = next;
    advance(args, &second);
  }
  float maximum[4], sum[4], inverse[4];
  bool pending = false;
  while (now.head < heads) {
    const uint32_t i = number(&now);
    if (now.step == 0) {
      ROWS(n) maximum[r] = -__builtin_inff(), sum[r] = 0.0f;
    }
    hd_mbarrier_wait(barrier(args, S_READY), i);
    if (i >= 2) wait_for_pv(args, i - 2);
    if (warp == LOADS && lane == 0) {
      if (second.head < heads) load_k(args, &second);
      if (next.head < heads) {
        load_v(args, &next);
        if (next.step == 0) load_q(args, &next);
      }
    }
    volatile const float* const from = (volatile const float*)hd_accumulators(0, tile) + row * tile + lane;
    float s[4][4];
    ROWS_AND_COLUMNS(n) s[r][c] = from[r * tile + c * lanes];
    if (now.step == now.last) {  // the diagonal, or the end
      const uint32_t query = now.query * tile + row, key = now.step * tile + lane;
      ROWS_AND_COLUMNS(n) {
        const bool seen = key + c * lanes < tokens && (causal == 0 || key + c * lanes <= query + r);
        s[r][c] = seen ? s[r][c] : -__builtin_inff();
      }
    }
    float largest[4];
    bool exceeds = false;
    ROWS(n) {
      largest[r] = s[r][0];
      COLUMNS(n) largest[r] = __builtin_fmaxf(largest[r], s[r][c]);
      largest[r] *= SCALE;
      exceeds |= largest[r] > maximum[r] + SLACK;
    }
    // With this all lanes have their part of S.
    exceeds = hd_any_sync(hd_warp_mask(), exceeds);
    if (lane == 0) hd_mbarrier_arrive(barrier(args, S_FREE), 0);
    if (warp == ORDERS_S && next.head < heads) {
      hd_mbarrier_wait(barrier(args, S_FREE), i);
      order_s(args, &next);
    }
    if (exceeds) {
      if (now.step != 0) wait_for_pv(args, i - 1);
      volatile float* const o = (volatile float*)hd_accumulators(1, tile) + row * tile + lane;
      ROWS(n) {
        const float before = maximum[r];
        maximum[r] = __builtin_fmaxf(before, row_maximum(largest[r], lanes));
        const float factor = hd_exp2(before - maximum[r]);
        sum[r] *= factor;
        if (now.step == 0) continue;
        COLUMNS(n) o[r * tile + c * lanes] *= factor;
      }
      hd_fence();
    }
    uint8_t* p = (uint8_t*)scratch(args->scratch.p + i % ATTENTION_P_STAGES * args->scratch.p_bytes);
    ROWS_AND_COLUMNS(n) {
      s[r][c] = hd_exp2(__builtin_fmaf(s[r][c], SCALE, -maximum[r]));
      sum[r] += s[r][c];
    }
    // A row of P is a group of 32 bytes at least.
    if (fp8 != 0) {
      const uint32_t stride = tile < 32 ? 32 : tile;
      p += row * stride + lane;
      ROWS_AND_COLUMNS(n) p[r * stride + c * lanes] = e4m3(s[r][c]);
    } else {
      _Float16* const halves = (_Float16*)p + row * tile + lane;
      ROWS_AND_COLUMNS(n) halves[r * tile + c * lanes] = (_Float16)s[r][c];
    }
    hd_all_sync(hd_warp_mask(), true);
    if (lane == 0) hd_mbarrier_arrive(barrier(args, P_READY + i % 2), 0);
    if (pending) {
      wait_for_pv(args, i - 1);
      store_o(args, &finished, inverse, n, lanes);
      pending = false;
    }
    if (warp == ORDERS_PV) {
      hd_mbarrier_wait(barrier(args, P_READY + i % 2), i / 2);
      order_pv(args, &now);
    }
    if (now.step == now.last) {
      ROWS(n) inverse[r] = 1.0f / row_sum(sum[r], lanes);
      finished = now;
      pending = true;
    }
    now = next;
    if (warp == LOADS) {
      next = second;
      advance(args, &second);
    } else {
      advance(args, &next);
    }
  }
  wait_for_pv(args, number(&finished));
  store_o(args, &finished, inverse, n, lanes);
}

HD_INLINE void attention(arguments args, uint32_t n, uint32_t lanes) {
  const uint32_t id = hd_local_linear_id(), size = hd_local_linear_size(), warps = hd_num_warps();
  uint32_t* const copies = scratch(args->scratch.copies);
  uint32_t* const commands = scratch(args->scratch.commands);
  uint32_t* const p = scratch(args->scratch.p);
  if (id < 3 * 32) copies[id] = ((const uint32_t*)args->copy_images)[id];
  for (uint32_t i = id + size; i < 3 * 32; i += size) copies[i] = ((const uint32_t*)args->copy_images)[i];
  for (uint32_t i = id; i < 2 * 16; i += size) commands[i] = ((const uint32_t*)args->command_images)[i];
  // Where a row of P is shorter than a group, the rest stays zero.
  for (uint32_t i = id; i < ATTENTION_P_STAGES * args->scratch.p_bytes / 4; i += size) p[i] = 0;
  for (uint32_t i = id; i < BARRIERS; i += size) {
    hd_mbarrier_init(barrier(args, i), i == S_FREE || i / 2 == P_READY / 2 || i == O_FREE ? warps : 1);
  }
  hd_barrier();
  if (hd_warp_id() == LOADS && hd_lane_id() == 0) {
    struct cursor c = start(args);
    load_q(args, &c);
    load_k(args, &c);
    load_v(args, &c);
    advance(args, &c);
    if (c.head < args->heads) load_k(args, &c);
  }
  if (hd_warp_id() == ORDERS_S) {
    const struct cursor c = start(args);
    order_s(args, &c);
  }
  attend(args, n, lanes);
}

// By what a warp has of rows, and of lanes: constants for all distances.
HD_KERNEL(attention_2_8) { attention(args, 2, 8); }
HD_KERNEL(attention_4_8) { attention(args, 4, 8); }
HD_KERNEL(attention_4_16) { attention(args, 4, 16); }
