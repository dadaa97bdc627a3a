// The combinational parts of the load/store unit against docs/architecture.md, section 5, byte by byte and lane by
// lane.
#include <gtest/gtest.h>
#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "Vlsu_bench.h"
#include "heddle/generated/memory_map.h"

namespace heddle::lsu_test {
namespace {

// In the order of lsu_op_e and mem_size_e in rtl/pkg/heddle_pkg.sv.
enum Op : unsigned { kLoad, kStore, kAmo, kLr, kSc, kFence };
constexpr unsigned kRead = 1, kWrite = 2, kExecute = 4;

struct Region {
  uint32_t base, last;
  unsigned rights;
};

// A port of any width holds its words in ascending order; bits that Verilator has for it beyond the port stay 0.
template <typename Port>
void put(Port& port, unsigned word, uint32_t value) {
  reinterpret_cast<uint32_t*>(&port)[word] = value;
}
template <typename Port>
uint32_t get(const Port& port, unsigned word) {
  return reinterpret_cast<const uint32_t*>(&port)[word];
}

// `count` fields of 3 or 4 bits each, packed.
template <typename Port>
void put_fields(Port& port, unsigned bits, const std::vector<unsigned>& fields) {
  std::vector<uint32_t> words(fields.size() * bits / 32 + 1);
  for (size_t i = 0; i < fields.size() * bits; ++i) words[i / 32] |= (fields[i / bits] >> (i % bits) & 1) << (i % 32);
  if (sizeof(Port) >= 4) {
    for (unsigned i = 0; i < sizeof(Port) / 4; ++i) put(port, i, i < words.size() ? words[i] : 0);
  } else {
    std::copy_n(reinterpret_cast<const uint8_t*>(words.data()), sizeof(Port), reinterpret_cast<uint8_t*>(&port));
  }
}

class Lsu : public testing::Test {
 protected:
  Lsu() {
    dut.eval();
    lanes = dut.lanes_o;
    line_bytes = dut.line_bytes_o;
    address.resize(lanes);
    word.resize(lanes);
    strobe.resize(lanes);
    table.assign(dut.regions_o, {1, 0, 0});
  }

  unsigned below(unsigned limit) { return static_cast<unsigned>(random() % limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  uint32_t any_word() { return static_cast<uint32_t>(random()); }
  unsigned size() const { return 1U << dut.size_i; }

  void give_regions() {
    std::vector<unsigned> rights;
    for (unsigned r = 0; r < table.size(); ++r) {
      put(dut.base_i, r, table[r].base);
      put(dut.last_i, r, table[r].last);
      rights.push_back(table[r].rights);
    }
    put_fields(dut.rights_i, 3, rights);
  }

  void give_lanes() {
    for (unsigned l = 0; l < lanes; ++l) {
      put(dut.address_i, l, address[l]);
      put(dut.word_i, l, word[l]);
    }
    put_fields(dut.strobe_i, 4, strobe);
  }

  void compare_line(uint32_t line) {
    dut.line_i = line;
    dut.eval();
    for (uint64_t first = line; first < uint64_t{line} + line_bytes; first += size()) {
      const uint64_t last = first + size() - 1;
      const bool allowed = std::any_of(table.begin(), table.end(), [&](const Region& region) {
        return (~region.rights & dut.need_i) == 0 && region.base <= first && last <= region.last;
      });
      ASSERT_EQ(dut.allow_o >> (first - line) & 1, allowed)
          << std::hex << first << " size " << size() << " need " << int{dut.need_i};
    }
  }

  Vlsu_bench dut;
  std::mt19937 random{1};
  unsigned lanes = 0, line_bytes = 0;
  std::vector<Region> table;
  std::vector<uint32_t> address, word;
  std::vector<unsigned> strobe;
};

// Each region alone, with an edge in the line, one bit of the line's address away from it, and anywhere.
TEST_F(Lsu, OneRegion) {
  for (int i = 0; i < 60'000; ++i) {
    const unsigned r = below(table.size());
    const uint32_t edge = any_word();
    table[r] = {edge, edge, below(8)};
    const uint32_t far = chance(30) ? edge ^ (1U << below(32)) : chance(50) ? any_word() : edge + below(2 * line_bytes);
    table[r].base = chance(20) ? 0 : std::min(edge, far);
    table[r].last = chance(20) ? ~0U : std::max(edge, far);
    if (chance(5)) std::swap(table[r].base, table[r].last);
    give_regions();
    dut.size_i = below(3);
    dut.need_i = chance(60) ? table[r].rights & below(8) : below(8);
    const uint32_t near = chance(70) ? table[r].base : table[r].last;
    ASSERT_NO_FATAL_FAILURE(compare_line((chance(30) ? near ^ (1U << below(32)) : near) & -line_bytes));
    table[r] = {1, 0, 0};
  }
}

// Regions that abut do not add up, those that overlap do not hide each other; rights of several do not mix.
TEST_F(Lsu, SeveralRegions) {
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t line = any_word() & -line_bytes;
    for (Region& region : table) {
      const uint32_t from = line + below(line_bytes), to = line + below(line_bytes);
      region = chance(70) ? Region{1, 0, 0} : Region{std::min(from, to), std::max(from, to), below(8)};
    }
    give_regions();
    dut.size_i = below(3);
    dut.need_i = below(8);
    ASSERT_NO_FATAL_FAILURE(compare_line(line));
  }
}

TEST_F(Lsu, Windows) {
  for (int i = 0; i < 60'000; ++i) {
    dut.op_i = below(6);
    dut.size_i = dut.op_i <= kStore ? below(3) : 2;
    dut.scratch_size_i = chance(20) ? below(5) : chance(20) ? memory_map::kScratchpadSize : any_word() >> below(32);
    dut.private_size_i = chance(20) ? below(5) : chance(20) ? memory_map::kPrivateSize : any_word() >> below(32);
    if (chance(5)) dut.private_size_i = 0x8000'0000 + below(64);
    if (chance(5)) dut.scratch_size_i = 0x8000'0000 + below(64);
    dut.mask_i = any_word() & (chance(50) ? ~0U : any_word());
    const uint32_t windows[] = {memory_map::kScratchpadBase, memory_map::kPrivateBase, memory_map::kDeviceBase};
    const uint32_t ends[] = {dut.scratch_size_i, dut.private_size_i};
    for (uint32_t& a : address) {
      const unsigned window = below(3);
      a = windows[window] + (window < 2 && chance(70) ? ends[window] - below(9) : any_word() >> below(32));
      if (chance(20)) a ^= 1U << below(32);
      if (chance(80)) a &= -size();
    }
    give_lanes();
    dut.eval();
    for (unsigned l = 0; l < lanes; ++l) {
      const uint64_t a = address[l], end = a + size();
      const bool live = (dut.mask_i >> l & 1) != 0 && dut.op_i != kFence;
      const bool misaligned = a % size() != 0;
      const bool atomic = dut.op_i == kAmo || dut.op_i == kLr || dut.op_i == kSc;
      // A window ends where it ends, whatever size the launch asks for.
      const auto in = [&](uint64_t base, uint64_t window, uint64_t bytes) {
        return a >= base && a < base + window && end <= base + bytes;
      };
      const bool device = a >= memory_map::kDeviceBase;
      const bool scratch = in(memory_map::kScratchpadBase, memory_map::kScratchpadSize, dut.scratch_size_i);
      const bool own = in(memory_map::kPrivateBase, memory_map::kPrivateSize, dut.private_size_i) && !atomic;
      const auto what = testing::Message() << std::hex << a << " size " << size() << " op " << int{dut.op_i};
      ASSERT_EQ(dut.misaligned_o >> l & 1, live && misaligned) << what;
      ASSERT_EQ(dut.device_o >> l & 1, live && !misaligned && device) << what;
      ASSERT_EQ(dut.scratch_o >> l & 1, live && !misaligned && scratch) << what;
      ASSERT_EQ(dut.private_o >> l & 1, live && !misaligned && own) << what;
      ASSERT_EQ(dut.fault_o >> l & 1, live && !misaligned && !device && !scratch && !own) << what;
    }
  }
}

// The lowest lane's line; where lanes write the same byte the highest one's remains.
TEST_F(Lsu, Coalescer) {
  for (int i = 0; i < 40'000; ++i) {
    dut.single_i = chance(20);
    do {
      dut.mask_i = any_word() & (any_word() | (chance(50) ? ~0U : 0U)) & ((uint64_t{1} << lanes) - 1);
    } while (dut.mask_i == 0);
    const uint32_t line = any_word();
    for (unsigned l = 0; l < lanes; ++l) {
      address[l] = chance(80) ? line ^ below(line_bytes) : line ^ (1U << below(32));
      word[l] = any_word();
      strobe[l] = below(16);
    }
    give_lanes();
    dut.eval();
    const auto lowest = static_cast<unsigned>(__builtin_ctz(dut.mask_i));
    uint32_t hits = 0;
    std::vector<uint8_t> bytes(line_bytes);
    uint64_t written = 0;
    for (unsigned l = lowest; l < lanes; ++l) {
      const bool same = address[l] / line_bytes == address[lowest] / line_bytes;
      if ((dut.mask_i >> l & 1) == 0 || !(l == lowest || (same && !dut.single_i))) continue;
      hits |= 1U << l;
      for (unsigned b = 0; b < 4; ++b) {
        if ((strobe[l] >> b & 1) == 0) continue;
        const unsigned place = (address[l] % line_bytes & ~3U) + b;
        bytes[place] = static_cast<uint8_t>(word[l] >> 8 * b);
        written |= uint64_t{1} << place;
      }
    }
    ASSERT_EQ(dut.hits_o, hits);
    ASSERT_EQ(dut.lane_o, lowest);
    ASSERT_EQ(dut.lane_address_o, address[lowest]);
    ASSERT_EQ(dut.line_strobe_o, written);
    for (unsigned b = 0; b < line_bytes; ++b) {
      if (written >> b & 1) {
        ASSERT_EQ(get(dut.line_data_o, b / 4) >> 8 * (b % 4) & 0xff, bytes[b]) << b;
      }
    }
  }
}

TEST_F(Lsu, LoadFormat) {
  for (int i = 0; i < 20'000; ++i) {
    dut.size_i = below(3);
    dut.unsigned_i = chance(50);
    dut.boxed_i = chance(50) && dut.size_i == 1;
    dut.mask_i = any_word();
    for (unsigned l = 0; l < lanes; ++l) {
      address[l] = any_word() & -size();
      word[l] = any_word();
    }
    give_lanes();
    dut.eval();
    for (unsigned l = 0; l < lanes; ++l) {
      if ((dut.mask_i >> l & 1) == 0) continue;
      const uint32_t cut = word[l] >> 8 * (address[l] % 4);
      uint32_t expected = word[l];
      if (size() == 1)
        expected = dut.unsigned_i ? static_cast<uint8_t>(cut) : static_cast<uint32_t>(static_cast<int8_t>(cut));
      if (size() == 2) {
        expected = dut.boxed_i      ? 0xffff0000 | cut
                   : dut.unsigned_i ? static_cast<uint16_t>(cut)
                                    : static_cast<uint32_t>(static_cast<int16_t>(cut));
      }
      ASSERT_EQ(get(dut.loaded_o, l), expected) << word[l] << " at " << address[l] % 4 << " size " << size();
    }
  }
}

}  // namespace
}  // namespace heddle::lsu_test
