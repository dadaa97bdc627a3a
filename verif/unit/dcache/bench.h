// Drives dcache_bench: load/store units above the caches, memory below them, and the rules that tie both together.
#pragma once

#include <Vdcache_bench.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "memory.h"

namespace heddle::dcachebench {

struct Traffic {
  unsigned issue_percent = 100;   // a unit that has something to send offers it
  unsigned lines = 12;            // shared lines
  unsigned private_percent = 15;  // accesses through the private window
  unsigned store_percent = 30;
  unsigned atomic_percent = 3;
  unsigned fence_percent = 3;
  unsigned error_percent = 0;   // accesses to lines that answer errors
  unsigned stream_percent = 0;  // loads that walk through memory
  unsigned own_percent = 20;    // loads of what the warp has just stored to
};

// One access of a warp, from its making to its last check.
struct Access {
  Op op = Op::kRead;
  unsigned core = 0, warp = 0, id = 0;
  uint32_t line = 0;
  std::vector<uint8_t> strobe;  // per word of the line: wanted or written bytes
  std::vector<uint32_t> data;   // per word
  bool private_line = false, error_line = false;
  uint64_t offered = 0, answered = 0, ordered = 0;
  bool done = false, error = false;
  std::vector<uint32_t> value;    // what came back
  uint32_t expected_word = 0;     // atomics: what the memory answered
  std::vector<uint64_t> version;  // writes: what stood in each word when they had taken their place
};

class Bench {
 public:
  Bench(unsigned seed, const MemoryTiming& timing, const Traffic& traffic);
  ~Bench();

  // Runs until `accesses` have been made and all are answered.
  void run(uint64_t accesses);
  // All caches idle, then the host changes memory and a launch begins: what the caches held is gone.
  void new_launch();

  const std::string& errors() const { return errors_; }
  const std::map<std::string, uint64_t>& counts() const { return counts_; }
  uint64_t cycles() const { return cycle_; }
  const Shape& shape() const { return shape_; }

 private:
  struct Warp {
    std::deque<std::shared_ptr<Access>> window;  // in program order, not yet checked
    unsigned outstanding = 0;
    bool fence = false;
    uint32_t last_store = 0, stream = 0;
    std::map<uint32_t, uint64_t> seen;  // by word: the version that later loads may not go behind
    std::map<uint32_t, uint32_t> own;   // private words: the last value stored
  };
  struct Core {
    std::vector<Warp> warps;
    std::vector<bool> id_used;
    std::shared_ptr<Access> offered;
    std::vector<std::shared_ptr<Access>> flying;    // by identifier
    std::deque<std::shared_ptr<Access>> forwarded;  // writes and atomics that must come out below, in order
  };

  void step();
  std::shared_ptr<Access> make(unsigned core, unsigned warp);
  void choose_words(Access& access);
  void answer(Access& access, unsigned core);
  void check_finished(Warp& warp);
  void check_load(Warp& warp, const Access& access);
  void check_private(const Access& access);
  void fail(const std::string& text);
  unsigned random(unsigned below) { return random_() % below; }
  bool percent(unsigned value) { return random(100) < value; }

  std::mt19937 random_;
  Traffic traffic_;
  Shape shape_;
  std::unique_ptr<Vdcache_bench> top_;
  std::unique_ptr<Memory> memory_;
  std::vector<Core> cores_;
  uint64_t cycle_ = 0, made_ = 0, target_ = 0, quiet_ = 0;
  uint32_t next_value_ = 1;
  bool invalidate_ = false;
  std::string errors_;
  std::map<std::string, uint64_t> counts_;
};

}  // namespace heddle::dcachebench
