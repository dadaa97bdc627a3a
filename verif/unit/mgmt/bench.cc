#include "bench.h"

#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "heddle/generated/management.h"

double sc_time_stamp() { return 0; }

namespace heddle::mgmtbench {

namespace {

// Longer than any instruction takes with the latencies of the tests, whatever it waits for before.
constexpr unsigned kLongestSilence = 1000;

}  // namespace

Bench::Bench(unsigned seed, const Timing& timing)
    : random_(seed), timing_(timing), top_(std::make_unique<Vmgmt_bench>()) {
  Verilated::randReset(2);
  Verilated::randSeed(static_cast<int>(seed));
  top_->clk_i = 0;
  top_->host_valid_i = top_->memory_answer_i = top_->external_answer_i = 0;
  top_->memory_ready_i = top_->external_ready_i = 0;
  power_on();
  // The reference gets the ROM as the host sees it.
  std::vector<uint8_t> rom;
  for (uint32_t at = 0; at < 0x1000; at += 4) {
    const uint32_t word = host_read(mgmt::kBootRomBase + at);
    for (unsigned i = 0; i < 4; ++i) rom.push_back(static_cast<uint8_t>(word >> 8 * i));
  }
  checker_ = std::make_unique<management::Checker>(top_->sram_bytes_o, std::move(rom));
  power_on();
}

Bench::~Bench() { top_->final(); }

void Bench::power_on() {
  top_->rst_ni = 0;
  memory_answers_.clear();
  external_answers_.clear();
  top_->memory_answer_i = top_->external_answer_i = 0;
  for (int i = 0; i < 3; ++i) {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }
  top_->rst_ni = 1;
  was_running_ = false;
}

management::Retirement Bench::record() const {
  return {.order = top_->trace_order_o,
          .interrupt = top_->trace_interrupt_o != 0,
          .trap = top_->trace_trap_o != 0,
          .pc = top_->trace_pc_o,
          .next_pc = top_->trace_next_pc_o,
          .instr = top_->trace_instr_o,
          .rd = top_->trace_rd_o,
          .value = top_->trace_value_o,
          .memory_write = top_->trace_memory_write_o != 0,
          .memory_strobe = top_->trace_memory_strobe_o,
          .memory_address = top_->trace_memory_address_o,
          .memory_data = top_->trace_memory_data_o,
          .cause = top_->trace_cause_o,
          .tval = top_->trace_tval_o,
          .mip = top_->trace_mip_o};
}

void Bench::drive() {
  top_->sources_i = sources;
  top_->memory_ready_i = chance(timing_.memory_ready_percent);
  top_->external_ready_i = chance(timing_.external_ready_percent);
  top_->memory_answer_i = 0;
  // Answers of different identifiers come in any order.
  const auto due = std::find_if(memory_answers_.begin(), memory_answers_.end(),
                                [this](const Pending& pending) { return pending.due <= now_; });
  if (due != memory_answers_.end()) {
    top_->memory_answer_i = 1;
    top_->memory_id_i = static_cast<uint8_t>(due->id);
    top_->memory_error_i = due->error;
    for (size_t i = 0; i < due->line.size() / 4; ++i) {
      uint32_t word = 0;
      for (unsigned b = 0; b < 4; ++b) word |= static_cast<uint32_t>(due->line[i * 4 + b]) << 8 * b;
      top_->memory_data_i[i] = word;
    }
    memory_answers_.erase(due);
  }
  top_->external_answer_i = 0;
  if (!external_answers_.empty() && external_answers_.front().due <= now_) {
    top_->external_answer_i = 1;
    top_->external_data_i = external_answers_.front().word;
    top_->external_error_i = external_answers_.front().error;
    external_answers_.pop_front();
  }
}

void Bench::accept_memory() {
  const uint32_t line = top_->memory_address_o, bytes = top_->line_bytes_o;
  memory_reads += top_->memory_write_o == 0;
  Pending answer;
  const unsigned span = timing_.memory_latency_max - timing_.memory_latency_min + 1;
  answer.due = now_ + timing_.memory_latency_min + random_() % span;
  answer.id = top_->memory_id_o;
  for (const auto& [first, last] : refused_) answer.error |= line >= first && line <= last;
  for (uint32_t i = 0; i < bytes; ++i) {
    if (top_->memory_write_o != 0 && (top_->memory_strobe_o >> i & 1) != 0 && !answer.error) {
      memory_[line + i] = static_cast<uint8_t>(top_->memory_data_o[i / 4] >> i % 4 * 8);
    }
    const auto found = memory_.find(line + i);
    // A read answers the whole line; a write, and an error, anything.
    const bool anything = answer.error || top_->memory_write_o != 0;
    answer.line.push_back(anything ? static_cast<uint8_t>(random_()) : found == memory_.end() ? 0 : found->second);
  }
  memory_answers_.push_back(answer);
}

void Bench::accept_external() {
  Pending answer;
  answer.due = now_ + 1 + random_() % timing_.external_latency_max;
  const uint32_t address = top_->external_address_o;
  answer.error = !external_exists || top_->external_strobe_o != 15 || (address & 0xFFFF) >= 0x100;
  if (!answer.error && top_->external_write_o != 0) external_[address] = top_->external_data_o;
  answer.word = answer.error ? random_() : external_[address];
  external_answers_.push_back(answer);
}

void Bench::check_hart() {
  if (top_->hart_running_o != 0 && !was_running_) checker_->reset();
  was_running_ = top_->hart_running_o != 0;
  const bool records = was_running_ && top_->trace_valid_o != 0;
  silence_ = !was_running_ || records || top_->sleeping_o != 0 ? 0 : silence_ + 1;
  if (silence_ > kLongestSilence && problem_.empty()) problem_ = fmt::format("cycle {}: the hart hangs", now_);
  if (!records) return;
  const management::Retirement got = record();
  const std::string wrong = problem_.empty() ? checker_->step(got) : std::string();
  if (!wrong.empty()) problem_ = fmt::format("cycle {}: {}", now_, wrong);
  if (on_record) on_record(got);
}

void Bench::cycle() {
  drive();
  top_->clk_i = 0;
  top_->eval();
  if (top_->memory_valid_o != 0 && top_->memory_ready_i != 0) accept_memory();
  if (top_->external_valid_o != 0 && top_->external_ready_i != 0) accept_external();
  if (checker_) check_hart();
  top_->clk_i = 1;
  top_->eval();
  ++now_;
}

void Bench::cycles(unsigned count) {
  for (unsigned i = 0; i < count; ++i) cycle();
}

bool Bench::run(const std::function<bool()>& done, uint64_t limit) {
  for (const uint64_t end = now_ + limit; now_ < end && problem_.empty();) {
    if (done()) return true;
    cycle();
  }
  return false;
}

HostAnswer Bench::host(uint32_t address, bool write, uint32_t data, unsigned strobe) {
  top_->host_address_i = address;
  top_->host_write_i = write;
  top_->host_strobe_i = static_cast<uint8_t>(strobe);
  top_->host_data_i = data;
  top_->host_valid_i = 1;
  for (unsigned waited = 0;; ++waited) {
    if (waited > 1000) throw std::runtime_error("the host port takes no request");
    top_->clk_i = 0;
    top_->eval();
    const bool accepted = top_->host_ready_o != 0;
    cycle();
    if (accepted) break;
  }
  top_->host_valid_i = 0;
  top_->clk_i = 0;
  top_->eval();
  for (unsigned waited = 0; top_->host_answer_o == 0; ++waited) {
    if (waited > 1000) throw std::runtime_error("the host port does not answer");
    cycle();
    top_->clk_i = 0;
    top_->eval();
  }
  const HostAnswer answer{top_->host_error_o != 0, top_->host_data_o};
  cycle();
  if (write && !answer.error && checker_ && address - mgmt::kSramBase < top_->sram_bytes_o) {
    const std::array<uint8_t, 4> bytes{static_cast<uint8_t>(data), static_cast<uint8_t>(data >> 8),
                                       static_cast<uint8_t>(data >> 16), static_cast<uint8_t>(data >> 24)};
    checker_->load(address, bytes);
  }
  return answer;
}

void Bench::load(uint32_t address, const std::vector<uint8_t>& bytes) {
  if (address >= mgmt::kDeviceMemoryBase) {
    for (size_t i = 0; i < bytes.size(); ++i) memory_[address + static_cast<uint32_t>(i)] = bytes[i];
    checker_->load(address, bytes);
    return;
  }
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t word = 0;
    for (size_t b = 0; b < 4 && i + b < bytes.size(); ++b) word |= static_cast<uint32_t>(bytes[i + b]) << 8 * b;
    host_write(address + static_cast<uint32_t>(i), word);
  }
}

void Bench::load_words(uint32_t address, const std::vector<uint32_t>& words) {
  std::vector<uint8_t> bytes;
  for (const uint32_t word : words) {
    for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<uint8_t>(word >> 8 * i));
  }
  load(address, bytes);
}

void Bench::refuse(uint32_t first, uint32_t last) {
  refused_.push_back({first, last});
  checker_->refuse(first, last);
}

uint32_t Bench::memory_word(uint32_t address) const {
  uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const auto found = memory_.find(address + i);
    if (found != memory_.end()) word |= static_cast<uint32_t>(found->second) << 8 * i;
  }
  return word;
}

void Bench::start(uint32_t entry) {
  for (unsigned tries = 0; host_read(mgmt::mailbox::kBootStatus) != static_cast<uint32_t>(mgmt::BootStatus::Waiting);) {
    if (++tries > 1000) throw std::runtime_error("the boot program does not wait for a command");
  }
  host_write(mgmt::mailbox::kBootEntry, entry);
  host_write(mgmt::mailbox::kBootCommand, 2);
}

}  // namespace heddle::mgmtbench
