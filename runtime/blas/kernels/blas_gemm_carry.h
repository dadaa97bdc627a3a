/* Part of blas_gemm.c: who carries tiles to memory where all of K is in a stage and the accumulators are the result
   (args->whole, blas_gemm_whole.h). */
#pragma once

/* By all lanes, of which one arrives when all have given their loads: the arrival is performed after these. They go on
   together, or what follows would be gone through twice. */
HD_INLINE void whole_drained(hd_mbarrier* barrier) {
  hd_all_sync(hd_warp_mask(), true);
  if (hd_lane_id() == 0) hd_mbarrier_arrive(barrier, 0);
  hd_all_sync(hd_warp_mask(), true);
}

/* For those who carry: the place of the tile that is computed in this stage. The first warp has told it when it fetched
   the tile, or will have when the tile has been computed. */
HD_INLINE struct blas_place whole_place(uint32_t tile, uint32_t stage, uint32_t round) {
  volatile const struct blas_place* const place = &commands()->places[tile % BLAS_PLACES];
  if (place->number >> 1 != tile) hd_mbarrier_wait(empty(stage), round);
  return (struct blas_place){place->size, place->corner, 0, place->number & 1};
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
  uint32_t tile = 0, stage = 0, round = 0, buffer = 0, unused = 0, more = 1;
  while (more != 0) {
    const struct blas_place place = whole_place(tile, stage, round);
    const uint32_t lane = hd_lane_id(), rows = place.size & 0xFFFF, columns = place.size >> 16;
    const uint32_t d_stride = now->epilogue.d_stride, corner = place.corner;
    const uint32_t values_at = (uint32_t)hd_accumulators(buffer, 64);
    const bool pieces = rows >= together && columns > (count - 1) * 16;
    uint32_t r = carrier * together, step = carriers * together, end = rows;
    if (carriers == 2) {
      const uint32_t first = rows * WHOLE_FIRST / (16 * together) * together;
      r = carrier == 0 ? 0 : first;
      end = carrier == 0 ? first : rows;
      step = together;
    }
    /* Of rows that are still to be loaded; `r` is one step ahead. */
    uint32_t down = step * d_stride;
    more = place.number;
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
      if (more != 0) whole_drained(drained(buffer));
      whole_store(loaded, to - up, last_to - up, d_stride, count, together);
    } else {
      const struct blas_tile part = {hd_accumulators(buffer, 64), 6, 0, 0, 0, rows, columns};
      if (!pieces) blas_carry_part(&part, (uint8_t*)corner, d_stride, carrier, carriers);
      if (more != 0) whole_drained(drained(buffer));
    }
    tile++;
    next(&stage, &round, now->stages);
    next(&buffer, &unused, now->buffers);
  }
}
ROLE void carry_whole_64(arguments args, uint32_t carrier, uint32_t carriers) {
  carry_whole(args, carrier, carriers, 4, 2);
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

/* Tiles of 48 columns: a tile of 48 rows is in the registers of four warps soon after it has been computed, and its
   accumulators are free for the next one, whose command then waits for nothing else, though rows that begin within
   lines of memory take as long to store as a tile to compute. */

/* As above; but nobody goes on before all warps have arrived: their loads would wait behind stores. */
HD_INLINE void registers_drained(hd_mbarrier* barrier, uint32_t turn) {
  whole_drained(barrier);
  hd_mbarrier_wait(barrier, turn);
}

/* `rows` of one piece of a warp's width, or of three, of which the last one may have less: `last` is how far a lane's
   part of it is from its part of the first. Two rows are in registers for integers, the others in those for floating
   point, of which there are as many again; loads and stores leave all bits as they are. `from` is that of the middle of
   the rows, near enough to all of them. */
#define REGISTER_ROWS 12
struct register_rows {
  uint32_t from, last_from, to, last, round, turn, drain;
  hd_mbarrier *computed, *drained;
};
HD_INLINE void carry_rows(struct register_rows these, uint32_t d_stride, const uint32_t rows, const uint32_t pieces) {
  uint32_t first[2 * 3];
  float others[(REGISTER_ROWS - 2) * 3];
  const uint32_t from = these.from, last_from = these.last_from, last = these.last;
  uint32_t to = these.to;
  hd_mbarrier_wait(these.computed, these.round);
#pragma clang loop unroll(full)
  for (uint32_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (uint32_t p = 0; p < pieces; p++) {
      const uint32_t at = (p + 1 == pieces ? last_from : from + p * 64) + (r - REGISTER_ROWS / 2) * 256;
      if (r < 2) {
        first[r * pieces + p] = *(volatile const uint32_t*)at;
      } else {
        others[(r - 2) * pieces + p] = *(volatile const float*)at;
      }
    }
  }
  if (these.drain != 0) registers_drained(these.drained, these.turn);
#pragma clang loop unroll(full)
  for (uint32_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (uint32_t p = 0; p < pieces; p++) {
      const uint32_t at = p + 1 == pieces ? to + last : to + p * 64;
      if (r < 2) {
        *(uint32_t*)at = first[r * pieces + p];
      } else {
        *(float*)at = others[(r - 2) * pieces + p];
      }
    }
    to += d_stride;
    NOW(to);
  }
}

ROLE void carry_whole_48(arguments args, uint32_t carrier, uint32_t carriers) {
  volatile const struct blas_gemm_args* const now = args;
  const uint32_t d_stride = now->epilogue.d_stride, stages = now->stages, buffers = now->buffers;
  uint32_t tile = 0, stage = 0, round = 0, buffer = 0, turn = 0, more = 1;
  while (more != 0) {
    const struct blas_place place = whole_place(tile, stage, round);
    const uint32_t lane = hd_lane_id(), rows = place.size & 0xFFFF, columns = place.size >> 16;
    const uint32_t corner = place.corner + lane * 4;
    /* Rows of a warp. Where fewer are left it begins earlier. */
    const bool narrow = columns <= 16, few = narrow || rows <= 8 * carriers;
    const uint32_t height = few ? 8 : REGISTER_ROWS;
    const bool pieces = rows >= height && (narrow || columns >= 32);
    uint32_t begin = carrier * height, last = 4 * (least((narrow ? 0 : 32) + lane, columns - 1) - lane);
    more = place.number;
    const uint32_t values_at = (uint32_t)hd_accumulators(buffer, 64) + REGISTER_ROWS / 2 * 256 + lane * 4;
    if (pieces && begin < rows) {
      do {
        const uint32_t first = least(begin, rows - height);
        begin += carriers * height;
        struct register_rows these = {values_at + first * 256,
                                      0,
                                      corner + first * d_stride,
                                      last,
                                      round,
                                      turn,
                                      begin >= rows ? more : 0,
                                      empty(stage),
                                      drained(buffer)};
        these.last_from = these.from + last;
        NOW(these.from);
        NOW(these.last_from);
        NOW(these.to);
        NOW(these.last);
        NOW(these.drain);
        NOW(these.computed);
        NOW(these.drained);
        if (!few) {
          carry_rows(these, d_stride, REGISTER_ROWS, 3);
        } else if (!narrow) {
          carry_rows(these, d_stride, 8, 3);
        } else {
          carry_rows(these, d_stride, 8, 1);
        }
      } while (begin < rows);
    } else {
      hd_mbarrier_wait(empty(stage), round);
      const struct blas_tile part = {hd_accumulators(buffer, 64), 6, 0, 0, 0, rows, columns};
      if (!pieces) blas_carry_part(&part, (uint8_t*)corner - lane * 4, d_stride, carrier, carriers);
      if (more != 0) registers_drained(drained(buffer), turn);
    }
    tile++;
    next(&stage, &round, stages);
    next(&buffer, &turn, buffers);
  }
  leave();
}
