// The verilated matrix engine with its scratchpad; commands in, completions and faults out, lanes' accesses to the
// accumulators. What the accumulators must hold is computed with the golden model, in the order in which the engine
// takes commands and accesses.
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "Vengine_bench.h"
#include "draw.h"
#include "engine_command.h"
#include "scratch_ports.h"

namespace heddle::matrix_test {

// Arrays of the bench.
#ifndef HEDDLE_MOST_DIM
#define HEDDLE_MOST_DIM 16
#endif
inline std::vector<unsigned> dims() {
  std::vector<unsigned> result;
  for (unsigned dim = 4; dim <= HEDDLE_MOST_DIM; dim *= 2) result.push_back(dim);
  return result;
}

class EngineDriver {
 public:
  static constexpr unsigned kMaxLanes = 16;

  // `dim`: 4, 8 or 16.
  EngineDriver(unsigned dim, std::uint32_t seed);
  ~EngineDriver();

  unsigned dim() const { return dim_; }
  unsigned rows() const { return 4 * dim_; }  // of a buffer, and columns
  std::uint64_t cycles() const { return cycle_; }
  std::mt19937& random() { return random_; }
  unsigned pick(unsigned count) { return random_() % count; }
  ScratchPorts& scratch() { return ports_; }

  unsigned event_hesitation = 0;  // completions and faults are refused in one cycle of so many; 0: never
  bool refuse_events = false;     // they are refused altogether
  unsigned patience = 40'000;     // cycles until something that does not come is missed
  // Reads must lie in the allocation of the context of the last command.
  bool confined = false;
  // Of requests of both operands the one of which more is missing must be preferred. For commands without a fault.
  bool ordered = false;
  // Where the allocation begins that commands with operands are issued from, a multiple of 32; before the first of
  // them.
  std::uint32_t base = 0;

  void cycle();
  // Offers the descriptor until it is taken.
  void issue(const Descriptor& descriptor, const Context& context = {});
  void forget(unsigned owner);
  // Until every command that was issued has had its completion or fault.
  void wait();

  struct Done {
    unsigned owner, id;
    bool arrive;
    std::uint32_t barrier;
  };
  std::deque<Done> dones;
  std::deque<Fault> faults;

  // ---- with operands and expected results ----
  // Draws the operands into free scratchpad, in whatever layout the command asks for, and fills in addresses and
  // strides. Waits first if there is no space left.
  struct Operands {
    std::vector<matrix::Group> a, b;  // row (column) * groups + group
  };
  Operands place(Command& command, matrix::test::Draw& draw);
  // The same with groups of one's own: of row `row` of A, or, `second`, of column `row` of B.
  using Groups = std::function<matrix::Group(bool second, unsigned row, unsigned group)>;
  Operands place(Command& command, const Groups& groups);
  // Issues a command and performs it on the expected accumulators.
  void perform(const Command& command, const Operands& operands);

  // One request of lanes, taken and not waited for; `address` in words.
  void lanes(bool write, std::uint32_t mask, const std::array<std::uint16_t, kMaxLanes>& address,
             const std::array<std::uint32_t, kMaxLanes>& data);
  std::uint16_t word(bool buffer, unsigned row, unsigned column) const {
    return static_cast<std::uint16_t>(((buffer ? rows() : 0) + row) * rows() + column);
  }
  // Until every request has had its response. Responses are compared as they come.
  void wait_lanes();
  // Both buffers become zero. Nothing is under way.
  void clear();
  // Reads all accumulators.
  void compare_all();
  // What an accumulator must hold; `at` as `word` gives it.
  std::uint32_t expected(std::uint16_t at) const { return accumulators_.at(at); }
  std::uint64_t words_compared() const { return compared_; }

 private:
  struct Access {
    bool write;
    std::uint32_t mask;
    std::array<std::uint32_t, kMaxLanes> data;
  };
  // What one operand of a command reads.
  struct Reads {
    unsigned groups, rows;
    unsigned scale_lines;  // of a group
    unsigned block;        // lines of a transposed operand for as many rows; else 0
  };
  // Who gave a command, until it has ended.
  struct Given {
    unsigned owner, id;
    std::array<std::uint32_t, 3> origin;
  };
  void compare_response();
  void expect_reads(const Descriptor& descriptor);
  void compare_order() const;
  void count_request(unsigned port);
  template <typename Port>
  void compare_origin(unsigned owner, unsigned id, const Port& origin);
  std::uint32_t request_address(unsigned line) const;  // of A: first and second line; of B
  std::uint32_t allocate(std::uint32_t bytes);

  unsigned dim_;
  VerilatedContext context_;
  std::unique_ptr<Vengine_bench> top_;
  std::mt19937 random_;
  ScratchPorts ports_;
  std::vector<std::uint32_t> accumulators_;
  std::deque<Access> accesses_;
  std::deque<Given> given_;
  std::array<std::deque<Reads>, 2> reads_;  // of commands whose requests have not all been seen
  std::array<unsigned, 2> request_{};       // of its group
  std::array<unsigned, 2> group_{};         // of its command
  std::array<std::uint64_t, 2> number_{};   // groups whose requests have all been seen
  std::uint64_t cycle_ = 0, issued_ = 0, ended_ = 0, compared_ = 0;
  bool taken_ = false, lanes_taken_ = false;
  Context from_;
  std::uint32_t free_ = 0;  // scratchpad from here on
};

}  // namespace heddle::matrix_test
