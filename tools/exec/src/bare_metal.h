// Runs a bare-metal program on the lanes of one warp and waits for what they write to tohost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/driver/launch_registers.h"
#include "lanes.h"
#include "program.h"
#include "verdicts.h"

namespace heddle::exec {

// How a run ended. `error` is empty exactly where every lane has written to tohost.
struct RunResult {
  Verdicts verdicts;
  driver::LaunchStatistics statistics;
  std::string error;
  std::optional<driver::FaultReport> fault;  // with a trap that nothing handled, and with a program that never ends
};

class BareMetal {
 public:
  // `device` watches the program's tohost (BackendOptions::watch_address). `lanes` are of the device's first warp.
  BareMetal(driver::Backend& device, const Program& program, LaneMask lanes);

  // Loads and runs. Throws DeviceError: kUnavailable, kOutOfMemory (private windows), kLockstepMismatch, kDeviceLost.
  RunResult run(uint64_t max_cycles);

  // After run(): the signature; of the private window one for each lane, otherwise one for all, under the lowest.
  std::map<unsigned, std::vector<std::byte>> signatures() const;

 private:
  void load();
  void load_private(const driver::KernelImage::Segment& segment);
  void start();
  uint32_t private_address(uint32_t offset, unsigned lane) const;
  void collect(Verdicts& verdicts);
  void check_lockstep() const;
  bool done() const;
  void stop();
  void note_fault(RunResult& result);
  void note_endless(RunResult& result);

  driver::Backend& device_;
  const Program& program_;
  LaneMask lanes_;
  LaneMask ended_ = 0;  // by hd.exit
  driver::DeviceShape shape_;
};

}  // namespace heddle::exec
