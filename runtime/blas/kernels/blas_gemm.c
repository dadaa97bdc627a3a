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
// The first stage of a workgroup is another one, with commands that the host has made: the first warp gives them before
// it does anything else, and before it meets the others.
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
HD_INLINE struct blas_commands* commands(uint32_t stage) {
  return (struct blas_commands*)scratch(BLAS_COMMANDS) + stage;
}
HD_INLINE struct blas_commands* start_commands(void) { return scratch(BLAS_START); }

HD_INLINE hd_mbarrier* full(uint32_t stage) { return (hd_mbarrier*)scratch(BLAS_BARRIERS) + stage; }
HD_INLINE hd_mbarrier* empty(uint32_t stage) { return full(BLAS_MOST_STAGES + stage); }
HD_INLINE hd_mbarrier* ready(uint32_t buffer) { return full(2 * BLAS_MOST_STAGES + buffer); }
HD_INLINE hd_mbarrier* drained(uint32_t buffer) { return full(2 * BLAS_MOST_STAGES + BLAS_BUFFERS + buffer); }

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

// A function of its own before the roles, which needs no register that it would have to keep.
#define STEP __attribute__((noinline)) static

// What is fetched at once, by all lanes of the first warp, some words of the copy commands each.
STEP void start(arguments args) {
  const struct blas_start* const first = &args->start[hd_group_id(0)];
  const uint32_t* from = &first->commands.copy[0][hd_lane_id()];
  const uint32_t* const end = first->commands.matrix;
  uint32_t* to = &start_commands()->copy[0][hd_lane_id()];
  const uint32_t lanes = hd_num_lanes();
  hd_mbarrier_init(full(0), 1);
  const uint32_t bytes = first->bytes;
#pragma clang loop unroll(disable)
  for (; from < end; from += 4 * lanes, to += 4 * lanes) {
    uint32_t values[4];  // 32 lanes have no more than that
    for (uint32_t i = 0; i < 4; i++) values[i] = from[i * lanes];
    for (uint32_t i = 0; i < 4; i++) to[i * lanes] = values[i];
  }
  if (hd_lane_id() == 0) {
    const uint32_t(*copy)[32] = start_commands()->copy, (*const behind)[32] = copy + first->copies;
#pragma clang loop unroll(disable)
    for (; copy < behind; copy++) hd_copy((const struct hd_copy_command*)*copy);
    hd_mbarrier_arrive(full(0), bytes);
  }
}

ROLE void produce(arguments args) {
  struct walk w = begin(args);
  uint32_t stage = 1, round = 0, loaded = 0, group = args->start_groups;
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    const uint32_t stages = args->stages;
    if (w.problem != loaded) {
      // Commands in the engine's queue have been read.
      loaded = w.problem;
      const struct blas_problem p = args->problems[loaded];
#pragma clang loop unroll(disable)
      for (uint32_t s = 0; s < stages; s++) {
        commands(s)->copy[0][1] = (uint32_t)p.a;
        commands(s)->copy[1][1] = (uint32_t)p.b;
        commands(s)->copy[2][1] = (uint32_t)p.scales_a;
        commands(s)->copy[3][1] = (uint32_t)p.scales_b;
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
    for (; group < groups; group += stage_groups) {
      struct blas_commands* const command = commands(stage);
      if (round != 0) hd_mbarrier_wait(empty(stage), round - 1);
      hd_mbarrier_arrive(full(stage), bytes);
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
    group = 0;
  }
  hd_exit();
}

ROLE void multiply(arguments args) {
  hd_mbarrier_wait(full(0), 0);
  hd_matrix((const struct hd_matrix_command*)start_commands()->matrix);
  struct walk w = begin(args);
  uint32_t stage = 1, round = 0, buffer = 0, turn = 0;
  uint32_t left = args->groups - args->start_groups, accumulate = HD_MATRIX_ACCUMULATE;
  while (w.problem < args->batch) {
    const uint32_t rows = round_up(least(args->tile_m, args->m - w.row), args->dim);
    const uint32_t columns = round_up(least(args->tile_n, args->n - w.column), args->dim);
    const uint32_t stages = args->stages, stage_groups = args->stage_groups;
    uint32_t head = args->commands.matrix[0] | HD_MATRIX_BUFFER(buffer) | accumulate;
    if (turn != 0) hd_mbarrier_wait(drained(buffer), turn - 1);
    while (left != 0) {
      struct hd_matrix_command* const command = (struct hd_matrix_command*)commands(stage)->matrix;
      const uint32_t now = least(left, stage_groups);
      left -= now;
      command->head = head;
      command->size = rows | columns << 16;
      command->groups = now;
      command->barrier = hd_scratch_offset(left == 0 ? ready(buffer) : empty(stage));
      hd_mbarrier_wait(full(stage), round);
      hd_matrix(command);
      head |= HD_MATRIX_ACCUMULATE;
      next(&stage, &round, stages);
    }
    next(&buffer, &turn, args->buffers);
    advance(args, &w, hd_num_groups(0));
    left = args->groups;
    accumulate = 0;
  }
  hd_exit();
}

// `lanes` and `log2_width` of a tile: constants where it pays, else 0. `plain`: accumulators are the result.
HD_INLINE void carry(arguments args, uint32_t carrier, uint32_t carriers, const bool plain, const uint32_t lanes,
                     const uint32_t log2_width) {
  struct walk w = begin(args);
  uint32_t last = args->stages - 1, steps = args->start_steps, buffer = 0, turn = 0;
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    const uint32_t dim = args->dim, stages = args->stages;
    const struct blas_tile tile = {hd_accumulators(buffer, 4 * dim),
                                   lanes != 0 ? log2_width : 2 + (uint32_t)__builtin_ctz(dim),
                                   round_up(least(args->tile_m, args->m - w.row), dim),
                                   w.row,
                                   w.column,
                                   least(args->tile_m, args->m - w.row),
                                   least(args->tile_n, args->n - w.column)};
    const struct blas_problem* const problem = args->problems + w.problem;
    last += steps;
    if (last >= stages) last -= stages;
    steps = args->steps;
    hd_mbarrier_wait(ready(buffer), turn);
    // The last command has arrived here instead of where the producer waits.
    if (carrier == 0 && hd_lane_id() == 0) hd_mbarrier_arrive(empty(last), 0);
    if (plain) {
      blas_carry_plain(&args->epilogue, problem, &tile, carrier, carriers, lanes, log2_width);
    } else if (args->epilogue.output < BLAS_OUTPUT_MXFP8_E4M3) {
      blas_carry_elements(&args->epilogue, problem, &tile, carrier, carriers);
    } else {
      blas_carry_blocks(&args->epilogue, problem, &tile, carrier, carriers);
    }
    // Every lane's loads are complete: it has stored what they gave.
    hd_all_sync(hd_warp_mask(), true);
    if (hd_lane_id() == 0) hd_mbarrier_arrive(drained(buffer), 0);
    next(&buffer, &turn, args->buffers);
  }
}

// As in the configurations edge and base.
ROLE void carry_plain_8x16(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 8, 4);
  hd_exit();
}
ROLE void carry_plain_16x64(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 16, 6);
  hd_exit();
}
ROLE void carry_plain(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 0, 0);
  hd_exit();
}
ROLE void carry_others(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, false, 0, 0);
  hd_exit();
}

// By all warps but the first.
STEP void prepare(arguments args) {
  const uint32_t lanes = hd_num_lanes(), id = hd_local_linear_id() - lanes, size = hd_local_linear_size() - lanes;
  const uint32_t words = sizeof(struct blas_commands) / 4, stages = args->stages;
  uint32_t* const to = (uint32_t*)commands(0);
  const uint32_t *const first = (const uint32_t*)&args->commands, *const steps = (const uint32_t*)&args->command_steps;
#pragma clang loop unroll_count(3)
  for (uint32_t i = id; i < words; i += size) {
    uint32_t word = first[i];
    const uint32_t step = steps[i];
#pragma clang loop unroll(disable)
    for (uint32_t at = i; at < stages * words; at += words, word += step) to[at] = word;
  }
  if (id < sizeof(start_commands()->matrix) / 4) {
    start_commands()->matrix[id] = args->start[hd_group_id(0)].commands.matrix[id];
  }
  if (id < stages) {
    if (id != 0) hd_mbarrier_init(full(id), 1);  // the first one: start
    hd_mbarrier_init(empty(id), 1);
  }
  if (id < args->buffers) {
    hd_mbarrier_init(ready(id), 1);
    hd_mbarrier_init(drained(id), hd_num_warps() - FIRST_CARRIER);
  }
}

HD_KERNEL(blas_gemm) {
  if (hd_warp_id() == PRODUCER) {
    start(args);
    hd_barrier();
    if (hd_lane_id() == 0) produce(args);
    hd_exit();
  }
  prepare(args);
  hd_barrier();
  if (hd_warp_id() == MULTIPLIER) {
    if (hd_lane_id() == 0) multiply(args);
    hd_exit();
  }
  const uint32_t carrier = hd_warp_id() - FIRST_CARRIER, carriers = hd_num_warps() - FIRST_CARRIER;
  if ((args->epilogue.flags & BLAS_PLAIN) == 0) carry_others(args, carrier, carriers);
  if (hd_num_lanes() == 16 && args->dim == 16) carry_plain_16x64(args, carrier, carriers);
  if (hd_num_lanes() == 8 && args->dim == 4) carry_plain_8x16(args, carrier, carriers);
  carry_plain(args, carrier, carriers);
}
