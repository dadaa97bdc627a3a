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
