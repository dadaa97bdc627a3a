// The verilated host port and dispatcher with cores in C++ that end their warps after random times. Everything the
// dispatcher does is checked as it happens, against docs/architecture.md sections 1 and 7.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "Vlaunch_bench.h"
#include "axi_lite_checker.h"

namespace heddle::verif {

/// What the host asks for. Sizes are x y z.
struct Launch {
  std::array<uint32_t, 3> num_groups{1, 1, 1};
  std::array<uint32_t, 3> local_size{1, 1, 1};
  uint32_t scratch_size = 0;
  uint32_t private_size = 0;

  uint32_t items() const { return local_size[0] * local_size[1] * local_size[2]; }
  uint64_t groups() const { return uint64_t{num_groups[0]} * num_groups[1] * num_groups[2]; }
};

/// How the cores behave.
struct Behaviour {
  unsigned min_life = 1;  ///< Cycles from a warp's start to its end, at least 1.
  unsigned max_life = 40;
  unsigned kill_life = 10;  ///< At most so many cycles to its end once kill is high.
  double ready = 1.0;       ///< Probability that a core takes a warp in a cycle.
  std::optional<uint64_t>
      fault_cycle;  ///< From this cycle of the launch on, the first running warp of every core in fault_cores faults.
  unsigned fault_cores = 1;  ///< Mask.
};

class LaunchBench {
 public:
  LaunchBench(unsigned seed);

  // ---- host ----
  struct Access {
    uint32_t data = 0;
    bool error = false;  ///< SLVERR
  };
  Access write(uint32_t offset, uint32_t data, unsigned strobe = 15);
  Access read(uint32_t offset);
  uint32_t get(uint32_t offset);             ///< A read that must not be refused.
  void set(uint32_t offset, uint32_t data);  ///< A write that must not be refused.
  bool irq() const { return top_.irq_o; }

  // ---- launches ----
  void write_launch(const Launch& launch);
  void start(const Launch& launch, const Behaviour& behaviour);        ///< Writes control.start.
  void behave(const Behaviour& behaviour) { behaviour_ = behaviour; }  ///< From now on; for warps that start.
  uint32_t wait(uint64_t max_cycles = 200000);                         ///< Clocks until status.done; returns status.
  void clock(unsigned cycles = 1);

  // ---- what happened in the last launch ----
  uint64_t groups_started() const { return groups_started_; }
  uint64_t groups_completed() const { return groups_completed_; }
  uint64_t warps_started() const { return start_cycles_.size(); }
  const std::vector<uint64_t>& start_cycles() const { return start_cycles_; }
  const std::vector<unsigned>& start_cores() const { return start_cores_; }  ///< Of every warp, in the same order.
  uint64_t retired_warps() const { return retired_warps_; }
  uint64_t retired_lanes() const { return retired_lanes_; }
  unsigned most_groups() const { return most_groups_; }  ///< Workgroups that existed at the same time.
  std::optional<uint32_t> fault_cause() const { return fault_cause_; }
  unsigned fault_core() const { return fault_core_; }
  bool launched() const { return launched_; }      ///< The dispatcher was started.
  bool aborted() const { return aborted_; }        ///< An abort came before any fault.
  unsigned meetings() const { return meetings_; }  ///< Aborts so far in the very cycle of a launch's first fault.

  unsigned cores() const { return cores_; }
  unsigned warps() const { return warps_; }
  unsigned lanes() const { return lanes_; }
  uint32_t scratchpad_bytes() const { return scratchpad_bytes_; }
  uint32_t scratch_slot() const;  ///< Bytes that a workgroup of this launch takes.
  std::mt19937& random() { return random_; }
  unsigned pick(unsigned low, unsigned high) { return std::uniform_int_distribution<unsigned>(low, high)(random_); }

 private:
  // Before each rising edge: what both sides drive.
  void observe_port();
  struct Group {
    uint64_t index;  // in the grid, x fastest
    unsigned core, name;
    uint32_t scratch_base;
    unsigned started = 0, ended = 0;
  };
  struct Warp {
    uint64_t group;
    uint64_t end_cycle;
    unsigned lanes;
  };

  void check_dispatch(unsigned core);
  void check_identity(const Group& group);
  Group& group_of_dispatch(unsigned core);
  void drive_cores();
  void drive_faults();
  void note_abort();
  void check_progress();
  void check_scrubbing();
  void end_warp(unsigned core, unsigned slot);

  std::mt19937 random_;
  Vlaunch_bench top_;
  harness::AxiLiteChecker port_;  // throws at the first rule of AXI4-Lite that is broken
  unsigned reset_edges_ = 0;
  unsigned cores_ = 0, warps_ = 0, lanes_ = 0;
  uint32_t scratchpad_bytes_ = 0;

  Launch launch_;
  Behaviour behaviour_;
  uint64_t cycle_ = 0;                                     // of the launch
  bool running_ = false;                                   // between invalidate and done
  std::map<uint64_t, Group> groups_;                       // those that exist, by index
  std::array<std::map<unsigned, Warp>, 4> warps_running_;  // by slot
  uint64_t groups_started_ = 0, groups_completed_ = 0;
  uint32_t top_rows_ = 0;         // of the scratchpad; 0: none has been cleared yet
  std::set<uint32_t> used_rows_;  // of the scratchpad, that may be other than zero
  unsigned most_groups_ = 0;
  std::vector<uint64_t> start_cycles_;
  std::vector<unsigned> start_cores_;
  uint64_t retired_warps_ = 0, retired_lanes_ = 0;
  std::optional<uint32_t> fault_cause_;
  unsigned fault_core_ = 0;
  bool killed_ = false;
  bool launched_ = false;
  unsigned idle_ = 0;  // cycles since a warp was offered although there is room for a workgroup
  bool aborted_ = false;
  unsigned meetings_ = 0;
};

}  // namespace heddle::verif
