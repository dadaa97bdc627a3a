// Drives port_bench: the host with its AXI4-Lite port, the management core's accesses and its bus, in any cycles. What
// each access finds and leaves is compared with a table of registers, in the cycle in which it is taken.
#pragma once

#include <Vport_bench.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "axi_lite_checker.h"

namespace heddle::port_test {

struct Access {
  uint32_t address = 0;
  bool write = false;
  uint32_t data = 0;
  unsigned strobe = 15;
};

struct Answer {
  bool error = false;
  uint32_t data = 0;
  uint64_t cycle = 0;  // in which the access was taken
};

class PortSide {
 public:
  explicit PortSide(unsigned seed);
  ~PortSide() { top_->final(); }

  void clock();
  void clocks(unsigned count) {
    for (unsigned i = 0; i < count; ++i) clock();
  }

  // ---- one access, until it is answered ----
  Answer host(const Access& access);
  Answer hart(const Access& access);
  uint32_t get(uint32_t address);              // by either; must not be refused
  void set(uint32_t address, uint32_t value);  // the same

  // ---- accesses that go on beside everything else: drawn anew whenever the last one has been answered ----
  std::function<std::optional<Access>()> draw_host_write, draw_host_read, draw_hart;
  // What an access must be answered with, if that is known. It is asked in the cycle in which the access is taken; a
  // write has its effect then.
  std::function<std::optional<Answer>(const Access&, bool by_hart)> expect;
  bool idle() const { return !writes_.open && !reads_.open && !hart_.open && !bus_; }

  // The bus: words by address, and addresses that it refuses.
  std::function<Answer(const Access&)> bus = [](const Access&) { return Answer{.error = true}; };
  unsigned host_accesses = 0, hart_accesses = 0, bus_accesses = 0, turns = 0;

  Vport_bench& top() { return *top_; }
  std::mt19937& random() { return random_; }
  uint32_t any() { return static_cast<uint32_t>(random_()); }
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  unsigned pick(unsigned low, unsigned high) { return low + static_cast<unsigned>(random_() % (high - low + 1)); }
  uint64_t cycle() const { return cycle_; }
  unsigned cores() const { return top_->shape_o & 0xFF; }
  unsigned warps() const { return top_->shape_o >> 8 & 0xFF; }
  unsigned lanes() const { return top_->shape_o >> 16 & 0xFF; }
  unsigned launches() const { return top_->shape_o >> 24; }
  // In each cycle: drives what else there is; looks at all that has settled, before the edge.
  std::function<void()> prepare, watch;

 private:
  // An access under way at one of the three ways in.
  struct Open {
    bool open = false, taken = false, address_out = false, data_out = false;
    Access access;
    std::optional<Answer> expected;
    uint64_t taken_at = 0;
    Answer* result = nullptr;  // of host() and hart(), which wait for it
  };
  struct BusAccess {
    Access access;
    uint64_t due = 0;  // of the answer; 0: not taken
    Answer answer;
  };

  void begin();
  void drive();
  void observe();
  void take_host(Open& open);
  void end(Open& open, bool error, uint32_t data);
  Answer run(Open& open, const Access& access);

  std::mt19937 random_;
  std::unique_ptr<Vport_bench> top_;
  harness::AxiLiteChecker checker_;
  Open writes_, reads_, hart_;
  std::optional<BusAccess> bus_;
  std::optional<bool> last_was_write_;  // at the bus
  bool hart_answers_ = false;
  uint64_t cycle_ = 0;
};

}  // namespace heddle::port_test
