#include "heddle/model/matrix_command.h"

#include <algorithm>
#include <vector>

#include "heddle/matrix/tile.h"

namespace heddle::model {

namespace {

enum Code : unsigned { kFormat = 2, kTile, kAccumulators, kAlignment, kRange };
enum Operand : unsigned { kA, kB, kScalesA, kScalesB, kBarrier, kOperands };

constexpr std::uint32_t kLine = matrix::kGroupBytes;
constexpr std::uint32_t kSpace = 1u << 18;  // addresses and strides are below

unsigned element_bytes(matrix::Element element) { return kLine / matrix::group_elements(element); }

std::uint64_t whole_lines(std::uint64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

bool built(const matrix::Format& format, const Shape& shape) {
  for (const matrix::Element element : {format.a, format.b}) {
    const bool fp8 = element == matrix::Element::kE5m2 || element == matrix::Element::kE4m3;
    if ((fp8 && !shape.matrix_fp8) || (element == matrix::Element::kE2m1 && !shape.matrix_fp4)) return false;
  }
  return true;
}

bool format_is_good(const MatrixDescriptor& words, const Shape& shape, MatrixCommand& c) {
  const std::uint32_t head = words[0];
  const unsigned a = head & 7;
  const unsigned b = head >> 3 & 7;
  const unsigned scale = head >> 6 & 3;
  if (a > 6 || b > 6 || scale > 2) return false;
  c.format = {.a = static_cast<matrix::Element>(a),
              .b = static_cast<matrix::Element>(b),
              .scale = static_cast<matrix::Scale>(scale)};
  if (!matrix::valid(c.format) || !built(c.format, shape)) return false;
  c.a.transpose = (head >> 8 & 1) != 0;
  c.b.transpose = (head >> 9 & 1) != 0;
  if (c.format.a == matrix::Element::kE2m1 && (c.a.transpose || c.b.transpose)) return false;
  return (head & 0xE000) == 0 && words[2] >> 16 == 0 && words[13] == 0 && words[14] == 0 && words[15] == 0;
}

// Bytes behind the start of an operand that are read, from first to last.
std::uint64_t reach(const MatrixCommand& c, unsigned operand) {
  if (operand == kBarrier) return 8;
  const bool second = operand == kB || operand == kScalesB;
  const MatrixCommand::Operand& place = second ? c.b : c.a;
  const std::uint64_t rows = second ? c.columns : c.rows;
  std::uint64_t pieces = 0;
  std::uint64_t stride = place.stride;
  std::uint64_t width = 0;
  if (operand == kScalesA || operand == kScalesB) {
    pieces = c.groups;
    stride = place.scale_stride;
    width = whole_lines(rows * matrix::group_scales(c.format));
  } else if (place.transpose) {
    const matrix::Element element = second ? c.format.b : c.format.a;
    pieces = std::uint64_t{c.groups} * matrix::group_elements(element);
    width = whole_lines(rows * element_bytes(element));
  } else {
    pieces = rows;
    width = std::uint64_t{c.groups} * kLine;
  }
  return (pieces - 1) * stride + width;
}

// That group of all rows of an operand.
void gather(const MatrixCommand& c, const MatrixCommand::Operand& place, matrix::Element element, unsigned group,
            std::span<const std::uint8_t> scratch, std::vector<matrix::Group>& out) {
  const unsigned size = std::max(element_bytes(element), 1u);  // transposed elements have whole bytes
  const unsigned scales = matrix::group_scales(c.format);
  for (unsigned r = 0; r < out.size(); ++r) {
    matrix::Group& g = out[r];
    for (unsigned byte = 0; byte < kLine; ++byte) {
      const unsigned k = (group * kLine + byte) / size;
      const std::uint32_t at = place.transpose ? place.address + k * place.stride + r * size + byte % size
                                               : place.address + r * place.stride + group * kLine + byte;
      g.bytes[byte] = scratch[at];
    }
    for (unsigned s = 0; s < scales && s < matrix::kMaxScales; ++s) {
      g.scales[s] = scratch[place.scale_address + group * place.scale_stride + r * scales + s];
    }
  }
}

}  // namespace

std::optional<EngineFault> check(const MatrixDescriptor& words, const Shape& shape, unsigned buffers,
                                 std::uint32_t allocation, MatrixCommand& c) {
  const auto fault = [](Code code, std::uint32_t value, unsigned operand = 0) {
    return EngineFault{.code = code, .operand = operand, .value = value};
  };
  c.identifier = MatrixCommand::identifier_of(words);
  if (!format_is_good(words, shape, c)) return fault(kFormat, words[0]);
  c.buffer = words[0] >> 10 & 1;
  c.accumulate = (words[0] >> 11 & 1) != 0;
  c.arrive = (words[0] >> 12 & 1) != 0;
  const unsigned dim = shape.matrix_dim;
  c.rows = words[1] & 0xFFFF;
  c.columns = words[1] >> 16;
  c.groups = words[2] & 0xFFFF;
  const auto bad_size = [dim](unsigned n) { return n == 0 || n % dim != 0 || n > 4 * dim; };
  if (bad_size(c.rows) || bad_size(c.columns) || c.groups == 0) return fault(kTile, words[1]);
  c.row = words[3] & 0xFFFF;
  c.column = words[3] >> 16;
  if (c.row % dim != 0 || c.column % dim != 0 || c.row + c.rows > 4 * dim || c.column + c.columns > 4 * dim ||
      c.buffer >= buffers) {
    return fault(kAccumulators, words[3]);
  }
  for (MatrixCommand::Operand* place : {&c.a, &c.b}) {
    const unsigned first = place == &c.a ? 4 : 8;
    place->address = words[first];
    place->stride = words[first + 1];
    place->scale_address = words[first + 2];
    place->scale_stride = words[first + 3];
  }
  c.barrier = words[12];

  const bool scaled = c.format.scale != matrix::Scale::kNone;
  struct Used {
    bool used;
    std::uint32_t address;
    std::uint32_t stride;
  };
  const std::array<Used, kOperands> operands{Used{true, c.a.address, c.a.stride}, Used{true, c.b.address, c.b.stride},
                                             Used{scaled, c.a.scale_address, c.a.scale_stride},
                                             Used{scaled, c.b.scale_address, c.b.scale_stride},
                                             Used{c.arrive, c.barrier, 0}};
  for (unsigned i = 0; i < kOperands; ++i) {
    if (!operands[i].used) continue;
    const std::uint32_t unit = i == kBarrier ? 8 : kLine;
    for (const std::uint32_t value : {operands[i].address, operands[i].stride}) {
      if (value % unit != 0 || value >= kSpace) return fault(kAlignment, value, i);
    }
  }
  for (unsigned i = 0; i < kOperands; ++i) {
    if (!operands[i].used) continue;
    const std::uint64_t end = operands[i].address + reach(c, i);
    if (end > allocation) {
      return fault(kRange, static_cast<std::uint32_t>(std::min<std::uint64_t>(end, 0xFFFF'FFFFu)), i);
    }
  }
  return std::nullopt;
}

void perform(const MatrixCommand& c, const Shape& shape, std::span<const std::uint8_t> scratch,
             std::span<std::uint32_t> accumulators) {
  std::vector<std::uint32_t> tile(std::size_t{c.rows} * c.columns);
  const auto each_row = [&](auto&& act) {
    for (unsigned r = 0; r < c.rows; ++r) {
      act(accumulators.subspan(std::size_t{c.row + r} * shape.buffer_rows() + c.column, c.columns),
          std::span(tile).subspan(std::size_t{r} * c.columns, c.columns));
    }
  };
  if (c.accumulate) {
    each_row([](std::span<std::uint32_t> kept, std::span<std::uint32_t> own) { std::ranges::copy(kept, own.begin()); });
  }
  std::vector<matrix::Group> a(c.rows);
  std::vector<matrix::Group> b(c.columns);
  for (unsigned group = 0; group < c.groups; ++group) {
    gather(c, c.a, c.format.a, group, scratch, a);
    gather(c, c.b, c.format.b, group, scratch, b);
    matrix::accumulate_tile(c.format, a, b, tile);
  }
  each_row([](std::span<std::uint32_t> kept, std::span<std::uint32_t> own) { std::ranges::copy(own, kept.begin()); });
}

}  // namespace heddle::model
