// Device memory, 0x8000_0000 to the top of the address space, in pages that exist once written. Reads of others give 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "beat_store.h"

namespace heddle::harness {

class SparseMemory final : public BeatStore {
 public:
  static constexpr uint32_t kBase = 0x8000'0000;
  static constexpr uint32_t kPageBytes = 4096;
  using Page = std::array<std::byte, kPageBytes>;

  SparseMemory();

  // True if [address, address + size) is device memory.
  static bool contains(uint32_t address, uint64_t size);

  // Precondition of both: contains(address, bytes.size()).
  void read(uint32_t address, std::span<std::byte> bytes) const;
  void write(uint32_t address, std::span<const std::byte> bytes);

  bool read_beat(uint64_t address, std::span<std::byte> out) const override;
  bool write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) override;

  // The page's content, or null where nobody wrote. `index` counts pages from kBase.
  const Page* page(uint32_t index) const { return pages_[index].get(); }
  // Indices of the pages that exist, in order of first write.
  const std::vector<uint32_t>& written_pages() const { return written_; }
  // For a fast path within one page. `address` is within device memory.
  std::byte* writable(uint32_t address);

 private:
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<uint32_t> written_;
};

}  // namespace heddle::harness
