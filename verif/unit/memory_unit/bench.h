// Drives memory_unit_bench: the core above, memory and scratchpad below, and what must be true of everything that comes
// out.
#pragma once

#include <Vmemory_unit_bench.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "access.h"
#include "memory.h"

namespace heddle::memory_unit_test {

struct Traffic {
  unsigned issue_percent = 100;    // the core has something to send
  unsigned take_percent = 100;     // it takes a write-back
  unsigned scratch_percent = 100;  // the scratchpad takes a request
  unsigned safe_percent = 80;      // of those that cannot trap: they commit at once
  unsigned lines = 6;              // of an area
  unsigned store_percent = 35, atomic_percent = 6, fence_percent = 3;
  std::array<unsigned, 6> places = {
      50, 15, 20, 8, 5, 2};         // in hundred: areas, private, scratchpad, uneven regions, bus errors, anywhere
  unsigned mixed_percent = 15;      // each lane of an instruction elsewhere
  unsigned misaligned_percent = 1;  // a lane
  unsigned other_percent = 5;       // another core writes, in a cycle
};

class Bench {
 public:
  Bench(unsigned seed, const dcachebench::MemoryTiming& timing, const Traffic& traffic);
  ~Bench();

  // Until so many accesses have been made and all is over.
  void run(uint64_t accesses);
  // Everything over; then other regions and windows, and memory has been written by the host.
  void new_launch();
  // One access of a warp on the first area: a word for each lane from the byte on.
  std::shared_ptr<Access> simple(Op op, unsigned warp, uint32_t byte, bool safe);
  // A word for each lane in the scratchpad window.
  std::shared_ptr<Access> in_scratch(Op op, unsigned warp);
  // These in their order, as soon as the unit takes them, and until all is over.
  void run(const std::vector<std::shared_ptr<Access>>& accesses);

  const std::string& errors() const { return errors_; }
  const std::map<std::string, uint64_t>& counts() const { return counts_; }
  const Shape& shape() const { return shape_; }

 private:
  struct Warp {
    std::deque<std::shared_ptr<Access>> window;  // in program order, not yet checked; the last may not have been taken
    std::shared_ptr<Access> last;
    uint32_t order = 0, last_store = 0;
    bool memory_reserved = false, scratch_reserved = false;
    unsigned calm_idle = 0, calm_over = 0;  // cycles without a reason not to be
    std::map<uint32_t, uint64_t> seen;      // by word: the version that later loads may not go behind
    std::map<uint32_t, uint32_t> own;       // words of the private window: what was stored last
  };
  struct Answer {
    std::shared_ptr<Access> access;
    std::vector<uint32_t> data;
    uint64_t due;
  };

  void step();
  std::shared_ptr<Access> make(unsigned warp);
  void draw_addresses(Access& access);
  uint32_t draw(Access& access, unsigned place);
  void begin(const std::shared_ptr<Access>& access);
  bool may_go(const Warp& warp) const;
  void offer();
  void drive();
  void drive_launch();
  // What comes out in a cycle.
  void see_idle();
  void see_check();
  void see_memory();
  void see_scratch();
  void see_writeback();
  void see_early();
  void see_error();
  void compare_line(Access& access, Line& line);
  void check_finished(Warp& warp);
  void check_load(Warp& warp, const Access& access, unsigned lane);
  std::shared_ptr<Access> find(uint32_t warp, uint32_t order, const char* what);
  void drain();
  bool busy() const;
  void fail(const std::string& text);
  void fail(const std::string& text, const Access& access);
  unsigned random(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool percent(unsigned value) { return random(100) < value; }

  std::mt19937 random_;
  Traffic traffic_;
  Shape shape_;
  Launch launch_;
  std::unique_ptr<Vmemory_unit_bench> top_;
  std::unique_ptr<dcachebench::Memory> memory_;
  std::vector<Warp> warps_;
  std::vector<uint32_t> scratchpad_;
  std::shared_ptr<Access> offered_;
  std::deque<std::shared_ptr<Access>> script_, unchecked_;
  std::map<uint32_t, std::pair<std::shared_ptr<Access>, size_t>> flying_;  // by identifier; reads have no access
  std::deque<Answer> scratch_answers_;
  uint64_t cycle_ = 1, made_ = 0, target_ = 0, quiet_ = 0;
  uint32_t next_value_ = 1;
  bool invalidate_ = false, early_ = false, held_ = false;
  uint32_t early_warp_ = 0, early_rd_ = 0;
  std::vector<uint32_t> held_writeback_;
  int start_warp_ = -1;
  std::string errors_;
  std::map<std::string, uint64_t> counts_;
};

}  // namespace heddle::memory_unit_test
