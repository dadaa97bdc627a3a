#include "heddle/model/device_memory.h"

#include <algorithm>

namespace heddle::model {

namespace {

constexpr std::uint32_t offset_of(std::uint32_t address) { return address & (DeviceMemory::kPageBytes - 1); }

}  // namespace

DeviceMemory::DeviceMemory() : table_(std::size_t{1} << (32 - kPageBits)) {}

DeviceMemory::Page& DeviceMemory::touch_page(std::uint32_t address) {
  std::unique_ptr<Page>& page = table_[address >> kPageBits];
  if (!page) page = std::make_unique<Page>();
  return *page;
}

void DeviceMemory::read(std::uint32_t address, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const std::uint32_t offset = offset_of(address);
    const std::size_t chunk = std::min<std::size_t>(out.size(), kPageBytes - offset);
    if (const Page* page = find_page(address)) {
      std::copy_n(page->bytes.begin() + offset, chunk, out.begin());
    } else {
      std::fill_n(out.begin(), chunk, std::uint8_t{0});
    }
    address += static_cast<std::uint32_t>(chunk);
    out = out.subspan(chunk);
  }
}

void DeviceMemory::write(std::uint32_t address, std::span<const std::uint8_t> in) {
  while (!in.empty()) {
    const std::uint32_t offset = offset_of(address);
    const std::size_t chunk = std::min<std::size_t>(in.size(), kPageBytes - offset);
    Page& page = touch_page(address);
    std::copy_n(in.begin(), chunk, page.bytes.begin() + offset);
    if (page.decoded) {
      for (std::size_t word = offset / 4; word <= (offset + chunk - 1) / 4; ++word) page.decoded[word].valid = false;
    }
    address += static_cast<std::uint32_t>(chunk);
    in = in.subspan(chunk);
  }
}

std::uint32_t DeviceMemory::read_word(std::uint32_t address) const {
  const Page* page = find_page(address);
  if (page == nullptr) return 0;
  std::uint32_t word;
  std::memcpy(&word, page->bytes.data() + (offset_of(address) & ~3u), 4);
  return word;
}

void DeviceMemory::write_word(std::uint32_t address, std::uint32_t data, unsigned strobe) {
  Page& page = touch_page(address);
  const std::uint32_t offset = offset_of(address) & ~3u;
  for (unsigned byte = 0; byte < 4; ++byte) {
    if ((strobe >> byte & 1) != 0) page.bytes[offset + byte] = static_cast<std::uint8_t>(data >> (8 * byte));
  }
  if (page.decoded) page.decoded[offset / 4].valid = false;
}

DecodedInstruction* DeviceMemory::decoded_page(std::uint32_t pc) {
  Page& page = touch_page(pc);
  if (!page.decoded) page.decoded = std::make_unique<DecodedInstruction[]>(kPageBytes / 4);
  return page.decoded.get();
}

const DecodedInstruction& DeviceMemory::decoded(std::uint32_t pc) {
  DecodedInstruction& entry = decoded_page(pc)[offset_of(pc) / 4];
  if (!entry.valid) entry = decode_instruction(read_word(pc));
  return entry;
}

void DeviceMemory::Page::forget_decoded() {
  if (!decoded) return;
  for (std::size_t word = 0; word < kPageBytes / 4; ++word) decoded[word].valid = false;
}

void DeviceMemory::copy_from(const DeviceMemory& other) {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    if (other.table_[i] != nullptr) {
      if (table_[i] == nullptr) table_[i] = std::make_unique<Page>();
      table_[i]->bytes = other.table_[i]->bytes;
      table_[i]->forget_decoded();
    } else if (table_[i] != nullptr) {
      table_[i]->bytes.fill(0);
      table_[i]->forget_decoded();
    }
  }
}

void DeviceMemory::clear() {
  for (const std::unique_ptr<Page>& page : table_) {
    if (page == nullptr) continue;
    page->bytes.fill(0);
    page->forget_decoded();
  }
}

}  // namespace heddle::model
