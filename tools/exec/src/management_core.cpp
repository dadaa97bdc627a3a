#include "management_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "heddle/driver/allocator.h"
#include "heddle/driver/error.h"
#include "heddle/driver/fault_report.h"
#include "heddle/generated/management.h"

namespace heddle::exec {
namespace {

constexpr LaneMask kLane = 1;

std::span<const std::uint8_t> bytes_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

bool is_rom(uint32_t address) { return mgmt::find_window(address)->base == mgmt::kBootRomBase; }

// The word of memory that holds a byte; none for registers and where there is nothing.
std::optional<uint32_t> stored_word(management::Machine& machine, uint32_t address) {
  const mgmt::Window* const window = mgmt::find_window(address);
  if (window == nullptr) return std::nullopt;
  const bool memory = address >= Program::kRamBase || is_rom(address) || window->base == mgmt::kSramBase;
  return memory ? machine.memory().word(address & ~3U) : std::nullopt;
}

}  // namespace

ManagementCore::ManagementCore(const Program& program, uint32_t sram_bytes)
    : program_(program), machine_(sram_bytes, {}, memory_) {
  program_.require_no_private();
}

void ManagementCore::load() {
  for (const driver::KernelImage::Segment& segment : program_.image().segments()) {
    memory_.write(segment.address, bytes_of(segment.memory()));
  }
}

void ManagementCore::collect(const management::Retirement& record, Verdicts& verdicts) const {
  if (!record.memory_write || record.memory_address != program_.tohost()) return;
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if ((record.memory_strobe >> i & 1) != 0) value |= record.memory_data & 0xFFu << 8 * i;
  }
  verdicts.store(0, value);
}

void note_unhandled_trap(RunResult& result, const Program& program, uint32_t cause, uint32_t pc, uint32_t value) {
  driver::FaultReport fault;
  fault.cause = cause;
  fault.pc = pc;
  fault.address = value;
  const driver::Allocator nothing(0, 0);
  driver::explain_fault(fault, {program.image(), nothing, {}, 0, 0, 0});
  result.error = fmt::format("a trap without a handler: {}; {}", fault.cause_text, driver::place_text(fault));
  result.fault = fault;
}

// One instruction or interrupt. False: there is nothing more to do, and the result says why.
bool ManagementCore::step(RunResult& result, uint64_t max_cycles) {
  if (result.verdicts.missing() == 0 || !result.error.empty()) return false;
  if (cycles_ == max_cycles) {
    result.error = fmt::format("no end after {} cycles (--max-cycles); no store to tohost; the hart was at {:#010x}",
                               cycles_, machine_.hart().pc());
    return false;
  }
  const std::optional<management::Retirement> record = machine_.step();
  if (!record) {
    result.error =
        fmt::format("the hart sleeps at {:#010x} and nothing can wake it; no store to tohost", machine_.hart().pc());
    return false;
  }
  ++cycles_;
  collect(*record, result.verdicts);
  if (record->trap && machine_.hart().csr(mgmt::csr::kMtvec) == 0u) {
    note_unhandled_trap(result, program_, record->cause, record->pc, record->tval);
  }
  return result.verdicts.missing() != 0 && result.error.empty();
}

void ManagementCore::finish(RunResult& result, std::chrono::steady_clock::time_point begin) {
  result.statistics.cycles = cycles_;
  result.statistics.warp_instrs = result.statistics.lane_instrs = machine_.hart().retired();
  result.statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

RunResult ManagementCore::run(uint64_t max_cycles) {
  load();
  const auto begin = std::chrono::steady_clock::now();
  RunResult result{.verdicts = Verdicts(kLane), .statistics = {}, .error = {}, .fault = std::nullopt};
  machine_.start(program_.image().entry());
  while (step(result, max_cycles)) continue;
  finish(result, begin);
  return result;
}

GdbTarget ManagementCore::gdb_target(RunResult& result, uint64_t max_cycles) {
  management::Hart& hart = machine_.hart();
  return {.read_register = [&hart](unsigned number) -> std::optional<uint32_t> {
            if (number < 32) return hart.x(number);
            if (number == GdbTarget::kPc) return hart.pc();
            return number < GdbTarget::kFirstCsr ? std::nullopt : hart.csr(number - GdbTarget::kFirstCsr);
          },
          .write_register =
              [&hart](unsigned number, uint32_t value) {
                if (number < 32) {
                  hart.set_x(number, value);
                } else if (number == GdbTarget::kPc) {
                  hart.set_pc(value & ~1U);
                } else if (number < GdbTarget::kFirstCsr || !hart.csr(number - GdbTarget::kFirstCsr)) {
                  return false;
                } else {
                  hart.set_csr(number - GdbTarget::kFirstCsr, value);
                }
                return true;
              },
          .read_byte = [this](uint32_t address) -> std::optional<uint8_t> {
            const auto word = stored_word(machine_, address);
            if (!word) return std::nullopt;
            return static_cast<uint8_t>(*word >> 8 * (address % 4));
          },
          .write_byte =
              [this](uint32_t address, uint8_t value) {
                if (!stored_word(machine_, address) || is_rom(address)) return false;
                machine_.memory().write(address, std::span(&value, 1));
                return true;
              },
          .step = [this, &result, max_cycles]() -> std::optional<int> {
            if (step(result, max_cycles)) return std::nullopt;
            return result.error.empty() && result.verdicts.all_pass() ? 0 : std::max(1, result.verdicts.exit_status());
          }};
}

RunResult ManagementCore::debug(uint64_t max_cycles, uint16_t port, const std::function<void(uint16_t)>& announce) {
  load();
  const auto begin = std::chrono::steady_clock::now();
  RunResult result{.verdicts = Verdicts(kLane), .statistics = {}, .error = {}, .fault = std::nullopt};
  machine_.start(program_.image().entry());
  const bool ended = GdbStub(gdb_target(result, max_cycles)).serve(port, announce);
  while (!ended && step(result, max_cycles)) continue;
  if (result.verdicts.missing() != 0 && result.error.empty()) result.error = "ended by the debugger";
  finish(result, begin);
  return result;
}

std::vector<std::byte> ManagementCore::signature() const {
  std::vector<std::byte> bytes;
  if (!program_.signature()) return bytes;
  bytes.resize(program_.signature()->bytes);
  memory_.read(program_.signature()->first, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace heddle::exec
