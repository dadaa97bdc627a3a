// What work-items do together: barriers, ends, locks, and sums that the host knows beforehand.
#include "generator.h"

namespace heddle::fuzz {

using isa::Op;

uint32_t Generator::work_items() const {
  return plan_.groups[0] * plan_.groups[1] * plan_.groups[2] * plan_.group_items();
}

void Generator::together() {
  // What is counted must come from every work-item, once.
  const bool everybody = nesting_ == 0 && loops_ == 0 && !in_function_ && !exited_ && check_slots_ < 32;
  switch (random_.weighted({5, everybody ? 2U : 0U, everybody ? 1U : 0U, everybody ? 1U : 0U})) {
    case 0: barrier(); break;
    case 1: reduction(); break;
    case 2: locked_counter(); break;
    case 3: optimistic_counter(); break;
  }
}

void Generator::barrier() { writer_.put(Op::HdBarrier, {}); }

void Generator::exit_some() {
  if (in_function_ || (random_.percent(70) && nesting_ == 0)) {
    barrier();
    return;
  }
  const unsigned stay = writer_.label();
  writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = source(), .immediate = random_.pick({3, 7, 15})});
  writer_.branch(Op::Bne, reg::kTemporary, reg::kZero, stay);
  writer_.put(Op::HdExit, {});
  writer_.bind(stay);
  exited_ = true;
}

void Generator::check(uint32_t begin, uint32_t slot, uint32_t expected) {
  plan_.checks.push_back(
      {.address = places_.check() + 4 * slot, .expected = expected, .items = {begin, writer_.position()}});
}

// Each work-item contributes a function of its x in the group.
void Generator::reduction() {
  const uint32_t begin = writer_.position();
  const uint32_t slot = check_slots_++;
  const uint32_t factor = random_.below(2048);
  const uint32_t offset = random_.below(2048);
  const Op op = random_.pick({Op::AmoaddW, Op::AmoxorW, Op::AmoorW, Op::AmomaxW, Op::AmomaxuW});
  uint32_t expected = 0;
  const uint32_t repeats = work_items() / plan_.local[0];
  for (uint32_t x = 0; x < plan_.local[0]; ++x) {
    const uint32_t part = x * factor + offset;
    switch (op) {
      case Op::AmoaddW: expected += part * repeats; break;
      case Op::AmoxorW: expected ^= repeats % 2 != 0 ? part : 0; break;
      case Op::AmoorW: expected |= part; break;
      default: expected = expected < part ? part : expected; break;
    }
  }
  writer_.load_constant(reg::kAddress, places_.check() + 4 * slot);
  writer_.put(Op::Csrrs, {.rd = reg::kTemporary, .csr = static_cast<uint32_t>(isa::Csr::HdLocalIdX)});
  writer_.add_immediate(reg::kHandler, reg::kZero, static_cast<int32_t>(factor));
  writer_.put(Op::Mul, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kHandler});
  writer_.add_immediate(reg::kTemporary, reg::kTemporary, static_cast<int32_t>(offset));
  writer_.put(op, {.rd = random_.percent(50) ? 0 : value(),
                   .rs1 = reg::kAddress,
                   .rs2 = reg::kTemporary,
                   .ordering = random_.below(4)});
  check(begin, slot, expected);
  if (random_.percent(50)) barrier();
}

// A spin lock around a counter that is not atomic. The lock is the word after the counter. Without a pause its owner,
// whose pc is higher than that of those that spin, goes on only after a whole greedy period (512 issue slots) of its
// warp: some 50,000 cycles on `base` with every lane at it, so many work-items never spin like that.
void Generator::locked_counter() {
  const uint32_t begin = writer_.position();
  const uint32_t slot = check_slots_;
  check_slots_ += 2;
  const unsigned spin = writer_.label();
  const unsigned taken = writer_.label();
  writer_.load_constant(reg::kAddress, places_.check() + 4 * slot);
  writer_.add_immediate(reg::kHandler, reg::kAddress, 4);
  writer_.add_immediate(reg::kTemporary, reg::kZero, 1);
  const uint32_t old = value();
  writer_.bind(spin);
  writer_.put(Op::AmoswapW, {.rd = old, .rs1 = reg::kHandler, .rs2 = reg::kTemporary, .ordering = 2});
  writer_.branch(Op::Beq, old, reg::kZero, taken);
  constexpr uint32_t kMostWithoutPause = 48;
  if (random_.percent(90) || work_items() > kMostWithoutPause) writer_.put(Op::Pause, {});
  writer_.jump(spin);
  writer_.bind(taken);
  writer_.put(Op::Lw, {.rd = old, .rs1 = reg::kAddress});
  writer_.add_immediate(old, old, 1);
  writer_.put(Op::Sw, {.rs1 = reg::kAddress, .rs2 = old});
  if (random_.percent(50)) {
    writer_.put(Op::AmoswapW, {.rd = 0, .rs1 = reg::kHandler, .rs2 = reg::kZero, .ordering = 1});
  } else {
    writer_.put(Op::Fence, {});
    writer_.put(Op::Sw, {.rs1 = reg::kHandler, .rs2 = reg::kZero});
  }
  check(begin, slot, work_items());
}

// A counter by load-reserved and store-conditional.
void Generator::optimistic_counter() {
  const uint32_t begin = writer_.position();
  const uint32_t slot = check_slots_++;
  const auto step = static_cast<int32_t>(random_.between(1, 100));
  const unsigned again = writer_.label();
  const uint32_t old = value();
  writer_.load_constant(reg::kAddress, places_.check() + 4 * slot);
  writer_.bind(again);
  writer_.put(Op::LrW, {.rd = old, .rs1 = reg::kAddress, .ordering = random_.below(4)});
  writer_.add_immediate(old, old, step);
  writer_.put(Op::ScW, {.rd = reg::kTemporary, .rs1 = reg::kAddress, .rs2 = old, .ordering = random_.below(4)});
  writer_.branch(Op::Bne, reg::kTemporary, reg::kZero, again);
  check(begin, slot, work_items() * static_cast<uint32_t>(step));
}

}  // namespace heddle::fuzz
