#include "heddle/uniformity/uniform_counter.h"

#include <algorithm>

namespace heddle::uniformity {

namespace {

// The pattern of a row over the lanes of a non-empty mask. Two lanes always lie on a line if their distance divides the
// difference; the step is that between the two lowest lanes.
Pattern pattern(const model::LaneRow& row, model::LaneMask mask) {
  const unsigned first = model::first_lane(mask);
  const model::LaneMask others = mask & (mask - 1);
  if (others == 0) return Pattern::kUniform;
  const unsigned second = model::first_lane(others);
  const std::uint32_t difference = row[second] - row[first];
  const std::uint32_t distance = second - first;
  if (difference % distance != 0) return Pattern::kAny;
  const std::uint32_t step = difference / distance;
  bool on_line = true;
  model::for_each_lane(others, [&](unsigned l) { on_line = on_line && row[l] == row[first] + step * (l - first); });
  if (!on_line) return Pattern::kAny;
  return step == 0 ? Pattern::kUniform : Pattern::kAffine;
}

// The weakest pattern among the source registers; none is uniform.
Pattern sources(const model::Warp& warp, const model::DecodedInstruction& instruction, model::LaneMask mask) {
  Pattern weakest = Pattern::kUniform;
  for (const unsigned number : {instruction.rs1, instruction.rs2, instruction.rs3}) {
    weakest = std::max(weakest, pattern(warp.reg[number], mask));
  }
  return weakest;
}

bool has_scalar_form(isa::Class klass) {
  switch (klass) {
    case isa::Class::Alu:
    case isa::Class::Mul:
    case isa::Class::Div:
    case isa::Class::Fma:
    case isa::Class::Fmisc:
    case isa::Class::Fcvt:
    case isa::Class::Fdiv:
    case isa::Class::Special:
    case isa::Class::Load:
    case isa::Class::Branch:
    case isa::Class::Jump:
    case isa::Class::Csr: return true;
    default: return false;
  }
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  instructions += other.instructions;
  uniform += other.uniform;
  affine += other.affine;
  return *this;
}

Kind kind_of(isa::Class klass) {
  switch (klass) {
    case isa::Class::Alu:
    case isa::Class::Mul:
    case isa::Class::Div: return Kind::kInteger;
    case isa::Class::Fma:
    case isa::Class::Fmisc:
    case isa::Class::Fcvt:
    case isa::Class::Fdiv:
    case isa::Class::Special: return Kind::kFloat;
    case isa::Class::Load: return Kind::kLoad;
    case isa::Class::Branch:
    case isa::Class::Jump: return Kind::kBranch;
    default: return Kind::kOther;
  }
}

Counts UniformCounter::total() const {
  Counts sum;
  for (const Counts& counts : counts_) sum += counts;
  return sum;
}

// What a trap or .sync leaves out of the mask is rare; the slot may overwrite its own sources.
void UniformCounter::before(const model::Warp& warp, const model::Path& path, model::Memory& memory) {
  const model::DecodedInstruction* instruction = memory.fetch(warp.identity.core, path.pc);
  operands_ = instruction != nullptr ? sources(warp, *instruction, path.mask) : Pattern::kAny;
}

void UniformCounter::after(const model::Warp&, const model::StepResult& result) {
  if (result.completed == 0) return;
  const isa::Class klass = result.instruction.klass;
  Counts& counts = counts_[static_cast<unsigned>(kind_of(klass))];
  ++counts.instructions;
  const Pattern outcome = result.written != 0 ? pattern(result.value, result.written) : Pattern::kUniform;
  const Pattern weakest = std::max(operands_, outcome);
  if (has_scalar_form(klass) && weakest == Pattern::kUniform) {
    ++counts.uniform;
  } else if (kind_of(klass) == Kind::kInteger && weakest == Pattern::kAffine) {
    ++counts.affine;
  }
}

}  // namespace heddle::uniformity
