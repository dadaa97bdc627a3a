// The hart of the management core, RV32IMC_Zicsr_Zifencei in machine mode (docs/management.md, sections 1 to 3), one
// instruction or one interrupt at a time. When an interrupt comes, and what the time is, its caller says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "heddle/generated/management.h"
#include "heddle/management/bus.h"
#include "heddle/management/retirement.h"

namespace heddle::management {

// What comes from outside the hart while an instruction executes.
struct Inputs {
  std::uint32_t mip = 0;   // the interrupt lines, in their bits of mip
  std::uint64_t time = 0;  // mtime
  // What a read of cycle, mcycle, time or their upper halves gives; none: the model's own count.
  std::optional<std::uint32_t> counter = std::nullopt;
};

class Hart {
 public:
  // Bits of mip and mie: software, timer, external.
  static constexpr unsigned kSoftware = 3, kTimer = 7, kExternal = 11;

  // `bus` must outlive the hart. In reset.
  explicit Hart(Bus& bus);

  // x1 to x31 become zero, which the specification leaves open.
  void reset();

  // The bit of the interrupt that is taken if one is taken now; none: none can be.
  std::optional<unsigned> possible_interrupt(std::uint32_t mip) const;
  // Takes it. Throws std::logic_error where none is possible.
  Retirement take_interrupt(std::uint32_t mip);
  // Executes one instruction, to its end or its trap. None: it is a wfi that waits, and nothing has changed.
  std::optional<Retirement> step(const Inputs& inputs);
  // As if so many instructions of a loop that changes nothing else had retired: the counters go on.
  void count(std::uint64_t instructions);

  std::uint32_t pc() const { return pc_; }
  void set_pc(std::uint32_t pc) { pc_ = pc; }
  std::uint32_t x(unsigned number) const { return x_[number]; }
  void set_x(unsigned number, std::uint32_t value) {
    if (number != 0) x_[number] = value;
  }
  // As an instruction would read it; no value: no CSR has this number.
  std::optional<std::uint32_t> csr(std::uint32_t number, const Inputs& inputs = {}) const;
  // Changes the stored bits of one, as a write does. Does not care whether the number is a read-only one.
  void set_csr(std::uint32_t number, std::uint32_t value);
  // Instructions that retired since the reset, whatever minstret says.
  std::uint64_t retired() const { return retired_; }

 private:
  class Executor;

  static consteval std::size_t row(std::uint32_t number) {
    for (std::size_t i = 0; i < std::size(mgmt::kCsrs); ++i) {
      if (mgmt::kCsrs[i].number == number) return i;
    }
    throw "no such CSR";
  }
  template <std::uint32_t kNumber>
  std::uint32_t& stored() {
    return stored_[row(kNumber)];
  }
  template <std::uint32_t kNumber>
  std::uint32_t stored() const {
    return stored_[row(kNumber)];
  }
  void enter_handler(std::uint32_t cause, std::uint32_t tval, Retirement& record);

  Bus& bus_;
  std::uint32_t pc_ = 0;
  std::array<std::uint32_t, 32> x_{};
  std::array<std::uint32_t, std::size(mgmt::kCsrs)> stored_{};
  std::uint64_t mcycle_ = 0, minstret_ = 0;
  std::uint64_t retired_ = 0;
  std::uint32_t order_ = 0;
};

}  // namespace heddle::management
