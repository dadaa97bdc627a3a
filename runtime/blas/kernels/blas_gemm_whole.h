/* Part of blas_gemm.c: who fetches and who gives commands where all of K is in a stage and lies along the rows of both
   operands (args->whole). Tiles are short then. So what they need stays in registers or is read from the arguments
   again (no local value more than there are registers: those in private memory are far away at first), words are
   written before the wait for what they are about, and tiles are gone through along columns of B, whose rows of A are
   fetched once: stages have columns of B alone, rows of A have two places, or one where they are all there are. */
#pragma once

struct whole_walk {
  uint32_t row, column, problem;
};

/* The next tile of this workgroup. */
HD_INLINE void whole_advance(struct whole_walk* w, uint32_t m, uint32_t n, uint32_t tile_m, uint32_t tile_n) {
#pragma clang loop unroll(disable)
  for (uint32_t i = hd_num_groups(0); i != 0; i--) {
    w->column += tile_n;
    if (w->column < n) continue;
    w->column = 0;
    w->row += tile_m;
    if (w->row < m) continue;
    w->row = 0;
    w->problem++;
  }
}

/* The first tile of a workgroup: its stages have been fetched by start(). */
HD_INLINE struct whole_walk whole_begin(arguments args) {
  const struct walk w = begin(args);
  return (struct whole_walk){w.row, w.column, w.problem};
}

/* Other rows of A lie in the other place for them. No command that reads what was there is under way then: between the
   two are more tiles than there are stages. */
HD_INLINE bool whole_rows(const struct whole_walk* w, uint32_t* row, uint32_t* problem, uint32_t* set, uint32_t sets) {
  if (w->row == *row && w->problem == *problem) return false;
  *row = w->row;
  *problem = w->problem;
  if (++*set == sets) *set = 0;
  return true;
}

ROLE void produce_whole(arguments args) {
  volatile const struct blas_gemm_args* const now = args;
  uint32_t(*const copy)[32] = commands()->copy;
  struct whole_walk w = whole_begin(args);
  /* The host has made the commands of the first tile: boxes are as they have to be along K. */
  uint32_t row = w.row, problem = w.problem, set = 0, stage = 1, round = 0;
  whole_advance(&w, now->m, now->n, now->tile_m, now->tile_n);
  while (w.problem < now->batch) {
    const uint32_t groups = now->groups, dim = now->dim, scale_bytes = now->row_scale_bytes;
    const bool other = w.problem != problem, rows_of_a = whole_rows(&w, &row, &problem, &set, now->sets);
    const uint32_t columns = round_up(least(now->tile_n, now->n - w.column), dim);
    const uint32_t barrier = hd_scratch_offset(full(stage));
    uint32_t bytes = groups * (columns * 32 + now->b.scale_bytes);
    if (rows_of_a) {
      const uint32_t rows = round_up(least(now->tile_m, now->m - row), dim);
      bytes += groups * (rows * 32 + now->a.scale_bytes);
      copy[0][FIRST + 1] = row;
      copy[0][BOX + 1] = rows;
      copy[0][PLACE] = now->a.place + set * now->a.step;
      copy[0][BARRIER] = barrier;
      if (scale_bytes != 0) {
        copy[2][FIRST] = row * scale_bytes;
        copy[2][PLACE] = now->a.scales + set * now->a.scales_step;
        copy[2][BARRIER] = barrier;
      }
    }
    copy[1][FIRST + 1] = w.column;
    copy[1][BOX + 1] = columns;
    copy[1][PLACE] = now->b.place + stage * now->b.step;
    copy[1][BARRIER] = barrier;
    if (scale_bytes != 0) {
      copy[3][FIRST] = w.column * scale_bytes;
      copy[3][PLACE] = now->b.scales + stage * now->b.scales_step;
      copy[3][BARRIER] = barrier;
    }
    if (other) {
      const struct blas_problem p = args->problems[problem];
      copy[0][1] = (uint32_t)p.a;
      copy[1][1] = (uint32_t)p.b;
      if (scale_bytes != 0) {
        copy[2][1] = (uint32_t)p.scales_a;
        copy[3][1] = (uint32_t)p.scales_b;
      }
    }
    if (round != 0) hd_mbarrier_wait(empty(stage), round - 1);
    if (rows_of_a) {
      hd_copy((const struct hd_copy_command*)copy[0]);
      if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[2]);
    }
    hd_copy((const struct hd_copy_command*)copy[1]);
    if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[3]);
    hd_mbarrier_arrive(full(stage), bytes);
    next(&stage, &round, now->stages);
    whole_advance(&w, now->m, now->n, now->tile_m, now->tile_n);
  }
  leave();
}

ROLE void multiply_whole(arguments args) {
  volatile const struct blas_gemm_args* const now = args;
  struct hd_matrix_command* const command = (struct hd_matrix_command*)commands()->matrix;
  const uint32_t dim = now->dim, groups = now->groups;
  struct whole_walk w = whole_begin(args);
  uint32_t row = w.row, problem = w.problem, set = 0, stage = 0, round = 0, buffer = 0, turn = 0;
  command->groups = groups;
  command->a.stride = groups * 32;
  command->b.stride = groups * 32;
  while (w.problem < now->batch) {
    const uint32_t rows = round_up(least(now->tile_m, now->m - w.row), dim);
    const uint32_t columns = round_up(least(now->tile_n, now->n - w.column), dim);
    whole_rows(&w, &row, &problem, &set, now->sets);
    command->size = rows | columns << 16;
    command->head = now->head | HD_MATRIX_BUFFER(buffer);
    command->a.address = now->a.place + set * now->a.step;
    command->b.address = now->b.place + stage * now->b.step;
    if (now->row_scale_bytes != 0) {
      command->a.scale_address = now->a.scales + set * now->a.scales_step;
      command->b.scale_address = now->b.scales + stage * now->b.scales_step;
    }
    command->barrier = hd_scratch_offset(empty(stage));
    hd_mbarrier_wait(full(stage), round);
    /* Last: mostly this is what the tile waits for. */
    if (turn != 0) hd_mbarrier_wait(drained(buffer), turn - 1);
    hd_matrix(command);
    next(&stage, &round, now->stages);
    next(&buffer, &turn, now->buffers);
    whole_advance(&w, now->m, now->n, now->tile_m, now->tile_n);
  }
  leave();
}

/* By all lanes, of which one arrives when all have given their loads: the arrival is performed after these. They go on
   together, or what follows would be gone through twice. */
HD_INLINE void whole_drained(uint32_t buffer) {
  hd_all_sync(hd_warp_mask(), true);
  if (hd_lane_id() == 0) hd_mbarrier_arrive(drained(buffer), 0);
  hd_all_sync(hd_warp_mask(), true);
}

/* `together` rows of `count` pieces of a warp's width, of which the last one may have less (both are constants): where
   the first row and its last piece begin. */
HD_INLINE void whole_load(uint32_t* values, uint32_t from, uint32_t last_from, const uint32_t count,
                          const uint32_t together) {
  for (uint32_t r = 0; r < together; r++) {
    for (uint32_t p = 0; p < count; p++) {
      values[r * count + p] = p + 1 < count ? ((volatile const uint32_t*)from)[r * 64 + p * 16]
                                            : ((volatile const uint32_t*)last_from)[r * 64];
    }
  }
}
HD_INLINE void whole_store(const uint32_t* values, uint32_t to, uint32_t last_to, uint32_t d_stride,
                           const uint32_t count, const uint32_t together) {
  for (uint32_t r = 0; r < together; r++) {
    for (uint32_t p = 0; p < count; p++) {
      *(uint32_t*)(p + 1 < count ? to + p * 64 : last_to) = values[r * count + p];
    }
    to += d_stride;
    last_to += d_stride;
  }
}

/* Where two warps carry, these sixteenths of the rows are for the first: of two that could issue the one with the lower
   number mostly does, and the other would be ready 200 cycles later. */
#define WHOLE_FIRST 10

/* Accumulators as they are, with 16 lanes, an array of 16 and tiles of `count` times 16 columns: args->whole says that
   it is so. A warp takes `together` rows at a time, of which the last ones begin earlier where rows are left. What a
   tile needs is read from the arguments again: registers would not do for all of it. Where its first loads lie is known
   before the tile is there, and its accumulators are free when the last ones have come, before those are stored. */
HD_INLINE void carry_whole(arguments args, uint32_t carrier, uint32_t carriers, const uint32_t count,
                           const uint32_t together) {
  volatile const struct blas_gemm_args* const now = args;
  struct whole_walk w = whole_begin(args);
  uint32_t stage = 0, round = 0, buffer = 0, unused = 0;
  while (w.problem < now->batch) {
    const uint32_t lane = hd_lane_id(), m = now->m, n = now->n, tile_m = now->tile_m, tile_n = now->tile_n;
    const uint32_t rows = least(tile_m, m - w.row), columns = least(tile_n, n - w.column);
    const uint32_t d_stride = now->epilogue.d_stride;
    uint32_t corner = (uint32_t)args->problems[w.problem].d + w.row * d_stride + w.column * 4;
    const uint32_t values_at = (uint32_t)hd_accumulators(buffer, 64);
    whole_advance(&w, m, n, tile_m, tile_n);
    const bool pieces = rows >= together && columns > (count - 1) * 16;
    uint32_t r = carrier * together, step = carriers * together, end = rows;
    if (carriers == 2) {
      const uint32_t first = rows * WHOLE_FIRST / (16 * together) * together;
      r = carrier == 0 ? 0 : first;
      end = carrier == 0 ? first : rows;
      step = together;
    }
    /* Of rows that are still to be loaded; `r` is one step ahead. */
    uint32_t down = step * d_stride, more = w.problem < now->batch;
    uint32_t from = values_at + r * 256 + lane * 4, to = corner + r * d_stride + lane * 4;
    const uint32_t last = 4 * (least((count - 1) * 16 + lane, columns - 1) - lane);
    uint32_t last_from = from + last, last_to = to + last;
    r += step;
    NOW(from);
    NOW(last_from);
    NOW(to);
    NOW(last_to);
    NOW(down);
    NOW(r);
    NOW(more);
    NOW(end);
    NOW(step);
    hd_mbarrier_wait(empty(stage), round);
    if (pieces && r < end + step) {
      uint32_t loaded[BLAS_CHUNKS + 1];
#pragma clang loop unroll(disable)
      for (; r < end; r += step) {
        whole_load(loaded, from, last_from, count, together);
        whole_store(loaded, to, last_to, d_stride, count, together);
        from += step * 256;
        last_from += step * 256;
        to += down;
        last_to += down;
        /* Or the compiler would keep more of them than there are registers. */
        NOW(from);
        NOW(last_from);
        NOW(to);
        NOW(last_to);
      }
      /* The last rows. */
      r -= step;
      const uint32_t back = r - least(r, end - together), up = back * d_stride;
      whole_load(loaded, from - back * 256, last_from - back * 256, count, together);
      if (more != 0) whole_drained(buffer);
      whole_store(loaded, to - up, last_to - up, d_stride, count, together);
    } else {
      const struct blas_tile part = {hd_accumulators(buffer, 64), 6, 0, 0, 0, rows, columns};
      if (!pieces) blas_carry_part(&part, (uint8_t*)corner, d_stride, carrier, carriers);
      if (more != 0) whole_drained(buffer);
    }
    next(&stage, &round, now->stages);
    next(&buffer, &unused, now->buffers);
  }
}
ROLE void carry_whole_64(arguments args, uint32_t carrier, uint32_t carriers) {
  carry_whole(args, carrier, carriers, 4, 2);
  leave();
}
ROLE void carry_whole_48(arguments args, uint32_t carrier, uint32_t carriers) {
  carry_whole(args, carrier, carriers, 3, 3);
  leave();
}
ROLE void carry_whole_32(arguments args, uint32_t carrier, uint32_t carriers) {
  carry_whole(args, carrier, carriers, 2, 4);
  leave();
}
ROLE void carry_whole_16(arguments args, uint32_t carrier, uint32_t carriers) {
  carry_whole(args, carrier, carriers, 1, 8);
  leave();
}
