#include "dma.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "heddle/driver/error.h"
#include "heddle/generated/host_dma.h"

namespace heddle::driver {
namespace {

constexpr uint64_t kAbortCycles = 1'000'000, kPollCycles = 100;
// How long a transfer may take that the host waits for, in steps of kWaitCycles.
constexpr uint64_t kIdleCycles = 1'000'000, kCyclesPerByte = 64, kWaitCycles = 64;
constexpr uint32_t kMessageData = 0x4844'4D00;  // bits 1:0 become the source

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t high(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

const char* cause_text(uint32_t cause) {
  switch (static_cast<host_dma::Cause>(cause)) {
    case host_dma::Cause::Descriptor: return "direction, flags or size";
    case host_dma::Cause::Device: return "outside device memory";
    case host_dma::Cause::Pin: return "host memory that is not pinned";
    case host_dma::Cause::Read: return "its source answered with an error";
    default: return "its destination answered with an error";
  }
}

}  // namespace

Dma::Dma(Backend& backend, HostBus& bus)
    : backend_(&backend),
      bus_(&bus),
      windows_(host_dma::capability::kPins.get(backend.read_register(host_dma::kBase + host_dma::kCapability))),
      block_(kStaging + kStagingBytes),
      block_address_(pin(block_)) {
  const uint64_t address = block_address_;
  set(host_dma::kRingLo, low(address));
  set(host_dma::kRingHi, high(address));
  set(host_dma::kRingConfig, kSize);
  set(host_dma::kCompletionLo, low(address + kRecord));
  set(host_dma::kCompletionHi, high(address + kRecord));
  set(host_dma::kCompletionConfig, 1);
  set(host_dma::kInterruptEnable, 3);
  set(host_dma::kMsiAddressLo, low(HostBus::kMessages));
  set(host_dma::kMsiAddressHi, high(HostBus::kMessages));
  set(host_dma::kMsiData, kMessageData);
  set(host_dma::kMsiMask, 1U << static_cast<uint32_t>(host_dma::Message::Launch));
  set(host_dma::kMsiControl, 1);
  start();
}

void Dma::set(uint32_t offset, uint32_t value) { backend_->write_register(host_dma::kBase + offset, value); }
uint32_t Dma::get(uint32_t offset) { return backend_->read_register(host_dma::kBase + offset); }

// The ring begins, empty, at `tail_`.
void Dma::start() {
  set(host_dma::kTail, tail_);
  set(host_dma::kControl, host_dma::control::kStart.set(1));
  completed_ = tail_;
  std::memcpy(block_.data() + kRecord, &tail_, sizeof tail_);
}

uint64_t Dma::pin(std::span<std::byte> memory) {
  const auto free = std::ranges::find(windows_, 0U);
  if (free == windows_.end()) {
    throw DeviceError(ErrorKind::kNoResources,
                      fmt::format("all {} windows of pinned host memory are in use", windows_.size()));
  }
  const uint64_t address = bus_->attach(memory), last = address + memory.size() - 1;
  const auto at = static_cast<uint32_t>(free - windows_.begin()) * host_dma::kPinAttrStride;
  set(host_dma::kPinFirstLo + at, low(address));
  set(host_dma::kPinFirstHi + at, high(address));
  set(host_dma::kPinLastLo + at, low(last));
  set(host_dma::kPinLastHi + at, high(last));
  set(host_dma::kPinAttr + at, host_dma::pin_attr::kR.set(1) | host_dma::pin_attr::kW.set(1));
  *free = address;
  return address;
}

void Dma::unpin(uint64_t address) {
  bus_->detach(address);
  const auto window = std::ranges::find(windows_, address);
  *window = 0;
  set(host_dma::kPinAttr + static_cast<uint32_t>(window - windows_.begin()) * host_dma::kPinAttrStride, 0);
}

void Dma::begin(uint32_t number, const Transfer& transfer) {
  open_.push_back({number, transfer});
  publish(transfer);
}

void Dma::publish(const Transfer& transfer) {
  const std::array<uint32_t, host_dma::descriptor::kSize / 4> words{
      low(transfer.host), high(transfer.host), transfer.device, transfer.bytes,
      host_dma::flags::kDirection.set(transfer.to_host) | host_dma::flags::kNotify.set(1)};
  std::memcpy(block_.data() + tail_ % kDescriptors * sizeof words, words.data(), sizeof words);
  set(host_dma::kTail, ++tail_);
}

void Dma::take_messages() {
  for (const uint32_t message : bus_->take_messages()) {
    if (static_cast<host_dma::Message>(message & 3) == host_dma::Message::Management) {
      mailbox_ = true;
    } else {
      engine_ = true;
    }
  }
}

bool Dma::mailbox_message() {
  take_messages();
  return std::exchange(mailbox_, false);
}

void Dma::rearm_mailbox() { set(host_dma::kMsiRearm, 1U << static_cast<uint32_t>(host_dma::Message::Management)); }

void Dma::note_end(const std::string& error) {
  if (open_.front().number == kOwn) {
    own_end_ = error;
  } else {
    ended_.push_back({open_.front().number, error});
  }
  open_.pop_front();
}

void Dma::take_completed() {
  for (const uint32_t now = get(host_dma::kCompleted); completed_ != now; ++completed_) note_end({});
}

void Dma::look() {
  take_messages();
  if (!std::exchange(engine_, false)) return;
  // What ends from here on sends a message of its own.
  set(host_dma::kInterruptClear, host_dma::interrupt_clear::kDone.set(1));
  const uint32_t status = get(host_dma::kStatus);
  take_completed();
  if (host_dma::status::kError.get(status) == 0) return;
  const uint32_t cause = host_dma::status::kCause.get(status);
  if (cause >= static_cast<uint32_t>(host_dma::Cause::Ring) || open_.empty()) {
    throw DeviceError(ErrorKind::kDeviceLost, fmt::format("the DMA engine stops with cause {}", cause));
  }
  note_end(fmt::format("a copy between host and device: {}", cause_text(cause)));
  // Those behind it have not been done, or in part; they are done anew.
  start();
  for (const Open& again : open_) publish(again.transfer);
}

std::vector<Dma::Ended> Dma::collect() {
  look();
  return std::exchange(ended_, {});
}

// ---- transfers that the host waits for ----

void Dma::move_own(const Transfer& transfer) {
  own_end_.reset();
  begin(kOwn, transfer);
  uint64_t limit = kIdleCycles;
  for (const Open& open : open_) limit += kCyclesPerByte * open.transfer.bytes;
  for (uint64_t used = 0; !own_end_; used += kWaitCycles) {
    if (const auto report = backend_->mismatch()) {
      throw DeviceError(ErrorKind::kLockstepMismatch, "the RTL and the golden model disagree", *report);
    }
    if (used >= limit) throw DeviceError(ErrorKind::kDeviceLost, "the DMA engine does not come to an end");
    backend_->advance(kWaitCycles);
    look();
  }
  if (!own_end_->empty()) throw DeviceError(ErrorKind::kRejected, *own_end_);
}

void Dma::read(uint32_t device, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = std::min<uint32_t>(kStagingBytes, static_cast<uint32_t>(bytes.size()));
    move_own({.host = block_address_ + kStaging, .device = device, .bytes = part, .to_host = true});
    std::memcpy(bytes.data(), block_.data() + kStaging, part);
    device += part;
    bytes = bytes.subspan(part);
  }
}

void Dma::write(uint32_t device, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = std::min<uint32_t>(kStagingBytes, static_cast<uint32_t>(bytes.size()));
    std::memcpy(block_.data() + kStaging, bytes.data(), part);
    move_own({.host = block_address_ + kStaging, .device = device, .bytes = part, .to_host = false});
    device += part;
    bytes = bytes.subspan(part);
  }
}

// ---- aborts ----

void Dma::halt() {
  set(host_dma::kControl, host_dma::control::kAbort.set(1));
  for (uint64_t used = 0; host_dma::status::kRunning.get(get(host_dma::kStatus)) != 0; used += kPollCycles) {
    if (used >= kAbortCycles) throw DeviceError(ErrorKind::kDeviceLost, "the DMA engine does not stop");
    backend_->advance(kPollCycles);
  }
}

std::vector<Dma::Ended> Dma::abort(uint32_t number) {
  halt();
  take_completed();
  std::erase_if(open_, [&](const Open& open) { return open.number == number; });
  start();
  for (const Open& again : open_) publish(again.transfer);
  return std::exchange(ended_, {});
}

void Dma::abort_all() {
  halt();
  open_.clear();
  ended_.clear();
  start();
}

}  // namespace heddle::driver
