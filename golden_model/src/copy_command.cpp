#include "heddle/model/copy_command.h"

#include <algorithm>
#include <cstring>

namespace heddle::model {

namespace {

enum Code : unsigned { kFormat = 2, kSize, kAlignment, kRange, kAccess };

// Words of the descriptor.
constexpr unsigned kBase = 1, kSizes = 2, kStrides = 7, kBoxes = 11, kFirsts = 16, kScratch = 21, kBarrier = 22,
                   kFill = 31;
constexpr unsigned kChunk = 16;  // bytes that a swizzle keeps together

unsigned span_bytes(unsigned swizzle) { return swizzle == 0 ? kChunk : 32u << swizzle; }

EngineFault at_word(Code code, unsigned word) { return {.code = code, .value = word}; }

// The words that mean something, a bit each; of word 0 the bits that do not.
std::uint32_t meaningful(const CopyCommand& c) {
  const bool fill = c.direction == CopyCommand::Direction::kFill;
  std::uint32_t words = 1u | 1u << kScratch;
  if (c.complete) words |= 1u << kBarrier;
  if (fill) {
    words |= 1u << kFill;
  } else {
    words |= 1u << kBase;
  }
  for (unsigned d = 0; d < c.rank; ++d) {
    words |= 1u << (kBoxes + d);
    if (fill) continue;
    words |= 1u << (kSizes + d) | 1u << (kFirsts + d);
    if (d > 0) words |= 1u << (kStrides + d - 1);
  }
  return words;
}

std::optional<EngineFault> check_format(const CopyDescriptor& words, CopyCommand& c) {
  constexpr std::uint32_t kReserved = 0xEC00;  // bits 15:13, 11:10
  const std::uint32_t head = words[0];
  c.rank = head & 7;
  const unsigned exponent = head >> 3 & 7;
  c.element = 1u << exponent;
  const unsigned direction = head >> 6 & 3;
  c.direction = static_cast<CopyCommand::Direction>(direction);
  c.swizzle = head >> 8 & 3;
  c.complete = (head >> 12 & 1) != 0;
  c.identifier = CopyCommand::identifier_of(words);
  if (c.rank < 1 || c.rank > CopyCommand::kRank || exponent > 4 || direction > 2 || (head & kReserved) != 0) {
    return at_word(kFormat, 0);
  }
  const std::uint32_t used = meaningful(c);
  for (unsigned word = 0; word < kCopyDescriptorWords; ++word) {
    if ((used >> word & 1) == 0 && words[word] != 0) return at_word(kFormat, word);
  }
  return std::nullopt;
}

std::optional<EngineFault> check_sizes(const CopyDescriptor& words, const CopyCommand& c) {
  if (c.direction != CopyCommand::Direction::kFill) {
    for (unsigned d = 0; d < c.rank; ++d) {
      if (words[kSizes + d] == 0 || words[kSizes + d] > 0x7FFF'FFFF) return at_word(kSize, kSizes + d);
    }
  }
  for (unsigned d = 0; d < c.rank; ++d) {
    if (words[kBoxes + d] == 0 || words[kBoxes + d] > 256) return at_word(kSize, kBoxes + d);
  }
  return std::nullopt;
}

std::optional<EngineFault> check_alignment(const CopyDescriptor& words, const CopyCommand& c) {
  if (words[kBase] % c.element != 0) return at_word(kAlignment, kBase);
  for (unsigned d = 1; d < c.rank; ++d) {
    if (words[kStrides + d - 1] % c.element != 0) return at_word(kAlignment, kStrides + d - 1);
  }
  if (words[kScratch] % span_bytes(c.swizzle) != 0) return at_word(kAlignment, kScratch);
  if (words[kBarrier] % 8 != 0) return at_word(kAlignment, kBarrier);
  return std::nullopt;
}

std::optional<EngineFault> check_range(const CopyDescriptor& words, const CopyCommand& c, std::uint32_t allocation) {
  std::uint64_t bytes = c.element;
  for (unsigned d = 0; d < c.rank; ++d) bytes *= words[kBoxes + d];
  // With a swizzle bytes move within their span; without one there is nothing to round up.
  const std::uint64_t unit = c.swizzle == 0 ? 1 : span_bytes(c.swizzle);
  if (words[kScratch] + (bytes + unit - 1) / unit * unit > allocation) return at_word(kRange, kScratch);
  if (c.complete && std::uint64_t{words[kBarrier]} + 8 > allocation) return at_word(kRange, kBarrier);
  return std::nullopt;
}

void fill_in(const CopyDescriptor& words, CopyCommand& c) {
  c.base = words[kBase];
  c.scratch = words[kScratch];
  c.barrier = words[kBarrier];
  c.fill = words[kFill];
  c.size.fill(1);
  c.box.fill(1);
  c.stride.fill(0);
  c.first.fill(0);
  for (unsigned d = 0; d < c.rank; ++d) {
    c.box[d] = words[kBoxes + d];
    if (c.direction == CopyCommand::Direction::kFill) continue;
    c.size[d] = words[kSizes + d];
    c.stride[d] = d == 0 ? c.element : words[kStrides + d - 1];
    c.first[d] = static_cast<std::int32_t>(words[kFirsts + d]);
  }
}

bool inside(const CopyCommand& c, unsigned dimension, std::uint32_t index) {
  const std::int64_t at = std::int64_t{c.first[dimension]} + index;
  return at >= 0 && at < std::int64_t{c.size[dimension]};
}

// Moves bytes of the box, [byte, byte + count), between scratchpad and `memory_address` on.
class Mover {
 public:
  Mover(const CopyCommand& command, std::uint32_t scratch_base, Memory& memory)
      : c_(command), scratch_(memory.scratchpad().subspan(scratch_base)), base_(scratch_base), memory_(memory) {}

  void load(std::uint32_t byte, std::uint32_t count, std::uint32_t address) {
    pieces(byte, count, [&](std::span<std::uint8_t> piece) {
      memory_.device().read(address, piece);
      address += static_cast<std::uint32_t>(piece.size());
    });
  }
  void store(std::uint32_t byte, std::uint32_t count, std::uint32_t address) {
    pieces(byte, count, [&](std::span<std::uint8_t> piece) {
      memory_.device().write(address, piece);
      memory_.reservations(Space::kDevice).written(address, static_cast<std::uint32_t>(piece.size()));
      address += static_cast<std::uint32_t>(piece.size());
    });
  }
  void zero(std::uint32_t byte, std::uint32_t count) {
    pieces(byte, count, [](std::span<std::uint8_t> piece) { std::ranges::fill(piece, std::uint8_t{0}); });
  }
  void fill(std::uint32_t count) {
    std::uint32_t byte = 0;
    pieces(0, count, [&](std::span<std::uint8_t> piece) {
      for (std::uint8_t& b : piece) b = static_cast<std::uint8_t>(c_.fill >> 8 * (byte++ % 4));
    });
  }

 private:
  // Chunks stay together, so that a piece is one stretch of scratchpad.
  template <typename Act>
  void pieces(std::uint32_t byte, std::uint32_t count, Act&& act) {
    while (count != 0) {
      const std::uint32_t place = c_.place(byte);
      const std::uint32_t some =
          c_.swizzle == 0 ? count : std::min(count, static_cast<std::uint32_t>(kChunk) - place % kChunk);
      act(scratch_.subspan(place, some));
      if (c_.direction != CopyCommand::Direction::kStore) {
        memory_.reservations(Space::kScratchpad).written(base_ + place, some);
      }
      byte += some;
      count -= some;
    }
  }

  const CopyCommand& c_;
  std::span<std::uint8_t> scratch_;
  std::uint32_t base_;
  Memory& memory_;
};

// A row of the box (dimension 0): what is outside the tensor, then what is inside, then outside again.
std::optional<EngineFault> perform_row(const CopyCommand& c, Mover& mover, const Memory& memory, std::uint32_t byte,
                                       bool row_inside, std::uint32_t address, unsigned core) {
  const bool load = c.direction == CopyCommand::Direction::kLoad;
  const std::uint32_t row = c.box[0];
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  if (row_inside) {
    while (begin < row && !inside(c, 0, begin)) ++begin;
    end = begin;
    while (end < row && inside(c, 0, end)) ++end;
  }
  if (load) mover.zero(byte, begin * c.element);
  const auto move = [&](std::uint32_t from, std::uint32_t count) {
    const std::uint32_t at = address + from * c.element;
    if (load) {
      mover.load(byte + from * c.element, count * c.element, at);
    } else {
      mover.store(byte + from * c.element, count * c.element, at);
    }
  };
  const std::uint32_t count = end - begin;
  const std::uint32_t at = address + begin * c.element;
  const bool wraps = count != 0 && at + (count * c.element - 1) < at;
  if (count != 0 && !wraps && memory.may_access(core, at, count * c.element, !load)) {
    move(begin, count);
  } else {
    for (std::uint32_t i = begin; i < end; ++i) {
      const std::uint32_t element = address + i * c.element;
      if (!memory.may_access(core, element, c.element, !load)) return EngineFault{.code = kAccess, .value = element};
      move(i, 1);
    }
  }
  if (load) mover.zero(byte + end * c.element, (row - end) * c.element);
  return std::nullopt;
}

}  // namespace

std::uint32_t CopyCommand::bytes() const { return element * box[0] * box[1] * box[2] * box[3] * box[4]; }

std::uint32_t CopyCommand::place(std::uint32_t byte) const {
  const std::uint32_t s = scratch + byte;
  return swizzle == 0 ? s : s ^ kChunk * ((s / span_bytes(swizzle)) % (1u << swizzle));
}

std::optional<EngineFault> check(const CopyDescriptor& descriptor, std::uint32_t allocation, CopyCommand& command) {
  if (const auto fault = check_format(descriptor, command)) return fault;
  if (const auto fault = check_sizes(descriptor, command)) return fault;
  if (const auto fault = check_alignment(descriptor, command)) return fault;
  if (const auto fault = check_range(descriptor, command, allocation)) return fault;
  fill_in(descriptor, command);
  return std::nullopt;
}

std::optional<EngineFault> perform(const CopyCommand& c, const WarpIdentity& giver, Memory& memory) {
  Mover mover(c, giver.scratch_base, memory);
  if (c.direction == CopyCommand::Direction::kFill) {
    mover.fill(c.bytes());
    return std::nullopt;
  }
  std::uint32_t byte = 0;
  for (std::uint32_t i4 = 0; i4 < c.box[4]; ++i4) {
    for (std::uint32_t i3 = 0; i3 < c.box[3]; ++i3) {
      for (std::uint32_t i2 = 0; i2 < c.box[2]; ++i2) {
        for (std::uint32_t i1 = 0; i1 < c.box[1]; ++i1, byte += c.box[0] * c.element) {
          const std::array<std::uint32_t, CopyCommand::kRank> index{0, i1, i2, i3, i4};
          bool row_inside = true;
          std::uint32_t address = c.base;
          for (unsigned d = 0; d < CopyCommand::kRank; ++d) {
            if (d > 0) row_inside = row_inside && inside(c, d, index[d]);
            address += (static_cast<std::uint32_t>(c.first[d]) + index[d]) * c.stride[d];
          }
          if (const auto fault = perform_row(c, mover, memory, byte, row_inside, address, giver.core)) return fault;
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace heddle::model
