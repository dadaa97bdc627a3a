// Reference for the memory side: what each instruction may do, and memory as the trace events change it.
//
// Every event is compared with the instruction it belongs to (a store's bytes, lane order of atomics per word, old
// words, success of SC by docs/architecture.md section 5). A loaded byte must be a value the byte held between the
// load's check and its write-back, not older than the warp's own earlier stores. Errors are collected as text, the
// first ones count.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "axi_memory.h"
#include "types.h"

namespace heddle::membench {

enum Space : unsigned { kDevice, kScratch, kNone };

class Reference {
 public:
  Reference(const Shape& shape, const Launch& launch, const std::vector<uint8_t>& device,
            const std::vector<uint8_t>& scratch);

  void set_scratch_size(uint32_t bytes) { launch_.scratch_size = bytes; }
  Check expect_check(const Instruction& instruction) const;
  // The instruction is checked: its good lanes take effect from now on.
  void checked(const Instruction& instruction, const Check& check);
  // The warp slot begins anew.
  void start(unsigned core, unsigned warp);

  // Events. `bytes`: device address and value of each byte in the strobe.
  void memory_event(unsigned core, unsigned warp, uint32_t order, MemOp op, Amo amo, uint32_t address,
                    const std::vector<std::pair<uint32_t, uint8_t>>& bytes, unsigned lane, uint32_t old_word,
                    bool success);
  void scratch_event(unsigned core, unsigned warp, uint32_t order, Op op, Amo amo, uint32_t mask,
                     const std::vector<uint32_t>& address, const std::vector<uint32_t>& strobe,
                     const std::vector<uint32_t>& data, const std::vector<uint32_t>& old, uint32_t success);
  // Returns whether it was the last of the instruction.
  bool writeback(unsigned core, unsigned warp, uint32_t order, unsigned rd, uint32_t mask,
                 const std::vector<uint32_t>& data, bool last, bool sc_failed);
  void memory_error(unsigned core, unsigned warp, uint32_t order, uint32_t address, unsigned lane, bool write);

  // The warp has nothing outstanding by the design's own account: its stores are performed.
  void quiet(unsigned core, unsigned warp);
  // Memory changes while nothing runs.
  void host_writes(uint32_t address, uint8_t value) { byte(kDevice, address) = value; }
  bool outstanding(unsigned core, unsigned warp) const;
  size_t outstanding() const { return pending_.size(); }
  std::string outstanding_text() const;
  // Errors not reported although nothing was ever written to their lines.
  size_t expected_errors() const;
  void compare_device(const std::vector<uint8_t>& device);

  const std::vector<std::string>& errors() const { return errors_; }
  uint64_t count(const char* what) const { return counts_.contains(what) ? counts_.at(what) : 0; }

 private:
  struct LoadByte {
    std::vector<uint8_t> allowed;
    unsigned older_stores = 0;   // of the same warp, not yet performed
    std::optional<uint8_t> own;  // the newest of them, if the load may see it early
  };
  struct Lane {
    Space space = kNone;
    uint32_t address = 0;
    bool poisoned = false;   // the memory answers with an error
    bool performed = false;  // atomics
    uint32_t result = 0;     // atomics
    std::vector<LoadByte> bytes;
  };
  struct Pending {
    Instruction instruction;
    uint32_t mask = 0;  // lanes not yet written back
    bool failed = false;
    std::vector<Lane> lanes;
    std::map<std::pair<unsigned, uint32_t>, uint8_t> store;  // (space, address) -> value, not yet performed
  };
  struct Reservation {
    bool valid = false;
    unsigned lane = 0;
    uint32_t word = 0;
  };
  struct ExpectedError {
    unsigned core, warp;
    uint32_t order, address;
    unsigned lane;
    bool write;
  };

  void error(std::string text);
  Pending* find(unsigned core, unsigned warp, uint32_t order);
  void erase(const Pending* pending);
  void write_byte(const Pending& by, Space space, uint32_t address, uint8_t value);
  uint32_t word(Space space, uint32_t address) const;
  void write_word(const Pending& by, Space space, uint32_t address, uint32_t value);
  void store_byte(Pending& pending, Space space, uint32_t address, uint8_t value);
  // One lane of an atomic. Returns what an SC must report.
  void perform_atomic(Pending& pending, unsigned lane, Space space, uint32_t address, uint32_t operand, uint32_t old,
                      bool success);
  Reservation& reservation(Space space, unsigned core, unsigned warp) {
    return reservations_[space][core * shape_.warps + warp];
  }
  uint8_t& byte(Space space, uint32_t address) {
    return space == kDevice ? bytes_[kDevice].at(address - kDramBase) : bytes_[kScratch].at(address);
  }
  uint8_t byte(Space space, uint32_t address) const { return const_cast<Reference*>(this)->byte(space, address); }

  Shape shape_;
  Launch launch_;
  std::vector<uint8_t> bytes_[2];
  std::set<uint32_t> written_error_lines_;  // a read of these may be answered from the cache
  std::vector<Reservation> reservations_[2];
  std::deque<Pending> pending_;
  std::deque<ExpectedError> expected_errors_;
  std::vector<std::string> errors_;
  std::map<std::string, uint64_t> counts_;
};

}  // namespace heddle::membench
