// What a list of descriptors does, written from docs/host_port.md.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "memory_port.h"

namespace heddle::bridge_test {

using Pages = std::map<std::uint64_t, MemoryPort::Page>;

struct Descriptor {
  std::uint64_t host = 0;
  std::uint32_t device = 0;
  std::uint32_t bytes = 0;
  std::uint32_t flags = 0;

  bool to_host() const { return (flags & 3) == 1; }
  bool notify() const { return (flags & 0x10) != 0; }
};

struct Pin {
  std::uint64_t first = 0, last = 0;  // addresses in the first and the last page
  bool r = false, w = false;
};

struct Environment {
  std::vector<Pin> pins;
  std::set<std::uint64_t> host_read_errors, host_write_errors, device_read_errors, device_write_errors;  // pages

  bool pinned(std::uint64_t page, bool write) const;
};

// Causes (host_dma::Cause) one of which must be reported for the descriptor; empty: it completes.
std::set<unsigned> causes_of(const Descriptor& descriptor, const Environment& environment);
// Moves its bytes.
void carry_out(const Descriptor& descriptor, Pages& host, Pages& device);

}  // namespace heddle::bridge_test
