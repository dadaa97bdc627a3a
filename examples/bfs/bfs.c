// One level of a breadth-first search. Vertices have very different numbers of neighbours, so lanes leave the loop at
// different times, and what they load is scattered.
#include "bfs_args.h"

HD_KERNEL(bfs) {
  uint32_t i = hd_global_id(0);
  if (i >= args->frontier_size) return;
  const uint32_t vertex = args->frontier[i];
  const uint32_t end = args->rows[vertex + 1];
  for (uint32_t edge = args->rows[vertex]; edge < end; edge++) {
    const uint32_t neighbour = args->edges[edge];
    if (hd_atomic_load(&args->distance[neighbour]) != BFS_UNREACHED) continue;
    // Of all that find it now, one puts it into the next level. Unreached is the largest distance; a minimum is one
    // instruction for all lanes, while they would have to take turns with a compare-and-swap.
    if (hd_atomic_min_u32(&args->distance[neighbour], args->level + 1) == BFS_UNREACHED) {
      args->next[hd_atomic_add(args->next_size, 1)] = neighbour;
    }
  }
}
