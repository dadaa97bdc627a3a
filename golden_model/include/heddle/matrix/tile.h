// A group of every row of A with the same group of every column of B: what accumulate() gives for each pair, faster.
#pragma once

#include <cstdint>
#include <span>

#include "heddle/matrix/dot.h"

namespace heddle::matrix {

// tile[r * columns.size() + c] becomes accumulate(format, rows[r], columns[c], of itself). `format` must be valid.
void accumulate_tile(const Format& format, std::span<const Group> rows, std::span<const Group> columns,
                     std::span<std::uint32_t> tile);

}  // namespace heddle::matrix
