// C = op(A) op(B) on the matrix engine: a persistent kernel. Workgroup g takes tiles g, g + groups, ... of C. Its first
// warp fetches, its second gives commands to the matrix engine, the others carry finished tiles to memory, through the
// epilogue, while the next one is computed.
//
//   full[s]     the operands of stage s are there            producer's arrival and the bytes of its copies
//   empty[s]    the matrix engine has read stage s           completion of its command; of a tile's last one: see ready
//   ready[b]    a tile is finished in buffer b               completion of its last command
//   drained[b]  it has been carried to memory                an arrival of each warp that does so
//
// Each stage has commands of its own in scratchpad, written once but for what changes: a copy costs three instructions.
#include "blas_epilogue.h"
#include "heddle_engines.h"

#define PRODUCER 0
#define MULTIPLIER 1
#define FIRST_CARRIER 2

typedef const struct blas_gemm_args* arguments;

// A function of its own for each role, which does not return: together they would want more registers than there are.
// What is kept in private memory instead costs dearly, being the first of its line to be loaded, and times all lanes it
// does not fit into the L1 cache. So what a tile needs is read from the arguments again, which are there.
#define ROLE __attribute__((noinline, noreturn)) static

HD_INLINE void* scratch(uint32_t offset) { return (void*)(HEDDLE_SCRATCHPAD_BASE + offset); }
HD_INLINE struct blas_commands* commands(arguments args, uint32_t stage) {
  return (struct blas_commands*)scratch(args->command_base) + stage;
}

struct barriers {
  hd_mbarrier *full, *empty, *ready, *drained;
};
HD_INLINE struct barriers barriers_of(arguments args) {
  hd_mbarrier* const first = scratch(args->barriers);
  return (struct barriers){first, first + BLAS_MOST_STAGES, first + 2 * BLAS_MOST_STAGES,
                           first + 2 * BLAS_MOST_STAGES + BLAS_BUFFERS};
}

HD_INLINE uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }
// To a multiple of a power of two.
HD_INLINE uint32_t round_up(uint32_t x, uint32_t to) { return (x + to - 1) & -to; }

// The tiles in their order: some rows of tiles at a time, so that their rows of A stay in the L2 cache while columns of
// B pass; in these down the rows, then on to the next column.
struct walk {
  uint32_t first_row, row_end;  // of the rows gone through together
  uint32_t row, column, problem;
};

HD_INLINE void advance(arguments args, struct walk* w, uint32_t tiles) {
#pragma clang loop unroll(disable)
  for (uint32_t i = 0; i < tiles; i++) {
    w->row += args->tile_m;
    if (w->row < w->row_end) continue;
    w->column += args->tile_n;
    if (w->column >= args->n) {
      w->column = 0;
      w->first_row = w->row_end;
      if (w->first_row >= args->m) {
        w->first_row = 0;
        w->problem++;
      }
      w->row_end = least(w->first_row + args->group_rows, args->m);
    }
    w->row = w->first_row;
  }
}
HD_INLINE struct walk begin(arguments args) {
  struct walk w = {0, least(args->group_rows, args->m), 0, 0, 0};
  advance(args, &w, hd_group_id(0));
  return w;
}

// The one that comes after this one: of so many, `round` counts how often all have been used.
HD_INLINE void next(uint32_t* which, uint32_t* round, uint32_t many) {
  if (++*which == many) {
    *which = 0;
    ++*round;
  }
}

// Word 16 and 17 of a copy command: where its box begins.
HD_INLINE void issue(uint32_t* copy, uint32_t first0, uint32_t first1) {
  copy[16] = first0;
  copy[17] = first1;
  hd_copy((const struct hd_copy_command*)copy);
}

ROLE void produce(arguments args) {
  const struct barriers bar = barriers_of(args);
  struct walk w = begin(args);
  uint32_t stage = 0, round = 0, loaded = ~0u;
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    const uint32_t stages = args->stages;
    struct blas_commands* const first_command = commands(args, 0);
    if (w.problem != loaded) {
      // Commands in the engine's queue have been read.
      loaded = w.problem;
      const struct blas_problem p = args->problems[loaded];
#pragma clang loop unroll(disable)
      for (uint32_t s = 0; s < stages; s++) {
        first_command[s].copy[0][1] = (uint32_t)p.a;
        first_command[s].copy[1][1] = (uint32_t)p.b;
        first_command[s].copy[2][1] = (uint32_t)p.scales_a;
        first_command[s].copy[3][1] = (uint32_t)p.scales_b;
      }
    }
    const uint32_t row = w.row, column = w.column;
    const uint32_t rows = round_up(least(args->tile_m, args->m - row), args->dim);
    const uint32_t columns = round_up(least(args->tile_n, args->n - column), args->dim);
    const bool transpose_a = args->a.transposed != 0, transpose_b = args->b.transposed != 0;
    const uint32_t bytes = (transpose_a ? args->a.line_bytes : args->a.line_bytes * rows) +
                           (transpose_b ? args->b.line_bytes : args->b.line_bytes * columns) + args->scale_bytes;
    const uint32_t k_shift = args->k_shift, row_scale_bytes = args->row_scale_bytes;
    const uint32_t groups = args->groups, stage_groups = args->stage_groups;
    for (uint32_t group = 0; group < groups; group += stage_groups) {
      struct blas_commands* const command = first_command + stage;
      if (round != 0) hd_mbarrier_wait(bar.empty + stage, round - 1);
      hd_mbarrier_arrive(bar.full + stage, bytes);
      const uint32_t k = group << k_shift;
      if (transpose_a) {
        issue(command->copy[0], row, k);
      } else {
        command->copy[0][12] = rows;
        issue(command->copy[0], k, row);
      }
      if (transpose_b) {
        issue(command->copy[1], column, k);
      } else {
        command->copy[1][12] = columns;
        issue(command->copy[1], k, column);
      }
      if (row_scale_bytes != 0) {
        issue(command->copy[2], row * row_scale_bytes, group);
        issue(command->copy[3], column * row_scale_bytes, group);
      }
      next(&stage, &round, stages);
    }
  }
  hd_exit();
}

ROLE void multiply(arguments args) {
  const struct barriers bar = barriers_of(args);
  struct walk w = begin(args);
  uint32_t stage = 0, round = 0, buffer = 0, turn = 0;
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    const uint32_t rows = round_up(least(args->tile_m, args->m - w.row), args->dim);
    const uint32_t columns = round_up(least(args->tile_n, args->n - w.column), args->dim);
    const uint32_t stages = args->stages, stage_groups = args->stage_groups;
    struct blas_commands* const first_command = commands(args, 0);
    uint32_t head = args->commands.matrix[0] | HD_MATRIX_BUFFER(buffer);
    if (turn != 0) hd_mbarrier_wait(bar.drained + buffer, turn - 1);
    for (uint32_t left = args->groups; left != 0;) {
      struct hd_matrix_command* const command = (struct hd_matrix_command*)first_command[stage].matrix;
      const uint32_t now = least(left, stage_groups);
      left -= now;
      command->head = head;
      command->size = rows | columns << 16;
      command->groups = now;
      command->barrier = hd_scratch_offset(left == 0 ? bar.ready + buffer : bar.empty + stage);
      hd_mbarrier_wait(bar.full + stage, round);
      hd_matrix(command);
      head |= HD_MATRIX_ACCUMULATE;
      next(&stage, &round, stages);
    }
    next(&buffer, &turn, args->buffers);
  }
  hd_exit();
}

ROLE void carry(arguments args, uint32_t carrier, uint32_t carriers) {
  const struct barriers bar = barriers_of(args);
  const uint32_t steps = (args->groups + args->stage_groups - 1) / args->stage_groups % args->stages;
  struct walk w = begin(args);
  uint32_t last = args->stages - 1, buffer = 0, turn = 0;
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    const uint32_t dim = args->dim, stages = args->stages;
    const struct blas_tile tile = {hd_accumulators(buffer, 4 * dim),
                                   2 + (uint32_t)__builtin_ctz(dim),
                                   round_up(least(args->tile_m, args->m - w.row), dim),
                                   w.row,
                                   w.column,
                                   least(args->tile_m, args->m - w.row),
                                   least(args->tile_n, args->n - w.column)};
    last += steps;
    if (last >= stages) last -= stages;
    hd_mbarrier_wait(bar.ready + buffer, turn);
    // The last command has arrived here instead of where the producer waits.
    if (carrier == 0 && hd_lane_id() == 0) hd_mbarrier_arrive(bar.empty + last, 0);
    if ((args->epilogue.flags & BLAS_PLAIN) != 0) {
      blas_carry_plain(&args->epilogue, args->problems + w.problem, &tile, carrier, carriers);
    } else {
      const struct blas_tile copy = tile;  // so that the other may be registers
      if (args->epilogue.output < BLAS_OUTPUT_MXFP8_E4M3) {
        blas_carry_elements(&args->epilogue, args->problems + w.problem, &copy, carrier, carriers);
      } else {
        blas_carry_blocks(&args->epilogue, args->problems + w.problem, &copy, carrier, carriers);
      }
    }
    // Every lane's loads are complete: it has stored what they gave.
    hd_all_sync(hd_warp_mask(), true);
    if (hd_lane_id() == 0) hd_mbarrier_arrive(bar.drained + buffer, 0);
    next(&buffer, &turn, args->buffers);
  }
  hd_exit();
}

HD_KERNEL(blas_gemm) {
  const uint32_t warp = hd_warp_id(), carriers = hd_num_warps() - FIRST_CARRIER;
  const uint32_t id = hd_local_linear_id(), size = hd_local_linear_size(), stages = args->stages;
  const struct barriers bar = barriers_of(args);
  const uint32_t words = sizeof(struct blas_commands) / 4;
  uint32_t* const to = (uint32_t*)commands(args, 0);
  const uint32_t *const first = (const uint32_t*)&args->commands, *const steps = (const uint32_t*)&args->command_steps;
#pragma clang loop unroll_count(3)
  for (uint32_t i = id; i < words; i += size) {
    uint32_t word = first[i];
    const uint32_t step = steps[i];
#pragma clang loop unroll(disable)
    for (uint32_t at = i; at < stages * words; at += words, word += step) to[at] = word;
  }
  if (id < stages) {
    hd_mbarrier_init(bar.full + id, 1);
    hd_mbarrier_init(bar.empty + id, 1);
  }
  if (id < args->buffers) {
    hd_mbarrier_init(bar.ready + id, 1);
    hd_mbarrier_init(bar.drained + id, carriers);
  }
  hd_barrier();
  if (warp == PRODUCER) {
    if (hd_lane_id() == 0) produce(args);
  } else if (warp == MULTIPLIER) {
    if (hd_lane_id() == 0) multiply(args);
  } else {
    carry(args, warp - FIRST_CARRIER, carriers);
  }
}
