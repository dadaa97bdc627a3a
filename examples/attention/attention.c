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
// P is 2^(s - reference). A row's reference is 0, and becomes its maximum where a lane's sum of P would exceed LIMIT,
// or, in the first step, where none of them reaches LEAST: P stays in range, the result is the same, and O has to be
// scaled only seldom.
#include "attention_commands.h"
#include "attention_softmax.h"

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
      float sums[4];
      for (;;) {
        softmax(set, x, p, sums);
        float largest = sums[0];
        ROWS(set->n) largest = __builtin_fmaxf(largest, sums[r]);
        // With this all lanes have written P.
        bool leaves = hd_any_sync(mask, largest > LIMIT);
        if (first) leaves = leaves || some_row_is_small(set, sums);
        if (!leaves) break;
        if (!first) wait_for_pv(i - 1);
        refer_anew(set, x, sum, first);
      }
      ROWS(set->n) sum[r] += sums[r];
      if (loads) load_ahead(set, i, &at);
      if (first && tile != 0) {
        // O can be read when S of the next step is there, too: an access that waits for a buffer holds up all others.
        float o[4][4];
        if (at.step == last && tile + 1 == set->sequence)
          wait_for_pv(i - 1);
        else
          hd_mbarrier_wait(barrier(S_READY), i + 1);
        read_o(set, o);
        store_o(set, result, &finished, o, inverse);
      }
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
