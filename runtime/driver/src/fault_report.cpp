#include "heddle/driver/fault_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine_fault.h"
#include "heddle/generated/causes.h"
#include "heddle/generated/memory_map.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kNullPage = 4096;
/// Below the private window nothing is mapped; a frame of this size at most is still recognised as the stack's.
constexpr uint32_t kStackReach = 16U << 20;

bool in_window(uint32_t address, uint32_t base, uint32_t size) { return address - base < size; }

std::string bytes_text(uint64_t bytes) { return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s"); }

/// Says where `address` lies among the program's segments and the allocations.
std::string neighbourhood(uint32_t address, const FaultContext& context) {
  for (const KernelImage::Segment& segment : context.image.segments()) {
    if (address - segment.address < segment.memory_bytes) {
      return fmt::format("the address is in the program's {}",
                         segment.execute ? "code" : (segment.write ? "data" : "read-only data"));
    }
  }
  const auto owner = context.allocator.find(address);
  if (owner && !owner->kernel_access)
    return fmt::format("the address is in the {}, which the driver keeps", owner->label);
  const auto near = context.allocator.nearest(address);
  if (!near) return "nothing is allocated";
  const std::string name = near->label.empty() ? std::string() : fmt::format(" '{}'", near->label);
  const std::string block =
      fmt::format("the allocation{} of {} at {:#010x}", name, bytes_text(near->bytes), near->base);
  if (address < near->base) return fmt::format("{} before {}", bytes_text(near->base - address), block);
  if (address > near->last()) return fmt::format("{} past the end of {}", bytes_text(address - near->last()), block);
  return fmt::format("partly inside {}", block);
}

void explain_access(FaultReport& fault, uint32_t address, const FaultContext& context) {
  const std::string access = static_cast<Cause>(fault.cause) == Cause::kLoadAccess ? "load from" : "store to";
  using namespace memory_map;
  if (address < kPrivateBase && kPrivateBase - address <= kStackReach) {
    fault.cause_text = "stack overflow";
    fault.hint = fmt::format(
        "{} below the private window; each lane has {} of private memory: launch with more, or use less stack",
        bytes_text(kPrivateBase - address), bytes_text(context.private_bytes));
  } else if (in_window(address, kPrivateBase, kPrivateSize)) {
    const uint32_t offset = address - kPrivateBase;
    if (offset < context.private_bytes) {
      fault.cause_text = "atomic access to private memory";
      fault.hint = "atomics work on device memory and on the scratchpad";
    } else {
      fault.cause_text = access + " an address past the private window";
      fault.hint = fmt::format("offset {} in a window of {}", offset, bytes_text(context.private_bytes));
    }
  } else if (in_window(address, kScratchpadBase, kScratchpadSize)) {
    fault.cause_text = access + " an address outside the workgroup's scratchpad";
    fault.hint = fmt::format("offset {} in a scratchpad allocation of {}", address - kScratchpadBase,
                             bytes_text(context.scratch_bytes));
  } else if (in_window(address, kDeviceBase, kDeviceSize)) {
    // What the kernel may read, and only that: its program and its arguments.
    const auto block = context.allocator.find(address);
    bool readable_only = block && block->base == context.args_base;
    for (const KernelImage::Segment& segment : context.image.segments()) {
      readable_only |= address - segment.address < segment.memory_bytes;
    }
    fault.cause_text =
        access + (!readable_only                                          ? " an address outside every allocation"
                  : static_cast<Cause>(fault.cause) == Cause::kLoadAccess ? " memory that may not be read"
                                                                          : " read-only memory");
    fault.hint = neighbourhood(address, context);
  } else if (address < kNullPage) {
    fault.cause_text = access + " an address outside every allocation";
    fault.hint = "a null pointer";
  } else {
    fault.cause_text = access + " an address outside every allocation";
    fault.hint = "nothing is mapped there";
  }
}

}  // namespace

void explain_fault(FaultReport& fault, const FaultContext& context) {
  const uint32_t value = fault.address.value_or(0);
  fault.address.reset();
  switch (static_cast<Cause>(fault.cause)) {
    case Cause::kInstructionMisaligned:
      fault.cause_text = "jump to a misaligned address";
      fault.address = value;
      break;
    case Cause::kInstructionAccess:
      fault.cause_text = "jump to an address that holds no code";
      fault.address = value;
      if (value < kNullPage) fault.hint = "a call through a null function pointer, or a return to nowhere";
      break;
    case Cause::kIllegalInstruction:
      fault.cause_text = "illegal instruction";
      fault.instruction = value;
      fault.hint = value == 0 ? "all zeroes: __builtin_trap, __builtin_unreachable, or no code at all"
                              : "not an instruction of this device; was the program built for it?";
      break;
    case Cause::kBreakpoint:
      fault.cause_text = "breakpoint (ebreak)";
      fault.hint = "abort(), a failed assert, or a trap the kernel asked for";
      break;
    case Cause::kLoadMisaligned:
    case Cause::kStoreMisaligned:
      fault.cause_text =
          static_cast<Cause>(fault.cause) == Cause::kLoadMisaligned ? "misaligned load" : "misaligned store";
      fault.address = value;
      fault.hint = value % 2 != 0 ? "the address is odd" : "the address is no multiple of 4";
      break;
    case Cause::kLoadAccess:
    case Cause::kStoreAccess:
      fault.address = value;
      explain_access(fault, value, context);
      break;
    case Cause::kEnvironmentCall: fault.cause_text = "environment call (ecall) that nothing handles"; break;
    case Cause::kCollectiveDeadlock:
      fault.cause_text = "collective that can never complete";
      fault.hint = fmt::format(
          "lanes wait in a .sync vote or shuffle for the lanes of mask {:#x}, of which some wait at a barrier or at "
          "another collective",
          value);
      break;
    case Cause::kWritebackRefused:
      if (value == 0) {
        fault.cause_text = "memory answered what the device had not asked";
        fault.hint = "results of this launch are not to be trusted";
        return;
      }
      fault.cause_text = "memory refused to take a line back from the cache";
      fault.address = value;
      fault.hint = neighbourhood(value, context);
      return;
    case Cause::kCopyEngine: explain_copy_fault(fault, value); break;
    case Cause::kMatrixEngine: explain_matrix_fault(fault, value); break;
    case Cause::kMbarrier: explain_mbarrier_error(fault, value); break;
    default: fault.cause_text = fmt::format("trap with unknown cause {}", fault.cause); break;
  }
  locate_lane(fault, context);
}

void locate_lane(FaultReport& fault, const FaultContext& context) {
  const SourceLocation location = context.image.locate(fault.pc);
  fault.symbol = location.symbol;
  fault.symbol_offset = location.symbol_offset;
  fault.inlined = location.inlined;
  fault.file = location.file;
  fault.line = location.line;
  const uint32_t width = std::max(context.workgroup[0], 1U);
  const uint32_t height = std::max(context.workgroup[1], 1U);
  fault.local = {fault.local_linear % width, fault.local_linear / width % height, fault.local_linear / width / height};
}

namespace {

/// The path as short as it can be said from here.
std::string readable(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const std::string absolute = fs::path(file).lexically_normal().string();
  const std::string relative = fs::path(absolute).lexically_relative(fs::current_path(error)).string();
  return !error && !relative.empty() && relative.size() < absolute.size() ? relative : absolute;
}

}  // namespace

std::string place_text(const FaultReport& fault) {
  std::string text = fmt::format("pc {:#010x}", fault.pc);
  if (!fault.symbol.empty()) text += fmt::format(" in {}+{:#x}", fault.symbol, fault.symbol_offset);
  if (!fault.inlined.empty()) text += fmt::format(" (inlined {})", fault.inlined);
  if (!fault.file.empty()) {
    text += fmt::format(" at {}:{}", readable(fault.file), fault.line);
  }
  return text;
}

std::string fault_text(const std::string& subject, const FaultReport& fault) {
  std::string text = fmt::format("{}: {}", subject, fault.cause_text);
  if (fault.address) text += fmt::format(", address {:#010x}", *fault.address);
  if (fault.instruction) text += fmt::format(" {:#010x}", *fault.instruction);
  if (!fault.hint.empty()) text += fmt::format(" ({})", fault.hint);
  if (static_cast<Cause>(fault.cause) == Cause::kWritebackRefused) {
    return fault.address ? text + "; which store wrote it is not known any more" : text;
  }
  text += fmt::format("; {}; workgroup ({}, {}, {}), work-item ({}, {}, {}), lane {} of warp {} on core {}",
                      place_text(fault), fault.group[0], fault.group[1], fault.group[2], fault.local[0], fault.local[1],
                      fault.local[2], fault.lane, fault.warp, fault.core);
  return text;
}

}  // namespace heddle::driver
