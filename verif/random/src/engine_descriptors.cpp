// Descriptors of commands for random programs: a copy, a matrix command, and ways in which they can be wrong
// (docs/copy.md, docs/matrix.md).
#include <algorithm>
#include <utility>

#include "engine_piece.h"
#include "generator.h"
#include "values.h"

namespace heddle::fuzz {

using isa::Op;
using namespace piece;

uint32_t Generator::EngineDescriptor::bytes() const {
  uint32_t bytes = 1U << (words[0] >> 3 & 7);
  for (unsigned d = 0; d < (words[0] & 7); ++d) bytes *= words[11 + d];
  return bytes;
}

// A box of at most so many bytes, whose bytes lie in [at, at + most) of what is the work-item's.
Generator::EngineDescriptor Generator::draw_copy(uint32_t at, uint32_t most) {
  enum : uint32_t { kLoad, kStore, kFill };
  EngineDescriptor d{.words = {}, .moves = {}};
  const auto direction = static_cast<uint32_t>(random_.weighted({5, 4, 2}));
  const auto rank = static_cast<uint32_t>(1 + random_.weighted({5, 4, 3, 2, 2}));
  const uint32_t exponent = random_.below(5);
  const uint32_t element = 1U << exponent;
  uint32_t swizzle = random_.percent(25) ? random_.between(1, 3) : 0;
  const uint32_t end = at + most;
  for (;; --swizzle) {  // whole spans, if there is one
    const uint32_t unit = swizzle == 0 ? 16 : 32U << swizzle;
    const uint32_t begin = (at + unit - 1) / unit * unit;
    if (swizzle != 0 && begin + unit > end) continue;
    at = begin;
    most = (end - begin) / unit * unit;
    break;
  }
  d.words[0] = rank | exponent << 3 | direction << 6 | swizzle << 8 | 1U << 12 | random_.below(0x10000) << 16;
  uint32_t room = most / element;
  uint32_t dense = element;
  for (unsigned i = 0; i < rank; ++i) {
    const uint32_t box = std::min(256U, 1 + random_.below(random_.percent(30) ? room : std::min(room, 6U)));
    room /= box;
    d.words[11 + i] = box;
    if (direction == kFill) continue;
    // The tensor: smaller than the box, larger, or without an end.
    const uint32_t size = random_.percent(8) && i == 0 ? 0x7FFF'FFFFU : 1 + random_.below(box + 4);
    d.words[2 + i] = size;
    int32_t first = random_.percent(50) ? 0 : static_cast<int32_t>(random_.below(box + 4)) - 3;
    if (random_.percent(3)) first = static_cast<int32_t>(integer_value(random_));
    if (size == 0x7FFF'FFFFU && first > 64) first = 64;
    d.words[16 + i] = static_cast<uint32_t>(first);
    if (i != 0) {
      // What is stored is stored once; loads may take anything twice.
      uint32_t stride = dense + element * random_.below(5);
      if (direction == kLoad && random_.percent(25)) stride = element * random_.below(20);
      d.words[7 + i - 1] = stride;
      dense = stride;
    }
    dense *= size == 0x7FFF'FFFFU ? box + 72 : size;
  }
  if (direction == kFill) {
    d.words[31] = integer_value(random_);
  } else {
    // At a multiple of 16, and of an element. Of a store, mostly not where other work-items store.
    const uint32_t base = (places_.shared + kTensors + 15) / 16 * 16;
    d.words[1] = base + element * random_.below(512 / element);
    if (random_.percent(direction == kStore ? 80 : 30)) d.spread = 6;
  }
  d.moves = {{21, at}, {22, kCopyBarrier}};
  return d;
}

// Operands in all of the work-item's data.
Generator::EngineDescriptor Generator::draw_matrix() {
  enum : uint32_t { kInt8, kTf32, kFp16, kBf16, kE5m2, kE4m3, kE2m1 };
  static constexpr std::array<uint32_t, 7> kElementBytes{1, 4, 2, 2, 1, 1, 0};
  EngineDescriptor d{.words = {}, .moves = {}};
  const uint32_t dim = configuration_.matrix_dim;
  uint32_t a = random_.below(4);
  uint32_t b = a;
  uint32_t scale = 0;
  switch (random_.weighted({4, configuration_.matrix_fp8 != 0 ? 3U : 0U, configuration_.matrix_fp4 != 0 ? 3U : 0U})) {
    case 0: break;
    case 1:
      a = random_.between(kE5m2, kE4m3);
      b = random_.between(kE5m2, kE4m3);
      scale = random_.below(2);
      break;
    case 2:
      a = b = kE2m1;
      scale = random_.between(1, 2);
      break;
  }
  const uint32_t scale_bytes = scale == 0 ? 0 : a != kE2m1 ? 1 : scale == 1 ? 2 : 4;
  uint32_t m = dim * random_.between(1, 4);
  uint32_t n = dim * random_.between(1, 4);
  const uint32_t groups = random_.between(1, 3);
  const uint32_t room = engine_bytes_ / 32;  // lines
  uint32_t head = a | b << 3 | scale << 6;
  // Lines from where on an operand is read; its stride in lines.
  const auto place = [&](uint32_t rows, uint32_t element, uint32_t transpose, uint32_t word) {
    uint32_t pieces = rows;
    uint32_t width = groups;
    if (transpose != 0) {
      pieces = groups * 32 / kElementBytes[element];
      width = (rows * kElementBytes[element] + 31) / 32;
    }
    const uint32_t most = (room - width) / std::max(1U, pieces - 1);
    const uint32_t stride = random_.below(std::min(most, 4U) + 1);
    const uint32_t start = random_.below(room - width - stride * (pieces - 1) + 1);
    d.moves.push_back({word, kData + 32 * start});
    d.words[word + 1] = 32 * stride;
  };
  const bool can_transpose = a != kE2m1;
  const uint32_t transpose_a = can_transpose && random_.percent(30) ? 1 : 0;
  const uint32_t transpose_b = can_transpose && random_.percent(30) ? 1 : 0;
  place(m, a, transpose_a, 4);
  place(n, b, transpose_b, 8);
  if (scale != 0) {
    const uint32_t width = (std::max(m, n) * scale_bytes + 31) / 32;
    for (const uint32_t word : {6U, 10U}) {
      const uint32_t stride = width + groups - 1 <= room ? random_.below(2) : 0;
      d.moves.push_back({word, kData + 32 * random_.below(room - width - stride * (groups - 1) + 1)});
      d.words[word + 1] = 32 * stride;
    }
  }
  const uint32_t buffer = random_.below(plan_.accumulators);
  head |= transpose_a << 8 | transpose_b << 9 | buffer << 10 | random_.below(2) << 11 | random_.below(0x10000) << 16;
  d.words[0] = head;
  d.words[1] = m | n << 16;
  d.words[2] = groups;
  d.words[3] = dim * random_.below(4 - m / dim + 1) | dim * random_.below(4 - n / dim + 1) << 16;
  return d;
}

// ---- what is wrong, in ways that end in a fault --------------------------------------------------------------------

void Generator::spoil_copy(EngineDescriptor& d) {
  const auto fixed = [&](uint32_t word, uint32_t value) {
    std::erase_if(d.moves, [word](const auto& m) { return m.word == word; });
    if (word == 1) d.spread = 0;
    d.words[word] = value;
  };
  const bool fill = (d.words[0] >> 6 & 3) == 2;
  switch (random_.below(fill ? 9 : 12)) {
    case 0: d.words[0] = (d.words[0] & ~7U) | random_.pick({0U, 6U, 7U}); break;  // format
    case 1: d.words[0] |= 5U << 3; break;                                         // (or 7)
    case 2: d.words[0] |= 3U << 6; break;
    case 3: d.words[0] |= random_.pick({0x400U, 0x800U, 0x2000U, 0x4000U, 0x8000U}); break;
    case 4: d.words[23 + random_.below(8)] = 1U << random_.below(32); break;
    case 5: d.words[11] = random_.pick({0U, 257U, 0x8000'0000U}); break;                                    // size
    case 6: d.moves[random_.below(2)].offset += 4; break;                                                   // alignment
    case 7: fixed(21, (plan_.scratch_size + random_.pick({0U, 256U, 0x10000U})) / 256 * 256 + 256); break;  // range
    case 8: fixed(22, (plan_.scratch_size / 8 + random_.below(9)) * 8); break;
    case 9: d.words[2] = random_.pick({0U, 0x8000'0000U, ~0U}); break;  // size
    case 10:                                                            // alignment
      if ((d.words[0] >> 3 & 7) != 0)
        ++d.words[1];
      else
        d.words[2] = 0;
      break;
    case 11:  // access: all of the box inside, and not in device memory, or in no region
      d.words[0] = (d.words[0] & ~7U) | 1;
      for (unsigned i = 1; i < 5; ++i) d.words[2 + i] = d.words[7 + i - 1] = d.words[11 + i] = d.words[16 + i] = 0;
      d.words[16] = 0;
      fixed(1, random_.pick({0U, kScratchWindow, kPrivateWindow, (places_.own + 0x0020'0000U) & ~15U}));
      break;
  }
}

void Generator::spoil_matrix(EngineDescriptor& d) {
  const uint32_t dim = configuration_.matrix_dim;
  switch (random_.below(plan_.accumulators == 1 ? 11 : 10)) {
    case 0: d.words[0] |= 7; break;  // format
    case 1: d.words[0] |= 3U << 6; break;
    case 2: d.words[0] |= random_.pick({0x2000U, 0x4000U, 0x8000U}); break;
    case 3: d.words[13 + random_.below(3)] = 1U << random_.below(32); break;
    case 4: d.words[1] += random_.pick({1U, 0x10000U, 5 * dim}); break;  // tile
    case 5: d.words[2] = 0; break;
    case 6: d.words[3] |= random_.pick({1U, 0x10000U, 4 * dim}); break;          // accumulators
    case 7: d.moves[random_.below(2)].offset += random_.pick({4U, 16U}); break;  // alignment
    case 8: d.words[5] |= 1U << random_.between(18, 31); break;
    case 9: d.words[9] = 0x3'FFE0; break;    // range
    case 10: d.words[0] |= 1U << 10; break;  // a buffer that the workgroup has not
  }
}

}  // namespace heddle::fuzz
