// Drives copy_bench: a memory that answers in any order and a scratchpad that answers in order, both with delays and
// refusals.
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "Vcopy_bench.h"
#include "copy_reference.h"

namespace heddle::copy_test {

constexpr std::uint32_t kMemoryBytes = 1u << 19;
constexpr std::uint32_t kScratchBytes = 1u << 18;
// Workgroups, each with an allocation and a part of memory of its own.
constexpr unsigned kAgents = 8;
constexpr std::uint32_t kAllocation = kScratchBytes / kAgents;
constexpr std::uint32_t kPart = kMemoryBytes / kAgents;
// Where memory begins, by turns: every bit of an address is both.
constexpr std::array<std::uint32_t, 4> kMemoryBases{0x8000'0000, 0xAAA8'0000, 0xD550'0000, 0xFFF8'0000};

// Who gave a command.
using Origin = std::array<std::uint32_t, 3>;

struct Shape {
  unsigned line, port, commands, slots;
};
// Of copy_bench's engines.
constexpr std::array<Shape, 4> kShapes{{{64, 32, 8, 16}, {16, 16, 3, 4}, {128, 64, 3, 8}, {64, 64, 8, 32}}};

struct Command {
  Descriptor descriptor{};
  unsigned owner = 0;
  std::uint32_t scratch_base = 0, scratch_size = 0;
  Origin origin{};
};

// A completion (cause none) or a fault.
struct End {
  unsigned owner = 0, id = 0;
  Fault fault;
  bool complete = false;
  std::uint32_t barrier = 0, bytes = 0;
  Origin origin{};
};

// How memory and scratchpad behave. Delays in cycles after a request is taken.
struct Timing {
  unsigned memory_delay = 40;  // at most
  unsigned scratch_delay = 6;
  unsigned refuse = 3;    // a request is refused in one of so many cycles; 0: never
  bool ends_wait = true;  // completions and faults are refused now and then
};

class CopyDriver {
 public:
  CopyDriver(unsigned engine, std::uint32_t seed);
  ~CopyDriver();

  // Of the memory, its first byte.
  const std::uint32_t base;

  // Another name for workgroup n, of which nothing is under way and no fault is remembered.
  void rename(unsigned n);

  // One cycle. `offer` is taken if the result says so.
  bool cycle(const Command* offer);

  std::vector<std::uint8_t> memory;  // kMemoryBytes from `base` on
  std::vector<std::uint8_t> scratch;
  std::vector<Region> regions;      // four
  std::set<std::uint32_t> refused;  // lines that memory does not give
  Timing timing;
  bool hold_memory = false;              // it does not answer
  bool hold_ends = false;                // completions and faults are not taken
  std::uint32_t cancel = 0, forget = 0;  // a bit per workgroup

  std::vector<End> ends;              // those taken in the last cycle
  std::vector<std::uint32_t> errors;  // lines that were refused, in the order of their answers
  std::uint32_t busy() const { return busy_; }
  const Shape& shape() const { return shape_; }
  std::uint64_t cycles() const { return cycles_; }
  std::uint64_t first_request() const { return first_request_; }  // cycle of the first one to memory
  std::uint64_t requests() const { return requests_; }            // to memory
  std::size_t waiting() const { return memory_requests_.size(); }

 private:
  struct MemoryRequest {
    bool write = false;
    std::uint32_t address = 0;
    unsigned id = 0;
    std::uint64_t due = 0;
    std::array<std::uint32_t, 4> strobe{};
    std::array<std::uint32_t, 32> data{};
  };
  struct ScratchRequest {
    bool write = false;
    std::uint32_t address = 0;
    std::uint64_t due = 0, strobe = 0;
    std::array<std::uint32_t, 16> data{};
  };

  unsigned name(unsigned n) const { return names_.at(n); }
  unsigned of_name(unsigned name) const;
  std::uint32_t names(std::uint32_t workgroups) const;
  void drive(const Command* offer);
  void answer_memory();
  void answer_scratch();
  void take_requests();
  void take_ends();
  bool allowed(std::uint32_t address, bool write) const;
  void clock();

  Shape shape_;
  std::array<unsigned, kAgents> names_{};
  VerilatedContext context_;
  std::unique_ptr<Vcopy_bench> top_;
  std::mt19937 random_;
  std::vector<MemoryRequest> memory_requests_;
  std::deque<ScratchRequest> scratch_requests_;
  std::set<unsigned> ids_;
  std::array<Origin, kAgents> origins_{};  // of the command that a workgroup has under way
  std::uint64_t cycles_ = 0, requests_ = 0, first_request_ = 0;
  std::uint32_t busy_ = 0;
};

}  // namespace heddle::copy_test
