// Common types of the memory bench. Numbers of operations and sizes are those of rtl/pkg/heddle_pkg.sv.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::membench {

struct Shape {
  unsigned cores, warps, lanes, line_bytes, scratch_bytes, lsu_requests, memory_requests, regions, l2_bytes, l2_banks;
};

enum class Op : uint32_t { Load, Store, Amo, Lr, Sc, Fence };                 // lsu_op_e
enum class MemOp : uint32_t { Read, Write, Amo, Lr, Sc };                     // mem_op_e
enum class Amo : uint32_t { Swap, Add, Xor, And, Or, Min, Max, Minu, Maxu };  // amo_op_e

struct Region {
  uint32_t base = 0, last = 0;
  bool r = false, w = false, x = false;
};

struct Launch {
  uint32_t scratch_size = 0, private_base = 0, private_size = 0;
  std::vector<Region> regions;
};

// One warp memory instruction as the core hands it to the LSU. `size` is log2 of the bytes; lanes outside `mask` are
// don't-care.
struct Instruction {
  unsigned core = 0, warp = 0;
  uint32_t order = 0;
  Op op = Op::Load;
  Amo amo = Amo::Swap;
  unsigned size = 2;
  bool unsigned_load = false;
  bool safe = false;  // a load that commits before its check, since no lane of it traps
  unsigned rd = 0;
  uint32_t mask = 0, scratch_base = 0;
  std::vector<uint32_t> address, data;

  bool atomic() const { return op == Op::Amo || op == Op::Lr || op == Op::Sc; }
};

struct Check {
  uint32_t misaligned = 0, fault = 0;
  bool operator==(const Check&) const = default;
};

// Device memory of the bench: everything the tests let lanes reach lies in it.
constexpr uint32_t kDramBase = 0x8000'0000;
constexpr uint32_t kDramBytes = 1u << 20;
// Accesses to this part are answered with SLVERR and change nothing.
constexpr uint32_t kErrorBase = 0x8000'3000;
constexpr uint32_t kErrorLast = 0x8000'30FF;

inline bool in_error_area(uint32_t address) { return address >= kErrorBase && address <= kErrorLast; }

}  // namespace heddle::membench
