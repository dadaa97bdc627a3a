/* Part of blas_gemm.c: who fetches and who gives commands where all of K is in a stage and lies along the rows of both
   operands (args->whole). Tiles are short then. So what they need stays in registers (or is read from the arguments: no
   local value more than there are registers, as those in private memory are far away at first), words are written
   before the wait for what they are about, and rows of A stay in the stages: tiles are gone through along columns of B.
 */
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

ROLE void produce_whole(arguments args) {
  uint32_t(*const copy)[32] = commands()->copy;
  const uint32_t m = args->m, n = args->n, tile_m = args->tile_m, tile_n = args->tile_n, dim = args->dim;
  const uint32_t stages = args->stages, groups = args->groups;
  const uint32_t a_place = args->a.place, a_step = args->a.step, b_place = args->b.place, b_step = args->b.step;
  struct whole_walk w = whole_begin(args);
  copy[0][FIRST] = copy[1][FIRST] = 0;
  copy[0][BOX] = groups * args->a.box;
  copy[1][BOX] = groups * args->b.box;
  if (args->row_scale_bytes != 0) {
    copy[2][FIRST + 1] = copy[3][FIRST + 1] = 0;
    copy[2][BOX + 1] = copy[3][BOX + 1] = groups;
  }
  /* Stages that have got the rows of A; which they are. */
  uint32_t kept = 0, row = w.row, problem = w.problem, a_bytes = 0;
  uint32_t stage = args->start[hd_group_id(0)].stages, round = 0;
  if (stage == stages) stage = 0, round = 1;
  whole_advance(&w, m, n, tile_m, tile_n);
  while (w.problem < args->batch) {
    if (w.row != row || w.problem != problem) kept = 0;
    if (w.problem != problem) {
      const struct blas_problem p = args->problems[w.problem];
      copy[0][1] = (uint32_t)p.a;
      copy[1][1] = (uint32_t)p.b;
      copy[2][1] = (uint32_t)p.scales_a;
      copy[3][1] = (uint32_t)p.scales_b;
    }
    if (kept == 0) {
      row = w.row;
      problem = w.problem;
      const uint32_t rows = round_up(least(tile_m, m - row), dim);
      copy[0][FIRST + 1] = row;
      copy[0][BOX + 1] = rows;
      a_bytes = groups * (rows * 32 + args->a.scale_bytes);
      copy[2][FIRST] = row * args->row_scale_bytes;
    }
    const uint32_t columns = round_up(least(tile_n, n - w.column), dim);
    const uint32_t barrier = hd_scratch_offset(full(stage));
    uint32_t bytes = groups * (columns * 32 + args->b.scale_bytes);
    copy[0][PLACE] = a_place + stage * a_step;
    copy[0][BARRIER] = barrier;
    copy[1][FIRST + 1] = w.column;
    copy[1][BOX + 1] = columns;
    copy[1][PLACE] = b_place + stage * b_step;
    copy[1][BARRIER] = barrier;
    const uint32_t scale_bytes = args->row_scale_bytes;
    if (scale_bytes != 0) {
      copy[2][PLACE] = args->a.scales + stage * args->a.scales_step;
      copy[2][BARRIER] = barrier;
      copy[3][FIRST] = w.column * scale_bytes;
      copy[3][PLACE] = args->b.scales + stage * args->b.scales_step;
      copy[3][BARRIER] = barrier;
    }
    if (round != 0) hd_mbarrier_wait(empty(stage), round - 1);
    if (kept < stages) {
      kept++;
      bytes += a_bytes;
      hd_copy((const struct hd_copy_command*)copy[0]);
      if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[2]);
    }
    hd_copy((const struct hd_copy_command*)copy[1]);
    if (scale_bytes != 0) hd_copy((const struct hd_copy_command*)copy[3]);
    hd_mbarrier_arrive(full(stage), bytes);
    next(&stage, &round, stages);
    whole_advance(&w, m, n, tile_m, tile_n);
  }
  leave();
}

ROLE void multiply_whole(arguments args) {
  struct hd_matrix_command* const command = (struct hd_matrix_command*)commands()->matrix;
  const uint32_t m = args->m, n = args->n, tile_m = args->tile_m, tile_n = args->tile_n, dim = args->dim;
  const uint32_t groups = args->groups;
  const uint32_t a_place = args->a.place, a_step = args->a.step, b_place = args->b.place, b_step = args->b.step;
  struct whole_walk w = whole_begin(args);
  uint32_t stage = 0, round = 0, buffer = 0, turn = 0;
  uint32_t head = 0, now = args->start_groups, left = groups;
  while (w.problem < args->batch) {
    const uint32_t rows = round_up(least(tile_m, m - w.row), dim), columns = round_up(least(tile_n, n - w.column), dim);
    command->size = rows | columns << 16;
    /* Once, but for the first tile. */
    do {
      command->head = args->head | head | HD_MATRIX_BUFFER(buffer);
      command->groups = now;
      command->a.address = a_place + stage * a_step;
      command->a.stride = now * 32;
      command->b.address = b_place + stage * b_step;
      command->b.stride = now * 32;
      if (args->row_scale_bytes != 0) {
        command->a.scale_address = args->a.scales + stage * args->a.scales_step;
        command->b.scale_address = args->b.scales + stage * args->b.scales_step;
      }
      command->barrier = hd_scratch_offset(empty(stage));
      hd_mbarrier_wait(full(stage), round);
      /* Last: mostly this is what the tile waits for. */
      if (turn != 0) hd_mbarrier_wait(drained(buffer), turn - 1);
      hd_matrix(command);
      next(&stage, &round, args->stages);
      left -= now;
      now = left;
      head = HD_MATRIX_ACCUMULATE;
    } while (left != 0);
    head = 0;
    left = now = groups;
    next(&buffer, &turn, args->buffers);
    whole_advance(&w, m, n, tile_m, tile_n);
  }
  leave();
}

/* Accumulators as they are, with 16 lanes and an array of 16: args->whole says that it is so. */
ROLE void carry_whole_16x64(arguments args, uint32_t carrier, uint32_t carriers) {
  const uint32_t lanes = 16, log2_width = 6;
  const uint32_t m = args->m, n = args->n, tile_m = args->tile_m, tile_n = args->tile_n;
  const uint32_t d_stride = args->epilogue.d_stride, stages = args->stages, buffers = args->buffers;
  struct whole_walk w = whole_begin(args);
  /* The stage of a tile; of the first one: that with its end. */
  uint32_t stage = args->start[hd_group_id(0)].stages - 1, round = 0, buffer = 0, turn = 0;
  uint32_t row = w.row, problem = w.problem;
  bool more = w.problem < args->batch;
  uint8_t* first = more ? args->problems[w.problem].d + w.row * d_stride : 0; /* element of the tiles' rows */
  while (more) {
    const struct blas_tile tile = {
        hd_accumulators(buffer, 4 * lanes), log2_width, 0, w.row, w.column, least(tile_m, m - w.row),
        least(tile_n, n - w.column)};
    uint8_t* const corner = first + w.column * 4;
    hd_mbarrier* const done = empty(stage);
    const uint32_t phase = round;
    next(&stage, &round, stages);
    whole_advance(&w, m, n, tile_m, tile_n);
    more = w.problem < args->batch;
    if (more && (w.row != row || w.problem != problem)) {
      row = w.row;
      problem = w.problem;
      first = args->problems[problem].d + row * d_stride;
    }
    const uint32_t whole = blas_whole(&tile, lanes, log2_width, true);
    if (whole != 0) {
      const struct blas_rows rows = blas_rows_of(&tile, whole, corner, d_stride, carrier, carriers, lanes, log2_width);
      hd_mbarrier_wait(done, phase);
      blas_carry_rows(&rows, d_stride, carriers, lanes, log2_width, true);
    } else {
      hd_mbarrier_wait(done, phase);
      blas_carry_part(&tile, corner, d_stride, carrier, carriers);
    }
    /* Every lane's loads are complete: it has stored what they gave. */
    hd_all_sync(hd_warp_mask(), true);
    if (more && hd_lane_id() == 0) hd_mbarrier_arrive(drained(buffer), 0);
    next(&buffer, &turn, buffers);
  }
  leave();
}
