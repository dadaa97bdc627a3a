// What one memory instruction must do, by sections 5 of docs/architecture.md and docs/memory_model.md, and what has
// become of it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace heddle::memory_unit_test {

// In the order of lsu_op_e and mem_size_e in rtl/pkg/heddle_pkg.sv.
enum Op : unsigned { kLoad, kStore, kAmo, kLr, kSc, kFence };
enum Size : unsigned { kByte, kHalf, kWord };
constexpr unsigned kRead = 1, kWrite = 2;

struct Shape {
  unsigned warps, lanes, line_bytes, banks, regions, scratchpad_bytes, cores;
  unsigned words() const { return line_bytes / 4; }
};

struct Region {
  uint32_t base = 1, last = 0;
  unsigned rights = 0;
};

struct Launch {
  unsigned core = 0;
  uint32_t private_base = 0, private_size = 0, scratch_size = 0;
  std::vector<Region> regions;
  std::vector<uint32_t> areas;   // where lines begin that all warps use
  std::vector<unsigned> uneven;  // the regions that end anywhere
};

// A request to memory: a line for loads and stores, a word for AMO, LR and SC.
struct Line {
  uint32_t address = 0;
  uint32_t lanes = 0;
  std::vector<uint8_t> strobe;  // stores: bytes by word of the line
  std::vector<uint32_t> data;
  bool private_line = false, reserve = false;
  bool stored = false, failed = false;
  std::vector<std::pair<uint32_t, uint64_t>> versions;  // of words that it has changed, when it had taken its place
};

struct Access {
  unsigned op = kLoad, amo = 0, size = kWord, rd = 0, warp = 0;
  bool zero_extend = false;
  uint32_t order = 0, pc = 0, mask = 0, scratch_base = 0;
  std::vector<uint32_t> address, data;

  // What must happen.
  uint32_t misaligned = 0, fault = 0;         // lanes that trap
  uint32_t device = 0, own = 0, scratch = 0;  // the others, by where they go
  std::vector<uint32_t> place;                // device address, or byte of the scratchpad
  std::vector<Line> lines;
  std::vector<uint32_t> expected;  // by lane: the word that it reads, where that is known
  uint32_t known = 0;              // lanes of which it is
  bool scratch_reserve = false;
  bool safe = false;  // it commits in the cycle after it is offered

  // What has happened.
  uint64_t offered = 0, accepted = 0, checked = 0;  // cycles, 0: not yet
  size_t sent = 0;                                  // lines that have left
  bool scratch_sent = false, scratch_stored = false, failed = false;
  uint32_t waits = 0;  // lanes whose register is not written yet
  std::vector<uint32_t> value;
  std::vector<uint64_t> written;

  bool atomic() const { return op == kAmo || op == kLr || op == kSc; }
  bool writes_register() const { return op == kLoad || atomic(); }
  uint32_t good() const { return device | own | scratch; }
  unsigned bytes() const { return 1U << size; }
  // Nothing comes back of it but that it has taken place.
  bool posted() const { return op == kStore && own == 0 && scratch == 0; }
  bool done() const;
};

// Lanes by window and region; where their bytes lie; the lines of memory that it asks for, in their order.
void resolve(Access& access, const Launch& launch, const Shape& shape);
// What a lane's register holds, of the word that was read.
uint32_t formatted(const Access& access, unsigned lane, uint32_t word);
// Regions, windows and areas of a launch.
Launch random_launch(const Shape& shape, unsigned lines, std::mt19937& random);

}  // namespace heddle::memory_unit_test
