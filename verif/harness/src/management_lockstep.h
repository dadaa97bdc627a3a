// The management hart of a device in lock-step: what the monitor reports goes to the checker; the first thing that is
// wrong is kept, with the instructions before it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "heddle/management_lockstep/checker.h"

namespace heddle::harness {

class ManagementLockstep {
 public:
  explicit ManagementLockstep(uint32_t sram_bytes);

  // The monitor's events; must not throw.
  void reset() { checker_.reset(); }
  void host_wrote(uint32_t address, uint32_t data);
  void retired(const management::Retirement& record, uint64_t cycle);

  // What the host has put into device memory.
  void load(uint32_t address, std::span<const std::byte> bytes);
  // From now on others than hart and host write device memory, or it refuses accesses.
  void share_memory();

  const std::optional<std::string>& problem() const { return problem_; }
  uint64_t compared() const { return checker_.instructions() + checker_.interrupts(); }
  uint64_t copied() const { return checker_.copied(); }
  // Of the last record; 0 before the first.
  uint32_t last_pc() const { return history_.empty() ? 0 : history_.back().pc; }

 private:
  static constexpr size_t kHistory = 12;

  management::Checker checker_;
  std::deque<management::Retirement> history_;
  bool shared_ = false;
  std::optional<std::string> problem_;
};

}  // namespace heddle::harness
