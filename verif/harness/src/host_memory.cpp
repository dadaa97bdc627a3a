#include "host_memory.h"

namespace heddle::harness {

namespace {

// The address in the memory underneath.
uint32_t inside(uint64_t host) { return SparseMemory::kBase + static_cast<uint32_t>(host - HostMemory::kBase); }

}  // namespace

HostMemory::HostMemory(const AxiMemory::Settings& settings)
    : checker_settings_{.beat_bytes = settings.beat_bytes, .ids = 2},
      memory_(settings, *this),
      port_(memory_),
      checker_(checker_settings_) {
  static_assert(kBytes == uint64_t{1} << 31 && kBase % SparseMemory::kPageBytes == 0);
}

bool HostMemory::read_beat(uint64_t address, std::span<std::byte> out) const {
  if (side_ != nullptr) return side_->read(address, out);
  if (!contains(address, out.size())) return false;
  pages_.read(inside(address), out);
  return true;
}

bool HostMemory::write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) {
  if (side_ == nullptr) return contains(address, in.size()) && pages_.write_beat(inside(address), in, strobe);
  // Each run of bytes that are written.
  bool okay = true;
  for (unsigned first = 0; first < in.size(); ++first) {
    if (!strobe_bit(strobe, first)) continue;
    unsigned end = first + 1;
    while (end < in.size() && strobe_bit(strobe, end)) ++end;
    okay = side_->write(address + first, in.subspan(first, end - first)) && okay;
    first = end;
  }
  return okay;
}

void HostMemory::read(uint64_t address, std::span<std::byte> bytes) const { pages_.read(inside(address), bytes); }

void HostMemory::write(uint64_t address, std::span<const std::byte> bytes) { pages_.write(inside(address), bytes); }

void HostMemory::set_error_range(uint64_t first, uint64_t last, unsigned response) {
  memory_.set_error_range(first, last, response);
}

void HostMemory::reset() {
  memory_.reset();
  port_.reset();
  checker_ = AxiChecker(checker_settings_);
}

}  // namespace heddle::harness
