// Drives mgmt_bench: the host, device memory, another folder's registers and interrupt lines around the management
// subsystem. Every retirement record is checked in lock-step; the first one that is wrong is kept in problem(), and so
// is a hart that neither sleeps nor retires anything.
#pragma once

#include <Vmgmt_bench.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/management_lockstep/checker.h"

namespace heddle::mgmtbench {

struct Timing {
  unsigned memory_ready_percent = 100;
  unsigned memory_latency_min = 4, memory_latency_max = 4;  // cycles from acceptance to answer
  unsigned external_ready_percent = 100;
  unsigned external_latency_max = 1;
};

struct HostAnswer {
  bool error = false;
  uint32_t data = 0;
};

class Bench {
 public:
  explicit Bench(unsigned seed = 1, const Timing& timing = {});
  ~Bench();

  void cycle();
  void cycles(unsigned count);
  // Runs until `done` says so, at most `limit` cycles; false: it did not.
  bool run(const std::function<bool()>& done, uint64_t limit);
  void power_on();

  // One access of the host. A strobe that is not 15 is one the host must not use.
  HostAnswer host(uint32_t address, bool write, uint32_t data = 0, unsigned strobe = 15);
  uint32_t host_read(uint32_t address) { return host(address, false).data; }
  void host_write(uint32_t address, uint32_t data) { host(address, true, data); }

  // Puts bytes into SRAM (through the host port) or device memory.
  void load(uint32_t address, const std::vector<uint8_t>& bytes);
  void load_words(uint32_t address, const std::vector<uint32_t>& words);
  // Device memory that answers with an error: whole lines.
  void refuse(uint32_t first, uint32_t last);
  uint32_t memory_word(uint32_t address) const;

  // Waits for the boot program and has it start at `entry`.
  void start(uint32_t entry);

  const std::string& problem() const { return problem_; }
  management::Checker& checker() { return *checker_; }
  std::mt19937& random() { return random_; }
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  uint64_t now() const { return now_; }
  Vmgmt_bench& top() { return *top_; }

  uint32_t sources = 0;  // interrupt lines of other folders
  bool external_exists = true;
  uint64_t memory_reads = 0;  // lines that memory was asked for
  std::function<void(const management::Retirement&)> on_record;

 private:
  struct Pending {
    uint64_t due = 0;
    unsigned id = 0;
    std::vector<uint8_t> line;
    bool error = false;
    uint32_t word = 0;
  };

  void accept_memory();
  void accept_external();
  void drive();
  void check_hart();
  management::Retirement record() const;

  std::mt19937 random_;
  Timing timing_;
  std::unique_ptr<Vmgmt_bench> top_;
  std::unique_ptr<management::Checker> checker_;
  std::unordered_map<uint32_t, uint8_t> memory_;
  std::vector<std::pair<uint32_t, uint32_t>> refused_;
  std::deque<Pending> memory_answers_, external_answers_;
  std::unordered_map<uint32_t, uint32_t> external_;
  bool was_running_ = false;
  uint64_t now_ = 0;
  unsigned silence_ = 0;  // cycles without a record
  std::string problem_;
};

}  // namespace heddle::mgmtbench
