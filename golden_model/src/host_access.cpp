#include "host_access.h"

namespace heddle::model {

const DecodedInstruction* HostWindows::fetch_slow(std::uint32_t pc) {
  const DecodedInstruction* decoded = alone_ ? memory_.fetch(warp_.identity.core, pc) : nullptr;
  code_ = memory_.fetch_window(warp_.identity.core, pc);
  return alone_ ? decoded : code_.find(pc);
}

HostWindows::Window HostWindows::look_up(std::uint32_t lowest, std::uint32_t last, bool write) {
  if (last < lowest) return {};
  const unsigned core = warp_.identity.core;
  if (lowest >= memory_map::kDeviceBase) {
    if ((lowest ^ last) >> DeviceMemory::kPageBits != 0) return {};
    for (const Memory::Range& range : write ? memory_.writable(core) : memory_.readable(core)) {
      if (range.first > lowest || last > range.last) continue;
      const std::uint32_t page_first = lowest & ~(DeviceMemory::kPageBytes - 1);
      const std::uint32_t first = std::max(page_first, range.first);
      DeviceMemory::Page* const page = device_page(lowest);
      if (page == nullptr) return {};
      return {.first = first,
              .last = std::min(page_first + (DeviceMemory::kPageBytes - 1), range.last),
              .base = page->bytes.data() + (first - page_first),
              .page = page};
    }
    return {};
  }
  const std::uint32_t scratch_size = memory_.launch(core).scratch_size;
  if (lowest >= memory_map::kScratchpadBase && last - memory_map::kScratchpadBase < scratch_size) {
    return {.first = memory_map::kScratchpadBase,
            .last = memory_map::kScratchpadBase + (scratch_size - 1),
            .base = memory_.scratchpad().data() + warp_.identity.scratch_base,
            .page = nullptr};
  }
  return {};
}

}  // namespace heddle::model
