// A program on the hart that does, one at a time, the accesses that a test wants, and says how each ended and when.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>

#include "bench.h"
#include "program.h"

namespace heddle::mgmtbench {

struct Access {
  uint32_t value = 0;  // of a load
  uint32_t cause = 0;  // of its trap; 0: none
  uint64_t at = 0;     // cycle of its record, the one after that in which a device took it
};

class Proxy {
 public:
  explicit Proxy(Bench& bench) : bench_(bench) {
    Program handler(kHandler);
    handler.word(code::csrrs(kScratch, mgmt::csr::kMcause, 0));
    handler.word(code::sw(kScratch, kPlace, kCause));
    handler.word(code::csrrs(kScratch, mgmt::csr::kMepc, 0));
    handler.word(code::addi(kScratch, kScratch, 4));
    handler.word(code::csrrw(0, mgmt::csr::kMepc, kScratch));
    handler.word(code::kMret);
    Program program(kCode);
    program.li(kScratch, kHandler);
    program.word(code::csrrw(0, mgmt::csr::kMtvec, kScratch));
    program.li(kPlace, kCommands);
    const uint32_t loop = program.here();
    program.word(code::lw(kScratch, kPlace, 0));
    program.word(code::branch(0, kScratch, 0, -4));
    program.word(code::lw(kAddress, kPlace, 4));
    program.word(code::lw(kData, kPlace, 8));
    program.word(code::sw(0, kPlace, kCause));
    program.word(code::jalr(0, kScratch, 0));
    const uint32_t end = program.here();
    program.word(code::sw(kData, kPlace, kResult));
    program.word(code::sw(0, kPlace, 0));
    program.word(code::jal(0, static_cast<int32_t>(loop - program.here())));
    const auto routine = [&](uint32_t word) {
      const uint32_t at = program.here();
      program.word(word);
      program.word(code::jal(0, static_cast<int32_t>(end - program.here())));
      return at;
    };
    for (const uint32_t funct3 : {0U, 1U, 2U, 4U, 5U})
      loads_[funct3] = routine(code::i(0x03, funct3, kData, kAddress, 0));
    for (const uint32_t size : {0U, 1U, 2U}) stores_[size] = routine(code::store(size, kData, kAddress, 0));
    for (const uint32_t number : kCsrs) {
      csr_reads_[number] = routine(code::csrrs(kData, number, 0));
      if (number >> 10 != 3) csr_writes_[number] = routine(code::csrrw(0, number, kData));  // 3: read-only
    }
    bench_.on_record = [this](const management::Retirement& record) {
      if (record.pc == routine_) at_ = bench_.now();
    };
    bench_.load(kHandler, handler.bytes());
    bench_.load(kCode, program.bytes());
    bench_.host_write(kCommands, 0);
    bench_.start(kCode);
  }
  ~Proxy() { bench_.on_record = nullptr; }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  Access load(uint32_t address, uint32_t funct3 = 2) { return run(loads_[funct3], address, 0x5A5A'5A5A); }
  Access store(uint32_t address, uint32_t data, uint32_t size = 2) { return run(stores_[size], address, data); }
  uint32_t mip() { return read_csr(mgmt::csr::kMip).value; }
  // Of those in kCsrs.
  Access read_csr(uint32_t number) { return run(csr_reads_.at(number), 0, 0); }
  Access write_csr(uint32_t number, uint32_t value) { return run(csr_writes_.at(number), 0, value); }
  // Begins a store and does not wait for it.
  void begin_store(uint32_t address, uint32_t data) { begin(stores_[2], address, data); }
  uint64_t at() const { return at_; }

 private:
  static constexpr uint32_t kCode = mgmt::kSramBase, kHandler = mgmt::kSramBase + 0x400;
  static constexpr uint32_t kCommands = mgmt::kSramBase + 0x800;  // routine, address, data, result, cause
  static constexpr int32_t kResult = 12, kCause = 16;
  static constexpr std::array<uint32_t, 6> kCsrs = {mgmt::csr::kMip,  mgmt::csr::kMcycle, mgmt::csr::kMcycleh,
                                                    mgmt::csr::kTime, mgmt::csr::kTimeh,  mgmt::csr::kMcountinhibit};
  static constexpr uint32_t kScratch = 5, kAddress = 6, kData = 7, kPlace = 28;  // registers

  void begin(uint32_t routine, uint32_t address, uint32_t data) {
    routine_ = routine;
    at_ = 0;
    bench_.host_write(kCommands + 4, address);
    bench_.host_write(kCommands + 8, data);
    bench_.host_write(kCommands, routine);
  }
  Access run(uint32_t routine, uint32_t address, uint32_t data) {
    begin(routine, address, data);
    if (!bench_.run([&] { return bench_.host_read(kCommands) == 0; }, 2000))
      throw std::runtime_error("the access does not end: " + bench_.problem());
    return {bench_.host_read(kCommands + kResult), bench_.host_read(kCommands + kCause), at_};
  }

  Bench& bench_;
  uint32_t loads_[8] = {}, stores_[4] = {}, routine_ = 0;
  std::map<uint32_t, uint32_t> csr_reads_, csr_writes_;
  uint64_t at_ = 0;
};

}  // namespace heddle::mgmtbench
