// GDB's remote serial protocol for one hart: what gdb-multiarch needs to look at it, step it and stop it at
// breakpoints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace heddle::exec {

// The hart, as a debugger sees it. Registers: 0 to 31 are x0 to x31, 32 is the pc, kFirstCsr + n is CSR n.
struct GdbTarget {
  static constexpr unsigned kPc = 32, kFirstCsr = 65;

  std::function<std::optional<uint32_t>(unsigned number)> read_register;
  std::function<bool(unsigned number, uint32_t value)> write_register;
  std::function<std::optional<uint8_t>(uint32_t address)> read_byte;
  std::function<bool(uint32_t address, uint8_t value)> write_byte;
  // One instruction. The exit status of the program once it has ended.
  std::function<std::optional<int>()> step;
};

class GdbStub {
 public:
  explicit GdbStub(GdbTarget target) : target_(std::move(target)) {}

  // Waits on 127.0.0.1 for a debugger, and does what it says until it leaves or the program has ended; `announce` is
  // told the port (with 0 the system chooses one). True: the program has ended, or was killed; false: the debugger
  // left, and the program is to run on. Throws std::runtime_error where the port cannot be had.
  bool serve(uint16_t port, const std::function<void(uint16_t)>& announce);

  // The answer to one packet; empty: not supported.
  std::string answer(std::string_view packet);

 private:
  std::string run(bool single);
  std::string breakpoint(std::string_view packet);
  std::string registers() const;
  bool set_registers(std::string_view hex);
  std::string memory(std::string_view arguments) const;
  bool set_memory(std::string_view arguments);
  bool interrupted();

  GdbTarget target_;
  std::set<uint32_t> breakpoints_;
  std::optional<int> ended_;
  bool left_ = false, killed_ = false;
  int connection_ = -1;
};

}  // namespace heddle::exec
