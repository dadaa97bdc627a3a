// What the management hart must do, written from docs/management.md alone: executes one record's instruction and says
// what in the record is wrong. It holds its own copy of SRAM and device memory.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "record.h"

namespace heddle::mgmtbench {

class HartReference {
 public:
  HartReference(uint32_t sram_bytes, std::vector<uint8_t> rom);

  // Copies bytes into SRAM or device memory; addresses as the hart sees them.
  void load(uint32_t address, const std::vector<uint8_t>& bytes);
  uint8_t byte(uint32_t address) const;
  // Device memory that answers with an error: [first, last].
  void refuse(uint32_t first, uint32_t last) { refused_.push_back({first, last}); }
  void reset();

  // Compares, and goes on from what the record must have been. Empty: it is right.
  std::string step(const Record& record);

  uint64_t instructions() const { return steps_; }
  uint64_t interrupts() const { return interrupts_; }
  uint64_t traps(uint32_t cause) const { return traps_.at(cause & 15); }
  uint64_t compressed() const { return compressed_; }

 private:
  enum class Place { None, Rom, Sram, Device, Memory, External };

  Place place(uint32_t address, char right) const;
  bool refused(uint32_t address) const;
  bool fetch(uint32_t address, uint32_t& half) const;
  void execute(const Record& record, Record& expected);
  void access(const Record& record, Record& expected, uint32_t address, unsigned size, bool write, uint32_t data);
  void csr(const Record& record, Record& expected, uint32_t word);
  void trap(Record& expected, uint32_t cause, uint32_t tval);
  uint32_t read_csr(const Record& record, uint32_t number) const;
  void write_csr(uint32_t number, uint32_t value);

  uint32_t sram_bytes_;
  std::vector<uint8_t> rom_, sram_;
  std::unordered_map<uint32_t, uint8_t> memory_;
  std::vector<std::pair<uint32_t, uint32_t>> refused_;
  std::array<uint32_t, 32> x_{};
  uint32_t pc_ = 0, order_ = 0;
  uint32_t mstatus_ = 0, mie_ = 0, mtvec_ = 0, mscratch_ = 0, mepc_ = 0, mcause_ = 0, mtval_ = 0, inhibit_ = 0;
  uint64_t minstret_ = 0;
  bool uncounted_ = false;
  unsigned late_ = 0;  // instructions since an interrupt has been possible
  uint64_t steps_ = 0, interrupts_ = 0, compressed_ = 0;
  std::array<uint64_t, 16> traps_{};
};

}  // namespace heddle::mgmtbench
