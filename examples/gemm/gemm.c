// A persistent kernel: workgroup g takes tiles g, g + groups, ... of C. Its first warp fetches, its second gives
// commands to the matrix engine, the others carry finished tiles to memory while the next one is computed.
//
//   full[s]     the operands of stage s are there            producer's arrival and the bytes of its copies
//   empty[s]    the matrix engine has read stage s           completion of its command; of a tile's last one: see ready
//   ready[b]    a tile is finished in buffer b               completion of its last command
//   drained[b]  it has been carried to memory                an arrival of each warp that does so
#include "gemm_args.h"
#include "heddle_engines.h"

#define PRODUCER 0
#define MULTIPLIER 1
#define FIRST_CARRIER 2
#define BUFFERS 2

typedef const struct gemm_args* arguments;

static inline void* scratch(uint32_t offset) { return (void*)(HEDDLE_SCRATCHPAD_BASE + offset); }
static inline hd_mbarrier* barriers(arguments args) { return scratch(args->scratch.barriers); }
static inline hd_mbarrier* full(arguments args, uint32_t stage) { return barriers(args) + stage; }
static inline hd_mbarrier* empty(arguments args, uint32_t stage) { return barriers(args) + GEMM_MOST_STAGES + stage; }
static inline hd_mbarrier* ready(arguments args, uint32_t b) { return barriers(args) + 2 * GEMM_MOST_STAGES + b; }
static inline hd_mbarrier* drained(arguments args, uint32_t b) {
  return barriers(args) + 2 * GEMM_MOST_STAGES + BUFFERS + b;
}

static uint32_t tiles_across(arguments args) { return (args->n + args->tile - 1) / args->tile; }
static uint32_t tiles(arguments args) { return tiles_across(args) * ((args->m + args->tile - 1) / args->tile); }
// Stages that K takes.
static uint32_t steps(arguments args) { return (args->groups + args->stage_groups - 1) / args->stage_groups; }

// The one that comes after this one: of so many, `round` counts how often all have been used.
static inline void next(uint32_t* which, uint32_t* round, uint32_t many) {
  if (++*which == many) {
    *which = 0;
    ++*round;
  }
}

static void begin_copy(struct hd_copy_command* copy, uint32_t base, uint32_t element_log2, uint32_t identifier) {
  copy->head = HD_COPY_HEAD(2, element_log2, HD_COPY_LOAD, 0, 1, identifier);
  copy->base = base;
  for (uint32_t i = 0; i < 5; i++) copy->size[i] = copy->box[i] = copy->first[i] = 0;
  for (uint32_t i = 0; i < 4; i++) copy->stride[i] = 0;
  for (uint32_t i = 0; i < 8; i++) copy->zero[i] = 0;
  copy->fill = 0;
}

// Rows of an operand: a box of the stage's bytes of K by a tile's rows.
static void begin_operand(arguments args, struct hd_copy_command* copy, const uint8_t* base, uint32_t rows,
                          uint32_t identifier) {
  begin_copy(copy, (uint32_t)base, args->element_log2, identifier);
  copy->size[0] = args->k_elements;
  copy->size[1] = rows;
  copy->stride[0] = args->stride;
  copy->box[0] = args->stage_groups * 32 >> args->element_log2;
  copy->box[1] = args->tile;
}

// Scales: a box of a tile's bytes by the stage's groups.
static void begin_scales(arguments args, struct hd_copy_command* copy, const uint8_t* base, uint32_t rows,
                         uint32_t stride, uint32_t identifier) {
  begin_copy(copy, (uint32_t)base, 0, identifier);
  copy->size[0] = rows * args->row_scale_bytes;
  copy->size[1] = args->groups;
  copy->stride[0] = stride;
  copy->box[0] = args->scratch.scale_bytes / args->stage_groups;
  copy->box[1] = args->stage_groups;
}

static void issue(struct hd_copy_command* copy, uint32_t first0, uint32_t first1, uint32_t place,
                  hd_mbarrier* barrier) {
  copy->first[0] = first0;
  copy->first[1] = first1;
  copy->scratch = place;
  copy->barrier = hd_scratch_offset(barrier);
  hd_copy(copy);
}

static void produce(arguments args) {
  struct hd_copy_command* const copies = scratch(args->scratch.copies);
  const bool scaled = args->row_scale_bytes != 0;
  begin_operand(args, &copies[0], args->a, args->m, 0xA);
  begin_operand(args, &copies[1], args->b, args->n, 0xB);
  if (scaled) {
    begin_scales(args, &copies[2], args->scales_a, args->m, args->scale_stride_a, 0x5A);
    begin_scales(args, &copies[3], args->scales_b, args->n, args->scale_stride_b, 0x5B);
  }
  const uint32_t bytes = 2 * (args->scratch.tile_bytes + (scaled ? args->scratch.scale_bytes : 0));
  uint32_t stage = 0, round = 0;
  for (uint32_t t = hd_group_linear_id(); t < tiles(args); t += hd_num_groups(0)) {
    const uint32_t row = t / tiles_across(args) * args->tile, column = t % tiles_across(args) * args->tile;
    for (uint32_t step = 0; step < steps(args); step++) {
      if (round != 0) hd_mbarrier_wait(empty(args, stage), round - 1);
      hd_mbarrier* const there = full(args, stage);
      hd_mbarrier_arrive(there, bytes);
      const uint32_t group = step * args->stage_groups, k = group * 32 >> args->element_log2;
      issue(&copies[0], k, row, args->scratch.a + stage * args->scratch.tile_bytes, there);
      issue(&copies[1], k, column, args->scratch.b + stage * args->scratch.tile_bytes, there);
      if (scaled) {
        const uint32_t size = args->row_scale_bytes;
        issue(&copies[2], row * size, group, args->scratch.scale_a + stage * args->scratch.scale_bytes, there);
        issue(&copies[3], column * size, group, args->scratch.scale_b + stage * args->scratch.scale_bytes, there);
      }
      next(&stage, &round, args->stages);
    }
  }
}

static void multiply(arguments args) {
  struct hd_matrix_command* const command = scratch(args->scratch.command);
  command->size = args->tile | args->tile << 16;
  command->place = 0;
  command->a.stride = command->b.stride = args->stage_groups * 32;
  command->a.scale_stride = command->b.scale_stride = args->scratch.scale_bytes / args->stage_groups;
  for (uint32_t i = 0; i < 3; i++) command->zero[i] = 0;
  uint32_t stage = 0, round = 0, buffer = 0, turn = 0;
  for (uint32_t t = hd_group_linear_id(); t < tiles(args); t += hd_num_groups(0)) {
    if (turn != 0) hd_mbarrier_wait(drained(args, buffer), turn - 1);
    for (uint32_t step = 0; step < steps(args); step++) {
      hd_mbarrier_wait(full(args, stage), round);
      const bool last = step + 1 == steps(args);
      command->head =
          args->format | HD_MATRIX_BUFFER(buffer) | HD_MATRIX_ARRIVE | (step != 0 ? HD_MATRIX_ACCUMULATE : 0) | t << 16;
      command->groups = last ? args->groups - step * args->stage_groups : args->stage_groups;
      command->a.address = args->scratch.a + stage * args->scratch.tile_bytes;
      command->b.address = args->scratch.b + stage * args->scratch.tile_bytes;
      command->a.scale_address = args->scratch.scale_a + stage * args->scratch.scale_bytes;
      command->b.scale_address = args->scratch.scale_b + stage * args->scratch.scale_bytes;
      command->barrier = hd_scratch_offset(last ? ready(args, buffer) : empty(args, stage));
      hd_matrix(command);
      next(&stage, &round, args->stages);
    }
    next(&buffer, &turn, BUFFERS);
  }
}

static void carry(arguments args, uint32_t carrier, uint32_t carriers) {
  const uint32_t lane = hd_lane_id(), lanes = hd_num_lanes();
  uint32_t stage = 0, buffer = 0, turn = 0;
  for (uint32_t t = hd_group_linear_id(); t < tiles(args); t += hd_num_groups(0)) {
    const uint32_t row = t / tiles_across(args) * args->tile, column = t % tiles_across(args) * args->tile;
    stage = (stage + steps(args) - 1) % args->stages;
    hd_mbarrier_wait(ready(args, buffer), turn);
    // The last command has arrived here instead of where the producer waits.
    if (carrier == 0 && lane == 0) hd_mbarrier_arrive(empty(args, stage), 0);
    stage = (stage + 1) % args->stages;
    volatile const uint32_t* const tile = hd_accumulators(buffer, args->tile);
    for (uint32_t r = carrier; r < args->tile && row + r < args->m; r += carriers) {
      for (uint32_t c = lane; c < args->tile && column + c < args->n; c += lanes) {
        args->c[(row + r) * args->n + column + c] = tile[r * args->tile + c];
      }
    }
    // Every lane's loads are complete: it has stored what they gave.
    hd_all_sync(hd_warp_mask(), true);
    if (lane == 0) hd_mbarrier_arrive(drained(args, buffer), 0);
    next(&buffer, &turn, BUFFERS);
  }
}

HD_KERNEL(gemm) {
  const uint32_t warp = hd_warp_id(), lane = hd_lane_id(), carriers = hd_num_warps() - FIRST_CARRIER;
  if (warp == PRODUCER && lane == 0) {
    for (uint32_t s = 0; s < args->stages; s++) {
      hd_mbarrier_init(full(args, s), 1);
      hd_mbarrier_init(empty(args, s), 1);
    }
    for (uint32_t b = 0; b < BUFFERS; b++) {
      hd_mbarrier_init(ready(args, b), 1);
      hd_mbarrier_init(drained(args, b), carriers);
    }
  }
  hd_barrier();
  if (warp == PRODUCER) {
    if (lane == 0) produce(args);
  } else if (warp == MULTIPLIER) {
    if (lane == 0) multiply(args);
  } else {
    carry(args, warp - FIRST_CARRIER, carriers);
  }
}
