// Runs a bare-metal program on the management core of a device and waits for what it writes to tohost. The boot program
// starts it (command 2 of docs/management.md, section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bare_metal.h"
#include "heddle/driver/backend.h"
#include "program.h"

namespace heddle::exec {

class ManagementRtl {
 public:
  // Throws DeviceError(kBadElf): the program has segments in the private window.
  ManagementRtl(driver::Backend& device, const Program& program) : device_(device), program_(program) {
    program_.require_no_private();
  }

  // Loads and runs. The verdict is that of lane 0. Throws DeviceError: kUnavailable, kLockstepMismatch, kDeviceLost.
  RunResult run(uint64_t max_cycles);
  // After run().
  std::vector<std::byte> signature() const;

 private:
  void load();
  void start();
  void wait_for_boot();
  void check_lockstep() const;
  void advance(uint64_t cycles);
  uint32_t status() const;
  uint32_t tohost() const;
  std::string place() const;
  void note_trap(RunResult& result);

  driver::Backend& device_;
  const Program& program_;
};

}  // namespace heddle::exec
