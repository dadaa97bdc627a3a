#include "access.h"

#include <algorithm>

#include "heddle/generated/memory_map.h"
#include "memory.h"

namespace heddle::memory_unit_test {
namespace {

bool permitted(const Access& access, const Launch& launch, uint64_t first) {
  const uint64_t last = first + access.bytes() - 1;
  const unsigned need = access.op == kStore ? kWrite : access.op == kAmo || access.op == kSc ? kRead | kWrite : kRead;
  return std::any_of(launch.regions.begin(), launch.regions.end(), [&](const Region& region) {
    return (~region.rights & need) == 0 && region.base <= first && last <= region.last;
  });
}

// The lanes' data in a line, ascending, so that the highest lane's byte remains.
void fill(Line& line, const Access& access, const Shape& shape) {
  line.strobe.assign(shape.words(), 0);
  line.data.assign(shape.words(), 0);
  const uint32_t base = line.address & -shape.line_bytes;
  for (unsigned l = 0; l < shape.lanes; ++l) {
    if ((line.lanes >> l & 1) == 0) continue;
    for (unsigned b = 0; b < access.bytes(); ++b) {
      const unsigned place = access.place[l] - base + b;
      const uint32_t mask = 0xffU << 8 * (place % 4);
      line.strobe[place / 4] |= 1U << place % 4;
      line.data[place / 4] = (line.data[place / 4] & ~mask) | ((access.data[l] >> 8 * b & 0xff) << 8 * (place % 4));
    }
  }
}

}  // namespace

bool Access::done() const {
  if (checked == 0) return false;
  if (writes_register()) return waits == 0;
  return std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.stored; }) &&
         (scratch == 0 || scratch_stored);
}

void resolve(Access& access, const Launch& launch, const Shape& shape) {
  access.place.assign(shape.lanes, 0);
  access.expected.assign(shape.lanes, 0);
  access.value.assign(shape.lanes, 0);
  access.written.assign(shape.lanes, 0);
  if (access.op == kFence) return;
  for (unsigned l = 0; l < shape.lanes; ++l) {
    if ((access.mask >> l & 1) == 0) continue;
    const uint32_t bit = 1U << l, a = access.address[l];
    const uint64_t end = uint64_t{a} + access.bytes();
    const auto within = [&](uint64_t base, uint64_t window, uint64_t size) {
      return a >= base && end <= base + std::min(window, size);
    };
    if (a % access.bytes() != 0) {
      access.misaligned |= bit;
    } else if (a >= memory_map::kDeviceBase) {
      (permitted(access, launch, a) ? access.device : access.fault) |= bit;
      access.place[l] = a;
    } else if (within(memory_map::kScratchpadBase, memory_map::kScratchpadSize, launch.scratch_size)) {
      access.scratch |= bit;
      access.place[l] = (access.scratch_base + (a - memory_map::kScratchpadBase)) % shape.scratchpad_bytes;
    } else if (within(memory_map::kPrivateBase, memory_map::kPrivateSize, launch.private_size) && !access.atomic()) {
      access.own |= bit;
      const uint64_t o = a - memory_map::kPrivateBase, w = launch.core * shape.warps + access.warp;
      access.place[l] = launch.private_base + ((w * launch.private_size / 4 + o / 4) * shape.lanes + l) * 4 + o % 4;
    } else {
      access.fault |= bit;
    }
  }
  access.waits = access.writes_register() ? access.good() : 0;
  for (uint32_t rest = access.device | access.own; rest != 0;) {
    const unsigned lowest = __builtin_ctz(rest);
    Line line;
    line.address = access.place[lowest];
    for (unsigned l = lowest; l < shape.lanes; ++l) {
      const bool same = access.place[l] / shape.line_bytes == line.address / shape.line_bytes;
      if ((rest >> l & 1) != 0 && (l == lowest || (same && !access.atomic()))) line.lanes |= 1U << l;
    }
    if (!access.atomic()) line.address &= -shape.line_bytes;
    line.private_line = (line.lanes & ~access.own) == 0;
    fill(line, access, shape);
    rest &= ~line.lanes;
    access.lines.push_back(line);
  }
}

uint32_t formatted(const Access& access, unsigned lane, uint32_t word) {
  if (access.op != kLoad) return word;
  const uint32_t cut = word >> 8 * (access.place[lane] % 4);
  if (access.size == kByte)
    return access.zero_extend ? static_cast<uint8_t>(cut) : static_cast<uint32_t>(static_cast<int8_t>(cut));
  if (access.size == kHalf) {
    if (access.rd >= 32) return 0xffff'0000 | cut;
    return access.zero_extend ? static_cast<uint16_t>(cut) : static_cast<uint32_t>(static_cast<int16_t>(cut));
  }
  return word;
}

Launch random_launch(const Shape& shape, unsigned lines, std::mt19937& random) {
  Launch launch;
  const auto below = [&](uint32_t limit) { return static_cast<uint32_t>(random() % limit); };
  launch.core = below(shape.cores);
  launch.private_base = 0xC000'0000 + (below(0x0800'0000) & -4U);
  const uint32_t slots = shape.cores * shape.warps * shape.lanes;
  launch.private_size = 4 * (below(3) == 0 ? below(4) : 1 + below(0x0400'0000 / slots / 4));
  launch.private_size = std::min(launch.private_size, memory_map::kPrivateSize);
  launch.scratch_size = below(4) == 0 ? below(9) : 1 + below(shape.scratchpad_bytes);
  // Areas far apart and close together; no line in two of them, and none in the private windows.
  const uint32_t first = 0x8000'0000 + (below(0x3000'0000) & -shape.line_bytes);
  launch.areas = {first, first ^ (1U << (12 + below(18))), 0xD000'0000 + (below(0x1000'0000) & -shape.line_bytes)};
  launch.areas[0] &= -(shape.line_bytes * 64);
  launch.areas[1] &= -(shape.line_bytes * 64);
  if (launch.areas[0] == launch.areas[1]) launch.areas[1] ^= 0x1000'0000;
  for (uint32_t area : launch.areas)
    launch.regions.push_back({area, area + lines * shape.line_bytes - 1, kRead | kWrite});
  launch.regions.push_back({dcachebench::kErrorBase, ~0U, kRead | kWrite});
  while (launch.regions.size() < shape.regions) {
    Region region;
    if (below(4) != 0) {
      const uint32_t beside = launch.areas[below(2)] + (lines + below(8)) * shape.line_bytes;
      region.base = beside + below(shape.line_bytes);
      region.last = region.base + below(2 * shape.line_bytes);
      region.rights = below(8);
    }
    launch.regions.push_back(region);
  }
  std::shuffle(launch.regions.begin(), launch.regions.end(), random);
  for (unsigned r = 0; r < launch.regions.size(); ++r) {
    const Region& region = launch.regions[r];
    if (region.last - region.base < 3 * shape.line_bytes) launch.uneven.push_back(r);
  }
  return launch;
}

}  // namespace heddle::memory_unit_test
