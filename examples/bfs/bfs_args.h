#pragma once

#include "heddle.h"

#define BFS_UNREACHED 0xFFFFFFFFu

// A graph in compressed rows: the neighbours of v are edges[rows[v]] to edges[rows[v + 1] - 1].
struct bfs_args {
  HD_PTR(const uint32_t) rows;
  HD_PTR(const uint32_t) edges;
  HD_PTR(uint32_t) distance;
  HD_PTR(const uint32_t) frontier;  // vertices of this level
  uint32_t frontier_size;
  uint32_t level;
  HD_PTR(uint32_t) next;  // vertices of the next level, and how many
  HD_PTR(uint32_t) next_size;
};
