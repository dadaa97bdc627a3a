#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace heddle::driver {

/// What a device finds on the host's side as bus master (docs/host_port.md): memory that the driver has put there, and
/// the address that messages go to. Not thread-safe.
class HostBus {
 public:
  static constexpr uint64_t kPageBytes = 4096;
  static constexpr uint64_t kMessages = 0xFEE0'0000;

  /// Puts memory of the host at an address, which begins a page; addresses are used once. It must stay until detach().
  uint64_t attach(std::span<std::byte> memory);
  void detach(uint64_t address);

  /// The device's accesses, each within a page. False: there is nothing. Behind memory that ends within a page zeroes
  /// are read: a device reads whole beats.
  bool read(uint64_t address, std::span<std::byte> out) const;
  bool write(uint64_t address, std::span<const std::byte> in);

  /// Messages since the last call, in order.
  std::vector<uint32_t> take_messages() { return std::exchange(messages_, {}); }

 private:
  std::map<uint64_t, std::span<std::byte>> memory_;  // by address
  std::vector<uint32_t> messages_;
  uint64_t next_ = uint64_t{1} << 32;
};

}  // namespace heddle::driver
