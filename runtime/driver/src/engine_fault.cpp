#include "engine_fault.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace heddle::driver {
namespace {

// Fields of fault_value.
uint32_t code_of(uint32_t value) { return value & 15; }
uint32_t operand_of(uint32_t value) { return value >> 4 & 15; }
uint32_t identifier_of(uint32_t value) { return value >> 16; }

constexpr const char* kAfter = "it comes after a command of its workgroup that had a fault";

std::string command(const char* engine, uint32_t value, const std::string& what) {
  return fmt::format("{} command {:#06x}: {}", engine, identifier_of(value), what);
}

const char* matrix_operand(uint32_t operand) {
  constexpr std::array kNames = {"A", "B", "the scales of A", "the scales of B", "the mbarrier"};
  return operand < kNames.size() ? kNames[operand] : "an operand";
}

const char* mbarrier_operation(uint32_t operand) {
  constexpr std::array kNames = {"init", "arrive", "expect", "completion of a command", "test", "wait"};
  return operand < kNames.size() ? kNames[operand] : "operation";
}

}  // namespace

void explain_copy_fault(FaultReport& fault, uint32_t value) {
  const auto word = [&](const char* what) {
    return fmt::format("{} in word {} of the descriptor", what, fault.detail);
  };
  std::string what = "unknown fault";
  switch (code_of(value)) {
    case 1: what = kAfter; break;
    case 2: what = word("no such rank, element or direction, or something that must be zero,"); break;
    case 3: what = word("size of the tensor or box out of its limits"); break;
    case 4: what = word("misaligned address or stride"); break;
    case 5: what = word("the box or the mbarrier is not within the workgroup's scratchpad:"); break;
    case 6:
      what = "an element may not be accessed";
      fault.address = fault.detail;
      break;
    case 7:
      what = "memory refused a line";
      fault.address = fault.detail;
      break;
    default: break;
  }
  fault.cause_text = command("copy", value, what);
}

void explain_matrix_fault(FaultReport& fault, uint32_t value) {
  const char* const operand = matrix_operand(operand_of(value));
  std::string what = "unknown fault";
  switch (code_of(value)) {
    case 1: what = kAfter; break;
    case 2:
      what = fmt::format("no format of this device, or something that must be zero is not (word 0 is {:#010x})",
                         fault.detail);
      break;
    case 3:
      what = fmt::format("a tile of {} x {}, or no groups: not in steps of the array or too large",
                         fault.detail & 0xFFFF, fault.detail >> 16);
      break;
    case 4:
      what =
          fmt::format("row {}, column {}: the tile leaves its buffer, or the workgroup has not been given that buffer",
                      fault.detail & 0xFFFF, fault.detail >> 16);
      break;
    case 5: what = fmt::format("misaligned address or stride {:#x} of {}", fault.detail, operand); break;
    case 6: what = fmt::format("{} ends at {:#x}, outside the workgroup's scratchpad", operand, fault.detail); break;
    default: break;
  }
  fault.cause_text = command("matrix", value, what);
}

void explain_mbarrier_error(FaultReport& fault, uint32_t value) {
  const char* const operation = mbarrier_operation(operand_of(value));
  std::string what = "unknown error";
  switch (code_of(value)) {
    case 1: what = "address misaligned or out of the scratchpad"; break;
    case 2: what = "a count of 0 or above 32767"; break;
    case 3:
      what = "there is no mbarrier";
      fault.hint = "not initialised, or overwritten";
      break;
    case 4: what = "an arrival more than the phase has"; break;
    case 5: what = "bytes out of range"; break;
    case 15:
      what = "nothing will ever end the phase";
      fault.hint = "all work-items of the workgroup wait, and no command is under way";
      break;
    default: break;
  }
  fault.cause_text = fmt::format("mbarrier at scratchpad offset {:#x}: {}: {}", fault.detail, operation, what);
  if (identifier_of(value) != 0) fault.cause_text += fmt::format(" (command {:#06x})", identifier_of(value));
}

}  // namespace heddle::driver
