#include "writer.h"

namespace heddle::fuzz {

unsigned Writer::label() {
  positions_.push_back(0);
  return static_cast<unsigned>(positions_.size() - 1);
}

void Writer::refer(uint32_t word, Item::Reference reference, unsigned label) {
  plan_.items.push_back({.word = word, .reference = reference, .target = label});
}

void Writer::branch(isa::Op op, uint32_t rs1, uint32_t rs2, unsigned label) {
  refer(encode(op, {.rs1 = rs1, .rs2 = rs2}), Item::Reference::kBranch, label);
}

void Writer::jump(unsigned label, uint32_t rd) {
  refer(encode(isa::Op::Jal, {.rd = rd}), Item::Reference::kJump, label);
}

void Writer::load_address(uint32_t rd, unsigned label) {
  refer(encode(isa::Op::Lui, {.rd = rd}), Item::Reference::kHigh, label);
  refer(encode(isa::Op::Addi, {.rd = rd, .rs1 = rd}), Item::Reference::kLow, label);
}

void Writer::load_constant(uint32_t rd, uint32_t value) {
  const auto low = static_cast<int32_t>(value << 20) >> 20;
  const uint32_t high = value - static_cast<uint32_t>(low);
  if (high == 0) {
    add_immediate(rd, reg::kZero, low);
    return;
  }
  put(isa::Op::Lui, {.rd = rd, .immediate = static_cast<int32_t>(high)});
  if (low != 0) add_immediate(rd, rd, low);
}

void Writer::finish() {
  for (Item& item : plan_.items) {
    if (item.reference != Item::Reference::kNone) item.target = positions_[item.target];
  }
}

}  // namespace heddle::fuzz
