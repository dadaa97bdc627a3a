// Runs a bare-metal program on the management core's golden model and waits for what it writes to tohost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "bare_metal.h"
#include "gdb_stub.h"
#include "heddle/management/machine.h"
#include "heddle/model/device_memory.h"
#include "program.h"

namespace heddle::exec {

// A trap of the management core that nothing handled: cause, pc and value as in mcause, mepc and mtval.
void note_unhandled_trap(RunResult& result, const Program& program, uint32_t cause, uint32_t pc, uint32_t value);

class ManagementCore {
 public:
  // `sram_bytes`: of the configuration. Throws DeviceError(kBadElf): the program has segments in the private window.
  ManagementCore(const Program& program, uint32_t sram_bytes);

  // Loads and runs. One instruction or interrupt is a cycle. The verdict is that of lane 0.
  RunResult run(uint64_t max_cycles);
  // The same under a debugger, which waits at `port` of 127.0.0.1 before the first instruction.
  RunResult debug(uint64_t max_cycles, uint16_t port, const std::function<void(uint16_t)>& announce);

  // After run().
  std::vector<std::byte> signature() const;

 private:
  void load();
  bool step(RunResult& result, uint64_t max_cycles);
  void finish(RunResult& result, std::chrono::steady_clock::time_point begin);
  GdbTarget gdb_target(RunResult& result, uint64_t max_cycles);
  // What the program's store, if it is one, says.
  void collect(const management::Retirement& record, Verdicts& verdicts) const;

  const Program& program_;
  model::DeviceMemory memory_;
  management::Machine machine_;
  uint64_t cycles_ = 0;
};

}  // namespace heddle::exec
