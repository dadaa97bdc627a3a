// What the host has of the device: registers, memory, its own memory, BAR2.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/generated/registers.h"
#include "verilated_device.h"

namespace heddle::harness {

namespace {

constexpr uint32_t kBlockBytes = regs::launches::kStrideValue;  // from the registers of a launch slot to the next one's

}  // namespace

// ---- host port ----

void VerilatedDevice::await_host(const char* what, uint32_t offset) {
  for (unsigned i = 0; host_.busy(); ++i) {
    if (i == kRegisterTimeout) {
      throw HangError(fmt::format("a register {} at offset {:#05x} was not answered within {} cycles", what, offset,
                                  kRegisterTimeout));
    }
    cycle();
  }
}

bool VerilatedDevice::transact_write(uint32_t offset, uint32_t value) {
  host_.start_write(offset, value);
  await_host("write", offset);
  return host_.okay();
}

bool VerilatedDevice::transact_read(uint32_t offset, uint32_t& value) {
  host_.start_read(offset);
  await_host("read", offset);
  value = host_.data();
  return host_.okay();
}

uint32_t VerilatedDevice::read_register(uint32_t offset) {
  uint32_t value = 0;
  const bool okay = transact_read(offset, value);
  // The launch may end while the access is made.
  if (sink_.ended != 0) finish_launches();
  if (!okay) {
    throw RegisterAccessError(fmt::format("the device refuses a read of register offset {:#05x}", offset), offset,
                              false);
  }
  return value;
}

std::pair<unsigned, uint32_t> VerilatedDevice::place_of(uint32_t offset) const {
  const unsigned slot = offset / kBlockBytes;
  if (slot >= configuration_.launches) return {0, offset};
  return {slot, offset % kBlockBytes};
}

void VerilatedDevice::note_control(unsigned slot, uint32_t value) {
  const bool running = (running_ >> slot & 1) != 0;
  if (regs::control::kStart.get(value) != 0 && !running) {
    running_ |= 1U << slot;
    last_progress_cycle_ = cycle_;
    writes_.clear(slot);
    share_memory();
    if (options_.lockstep) checkers_[slot]->begin_launch(registers_[slot].launch());
  }
  if (regs::control::kAbort.get(value) != 0 && options_.lockstep) checkers_[slot]->abort_launch();
}

void VerilatedDevice::management_wrote(uint32_t offset, uint32_t value) {
  const auto [slot, own] = place_of(offset);
  if (own != regs::kControl) {
    registers_[slot].written(own, value);
    return;
  }
  // The end of a launch is read through the host port, which takes some cycles (finish_launches).
  if (regs::control::kStart.get(value) != 0 && (running_ >> slot & 1) != 0 && !bus_.error) {
    bus_.error = std::make_exception_ptr(RtlError(
        fmt::format("cycle {}: the management core starts a launch before the end of the last one was read", cycle_)));
  }
  note_control(slot, value);
}

void VerilatedDevice::write_register(uint32_t offset, uint32_t value) {
  // The first warp may run before the write is answered.
  const auto [slot, own] = place_of(offset);
  if (own == regs::kControl) note_control(slot, value);
  const bool okay = transact_write(offset, value);
  if (okay && own != regs::kControl) registers_[slot].written(own, value);
  if (sink_.ended != 0) finish_launches();
  if (!okay) {
    throw RegisterAccessError(
        fmt::format("the device refuses a write of {:#010x} to register offset {:#05x}", value, offset), offset, true);
  }
}

// ---- memory ----

void VerilatedDevice::read_memory(uint32_t address, std::span<std::byte> bytes) {
  if (!SparseMemory::contains(address, bytes.size())) {
    throw MemoryRangeError(fmt::format("{} bytes at {:#010x} are not device memory", bytes.size(), address));
  }
  dram_.read(address, bytes);
}

void VerilatedDevice::write_memory(uint32_t address, std::span<const std::byte> bytes) {
  if (!SparseMemory::contains(address, bytes.size())) {
    throw MemoryRangeError(fmt::format("{} bytes at {:#010x} are not device memory", bytes.size(), address));
  }
  dram_.write(address, bytes);
  if (management_) management_->load(address, bytes);
  for (const auto& checker : checkers_) {
    checker->memory().device().write(address, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
}

HostMemory& VerilatedDevice::host_memory(uint64_t address, uint64_t size) {
  if (!host_memory_ || !HostMemory::contains(address, size)) {
    throw MemoryRangeError(fmt::format("{} bytes at {:#x} are not host memory{}", size, address,
                                       host_memory_ ? "" : ": the configuration has no host_dma"));
  }
  return *host_memory_;
}

void VerilatedDevice::read_host_memory(uint64_t address, std::span<std::byte> bytes) {
  host_memory(address, bytes.size()).read(address, bytes);
}

void VerilatedDevice::write_host_memory(uint64_t address, std::span<const std::byte> bytes) {
  host_memory(address, bytes.size()).write(address, bytes);
}

void VerilatedDevice::inject_host_error(uint64_t first, uint64_t last) {
  host_memory(first, 1);
  host_memory(last, 1).set_error_range(first, last, kRespSlverr);
}

void VerilatedDevice::connect_host(HostSide* host) {
  if (!host_memory_) throw MemoryRangeError("nothing can be connected: the configuration has no host_dma");
  host_memory_->connect(host);
}

// ---- BAR2 ----

VerilatedDevice::Aperture VerilatedDevice::make_aperture() const {
  const unsigned width = beat_bytes(configuration_);
  return {ApertureMaster(width, options_.random_stalls, options_.seed + 2 + cycle_),
          AxiChecker({.beat_bytes = width, .ids = 256})};
}

void VerilatedDevice::check_aperture(uint32_t offset, size_t bytes) const {
  if (aperture_ && offset <= kApertureBytes && bytes <= kApertureBytes - offset) return;
  throw MemoryRangeError(fmt::format("{} bytes at {:#x} are not in BAR2{}", bytes, offset,
                                     aperture_ ? "" : ": the configuration has no host_dma"));
}

void VerilatedDevice::await_aperture(const char* what, uint32_t offset) {
  const uint64_t begin = cycle_;
  while (aperture_->master.busy()) {
    const std::optional<AxiChecker::Request> waits = aperture_->checker.oldest();
    if (cycle_ - begin > options_.max_idle_cycles &&
        (!waits || aperture_->checker.now() - waits->since > options_.max_idle_cycles)) {
      throw HangError(fmt::format("a {} through BAR2 at {:#08x} was not answered within {} cycles", what, offset,
                                  options_.max_idle_cycles));
    }
    cycle();
  }
  if (sink_.ended != 0) finish_launches();
  if (!aperture_->master.okay()) {
    throw ApertureError(fmt::format("a {} through BAR2 at {:#08x} is answered with an error", what, offset));
  }
}

void VerilatedDevice::read_aperture(uint32_t offset, std::span<std::byte> bytes) {
  check_aperture(offset, bytes.size());
  aperture_->master.start_read(offset, bytes);
  await_aperture("read", offset);
}

void VerilatedDevice::write_aperture(uint32_t offset, std::span<const std::byte> bytes) {
  check_aperture(offset, bytes.size());
  aperture_->master.start_write(offset, bytes);
  await_aperture("write", offset);
}

}  // namespace heddle::harness
