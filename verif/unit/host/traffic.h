// A master that reads and writes a few pages of its own at random, and compares what it reads with what it has written.
// One read and one write are under way at a time, of different pages, so that every answer is known.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "memory_port.h"

namespace heddle::bridge_test {

class Traffic {
 public:
  Traffic(unsigned beat_bytes, std::uint64_t seed) : beat_bytes_(beat_bytes), random_(seed) {}

  bool enabled = false;
  unsigned ids = 1;
  unsigned longest = 1;  // burst, in beats
  bool narrow = false;   // single beats of fewer bytes, unaligned ones, and bursts that are refused
  unsigned ready = 100,
           active = 50;  // percent of cycles in which answers are taken, and in which a free direction begins something
  std::vector<std::uint64_t> pages;  // addresses as this master gives them; at least two
  // Whether an access is refused by rule; what is refused must be answered with SLVERR and have no effect.
  std::function<bool(const Address&)> refused = [](const Address&) { return false; };
  bool refused_reads_zero = false;      // whether a read that is refused must get zeros
  unsigned accesses = 0, refusals = 0;  // that were answered

  void clock(const SlaveSignals& slave);
  const MasterSignals& outputs() const { return outputs_; }
  bool idle() const { return !reading_ && !writing_; }
  // What the pages hold, by address of this master.
  std::map<std::uint64_t, MemoryPort::Page> expected;

 private:
  Address draw_address(std::size_t page);
  bool draw(unsigned percent) { return random_() % 100 < percent; }

  unsigned beat_bytes_;
  std::mt19937_64 random_;
  MasterSignals outputs_;
  bool reading_ = false, writing_ = false;
  std::size_t read_page_ = 0, write_page_ = 0;
  Address read_, write_;  // under way
  unsigned beats_read_ = 0;
  std::vector<WriteBeat> data_;  // not sent
  std::vector<WriteBeat> all_data_;
};

}  // namespace heddle::bridge_test
