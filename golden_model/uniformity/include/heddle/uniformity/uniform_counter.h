// Runs warps as the architecture says and counts the instructions whose operands are uniform or affine over the lanes
// that execute them. Values are looked at, not tracked: hardware that infers them from earlier ones finds fewer.
#pragma once

#include <array>
#include <cstdint>

#include "heddle/model/step_runner.h"

namespace heddle::uniformity {

enum class Kind : std::uint8_t { kInteger, kFloat, kLoad, kBranch, kOther };
inline constexpr unsigned kKinds = 5;
inline constexpr std::array<const char*, kKinds> kKindNames = {"integer", "float", "load", "branch", "other"};

// Of a value over the lanes that take part, the stronger first.
enum class Pattern : std::uint8_t { kUniform, kAffine, kAny };

struct Counts {
  std::uint64_t instructions = 0;  // warp instructions that completed in at least one lane
  // Every source register has one value in all lanes, and so has the result: a load from one address, a branch that all
  // lanes decide alike, an identity CSR that is the same for the warp. Stores, atomics, collectives and what reads no
  // register and writes none never count.
  std::uint64_t uniform = 0;
  // Integer operations, not uniform, of which each source and the result are base + lane * step (modulo 2^32).
  std::uint64_t affine = 0;

  Counts& operator+=(const Counts& other);
};

// Which kind an instruction of this class counts as.
Kind kind_of(isa::Class klass);

class UniformCounter : public model::StepRunner {
 public:
  const Counts& counts(Kind kind) const { return counts_[static_cast<unsigned>(kind)]; }
  Counts total() const;

 protected:
  void before(const model::Warp& warp, const model::Path& path, model::Memory& memory) override;
  void after(const model::Warp& warp, const model::StepResult& result) override;

 private:
  std::array<Counts, kKinds> counts_{};
  Pattern operands_ = Pattern::kAny;  // of the slot under way
};

}  // namespace heddle::uniformity
