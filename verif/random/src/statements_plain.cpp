// Instructions that stand alone.
#include <vector>

#include "generator.h"
#include "values.h"
#include "weights.h"

namespace heddle::fuzz {

using isa::Op;

void Generator::plain(Op op) { writer_.put(op, operands(isa::info(op))); }

// One unit, back to back, often with a chain of results.
void Generator::burst(Op op) {
  const isa::InstructionInfo& info = isa::info(op);
  uint32_t last = 0;
  for (unsigned i = random_.between(3, 10); i != 0; --i) {
    isa::Operands o = operands(info);
    if (i != 1 && last != 0 && info.rs1_float == info.rd_float && random_.percent(40)) o.rs1 = last;
    const Writer::Node node(writer_);
    writer_.put(op, o);
    last = o.rd;
  }
}

void Generator::csr(Op op) {
  const bool immediate = isa::info(op).format == isa::Format::CsrImm;
  const isa::CsrInfo& info = isa::kCsrs[random_.weighted(csr_weights())];
  isa::Operands o = operands(isa::info(op));
  o.csr = static_cast<uint32_t>(info.number);
  o.immediate = static_cast<int32_t>(random_.below(32));
  const bool may_write = info.access == isa::CsrAccess::ReadWrite || (may_trap() && random_.percent(10));
  if (!may_write && (op == Op::Csrrw || op == Op::Csrrwi)) op = immediate ? Op::Csrrsi : Op::Csrrs;
  if (!may_write) {
    o.rs1 = 0;
    o.immediate = 0;
  }
  if (info.number == isa::Csr::Mtvec) {
    // The handler stays; bits that read zero may be tried.
    if (!handled_ || random_.percent(50)) {
      writer_.put(Op::Csrrs, {.rd = o.rd, .csr = o.csr});
      return;
    }
    writer_.load_address(reg::kAddress, handler_label_);
    writer_.add_immediate(reg::kAddress, reg::kAddress, static_cast<int32_t>(random_.below(4)));
    writer_.put(Op::Csrrw, {.rd = o.rd, .rs1 = reg::kAddress, .csr = o.csr});
    return;
  }
  if (may_write && (info.number == isa::Csr::Frm || info.number == isa::Csr::Fcsr) &&
      (!may_trap() || random_.percent(70))) {
    rounding_modes();
    return;
  }
  if (may_trap() && random_.percent(2)) o.csr = random_.below(4096);
  if (o.csr == static_cast<uint32_t>(isa::Csr::Mtvec)) o.csr = static_cast<uint32_t>(isa::Csr::Mscratch);
  writer_.put(op, o);
}

// Modes that differ from lane to lane, reserved ones among them where that may trap.
void Generator::rounding_modes() {
  const bool reserved = may_trap() && random_.percent(20);
  const auto frm = static_cast<uint32_t>(isa::Csr::Frm);
  writer_.put(Op::Andi, {.rd = reg::kAddress, .rs1 = source(), .immediate = reserved ? 7 : 3});
  if (random_.percent(30)) {
    writer_.put(Op::Csrrw, {.rd = target(), .rs1 = reg::kAddress, .csr = frm});
  } else {
    const auto flags = static_cast<int32_t>(random_.below(32));
    writer_.put(Op::Slli, {.rd = reg::kAddress, .rs1 = reg::kAddress, .immediate = 5});
    writer_.put(Op::Ori, {.rd = reg::kAddress, .rs1 = reg::kAddress, .immediate = flags});
    writer_.put(Op::Csrrw, {.rd = target(), .rs1 = reg::kAddress, .csr = static_cast<uint32_t>(isa::Csr::Fcsr)});
  }
  if (reserved) {
    block(random_.between(1, 4));
    writer_.put(Op::Csrrwi, {.immediate = 4, .csr = frm});
  }
}

namespace {

// Legal where the device has engines, and then what they do has to be drawn with care.
bool of_engine(const isa::InstructionInfo& info) { return info.klass == isa::Class::Engine; }

const std::vector<size_t>& rows_without_engines() {
  static const auto kRows = [] {
    std::vector<size_t> rows;
    for (size_t row = 1; row < isa::kOpCount; ++row) {
      if (!of_engine(isa::kInstructions[row])) rows.push_back(row);
    }
    return rows;
  }();
  return kRows;
}

}  // namespace

// A word that no row matches, or one with a reserved rounding mode.
void Generator::illegal() {
  if (!may_trap()) {
    plain(Op::Add);
    return;
  }
  for (unsigned tries = 0; tries < 64; ++tries) {
    uint32_t word = random_.bits();
    switch (random_.weighted({2, 3, 1, 1})) {
      case 0: break;
      case 1: {  // a bit away from a legal one
        const std::vector<size_t>& rows = rows_without_engines();
        const size_t row = rows[random_.between(1, static_cast<uint32_t>(rows.size())) - 1];
        const isa::InstructionInfo& info = isa::kInstructions[row];
        const uint32_t legal = encode(static_cast<Op>(row), operands(info));
        word = legal ^ (info.mask & (1U << random_.between(2, 31)));
        break;
      }
      case 2: word = 0; break;
      case 3: word = ~0U; break;
    }
    const Op op = isa::decode(word);
    if (op != Op::Illegal && !of_engine(isa::info(op))) continue;
    writer_.word(word);
    return;
  }
  writer_.word(0);
}

void Generator::system(Op op) {
  if (op == Op::Wfi) {
    writer_.put(op, {});
  } else if (op == Op::Mret) {
    return_from_trap();
  } else if (may_trap()) {
    writer_.put(op, {});
  } else {
    plain(Op::Sub);
  }
}

void Generator::collective(Op op) {
  const isa::InstructionInfo& info = isa::info(op);
  isa::Operands o = operands(info);
  const bool shuffle = info.klass == isa::Class::Shuffle;
  if (shuffle && random_.percent(75)) {
    o.rs2 = reg::kAddress;
    writer_.put(Op::Andi, {.rd = reg::kAddress, .rs1 = source(), .immediate = random_.pick({1, 3, 7, 15, 31})});
  }
  if (info.sync) {
    // Those who are here; at the top level, where everybody comes by, the whole warp; where a fault is fine, anybody.
    uint32_t& mask = shuffle ? o.rs3 : o.rs2;
    mask = reg::kTemporary;
    if (nesting_ == 0 && !in_function_ && random_.percent(15)) {
      writer_.put(Op::Csrrs, {.rd = mask, .csr = static_cast<uint32_t>(isa::Csr::HdWarpMask)});
    } else if (random_.per_mille(15)) {
      mask = value();
    } else {
      writer_.add_immediate(mask, reg::kZero, 1);
      writer_.put(Op::HdVoteBallot, {.rd = mask, .rs1 = mask});
    }
  }
  writer_.put(op, o);
}

}  // namespace heddle::fuzz
