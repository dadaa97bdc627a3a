// Branches, loops, jumps, calls.
#include "generator.h"

namespace heddle::fuzz {

using isa::Op;

void Generator::condition(Op op, unsigned label) {
  switch (random_.weighted({4, 3, 2})) {
    case 0: {
      const uint32_t first = source();  // one after the other: the order of arguments is the compiler's
      writer_.branch(op, first, source(), label);
      break;
    }
    case 1:
      writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = source(), .immediate = random_.pick({1, 2, 3, 4, 8})});
      writer_.branch(op, reg::kTemporary, reg::kZero, label);
      break;
    case 2:
      writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = reg::kHart, .immediate = random_.pick({1, 1, 2, 3, 4, 7})});
      writer_.branch(random_.pick({Op::Beq, Op::Bne}), reg::kTemporary, reg::kZero, label);
      break;
  }
}

void Generator::conditional(Op op) {
  const bool deep = nesting_ >= 5;
  if (deep) {  // a branch over one instruction
    const unsigned label = writer_.label();
    condition(op, label);
    plain(Op::Xor);
    writer_.bind(label);
    return;
  }
  switch (random_.weighted({5, 5, loops_ < 2 && !in_function_ ? 4U : 0U, loops_ < 2 && !in_function_ ? 1U : 0U})) {
    case 0: if_else(op, false); break;
    case 1: if_else(op, true); break;
    case 2: loop(op); break;
    case 3: irreducible(op); break;
  }
}

void Generator::if_else(Op op, bool with_else) {
  const unsigned other = writer_.label();
  const unsigned join = writer_.label();
  condition(op, with_else ? other : join);
  block(random_.between(1, 5));
  if (with_else) {
    writer_.jump(join);
    writer_.bind(other);
    block(random_.between(1, 5));
  }
  writer_.bind(join);
}

// Counted, by lanes differently; perhaps with a way out in the middle, perhaps with another way round.
void Generator::loop(Op op) {
  const uint32_t counter = reg::kCounter + loops_;
  const unsigned head = writer_.label();
  const unsigned leave = writer_.label();
  writer_.put(Op::Andi, {.rd = counter, .rs1 = source(), .immediate = random_.pick({1, 1, 3, 3, 7})});
  writer_.bind(head);
  ++loops_;
  block(random_.between(1, 6));
  if (random_.percent(25)) condition(op, leave);
  if (random_.percent(15)) {
    writer_.add_immediate(counter, counter, -1);
    writer_.branch(random_.pick({Op::Bge, Op::Bge}), counter, reg::kZero, head);
    block(random_.between(1, 2));
  }
  --loops_;
  writer_.add_immediate(counter, counter, -1);
  writer_.branch(Op::Bge, counter, reg::kZero, head);
  writer_.bind(leave);
}

// A loop with two entries.
void Generator::irreducible(Op op) {
  const uint32_t counter = reg::kCounter + loops_;
  const unsigned first = writer_.label();
  const unsigned second = writer_.label();
  const unsigned leave = writer_.label();
  writer_.put(Op::Andi, {.rd = counter, .rs1 = source(), .immediate = 3});
  ++loops_;
  condition(op, second);
  writer_.bind(first);
  block(random_.between(1, 3));
  writer_.add_immediate(counter, counter, -1);
  writer_.branch(Op::Blt, counter, reg::kZero, leave);
  writer_.bind(second);
  block(random_.between(1, 3));
  writer_.add_immediate(counter, counter, -1);
  writer_.branch(Op::Bge, counter, reg::kZero, first);
  --loops_;
  writer_.bind(leave);
}

void Generator::jump(Op op) {
  if (op == Op::Jal) {
    if (!in_function_ && random_.percent(75)) {
      call();
      return;
    }
    // Over a few instructions, with or without a link.
    const unsigned label = writer_.label();
    writer_.jump(label, random_.pick({uint32_t{0}, uint32_t{5}, value()}));
    if (random_.percent(60)) plain(Op::Sub);
    writer_.bind(label);
    return;
  }
  switch (random_.weighted({4, 2, in_function_ ? 0U : 2U})) {
    case 0: switch_over(); break;
    case 1: wild_jump(); break;
    case 2: call(); break;
  }
}

void Generator::call() {
  const unsigned function = function_labels_[random_.below(static_cast<uint32_t>(function_labels_.size()))];
  writer_.put(Op::Andi, {.rd = reg::kDepth, .rs1 = source(), .immediate = random_.pick({1, 3, 3})});
  if (random_.percent(60)) {
    writer_.jump(function, reg::kLink);
    return;
  }
  // Through a pointer, perhaps to different functions.
  writer_.load_address(reg::kAddress, function);
  if (function_labels_.size() > 1 && random_.percent(60)) {
    writer_.load_address(reg::kTemporary,
                         function_labels_[random_.below(static_cast<uint32_t>(function_labels_.size()))]);
    writer_.put(Op::Andi, {.rd = reg::kHandler, .rs1 = source(), .immediate = 1});
    const unsigned keep = writer_.label();
    writer_.branch(Op::Beq, reg::kHandler, reg::kZero, keep);
    writer_.move(reg::kAddress, reg::kTemporary);
    writer_.bind(keep);
  }
  writer_.put(Op::Jalr, {.rd = reg::kLink, .rs1 = reg::kAddress});
}

// An indirect jump to one of several blocks.
void Generator::switch_over() {
  const unsigned arms = random_.between(2, 4);
  const unsigned join = writer_.label();
  std::vector<unsigned> labels;
  for (unsigned i = 0; i < arms; ++i) labels.push_back(writer_.label());
  // Jumps of equal length: the place in the table is 4 * i.
  const unsigned table = writer_.label();
  const uint32_t base = random_.pick({uint32_t{reg::kAddress}, uint32_t{reg::kTemporary}});
  writer_.put(Op::Andi, {.rd = reg::kHandler, .rs1 = source(), .immediate = arms >= 4 ? 3 : 1});
  writer_.load_address(base, table);
  writer_.put(Op::Sh2add, {.rd = base, .rs1 = reg::kHandler, .rs2 = base});
  writer_.put(Op::Jalr, {.rd = random_.pick({uint32_t{0}, uint32_t{0}, uint32_t{5}, value()}), .rs1 = base});
  writer_.bind(table);
  for (const unsigned label : labels) writer_.jump(label);
  for (const unsigned label : labels) {
    writer_.bind(label);
    block(random_.between(1, 3));
    if (label != labels.back()) writer_.jump(join);
  }
  writer_.bind(join);
}

// To where nothing can be fetched, or between two instructions.
void Generator::wild_jump() {
  if (!may_trap()) {
    plain(Op::Or);
    return;
  }
  const unsigned after = writer_.label();
  writer_.load_address(reg::kResume, after);
  if (random_.percent(50)) {
    const uint32_t base = random_.pick({uint32_t{reg::kZero}, uint32_t{reg::kShared}, uint32_t{reg::kScratch}});
    writer_.put(Op::Jalr, {.rd = target(), .rs1 = base, .immediate = static_cast<int32_t>(random_.below(64))});
  } else {
    writer_.load_address(reg::kAddress, after);
    writer_.put(Op::Jalr, {.rd = target(), .rs1 = reg::kAddress, .immediate = random_.pick({2, 3, 0, 1})});
  }
  writer_.bind(after);
}

void Generator::return_from_trap() {
  const unsigned after = writer_.label();
  writer_.load_address(reg::kAddress, after);
  if (random_.percent(30)) writer_.add_immediate(reg::kAddress, reg::kAddress, static_cast<int32_t>(random_.below(4)));
  writer_.put(Op::Csrrw, {.rs1 = reg::kAddress, .csr = static_cast<uint32_t>(isa::Csr::Mepc)});
  writer_.put(Op::Mret, {});
  writer_.bind(after);
}

}  // namespace heddle::fuzz
