// Drives engines_bench: commands and operations of one lane, memory with delays behind the copy engine.
#pragma once

#include <verilated.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "Vengines_bench.h"

namespace heddle::engines_test {

constexpr std::uint32_t kMemoryBase = 0x8000'0000;
constexpr std::uint32_t kMemoryBytes = 1u << 20;
constexpr unsigned kLineBytes = 64, kLanes = 8, kWarps = 8, kDim = 4;  // of `edge`, of the bench
constexpr unsigned kWaiters = kWarps;                                  // of one core

// As copy_pkg::barrier_op_e.
enum class BarrierOp : std::uint8_t { kInit, kArrive, kExpect, kComplete, kTest, kWait };

struct Fault {
  unsigned owner = 0, engine = 0, id = 0, cause = 0;  // engine: 0 copy, 1 matrix, 2 mbarrier
  std::uint32_t value = 0, pc = 0;
  unsigned warp = 0, lane = 0;  // of the command, as the pc
  unsigned operand = 0;         // matrix; mbarrier: the operation
  bool operator==(const Fault&) const = default;
};

// What else comes with a command.
struct Origin {
  std::uint32_t pc = 0;
  unsigned warp = 0, lane = 0;
  unsigned buffers = 3;
  bool first_buffer = false;
};

class EnginesDriver {
 public:
  explicit EnginesDriver(std::uint32_t seed);
  ~EnginesDriver();

  // The workgroup that commands, operations and stores are of. Addresses count from the start of its allocation.
  unsigned owner = 1;  // of kWarps
  Origin origin;
  std::uint32_t base = 1024, size = 28 * 1024;
  unsigned memory_delay = 60;                    // cycles at most
  unsigned refuse = 4;                           // a request to memory is refused in one of so many cycles; 0: never
  unsigned waiter = 0;                           // of kWaiters: that of operations
  std::uint32_t cancel_waiters = 0, cancel = 0;  // in each cycle; of waiters, of workgroups
  bool hold_faults = false;                      // none is taken
  bool hammer = false;  // the lane loads words from anywhere; not while a test uses it, or before settle()

  std::vector<std::uint8_t> memory;         // kMemoryBytes from `memory_base` on, the one region
  std::uint32_t memory_base = kMemoryBase;  // a multiple of kMemoryBytes; changes while nothing is under way

  void cycle();
  std::uint64_t cycles() const { return cycles_; }
  void store(std::uint32_t address, std::uint32_t word);
  std::uint32_t load(std::uint32_t address);
  void settle();  // until the lane's accesses are answered
  void copy(std::uint32_t descriptor) { command(false, descriptor); }
  void matrix(std::uint32_t descriptor) { command(true, descriptor); }
  struct Answer {
    unsigned error = 0;
    bool over = false;
    unsigned phase = 0;       // before
    std::uint32_t woken = 0;  // waiters, from the operation to its answer
  };
  Answer barrier(BarrierOp op, std::uint32_t address, std::uint32_t operand);
  // Until the phase is over.
  void wait(std::uint32_t address, unsigned phase);
  // kLanes words of the accumulators from `word` on.
  std::vector<std::uint32_t> window(std::uint32_t word);
  bool busy() const;  // of the workgroup
  bool any_busy() const;
  // The workgroup is gone.
  void forget();
  // Until no command of the workgroup, or of any, is under way; the faults that have come meanwhile.
  std::vector<Fault> drain(bool of_all = false);

 private:
  struct Request {
    bool write = false;
    std::uint32_t address = 0;
    unsigned id = 0;
    std::uint64_t due = 0, strobe = 0;
    std::vector<std::uint32_t> data;
  };
  void command(bool matrix, std::uint32_t descriptor);
  void offer(CData& valid, const CData& ready);  // until it is taken
  void answer_memory();
  void take_memory();
  // Whether a wait of so many cycles is still sensible; else the test fails.
  bool patient(unsigned& waited) const;

  VerilatedContext context_;
  std::unique_ptr<Vengines_bench> top_;
  std::mt19937 random_;
  std::vector<Request> requests_;
  std::vector<Fault> faults_;
  std::uint64_t cycles_ = 0;
  std::uint32_t woken_ = 0;
  bool hammering_ = false;
  unsigned unanswered_ = 0;  // accesses of the lane
};

}  // namespace heddle::engines_test
