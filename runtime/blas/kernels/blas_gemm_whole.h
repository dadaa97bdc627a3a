/* Part of blas_gemm.c: who fetches and who gives commands where all of K is in a stage and lies along the rows of both
   operands (args->whole). Tiles are short then. So what they need stays in registers or is read from the arguments
   again (no local value more than there are registers: those in private memory are far away at first), words are
   written before the wait for what they are about, and tiles are gone through along columns of B, whose rows of A are
   fetched once: stages have columns of B alone, rows of A have two places, or one where they are all there are. */
#pragma once

struct whole_walk {
  uint32_t first_row, row, column, problem;
};

/* Columns of a tile. */
HD_INLINE uint32_t whole_columns(volatile const struct blas_gemm_args* now, uint32_t column) {
  return least(now->tile_n, now->n - column);
}

/* The next tile of this workgroup. Rows gone through together are of as many tiles as there are workgroups, so that
   each has its own, or of one. */
HD_INLINE void whole_advance(volatile const struct blas_gemm_args* now, struct whole_walk* w, uint32_t tiles) {
  const uint32_t m = now->m, tile_m = now->tile_m, group_rows = now->group_rows;
#pragma clang loop unroll(disable)
  for (; tiles != 0; tiles--) {
    const uint32_t end = least(w->first_row + group_rows, m);
    w->row += tile_m;
    if (w->row < end) continue;
    w->row = w->first_row;
    w->column += whole_columns(now, w->column);
    if (w->column < now->n) continue;
    w->column = 0;
    w->row = w->first_row = end;
    if (end < m) continue;
    w->row = w->first_row = 0;
    w->problem++;
  }
}

/* The first tile of a workgroup: its stages have been fetched by start(), and those of the second one. */
HD_INLINE struct whole_walk whole_begin(volatile const struct blas_gemm_args* now) {
  struct whole_walk w = {0};
  whole_advance(now, &w, hd_group_id(0));
  return w;
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
  struct whole_walk w = whole_begin(now);
  /* The host has made the commands of the first tile: along K boxes are as they have to be, but that of B may be in two
     parts. */
  copy[1][BOX] = now->groups * now->b.box;
  uint32_t row = w.row, problem = w.problem, set = 0, round = 0;
  uint32_t number = args->start[hd_group_id(0)].second != 0 ? 1 : 0, stage = number;
  uint32_t d = (uint32_t)args->problems[problem].d;
  next(&stage, &round, now->stages);
  whole_advance(now, &w, hd_num_groups(0) << number);
  while (w.problem < now->batch) {
    const uint32_t groups = now->groups, dim = now->dim, scale_bytes = now->row_scale_bytes;
    const bool other = w.problem != problem, rows_of_a = whole_rows(&w, &row, &problem, &set, now->sets);
    const uint32_t width = whole_columns(now, w.column), columns = round_up(width, dim);
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
      d = (uint32_t)p.d;
      copy[0][1] = (uint32_t)p.a;
      copy[1][1] = (uint32_t)p.b;
      if (scale_bytes != 0) {
        copy[2][1] = (uint32_t)p.scales_a;
        copy[3][1] = (uint32_t)p.scales_b;
      }
    }
    volatile struct blas_place* const place = &commands()->places[++number % BLAS_PLACES];
    place->size = least(now->tile_m, now->m - row) | width << 16;
    place->corner = d + row * now->epilogue.d_stride + w.column * 4;
    whole_advance(now, &w, hd_num_groups(0));
    place->number = number << 1 | (w.problem < now->batch ? 1 : 0);
    if (round != 0) hd_mbarrier_wait(empty(stage), round - 1);
    if (rows_of_a) {
      hd_copy((const struct hd_copy_command*)copy[0]);
      if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[2]);
    }
    hd_copy((const struct hd_copy_command*)copy[1]);
    if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[3]);
    hd_mbarrier_arrive(full(stage), bytes);
    next(&stage, &round, now->stages);
  }
  leave();
}

/* The first tile, where its columns of B come in two parts: two commands, the second of which adds to what the first
   one has computed. In a function of its own, or the values that it has would be in the way of others. */
HD_INLINE void multiply_parts(volatile const struct blas_gemm_args* now, struct hd_matrix_command* command,
                              const struct whole_walk* w, uint32_t rest_groups) {
  const uint32_t groups = now->groups, dim = now->dim, before = groups - rest_groups;
  const uint32_t columns = round_up(whole_columns(now, w->column), dim);
  const uint32_t head = now->head, a_place = now->a.place, b_place = now->b.place;
  command->groups = before;
  command->size = round_up(least(now->tile_m, now->m - w->row), dim) | columns << 16;
  command->head = head & ~HD_MATRIX_ARRIVE;
  command->a.address = a_place;
  command->b.address = b_place;
  command->b.stride = before * 32;
  if (now->row_scale_bytes != 0) {
    command->a.scale_address = now->a.scales;
    command->b.scale_address = now->b.scales;
  }
  hd_mbarrier_wait(full(0), 0);
  hd_matrix(command);
  command->groups = rest_groups;
  command->head = head | HD_MATRIX_ACCUMULATE;
  command->a.address = a_place + before * 32;
  command->b.address = b_place + columns * 32 * before;
  command->b.stride = rest_groups * 32;
  if (now->row_scale_bytes != 0) {
    command->a.scale_address = now->a.scales + before * now->a.scale_bytes;
    command->b.scale_address = now->b.scales + before * now->b.scale_bytes;
  }
  command->barrier = hd_scratch_offset(empty(0));
  hd_mbarrier_wait(rest(), 0);
  hd_matrix(command);
}

ROLE void multiply_whole(arguments args) {
  volatile const struct blas_gemm_args* const now = args;
  struct hd_matrix_command* const command = (struct hd_matrix_command*)commands()->matrix;
  const uint32_t dim = now->dim, groups = now->groups;
  struct whole_walk w = whole_begin(now);
  uint32_t row = w.row, problem = w.problem, set = 0, stage = 0, round = 0, buffer = 0, turn = 0;
  command->a.stride = groups * 32;
  const uint32_t rest_groups = args->start[hd_group_id(0)].rest;
  if (rest_groups != 0) {
    multiply_parts(now, command, &w, rest_groups);
    stage = 1;
    next(&buffer, &turn, now->buffers);
    whole_advance(now, &w, hd_num_groups(0));
  }
  command->groups = groups;
  command->b.stride = groups * 32;
  while (w.problem < now->batch) {
    const uint32_t rows = round_up(least(now->tile_m, now->m - w.row), dim);
    const uint32_t columns = round_up(whole_columns(now, w.column), dim);
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
    whole_advance(now, &w, hd_num_groups(0));
  }
  leave();
}

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
