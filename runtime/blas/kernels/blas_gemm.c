// C = op(A) op(B) on the matrix engine: a persistent kernel. Workgroup g takes tiles g, g + groups, ... of C. Its first
// warp fetches, its second gives commands to the matrix engine, the others carry finished tiles to memory, through the
// epilogue, while the next one is computed.
//
//   full[s]     the operands of stage s are there            producer's arrival and the bytes of its copies
//   empty[s]    the matrix engine has read stage s           completion of its command; of a tile's last one: see ready
//   ready[b]    a tile is finished in buffer b               completion of its last command (not with args->whole: that
//                                                            is what empty says then)
//   drained[b]  it has been carried to memory                an arrival of each warp that does so
//   rest        the second part of the first stage is there (blas_args.h)
//
// The commands lie in scratchpad, and before each only those words are written that differ from the one before. Those
// of the first two stages the host has made, and the mbarriers, which wait for the bytes of these commands and for no
// arrival; the first warp brings what the first stage needs and gives its commands before it does anything else, and
// before it meets the others: code and arguments are far away then, and each line of them that is missed costs as much
// as the array needs for a group of K.
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
HD_INLINE struct blas_commands* commands(void) { return scratch(BLAS_COMMANDS); }

HD_INLINE hd_mbarrier* full(uint32_t stage) { return (hd_mbarrier*)commands()->barriers + stage; }
HD_INLINE hd_mbarrier* empty(uint32_t stage) { return full(BLAS_MOST_STAGES + stage); }
HD_INLINE hd_mbarrier* ready(uint32_t buffer) { return full(2 * BLAS_MOST_STAGES + buffer); }
HD_INLINE hd_mbarrier* drained(uint32_t buffer) { return full(2 * BLAS_MOST_STAGES + BLAS_BUFFERS + buffer); }
HD_INLINE hd_mbarrier* rest(void) { return full(BLAS_REST); }

// No _exit: nothing has been printed.
HD_INLINE __attribute__((noreturn)) void leave(void) {
  __asm__ volatile(HEDDLE_INSN_HD_EXIT);
  __builtin_unreachable();
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

// A word for each lane, 64 bytes apart, of what begins here: the lines are on their way to the L1 cache, and nobody
// waits for them.
HD_INLINE void look_ahead(const void* begin, uint32_t bytes) {
  const uint8_t* const from = (const uint8_t*)begin + least(hd_lane_id() * 64, bytes - 4);
  __asm__ volatile("lw zero, 0(%0)" ::"r"(from));
}

// All warps of the workgroup meet. Not hd_barrier(): its fence would wait for the lines that have been asked for, and
// hold up what other warps load meanwhile. Who has stored what others need has a fence of its own.
HD_INLINE void meet(void) { __asm__ volatile(HEDDLE_INSN_HD_BARRIER ::: "memory"); }

// That `value` has been computed before what follows.
#define NOW(value) __asm__ volatile("" : "+r"(value))

#include "blas_gemm_start.h"

// Words of a copy command: box, its first element (both in the same order of dimensions), place in scratchpad,
// mbarrier.
#define BOX 11
#define FIRST 16
#define PLACE 21
#define BARRIER 22

// A tile's rows of an operand.
HD_INLINE void set_rows(const struct blas_operand* operand, uint32_t* copy, uint32_t first, uint32_t rows) {
  if (operand->transposed != 0) {
    copy[FIRST] = first;
  } else {
    copy[FIRST + 1] = first;
    copy[BOX + 1] = rows;
  }
}

// `groups` of an operand from element k on.
HD_INLINE void fetch(uint32_t* copy, uint32_t* along_k, uint32_t k, uint32_t box, uint32_t place, uint32_t stage) {
  along_k[0] = k;
  along_k[BOX - FIRST] = box;
  copy[PLACE] = place;
  copy[BARRIER] = hd_scratch_offset(full(stage));
  hd_copy((const struct hd_copy_command*)copy);
}

ROLE void produce(arguments args) {
  struct walk w = begin(args);
  // After those that the host has made.
  uint32_t loaded = w.problem, group = args->start_groups, stage = 1, round = 0;
  if (args->start[hd_group_id(0)].stages == 2) {
    group += args->stage_groups;
    next(&stage, &round, args->stages);
  }
  uint32_t(*const copy)[32] = commands()->copy;
  uint32_t* const a_along_k = &copy[0][FIRST + args->a.transposed];
  uint32_t* const b_along_k = &copy[1][FIRST + args->b.transposed];
  for (; w.problem < args->batch; advance(args, &w, hd_num_groups(0))) {
    if (w.problem != loaded) {
      loaded = w.problem;
      const struct blas_problem p = args->problems[loaded];
      copy[0][1] = (uint32_t)p.a;
      copy[1][1] = (uint32_t)p.b;
      copy[2][1] = (uint32_t)p.scales_a;
      copy[3][1] = (uint32_t)p.scales_b;
    }
    const uint32_t rows = round_up(least(args->tile_m, args->m - w.row), args->dim);
    const uint32_t columns = round_up(least(args->tile_n, args->n - w.column), args->dim);
    const uint32_t bytes = args->a.group_bytes * (args->a.transposed != 0 ? 1 : rows) + args->a.scale_bytes +
                           args->b.group_bytes * (args->b.transposed != 0 ? 1 : columns) + args->b.scale_bytes;
    set_rows(&args->a, copy[0], w.row, rows);
    set_rows(&args->b, copy[1], w.column, columns);
    const uint32_t row_scale_bytes = args->row_scale_bytes;
    if (row_scale_bytes != 0) {
      copy[2][FIRST] = w.row * row_scale_bytes;
      copy[3][FIRST] = w.column * row_scale_bytes;
    }
    const uint32_t groups = args->groups, stage_groups = args->stage_groups, stages = args->stages;
    const uint32_t k_shift = args->k_shift, a_place = args->a.place, b_place = args->b.place;
    const uint32_t a_step = args->a.step, b_step = args->b.step, a_box = args->a.box, b_box = args->b.box;
    for (; group < groups; group += stage_groups) {
      const uint32_t now = least(groups - group, stage_groups), k = group << k_shift;
      if (round != 0) hd_mbarrier_wait(empty(stage), round - 1);
      fetch(copy[0], a_along_k, k, now * a_box, a_place + stage * a_step, stage);
      fetch(copy[1], b_along_k, k, now * b_box, b_place + stage * b_step, stage);
      hd_mbarrier_arrive(full(stage), now * bytes);
      if (row_scale_bytes != 0) {
        fetch(copy[2], &copy[2][FIRST + 1], group, now, args->a.scales + stage * args->a.scales_step, stage);
        fetch(copy[3], &copy[3][FIRST + 1], group, now, args->b.scales + stage * args->b.scales_step, stage);
      }
      next(&stage, &round, stages);
    }
    group = 0;
  }
  leave();
}

ROLE void multiply(arguments args) {
  struct hd_matrix_command* const command = (struct hd_matrix_command*)commands()->matrix;
  struct walk w = begin(args);
  uint32_t stage = 0, round = 0, buffer = 0, turn = 0, now = args->start_groups;
  while (w.problem < args->batch) {
    const uint32_t rows = round_up(least(args->tile_m, args->m - w.row), args->dim);
    const uint32_t columns = round_up(least(args->tile_n, args->n - w.column), args->dim);
    const uint32_t stages = args->stages, stage_groups = args->stage_groups;
    const uint32_t a_place = args->a.place, b_place = args->b.place, a_step = args->a.step, b_step = args->b.step;
    const uint32_t a_stride = args->a.stride, b_stride = args->b.stride;
    const uint32_t a_group_stride = args->a.group_stride, b_group_stride = args->b.group_stride;
    const bool scales = args->row_scale_bytes != 0;
    uint32_t head = args->head | HD_MATRIX_BUFFER(buffer), left = args->groups;
    command->size = rows | columns << 16;
    if (turn != 0) hd_mbarrier_wait(drained(buffer), turn - 1);
    do {
      left -= now;
      command->head = head;
      command->groups = now;
      command->a.address = a_place + stage * a_step;
      command->b.address = b_place + stage * b_step;
      command->a.stride = a_stride + now * a_group_stride;
      command->b.stride = b_stride + now * b_group_stride;
      if (scales) {
        command->a.scale_address = args->a.scales + stage * args->a.scales_step;
        command->b.scale_address = args->b.scales + stage * args->b.scales_step;
      }
      command->barrier = hd_scratch_offset(left == 0 ? ready(buffer) : empty(stage));
      hd_mbarrier_wait(full(stage), round);
      hd_matrix(command);
      head |= HD_MATRIX_ACCUMULATE;
      now = least(left, stage_groups);
      next(&stage, &round, stages);
    } while (left != 0);
    next(&buffer, &turn, args->buffers);
    advance(args, &w, hd_num_groups(0));
    now = least(args->groups, stage_groups);
  }
  leave();
}

// `lanes` and `log2_width` of a tile: constants where it pays, else 0. `plain`: accumulators are the result.
HD_INLINE void carry(arguments args, uint32_t carrier, uint32_t carriers, const bool plain, const uint32_t lanes,
                     const uint32_t log2_width) {
  struct walk w = begin(args);
  uint32_t last = args->stages - 1, steps = args->start_steps, buffer = 0, turn = 0;
  bool more = w.problem < args->batch;
  while (more) {
    // Everything that can be known before the tile is there.
    const uint32_t dim = args->dim, stages = args->stages, d_stride = args->epilogue.d_stride;
    const struct blas_tile tile = {hd_accumulators(buffer, 4 * dim),
                                   lanes != 0 ? log2_width : 2 + (uint32_t)__builtin_ctz(dim),
                                   round_up(least(args->tile_m, args->m - w.row), dim),
                                   w.row,
                                   w.column,
                                   least(args->tile_m, args->m - w.row),
                                   least(args->tile_n, args->n - w.column)};
    const struct blas_problem* const problem = args->problems + w.problem;
    uint8_t* corner = plain ? problem->d + tile.row * d_stride + tile.column * 4 : 0;
    const uint32_t whole = lanes != 0 ? blas_whole(&tile, lanes, log2_width, false) : 0;
    struct blas_rows rows = {0};
    if (whole != 0) {
      rows = blas_rows_of(&tile, whole, corner, d_stride, carrier, carriers, lanes, log2_width);
      NOW(rows.from);
      NOW(rows.to);
      NOW(rows.to_step);
      NOW(rows.end);
    }
    last += steps;
    if (last >= stages) last -= stages;
    steps = args->steps;
    NOW(last);
    advance(args, &w, hd_num_groups(0));
    more = w.problem < args->batch;
    hd_mbarrier_wait(ready(buffer), turn);
    // The last command has arrived here instead of where the producer waits.
    if (carrier + 1 == carriers && hd_lane_id() == 0) hd_mbarrier_arrive(empty(last), 0);
    if (whole != 0) blas_carry_rows(&rows, d_stride, carriers, lanes, log2_width, false);
    if (whole != tile.rows) {
      struct blas_tile part = tile;  // a copy, so that the tile need not be in memory
      if (plain) {
        part.values += whole << part.log2_width;
        part.rows -= whole;
        corner += whole * d_stride;
        blas_carry_part(&part, corner, d_stride, carrier, carriers);
      } else if (args->epilogue.output < BLAS_OUTPUT_MXFP8_E4M3) {
        blas_carry_elements(&args->epilogue, problem, &part, carrier, carriers);
      } else {
        blas_carry_blocks(&args->epilogue, problem, &part, carrier, carriers);
      }
    }
    // Every lane's loads are complete: it has stored what they gave.
    hd_all_sync(hd_warp_mask(), true);
    if (more && hd_lane_id() == 0) hd_mbarrier_arrive(drained(buffer), 0);
    next(&buffer, &turn, args->buffers);
  }
}

// As in the configurations edge and base.
ROLE void carry_plain_8x16(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 8, 4);
  leave();
}
ROLE void carry_plain_16x64(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 16, 6);
  leave();
}
ROLE void carry_plain(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, true, 0, 0);
  leave();
}
ROLE void carry_others(arguments args, uint32_t carrier, uint32_t carriers) {
  carry(args, carrier, carriers, false, 0, 0);
  leave();
}

#include "blas_gemm_carry.h"
#include "blas_gemm_whole.h"

// Functions lie in the order in which they are named here: who comes first to a line of code waits for it as long as
// for data, but the line behind it is there then.
ROLE void other_warps(arguments args) {
  if (hd_warp_id() == MULTIPLIER) {
    prepare(args);
    if (hd_lane_id() != 0) leave();
    if (args->whole != 0) multiply_whole(args);
    multiply(args);
  }
  const uint32_t carrier = hd_warp_id() - FIRST_CARRIER, carriers = hd_num_warps() - FIRST_CARRIER;
  // Who carries has nothing to do until the first tile is there, and asks for the lines that others, and it, will want.
  if (carrier == 0) {
    look_ahead(&args->m, sizeof *args - __builtin_offsetof(struct blas_gemm_args, m));
    meet();
  } else {
    if (carrier + 1 == carriers) {
      look_ahead((const void*)produce_whole, 1024);
      look_ahead((const void*)multiply_whole, 1024);
    }
    meet();
  }
#define CARRY(role)                                                              \
  {                                                                              \
    if (carrier == 0) look_ahead((const void*)role, 1024);                       \
    if (carrier + 1 == carriers) look_ahead((const void*)blas_carry_part, 1024); \
    role(args, carrier, carriers);                                               \
  }
  // Registers are saved, and wait for memory, when what the first tile needs has come.
  if (args->start[hd_group_id(0)].rest != 0) hd_mbarrier_wait(rest(), 0);
  if ((args->epilogue.flags & BLAS_PLAIN) == 0) carry_others(args, carrier, carriers);
  if (args->whole != 0) {
    if (args->tile_n == 64) CARRY(carry_whole_64);
    if (args->tile_n == 48) carry_whole_48(args, carrier, carriers);
    if (args->tile_n == 32) CARRY(carry_whole_32);
    carry_whole_16(args, carrier, carriers);
  }
  if (hd_num_lanes() == 16 && args->dim == 16) CARRY(carry_plain_16x64);
  if (hd_num_lanes() == 8 && args->dim == 4) CARRY(carry_plain_8x16);
  carry_plain(args, carrier, carriers);
}

ROLE void first_warp(arguments args, uint32_t given) {
  start_others(args, given);
  if (hd_lane_id() != 0) leave();
  if (args->whole != 0) produce_whole(args);
  produce(args);
}

// The first line of code is all that the first warp needs until it has asked for the commands: no register is saved.
HD_KERNEL(blas_gemm) {
  __asm__ volatile("" ::"i"(first_warp), "i"(other_warps));  // named first: they lie next, and have been asked for
  if (hd_warp_id() == PRODUCER) first_warp(args, start(args));
  other_warps(args);
}
