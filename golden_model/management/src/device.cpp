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
  return lanes_.read_register(address - mgmt::kDispatcherBase);
}

bool Device::Registers::store(std::uint32_t address, unsigned strobe, std::uint32_t data) {
  if (!is_register(address, strobe)) return false;
  const bool taken = lanes_.write_register(address - mgmt::kDispatcherBase, data);
  device_->update_sources();
  return taken;
}

Device::Device(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::Machine& lanes)
    : lanes_(lanes), registers_(lanes), machine_(sram_bytes, std::move(rom), lanes.memory().device(), &registers_) {
  registers_.device_ = this;
}

void Device::update_sources() {
  machine_.devices().set_sources(std::uint32_t{lanes_.done()} << mgmt::source::kCompletion |
                                 std::uint32_t{lanes_.faulted()} << mgmt::source::kFault);
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
  if (window->base != mgmt::kMailboxBase) return machine_.memory().store(address, kWholeWord, data);
  Mailbox& mailbox = machine_.devices().mailbox();
  const bool held = mailbox.holds();
  if (!mailbox.store(Mailbox::Side::kHost, address, data)) return false;
  if (held != mailbox.holds()) machine_.reset(Mailbox::Cause::kHost);
  return true;
}

std::uint64_t Device::advance(std::uint64_t cycles) {
  std::uint64_t used = 0;
  while (used < cycles) {
    const std::uint64_t turn = std::min(cycles - used, kTurnCycles);
    const bool busy = lanes_.busy();
    (void)lanes_.advance(turn);
    update_sources();
    machine_.run(turn);
    used += turn;
    if (busy && !lanes_.busy()) break;
  }
  return used;
}

}  // namespace heddle::management
