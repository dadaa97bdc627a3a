#include "heddle/model/memory.h"

#include <algorithm>

#include "heddle/generated/memory_map.h"

namespace heddle::model {

namespace {

// [first, last] lies within one of the ranges.
bool within(std::span<const Memory::Range> ranges, std::uint32_t first, std::uint32_t last) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Memory::Range& range) { return range.first <= first && last <= range.last; });
}

// [offset, offset + size) lies within `bytes`.
bool fits(std::uint32_t offset, unsigned size, std::uint32_t bytes) { return bytes >= size && offset <= bytes - size; }

Cause misaligned_cause(AccessKind kind) {
  return kind == AccessKind::kLoad || kind == AccessKind::kLr ? Cause::kLoadMisaligned : Cause::kStoreMisaligned;
}

Cause access_cause(AccessKind kind) {
  return kind == AccessKind::kLoad || kind == AccessKind::kLr ? Cause::kLoadAccess : Cause::kStoreAccess;
}

bool is_atomic(AccessKind kind) {
  return kind == AccessKind::kAmo || kind == AccessKind::kLr || kind == AccessKind::kSc;
}

std::uint32_t low_bytes(std::uint32_t data, unsigned size) { return size == 4 ? data : data & ((1u << 8 * size) - 1); }

}  // namespace

std::uint32_t amo_result(AmoKind kind, std::uint32_t old_word, std::uint32_t operand) {
  const auto old_signed = static_cast<std::int32_t>(old_word);
  const auto operand_signed = static_cast<std::int32_t>(operand);
  switch (kind) {
    case AmoKind::kSwap: return operand;
    case AmoKind::kAdd: return old_word + operand;
    case AmoKind::kXor: return old_word ^ operand;
    case AmoKind::kAnd: return old_word & operand;
    case AmoKind::kOr: return old_word | operand;
    case AmoKind::kMin: return old_signed < operand_signed ? old_word : operand;
    case AmoKind::kMax: return old_signed > operand_signed ? old_word : operand;
    case AmoKind::kMinu: return std::min(old_word, operand);
    case AmoKind::kMaxu: return std::max(old_word, operand);
  }
  throw ModelError("amo_result: no such operation");
}

Memory::Memory(const Shape& shape)
    : shape_(shape),
      scratchpad_(shape.scratchpad_bytes),
      accumulators_(std::size_t{2} * shape.buffer_rows() * shape.buffer_rows()),
      device_reservations_(shape.warp_slots()),
      scratchpad_reservations_(shape.warp_slots()),
      of_core_(shape.cores, view_of({})),
      windows_(shape.cores) {}

std::shared_ptr<const Memory::View> Memory::view_of(const Launch& launch) {
  auto view = std::make_shared<View>();
  view->launch = launch;
  for (const Region& region : launch.regions) {
    if (region.base > region.last) continue;
    const Range range{region.base, region.last};
    if (region.read) view->readable.push_back(range);
    if (region.write) view->writable.push_back(range);
    if (region.read && region.write) view->atomic.push_back(range);
    if (region.execute) view->executable.push_back(range);
  }
  return view;
}

void Memory::set_launch(const Launch& launch) {
  of_core_.assign(of_core_.size(), view_of(launch));
  windows_.assign(windows_.size(), {});
  device_reservations_.clear_all();
  scratchpad_reservations_.clear_all();
}

void Memory::clear_scratchpad() {
  std::ranges::fill(scratchpad_, std::uint8_t{0});
  std::ranges::fill(accumulators_, 0U);
}

void Memory::set_launch(unsigned core, const Launch& launch) {
  of_core_.at(core) = view_of(launch);
  windows_[core] = {};
  for (unsigned slot = core * shape_.warps; slot < (core + 1) * shape_.warps; ++slot) {
    device_reservations_.clear(slot);
    scratchpad_reservations_.clear(slot);
  }
}

std::uint32_t Memory::read_word(Location place) const {
  if (place.space == Space::kDevice) return device_.read_word(place.address);
  if (place.space == Space::kAccumulators) return accumulators_.at(place.address / 4);
  std::uint32_t word;
  std::memcpy(&word, &scratchpad_.at(place.address & ~3u), 4);
  return word;
}

std::uint32_t Memory::read(Location place, unsigned size) const {
  return low_bytes(read_word(place) >> (8 * (place.address & 3)), size);
}

void Memory::write_word(Location place, std::uint32_t data, unsigned strobe) {
  if (strobe == 0) return;
  const std::uint32_t word = place.address & ~3u;
  if (place.space == Space::kAccumulators) {
    accumulators_.at(word / 4) = data;  // there are only whole words
    return;
  }
  if (place.space == Space::kDevice) {
    device_.write_word(word, data, strobe);
  } else {
    for (unsigned byte = 0; byte < 4; ++byte) {
      if ((strobe >> byte & 1) != 0) scratchpad_.at(word + byte) = static_cast<std::uint8_t>(data >> (8 * byte));
    }
  }
  reservations(place.space).written(word, 4);
}

void Memory::write(Location place, std::uint32_t data, unsigned size) {
  const unsigned byte = place.address & 3;
  write_word(place, data << (8 * byte), ((1u << size) - 1) << byte);
}

std::uint32_t Memory::amo(Location place, AmoKind kind, std::uint32_t operand) {
  const std::uint32_t old_word = read_word(place);
  write_word(place, amo_result(kind, old_word, operand));
  return old_word;
}

std::uint32_t Memory::load_reserved(Location place, unsigned warp_slot, unsigned lane) {
  reservations(place.space).reserve(warp_slot, lane, place.address);
  return read_word(place);
}

bool Memory::store_conditional(Location place, unsigned warp_slot, unsigned lane, std::uint32_t data) {
  if (!reservations(place.space).holds(warp_slot, lane, place.address)) return false;
  write_word(place, data);
  return true;
}

std::uint32_t Memory::private_address(const Warp& warp, unsigned lane, std::uint32_t offset) const {
  const Launch& launch = of_core_[warp.identity.core]->launch;
  const std::uint32_t row = warp.global_slot() * (launch.private_size / 4) + offset / 4;
  return launch.private_base + (row * shape_.lanes + lane) * 4 + offset % 4;
}

Translation Memory::locate(const Warp& warp, unsigned lane, std::uint32_t address, unsigned size,
                           AccessKind kind) const {
  const auto trap = [](Cause cause) { return Translation{.ok = false, .cause = cause, .location = {}}; };
  const auto at = [](Space space, std::uint32_t physical) {
    return Translation{.ok = true, .cause = {}, .location = {space, physical}};
  };
  if ((address & (size - 1)) != 0) return trap(misaligned_cause(kind));
  const View& view = *of_core_[warp.identity.core];
  if (memory_map::in_scratchpad(address)) {
    const std::uint32_t offset = address - memory_map::kScratchpadBase;
    if (!fits(offset, size, view.launch.scratch_size)) return trap(access_cause(kind));
    return at(Space::kScratchpad, warp.identity.scratch_base + offset);
  }
  if (memory_map::in_accumulator(address)) {
    const std::uint32_t offset = address - memory_map::kAccumulatorBase;
    if (is_atomic(kind) || size != 4 || !fits(offset, size, view.launch.accumulators * shape_.buffer_bytes())) {
      return trap(access_cause(kind));
    }
    return at(Space::kAccumulators, warp.identity.first_buffer * shape_.buffer_bytes() + offset);
  }
  if (memory_map::in_private(address)) {
    const std::uint32_t offset = address - memory_map::kPrivateBase;
    if (is_atomic(kind) || !fits(offset, size, view.launch.private_size)) return trap(access_cause(kind));
    return at(Space::kDevice, private_address(warp, lane, offset));
  }
  if (memory_map::in_device(address)) {
    const std::vector<Range>& ranges = kind == AccessKind::kLoad || kind == AccessKind::kLr ? view.readable
                                       : kind == AccessKind::kStore                         ? view.writable
                                                                                            : view.atomic;
    if (within(ranges, address, address + size - 1)) return at(Space::kDevice, address);
  }
  return trap(access_cause(kind));
}

Translation Memory::locate_for_engine(const Warp& warp, std::uint32_t address, unsigned bytes,
                                      unsigned alignment) const {
  if (address % alignment != 0) return {.ok = false, .cause = Cause::kStoreMisaligned, .location = {}};
  const std::uint32_t offset = address - memory_map::kScratchpadBase;
  if (!memory_map::in_scratchpad(address) || !fits(offset, bytes, of_core_[warp.identity.core]->launch.scratch_size)) {
    return {.ok = false, .cause = Cause::kStoreAccess, .location = {}};
  }
  return {.ok = true, .cause = {}, .location = {Space::kScratchpad, warp.identity.scratch_base + offset}};
}

bool Memory::may_access(unsigned core, std::uint32_t address, std::uint32_t size, bool write) const {
  const View& view = *of_core_[core];
  return memory_map::in_device(address) && within(write ? view.writable : view.readable, address, address + (size - 1));
}

bool Memory::may_fetch(unsigned core, std::uint32_t pc) const {
  return !refuse_fetches_ && memory_map::in_device(pc) && within(of_core_[core]->executable, pc, pc + 3);
}

Memory::FetchWindow Memory::fetch_window(unsigned core, std::uint32_t pc) const {
  if (!may_fetch(core, pc)) return {};
  const DeviceMemory::Page* page = device_.find_page(pc);
  if (page == nullptr || page->decoded == nullptr) return {};
  const std::vector<Range>& executable = of_core_[core]->executable;
  const auto range = std::find_if(executable.begin(), executable.end(),
                                  [&](const Range& r) { return r.first <= pc && pc + 3 <= r.last; });
  // The words of pc's page that this region covers; the window starts at a word of its own.
  const std::uint32_t page_first = pc & ~(DeviceMemory::kPageBytes - 1);
  const std::uint32_t page_last = page_first + (DeviceMemory::kPageBytes - 1);
  const std::uint32_t first = std::max({page_first, (range->first + 3) & ~3u, memory_map::kDeviceBase});
  const std::uint32_t last = std::min(page_last, range->last);
  return {.base = first, .bytes = (last - first + 1) & ~3u, .decoded = page->decoded.get() + (first - page_first) / 4};
}

const DecodedInstruction* Memory::fetch_slow(unsigned core, std::uint32_t pc) {
  if (!may_fetch(core, pc)) return nullptr;
  const DecodedInstruction* decoded = &device_.decoded(pc);
  windows_[core] = fetch_window(core, pc);
  return decoded;
}

}  // namespace heddle::model
