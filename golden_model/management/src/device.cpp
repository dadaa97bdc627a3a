#include "heddle/management/device.h"

#include <algorithm>

namespace heddle::management {
namespace {

constexpr unsigned kWholeWord = 15;

bool is_register(std::uint32_t address, unsigned strobe) {
  return mgmt::find_window(address)->base == mgmt::kDispatcherBase && strobe == kWholeWord;
}

}  // namespace

std::optional<std::uint32_t> Device::Registers::load(std::uint32_t address, unsigned strobe) {
  if (!is_register(address, strobe)) return std::nullopt;
  const std::uint32_t offset = address - mgmt::kDispatcherBase;
  if (host::HostPort* port = device_->port_; port != nullptr && host::HostPort::has(offset)) return port->load(offset);
  return lanes_.read_register(offset);
}

bool Device::Registers::store(std::uint32_t address, unsigned strobe, std::uint32_t data) {
  if (!is_register(address, strobe)) return false;
  const std::uint32_t offset = address - mgmt::kDispatcherBase;
  host::HostPort* const port = device_->port_;
  const bool taken = port != nullptr && host::HostPort::has(offset)
                         ? port->store(host::HostPort::Side::kHart, offset, data)
                         : lanes_.write_register(offset, data);
  device_->update_sources();
  return taken;
}

Device::Device(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::Machine& lanes, host::HostPort* port)
    : lanes_(lanes),
      port_(port),
      registers_(lanes),
      machine_(sram_bytes, std::move(rom), lanes.memory().device(), &registers_) {
  registers_.device_ = this;
}

void Device::update_sources() {
  quiet_ = false;
  const bool dma = port_ != nullptr && port_->hart_interrupt();
  machine_.devices().set_sources(std::uint32_t{lanes_.done()} << mgmt::source::kCompletion |
                                 std::uint32_t{lanes_.faulted()} << mgmt::source::kFault |
                                 std::uint32_t{dma} << mgmt::source::kDma);
  if (port_ != nullptr) port_->update(lanes_.interrupt(), machine_.devices().mailbox().host_interrupt());
}

std::optional<std::uint32_t> Device::host_load(std::uint32_t address) const {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !window->host.read || address % 4 != 0) return std::nullopt;
  if (window->base == mgmt::kMailboxBase) return machine_.devices().mailbox().load(Mailbox::Side::kHost, address);
  return machine_.memory().word(address);
}

bool Device::host_store(std::uint32_t address, std::uint32_t data) {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !window->host.write || address % 4 != 0) return false;
  quiet_ = false;
  if (window->base != mgmt::kMailboxBase) return machine_.memory().store(address, kWholeWord, data);
  Mailbox& mailbox = machine_.devices().mailbox();
  const bool held = mailbox.holds();
  if (!mailbox.store(Mailbox::Side::kHost, address, data)) return false;
  if (held != mailbox.holds()) machine_.reset(Mailbox::Cause::kHost);
  update_sources();
  return true;
}

std::uint64_t Device::advance(std::uint64_t cycles) {
  std::uint64_t used = 0;
  while (used < cycles) {
    const std::uint64_t turn = std::min(cycles - used, quiet_ ? kQuietTurnCycles : kTurnCycles);
    const bool busy = lanes_.busy();
    const std::uint64_t ran = lanes_.advance(turn);
    const bool ended = busy && !lanes_.busy();
    const std::uint64_t passed = ended ? std::min(turn, std::max(ran, kTurnCycles)) : turn;
    if (port_ != nullptr) port_->advance(passed);
    update_sources();
    machine_.run(passed);
    update_sources();
    quiet_ = machine_.quiet() && (port_ == nullptr || !port_->busy());
    used += passed;
    if (ended) break;
  }
  return used;
}

}  // namespace heddle::management
