#include "heddle/management_lockstep/checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/generated/compressed.h"
#include "heddle/management/address_space.h"
#include "heddle/management/blocks.h"
#include "heddle/management/watchdog.h"

namespace heddle::management {
namespace {

// Instructions that retire or trap while an interrupt is possible (docs/management.md, section 2).
constexpr unsigned kBound = 2;
constexpr std::uint32_t kFetchFault = 1;

std::uint32_t bytes_of(unsigned strobe) {
  std::uint32_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) mask |= (strobe >> i & 1) != 0 ? 0xFFu << 8 * i : 0;
  return mask;
}

// Whether the instruction reads a counter whose value is not architecture.
bool reads_time(const Retirement& record) {
  if (record.rd == 0 || isa::is_compressed(record.instr)) return false;
  if (isa::info(isa::decode(record.instr)).klass != isa::Class::Csr) return false;
  switch (isa::csr(record.instr)) {
    case mgmt::csr::kMcycle:
    case mgmt::csr::kMcycleh:
    case mgmt::csr::kCycle:
    case mgmt::csr::kCycleh:
    case mgmt::csr::kTime:
    case mgmt::csr::kTimeh: return true;
    default: return false;
  }
}

}  // namespace

// Loads of registers have what the record says, and so have the first ones of SRAM that nobody has written since
// power-on. What the watchdog refuses depends on nothing but the hart's stores.
class Checker::Space : public AddressSpace {
 public:
  Space(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory)
      : AddressSpace(sram_bytes, std::move(rom), memory), known_(sram_bytes) {}

  std::optional<std::uint32_t> fetch(std::uint32_t address) override {
    const bool refused = shared_ && in_device_memory(address) && record_->trap && record_->cause == kFetchFault;
    return refused ? std::nullopt : AddressSpace::fetch(address);
  }
  std::optional<std::uint32_t> load(std::uint32_t address, unsigned strobe) override {
    if (shared_ && in_device_memory(address)) return record_->trap ? std::nullopt : copy();
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t at = address + i - mgmt::kSramBase;
      if ((strobe >> i & 1) == 0 || at >= known_.size() || known_[at]) continue;
      const auto byte = static_cast<std::uint8_t>(record_->memory_data >> 8 * i);
      host_write(address + i, {&byte, 1});
      ++*copied_;
    }
    return AddressSpace::load(address, strobe);
  }
  bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) override {
    if (shared_ && in_device_memory(address) && record_->trap) return false;
    const bool done = AddressSpace::store(address, strobe, data);
    for (unsigned i = 0; i < 4; ++i) {
      if (done && (strobe >> i & 1) != 0) know(address + i, 1);
    }
    return done;
  }
  void host_write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
    write(address, bytes);
    know(address, bytes.size());
  }

  void reset() { watchdog_.reset(); }
  void share() { shared_ = true; }
  void begin(const Retirement& record, std::uint64_t& copied) {
    record_ = &record;
    copied_ = &copied;
    if (shared_ && in_device_memory(record.pc) && !record.interrupt) take_code();
  }

 private:
  std::optional<std::uint32_t> load_register(std::uint32_t) override { return copy(); }
  bool store_register(std::uint32_t address, std::uint32_t data) override {
    if (Blocks::has(address)) return blocks_.store(*this, address, data);
    return mgmt::find_window(address)->base != mgmt::kWatchdogBase || watchdog_.store(address, data);
  }
  // Other folders refuse what they like.
  std::optional<std::uint32_t> load_external(std::uint32_t, unsigned) override {
    return record_->trap ? std::nullopt : copy();
  }
  bool store_external(std::uint32_t, unsigned, std::uint32_t) override { return !record_->trap; }

  static bool in_device_memory(std::uint32_t address) { return address >= mgmt::kDeviceMemoryBase; }
  void take_code() {
    std::array<std::uint8_t, 4> bytes{};
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(record_->instr >> 8 * i);
    write(record_->pc, std::span(bytes).first(isa::is_compressed(record_->instr) ? 2 : 4));
    ++*copied_;
  }
  void know(std::uint32_t address, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      const std::uint32_t at = address + static_cast<std::uint32_t>(i) - mgmt::kSramBase;
      if (at < known_.size()) known_[at] = true;
    }
  }
  std::optional<std::uint32_t> copy() {
    ++*copied_;
    return record_->memory_data;
  }

  const Retirement* record_ = nullptr;
  std::uint64_t* copied_ = nullptr;
  std::vector<bool> known_;  // bytes of SRAM that have been written, or loaded
  bool shared_ = false;      // device memory, with others
  Watchdog watchdog_;
  Blocks blocks_;
};

Checker::Checker(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom)
    : space_(std::make_unique<Space>(sram_bytes, std::move(rom), memory_)), hart_(*space_) {}
Checker::~Checker() = default;

void Checker::load(std::uint32_t address, std::span<const std::uint8_t> bytes) { space_->host_write(address, bytes); }
std::uint8_t Checker::byte(std::uint32_t address) const { return space_->byte(address); }
void Checker::refuse(std::uint32_t first, std::uint32_t last) { space_->refuse(first, last); }

void Checker::share_memory() { space_->share(); }
bool Checker::in_sram(std::uint32_t address) const { return address - mgmt::kSramBase < space_->sram_bytes(); }

void Checker::reset() {
  space_->reset();
  hart_.reset();
  late_ = 0;
}

std::string Checker::check_interrupt(const Retirement& record, Retirement& expected) {
  if (!hart_.possible_interrupt(record.mip)) return "an interrupt that is not pending and enabled; ";
  expected = hart_.take_interrupt(record.mip);
  ++interrupts_;
  late_ = 0;
  return {};
}

std::string Checker::check_instruction(const Retirement& record, Retirement& expected) {
  std::string problem;
  late_ = hart_.possible_interrupt(record.mip) ? late_ + 1 : 0;
  latest_ = std::max(latest_, late_);
  if (late_ > kBound) problem = fmt::format("instruction {} while an interrupt is possible; ", late_);
  Inputs inputs{.mip = record.mip, .time = 0, .counter = std::nullopt};
  if (reads_time(record)) {
    inputs.counter = record.value;
    ++copied_;
  }
  const std::optional<Retirement> retired = hart_.step(inputs);
  if (!retired) return problem + "wfi went on with nothing pending and enabled; ";
  expected = *retired;
  ++instructions_;
  compressed_ += isa::is_compressed(expected.instr) && !(expected.trap && expected.cause == 1);
  if (expected.trap) ++traps_.at(expected.cause & 15);
  return problem;
}

std::string Checker::step(const Retirement& record) {
  space_->begin(record, copied_);
  Retirement expected;
  std::string problem = record.interrupt ? check_interrupt(record, expected) : check_instruction(record, expected);
  const auto compare = [&](const char* name, std::uint32_t got, std::uint32_t wanted) {
    if (got != wanted) problem += fmt::format("{} is {:#x}, expected {:#x}; ", name, got, wanted);
  };
  if (problem.empty()) {
    const std::uint32_t meant = bytes_of(expected.memory_strobe);
    compare("order", record.order, expected.order);
    compare("interrupt", record.interrupt, expected.interrupt);
    compare("trap", record.trap, expected.trap);
    compare("pc", record.pc, expected.pc);
    compare("next_pc", record.next_pc, expected.next_pc);
    compare("instr", record.instr, expected.instr);
    compare("rd", record.rd, expected.rd);
    compare("value", record.value, expected.value);
    compare("memory_write", record.memory_write, expected.memory_write);
    compare("memory_strobe", record.memory_strobe, expected.memory_strobe);
    compare("memory_address", record.memory_address, expected.memory_address);
    compare("memory_data", record.memory_data & meant, expected.memory_data & meant);
    compare("cause", record.cause, expected.cause);
    compare("tval", record.tval, expected.tval);
  }
  if (problem.empty()) return problem;
  return fmt::format("record {} at pc {:#x}, instruction {:#x}, address {:#x}: {}", record.order, record.pc,
                     record.instr, record.memory_address, problem);
}

}  // namespace heddle::management
