#include "heddle/driver/output_ring.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

#include "heddle_stdout.h"

namespace heddle::driver {
namespace {

/// More than any program asks for: beyond it the header is not a header any more.
constexpr uint32_t kLargestRing = 1U << 24;

}  // namespace

KernelOutput drain_output_ring(const MemoryAccess& memory, uint32_t base) {
  hd_stdout ring{};
  memory.read(base, std::as_writable_bytes(std::span(&ring, 1)));
  if (ring.magic != HD_STDOUT_MAGIC || ring.capacity > kLargestRing) return {};
  KernelOutput output;
  output.dropped_bytes = ring.dropped;
  std::vector<char> text(std::min(ring.head, ring.capacity));
  if (!text.empty()) {
    memory.read(ring.data, std::as_writable_bytes(std::span(text)));
    // Bytes that were reserved and never written, by a launch that was stopped.
    std::ranges::copy_if(text, std::back_inserter(output.text), [](char c) { return c != '\0'; });
    std::ranges::fill(text, '\0');
    memory.write(ring.data, std::as_bytes(std::span(text)));
  }
  if (ring.head != 0 || ring.dropped != 0) {
    ring.head = ring.dropped = 0;
    memory.write(base, std::as_bytes(std::span(&ring, 1)));
  }
  return output;
}

}  // namespace heddle::driver
