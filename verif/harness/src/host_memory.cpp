#include "host_memory.h"

namespace heddle::harness {

HostMemory::HostMemory(const AxiMemory::Settings& settings)
    : checker_settings_{.beat_bytes = settings.beat_bytes, .ids = 2},
      memory_(settings, pages_),
      port_(memory_),
      checker_(checker_settings_) {}

uint32_t HostMemory::address(uint64_t host) {
  static_assert(kBytes == uint64_t{1} << 31 && kBase % SparseMemory::kPageBytes == 0);
  if (contains(host, 1)) return SparseMemory::kBase + static_cast<uint32_t>(host - kBase);
  return static_cast<uint32_t>(host) & (SparseMemory::kBase - 1);
}

void HostMemory::read(uint64_t address, std::span<std::byte> bytes) const {
  pages_.read(HostMemory::address(address), bytes);
}

void HostMemory::write(uint64_t address, std::span<const std::byte> bytes) {
  pages_.write(HostMemory::address(address), bytes);
}

void HostMemory::set_error_range(uint64_t first, uint64_t last, unsigned response) {
  memory_.set_error_range(address(first), address(last), response);
}

void HostMemory::reset() {
  memory_.reset();
  port_.reset();
  checker_ = AxiChecker(checker_settings_);
}

}  // namespace heddle::harness
