#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace heddle::driver {

/// What went wrong, for programs; `DeviceError::what()` says it for people.
enum class ErrorKind {
  kFault,        ///< A lane trapped and the kernel had no handler (docs/architecture.md, section 7); `fault()` is set.
  kTimeout,      ///< The launch did not end within its cycles and was aborted; `fault()` is set if a lane was seen.
  kRejected,     ///< The device refused the launch registers (section 8).
  kNoResources,  ///< All contexts or queues are taken, or too much waits already.
  kAborted,      ///< The command never ran: one before it failed, or its queue was reset.
  kOutOfMemory,  ///< No gap of device memory is large enough.
  kBadElf,       ///< The file is no kernel program for this device.
  kLockstepMismatch,  ///< RTL and golden model disagree; `report()` is the one-screen account.
  kInvalidArgument,   ///< The caller asked for something that cannot be, found before the device was touched.
  kUnavailable,       ///< The back end cannot be opened (library missing, configuration unknown).
  kDeviceLost,        ///< The device stopped answering; `fault()` is set if a lane waits for memory.
};

/// The name of a kind as it appears in reports, e.g. "fault", "out of memory".
std::string_view to_string(ErrorKind kind);

/// The first fault of a launch, from the fault record registers and the kernel's debug information.
struct FaultReport {
  uint32_t cause = 0;                     ///< mcause; meaningless for a timeout.
  std::string cause_text;                 ///< In words, e.g. "store to an address outside every allocation".
  uint32_t pc = 0;                        ///< Address of the instruction.
  std::string symbol;                     ///< Function symbol that covers pc, empty if none does.
  uint32_t symbol_offset = 0;             ///< pc minus the symbol's address.
  std::string inlined;                    ///< Innermost function inlined at pc, empty if none.
  std::string file;                       ///< Source file as the compiler recorded it, empty without debug information.
  unsigned line = 0;                      ///< Source line, 0 if unknown.
  std::optional<uint32_t> address;        ///< Accessed (or jumped to) address, for the causes that have one.
  uint32_t detail = 0;                    ///< Of a fault of an engine or an mbarrier: the value of docs/copy.md.
  std::optional<uint32_t> instruction;    ///< The instruction word, for illegal instructions.
  std::string hint;                       ///< Where the address lies, or what to do; may be empty.
  std::array<uint32_t, 3> group{};        ///< Workgroup id, x y z.
  uint32_t local_linear = 0;              ///< Work-item in the workgroup, linear, x fastest.
  std::array<uint32_t, 3> local{};        ///< The same as x y z.
  unsigned lane = 0, warp = 0, core = 0;  ///< Where it ran.
};

/// Every error of the driver.
class DeviceError : public std::runtime_error {
 public:
  DeviceError(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  DeviceError(ErrorKind kind, const std::string& text, FaultReport fault)
      : std::runtime_error(text), kind_(kind), fault_(std::move(fault)) {}
  DeviceError(ErrorKind kind, const std::string& text, std::string report)
      : std::runtime_error(text), kind_(kind), report_(std::move(report)) {}

  ErrorKind kind() const { return kind_; }
  /// The fault record; set for kFault, for kTimeout where the back end saw a running lane, and for kDeviceLost where it
  /// saw a lane whose memory request is not answered.
  const std::optional<FaultReport>& fault() const { return fault_; }
  /// The lock-step checker's report; empty for other kinds.
  const std::string& report() const { return report_; }

 private:
  ErrorKind kind_;
  std::optional<FaultReport> fault_;
  std::string report_;
};

}  // namespace heddle::driver
