#include "heddle/host/dma_engine.h"

#include <algorithm>
#include <span>
#include <vector>

#include "heddle/generated/memory_map.h"

namespace heddle::host {
namespace {

using host_dma::Cause;

constexpr std::uint64_t kPageBytes = 4096;
constexpr unsigned kBurstBeats = 16;
constexpr std::uint32_t kFlags =
    host_dma::flags::kDirection.mask() | host_dma::flags::kNotify.mask() | host_dma::flags::kFence.mask();

std::uint32_t word(std::span<const std::uint8_t> bytes, std::uint32_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{bytes[at + i]} << 8 * i;
  return value;
}

bool in_device_memory(std::uint64_t first, std::uint64_t bytes) {
  return first >= memory_map::kDeviceBase && first + bytes <= std::uint64_t{1} << 32;
}

}  // namespace

std::uint32_t DmaEngine::load(std::uint32_t offset) const {
  switch (offset) {
    case host_dma::kStatus:
      return host_dma::status::kRunning.set(running_) | host_dma::status::kDone.set(done_) |
             host_dma::status::kError.set(error_) | host_dma::status::kAborted.set(aborted_) |
             host_dma::status::kCause.set(static_cast<std::uint32_t>(cause_));
    case host_dma::kInterruptEnable: return interrupt_enable_;
    case host_dma::kRingLo: return ring_lo_;
    case host_dma::kRingHi: return ring_hi_;
    case host_dma::kRingConfig: return ring_config_;
    case host_dma::kTail: return tail_;
    case host_dma::kCompleted: return completed_;
    case host_dma::kErrorIndex: return error_index_;
    case host_dma::kCompletionLo: return completion_lo_;
    case host_dma::kCompletionHi: return completion_hi_;
    case host_dma::kCompletionConfig: return completion_config_;
    default: return 0;  // write-only
  }
}

bool DmaEngine::store(std::uint32_t offset, std::uint32_t value) {
  const host_dma::RegisterInfo& info = *host_dma::find_register(offset);
  const bool locked =
      info.access == host_dma::Access::ReadWrite ? info.locked_mask != 0 : (value & info.locked_mask) != 0;
  if (running_ && locked) return false;
  const std::uint32_t kept = value & info.mask;
  switch (offset) {
    case host_dma::kControl:
      if (running_ && host_dma::control::kAbort.get(value) != 0) {
        aborted_ = true;
        running_ = false;
      } else if (host_dma::control::kStart.get(value) != 0) {
        start();
      }
      break;
    case host_dma::kInterruptEnable: interrupt_enable_ = kept; break;
    case host_dma::kInterruptClear:
      if (host_dma::interrupt_clear::kDone.get(value) != 0) done_ = false;
      if (host_dma::interrupt_clear::kError.get(value) != 0) error_ = false;
      break;
    case host_dma::kRingLo: ring_lo_ = kept; break;
    case host_dma::kRingHi: ring_hi_ = kept; break;
    case host_dma::kRingConfig: ring_config_ = kept; break;
    case host_dma::kTail: tail_ = kept; break;
    case host_dma::kCompletionLo: completion_lo_ = kept; break;
    case host_dma::kCompletionHi: completion_hi_ = kept; break;
    case host_dma::kCompletionConfig: completion_config_ = kept; break;
    default: break;  // read-only
  }
  return true;
}

void DmaEngine::start() {
  running_ = true;
  done_ = error_ = aborted_ = false;
  cause_ = Cause::None;
  completed_ = tail_;
  current_.reset();
}

void DmaEngine::advance(std::uint64_t cycles) {
  for (std::uint64_t used = 0; running_ && used < cycles;) {
    const std::uint64_t beats = step();
    if (beats == 0) return;
    used += beats;
  }
}

std::uint64_t DmaEngine::step() {
  if (current_) return move_burst();
  if (completed_ == tail_) return 0;
  if (tail_ - completed_ > 1U << host_dma::ring_config::kSize.get(ring_config_)) {
    fail(Cause::Index, completed_);
    return 1;
  }
  const auto descriptor = fetch();
  if (!descriptor) {
    fail(Cause::Ring, completed_);
  } else if (const Cause cause = check(*descriptor); cause != Cause::None) {
    fail(cause, completed_);
  } else {
    current_ = descriptor;
  }
  return 1;
}

std::optional<DmaEngine::Descriptor> DmaEngine::fetch() {
  const std::uint32_t slot = completed_ & ((1U << host_dma::ring_config::kSize.get(ring_config_)) - 1);
  std::array<std::uint8_t, host_dma::descriptor::kSize> bytes{};
  if (host_dma::ring_config::kDevice.get(ring_config_) != 0) {
    const std::uint64_t address = std::uint64_t{ring_lo_} + slot * bytes.size();
    if (!in_device_memory(address, bytes.size())) return std::nullopt;
    device_.read(static_cast<std::uint32_t>(address), bytes);
  } else {
    const std::uint64_t address = (std::uint64_t{ring_hi_} << 32 | ring_lo_) + slot * bytes.size();
    if (!pins_.allows(address, false) || !host_.read(address, bytes)) return std::nullopt;
  }
  return Descriptor{
      .host =
          std::uint64_t{word(bytes, host_dma::descriptor::kHostHi)} << 32 | word(bytes, host_dma::descriptor::kHostLo),
      .device = word(bytes, host_dma::descriptor::kDevice),
      .bytes = word(bytes, host_dma::descriptor::kBytes),
      .flags = word(bytes, host_dma::descriptor::kFlags),
  };
}

Cause DmaEngine::check(const Descriptor& descriptor) {
  if (host_dma::flags::kDirection.get(descriptor.flags) > 1 || (descriptor.flags & ~kFlags) != 0 ||
      descriptor.bytes == 0) {
    return Cause::Descriptor;
  }
  return in_device_memory(descriptor.device, descriptor.bytes) ? Cause::None : Cause::Device;
}

std::uint64_t DmaEngine::move_burst() {
  Descriptor& left = *current_;
  const std::uint64_t size = std::min(
      {std::uint64_t{left.bytes}, kPageBytes - left.host % kPageBytes, std::uint64_t{kBurstBeats} * beat_bytes_});
  if (!pins_.allows(left.host, left.to_host())) {
    fail(Cause::Pin, completed_);
    return 1;
  }
  std::vector<std::uint8_t> bytes(size);
  if (left.to_host()) {
    device_.read(left.device, bytes);
    if (!host_.write(left.host, bytes)) {
      fail(Cause::Write, completed_);
      return 1;
    }
  } else {
    if (!host_.read(left.host, bytes)) {
      fail(Cause::Read, completed_);
      return 1;
    }
    device_.write(left.device, bytes);
  }
  left.host += size;
  left.device += static_cast<std::uint32_t>(size);
  left.bytes -= static_cast<std::uint32_t>(size);
  if (left.bytes == 0) complete();
  return (size + beat_bytes_ - 1) / beat_bytes_;
}

bool DmaEngine::write_record(std::uint32_t second) {
  if (completion_config_ == 0) return true;
  std::array<std::uint8_t, 8> record{};
  for (unsigned i = 0; i < 4; ++i) {
    record[i] = static_cast<std::uint8_t>(completed_ >> 8 * i);
    record[4 + i] = static_cast<std::uint8_t>(second >> 8 * i);
  }
  const std::uint64_t address = std::uint64_t{completion_hi_} << 32 | completion_lo_;
  return pins_.allows(address, true) && host_.write(address, record);
}

void DmaEngine::complete() {
  const bool notify = host_dma::flags::kNotify.get(current_->flags) != 0;
  current_.reset();
  ++completed_;
  if (!notify) return;
  if (write_record(0)) {
    done_ = true;
  } else {
    fail(Cause::Completion, completed_ - 1);
  }
}

void DmaEngine::fail(Cause cause, std::uint32_t index) {
  cause_ = cause;
  error_index_ = index;
  if (cause != Cause::Completion) (void)write_record(static_cast<std::uint32_t>(cause));
  current_.reset();
  error_ = true;
  running_ = false;
}

}  // namespace heddle::host
