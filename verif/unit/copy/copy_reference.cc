#include "copy_reference.h"

namespace heddle::copy_test {
namespace {

constexpr unsigned kRank = 5;
constexpr unsigned kBase = 1, kSize = 2, kStride = 7, kBox = 11, kFirst = 16, kScratch = 21, kBarrier = 22, kFill = 31;

struct Fields {
  explicit Fields(const Descriptor& d)
      : rank(d[0] & 7),
        element(d[0] >> 3 & 7),
        direction(d[0] >> 6 & 3),
        swizzle(d[0] >> 8 & 3),
        complete((d[0] >> 12 & 1) != 0),
        zero((d[0] >> 10 & 3) == 0 && (d[0] >> 13 & 7) == 0) {}
  bool fill() const { return direction == 2; }
  std::uint32_t span() const { return 32u << swizzle; }
  unsigned rank, element, direction, swizzle;
  bool complete, zero;
};

// Whether a word of the descriptor means anything.
bool meaningful(const Fields& f, unsigned word) {
  if (word == 0) return true;
  if (word == kFill) return f.fill();
  if (word == kBarrier) return f.complete;
  if (word == kScratch) return true;
  if (word >= kBox && word < kBox + kRank) return word - kBox < f.rank;
  if (f.fill() || word > kBarrier) return false;
  if (word == kBase) return true;
  if (word < kStride) return word - kSize < f.rank;
  if (word < kBox) return word - kStride + 1 < f.rank;
  return word - kFirst < f.rank;
}

std::optional<Fault> format(const Descriptor& d, const Fields& f) {
  if (f.rank < 1 || f.rank > kRank || f.element > 4 || f.direction == 3 || !f.zero) return Fault{Cause::kFormat, 0};
  for (unsigned word = 1; word < kDescriptorWords; ++word) {
    if (!meaningful(f, word) && d[word] != 0) return Fault{Cause::kFormat, word};
  }
  return std::nullopt;
}

std::optional<Fault> size(const Descriptor& d, const Fields& f) {
  for (unsigned word = 1; word < kDescriptorWords; ++word) {
    if (!meaningful(f, word)) continue;
    const bool of_tensor = word >= kSize && word < kSize + kRank;
    const bool of_box = word >= kBox && word < kBox + kRank;
    const std::uint32_t most = of_tensor ? 0x7FFF'FFFF : 256;
    if ((of_tensor || of_box) && (d[word] < 1 || d[word] > most)) return Fault{Cause::kSize, word};
  }
  return std::nullopt;
}

std::optional<Fault> alignment(const Descriptor& d, const Fields& f) {
  for (unsigned word = 1; word < kDescriptorWords; ++word) {
    if (!meaningful(f, word)) continue;
    std::uint32_t multiple = 1;
    if (word == kBase || (word >= kStride && word < kBox)) multiple = 1u << f.element;
    if (word == kScratch) multiple = f.swizzle == 0 ? 16 : f.span();
    if (word == kBarrier) multiple = 8;
    if (d[word] % multiple != 0) return Fault{Cause::kAlignment, word};
  }
  return std::nullopt;
}

std::uint64_t box_bytes(const Descriptor& d, const Fields& f) {
  std::uint64_t bytes = std::uint64_t{1} << f.element;
  for (unsigned n = 0; n < f.rank; ++n) bytes *= d[kBox + n];
  return bytes;
}

std::optional<Fault> range(const Descriptor& d, const Fields& f, std::uint32_t scratch_size) {
  std::uint64_t bytes = box_bytes(d, f);
  if (f.swizzle != 0) bytes = (bytes + f.span() - 1) / f.span() * f.span();
  if (d[kScratch] + bytes > scratch_size) return Fault{Cause::kRange, kScratch};
  if (f.complete && std::uint64_t{d[kBarrier]} + 8 > scratch_size) return Fault{Cause::kRange, kBarrier};
  return std::nullopt;
}

bool allowed(std::uint32_t address, std::uint32_t bytes, bool write, const std::vector<Region>& regions) {
  if (address < 0x8000'0000) return false;
  for (const Region& region : regions) {
    const bool right = write ? region.write : region.read;
    if (right && address >= region.base && address + (bytes - 1) <= region.last) return true;
  }
  return false;
}

}  // namespace

Outcome perform(const Descriptor& d, std::uint32_t scratch_size, const std::vector<Region>& regions) {
  const Fields f(d);
  Outcome outcome;
  outcome.store = f.direction == 1;
  outcome.fault = format(d, f);
  if (!outcome.fault) outcome.fault = size(d, f);
  if (!outcome.fault) outcome.fault = alignment(d, f);
  if (!outcome.fault) outcome.fault = range(d, f, scratch_size);
  if (outcome.fault) return outcome;

  outcome.bytes = static_cast<std::uint32_t>(box_bytes(d, f));
  const std::uint32_t element = 1u << f.element;
  for (std::uint32_t j = 0; j < outcome.bytes; j += element) {
    std::uint32_t left = j / element;
    std::uint32_t address = d[kBase];
    bool inside = !f.fill();
    for (unsigned n = 0; n < f.rank && !f.fill(); ++n) {
      const std::int64_t index = std::int64_t{static_cast<std::int32_t>(d[kFirst + n])} + left % d[kBox + n];
      left /= d[kBox + n];
      inside = inside && index >= 0 && index < std::int64_t{d[kSize + n]};
      address += static_cast<std::uint32_t>(index * (n == 0 ? element : d[kStride + n - 1]));
    }
    if (inside && !allowed(address, element, outcome.store, regions)) {
      outcome.fault = Fault{Cause::kAccess, address};
      return outcome;
    }
    for (std::uint32_t b = 0; b < element && (inside || !outcome.store); ++b) {
      Move move;
      move.scratch = d[kScratch] + j + b;
      if (f.swizzle != 0) move.scratch ^= 16 * (move.scratch / f.span() % (1u << f.swizzle));
      if (inside) move.memory = address + b;
      if (f.fill()) move.fill = static_cast<std::uint8_t>(d[kFill] >> (j + b) % 4 * 8);
      outcome.moves.push_back(move);
    }
  }
  return outcome;
}

}  // namespace heddle::copy_test
