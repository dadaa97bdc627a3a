// Runs a session on a verilated device, in lock-step, and says how it ended.
#pragma once

#include <functional>
#include <string>

#include "library.h"
#include "session.h"

namespace heddle::fuzz {

// What a run is called that did not go as it must.
struct Failure {
  // mismatch (lock-step), assertion, hang, protocol, device (anything else that it throws), check (a self-checking
  // part has a wrong result), endless (the program does not end), crash, timeout. Empty: none.
  std::string kind;
  // What tells it from others of its kind: the field, the assertion's place, the signal.
  std::string detail;
  std::string report;  // in full

  bool operator==(const Failure& other) const { return kind == other.kind && detail == other.detail; }
  explicit operator bool() const { return !kind.empty(); }
  std::string name() const { return detail.empty() ? kind : kind + " " + detail; }
};

struct RunResult {
  Failure failure;
  uint64_t compared = 0;  // warp-instructions, by the checker
  uint64_t lane_instrs = 0;
  uint64_t cycles = 0;
  uint32_t launches = 0;  // begun
  uint32_t faults = 0;    // of them, those that ended in a fault
  uint32_t aborts = 0;    // in an abort
  uint32_t rejections = 0;
  uint32_t resets = 0;
};

struct RunLimits {
  // Of each launch; then it is endless.
  uint64_t cycles = 3'000'000;
  // Of the whole session, after which it counts as fine: for the shrinker, which knows when the failure has to come.
  uint64_t session_cycles = UINT64_MAX;
};

// Called between two cycles, at least every 1000 cycles, while a launch runs.
using Progress = std::function<void(harness::RtlDevice&, uint64_t cycle)>;

RunResult run_session(const Session& session, const Library& library, const RunLimits& limits,
                      const Progress& progress = {});

}  // namespace heddle::fuzz
