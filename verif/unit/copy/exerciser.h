// Random commands of eight workgroups at once for the copy engine, each in an allocation and a part of memory of its
// own, which must hold what the reference says when the command ends. Differences are GoogleTest failures of the
// running test.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "copy_driver.h"

namespace heddle::copy_test {

// A workgroup. Its allocation and its part of memory are compared with what they have to hold whenever a command of it
// ends.
struct Agent {
  Command command;
  Outcome outcome;
  bool offered = false, under_way = false, faulted = false, cancelled = false;
  std::set<std::uint32_t> refused;  // lines that memory refuses and the command reads
};

class Exerciser {
 public:
  Exerciser(unsigned engine, std::uint32_t seed) : driver_(engine, seed), random_(seed * 77 + engine) {
    driver_.regions[1] = {0x7000'0000, 0x7FFF'FFFF, true, true};  // no device memory
    scratch_ = driver_.scratch;
    memory_ = driver_.memory;
  }

  void run(unsigned commands);
  void add_to(std::map<std::string, std::uint64_t>& counts) const;

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  bool under_way() const;
  void step(bool more);

  // Timing, regions and refused lines, while nothing is under way.
  void surroundings();

  // A command that has the workgroup's part of memory for itself.
  bool prepare(unsigned n);
  void draw(Descriptor& d, std::uint32_t part);
  void spoil(Descriptor& d);

  // Values that a byte may have: what it had, and what moves write.
  struct Allowed {
    std::map<std::uint32_t, std::set<std::uint8_t>> scratch, memory;
  };

  Allowed writes(const Agent& agent) const;

  // Compares a workgroup's bytes. `all`: every move has been made; else any of them.
  void compare(std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& found, std::uint32_t begin,
               std::uint32_t bytes, const std::map<std::uint32_t, std::set<std::uint8_t>>& writes, bool all,
               const char* what);
  void compare(Agent& agent, bool all);
  void ended(const End& end);
  void forget_errors(unsigned owner);
  void expect_fault(const End& end, const Fault& fault);

  // Now and then a workgroup is stopped: until none of its commands is under way, and then it is gone.
  void cancels();

  CopyDriver driver_;
  std::mt19937 random_;
  std::array<Agent, kAgents> agents_{};
  std::array<unsigned, kAgents> agent_wait_{};
  std::vector<std::uint8_t> scratch_, memory_;  // what they have to hold
  unsigned next_ = kAgents;                     // whose command is offered
  std::uint64_t ended_ = 0, change_ = 0;        // commands; when surroundings change
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace heddle::copy_test
