#include "hart_executor.h"

#include "heddle/generated/compressed.h"

namespace heddle::management {
namespace {

constexpr std::uint32_t kMie = 1u << 3, kMpie = 1u << 7;  // of mstatus
constexpr std::uint32_t kInhibitInstret = 1u << 2;

unsigned strobe(std::uint32_t address, unsigned size) { return ((1u << size) - 1) << (address & 3); }

}  // namespace

// Puts the instruction into record_.instr; false: it trapped.
bool Hart::Executor::fetch() {
  const std::uint32_t pc = hart_.pc_;
  const std::optional<std::uint32_t> word = hart_.bus_.fetch(pc & ~3u);
  if (!word) {
    trap(Cause::kInstructionAccess, pc);
    return false;
  }
  const std::uint32_t first = *word >> 8 * (pc & 2);
  if (isa::is_compressed(first)) {
    length_ = 2;
    record_.instr = first & 0xFFFF;
    return true;
  }
  record_.instr = first;
  if ((pc & 2) == 0) return true;
  const std::optional<std::uint32_t> second = hart_.bus_.fetch(pc + 2);
  if (!second) {
    record_.instr = 0;
    trap(Cause::kInstructionAccess, pc + 2);
    return false;
  }
  record_.instr |= *second << 16;
  return true;
}

void Hart::Executor::decode() {
  const std::uint32_t raw = record_.instr;
  d_ = model::decode_instruction(length_ == 2 ? isa::expand_compressed(raw) : raw);
  d_.raw = raw;
  if (!mgmt::executes(d_.op)) d_.op = isa::Op::Illegal;
}

bool Hart::Executor::run() {
  record_.pc = hart_.pc_;
  record_.mip = inputs_.mip;
  counts_ = (hart_.stored<mgmt::csr::kMcountinhibit>() & kInhibitInstret) == 0;
  if (fetch()) {
    decode();
    if (d_.op == isa::Op::Wfi && (inputs_.mip & hart_.stored<mgmt::csr::kMie>()) == 0) return false;
    next_pc_ = pc() + length_;
    model::perform(*this);
    if (d_.op == isa::Op::FenceI) hart_.bus_.forget_fetched();
  }
  if (trapped_) {
    record_.trap = true;
    hart_.enter_handler(record_.cause, record_.tval, record_);
    return true;
  }
  hart_.pc_ = record_.next_pc = next_pc_;
  ++hart_.retired_;
  if (counts_) ++hart_.minstret_;
  return true;
}

void Hart::Executor::write_rd(std::uint32_t value) {
  if (d_.rd == 0) return;
  hart_.x_[d_.rd] = value;
  record_.rd = d_.rd;
  record_.value = value;
}

void Hart::Executor::jal() {
  next_pc_ = pc() + immediate_value();
  write_rd(pc() + length_);
}

void Hart::Executor::jalr() {
  next_pc_ = (rs1() + immediate_value()) & ~1u;
  write_rd(pc() + length_);
}

void Hart::Executor::mret() {
  next_pc_ = hart_.stored<mgmt::csr::kMepc>();
  std::uint32_t& mstatus = hart_.stored<mgmt::csr::kMstatus>();
  mstatus = ((mstatus & kMpie) != 0 ? kMie : 0) | kMpie;
}

void Hart::Executor::load(unsigned size, model::Extension extension) {
  const std::uint32_t address = rs1() + immediate_value();
  if (address % size != 0) {
    trap(Cause::kLoadMisaligned, address);
    return;
  }
  const std::optional<std::uint32_t> word = hart_.bus_.load(address & ~3u, strobe(address, size));
  if (!word) {
    trap(Cause::kLoadAccess, address);
    return;
  }
  record_.memory_strobe = strobe(address, size);
  record_.memory_address = address;
  record_.memory_data = *word;
  write_rd(model::extend(*word >> 8 * (address & 3), size, extension));
}

void Hart::Executor::store(unsigned size) {
  const std::uint32_t address = rs1() + immediate_value();
  if (address % size != 0) {
    trap(Cause::kStoreMisaligned, address);
    return;
  }
  const std::uint32_t data = rs2() << 8 * (address & 3);
  if (!hart_.bus_.store(address & ~3u, strobe(address, size), data)) {
    trap(Cause::kStoreAccess, address);
    return;
  }
  record_.memory_write = true;
  record_.memory_strobe = strobe(address, size);
  record_.memory_address = address;
  record_.memory_data = data;
}

void Hart::Executor::csr(model::CsrUpdate update, bool immediate_form) {
  const mgmt::CsrInfo* info = mgmt::find_csr(d_.csr);
  const bool no_operand = immediate_form ? d_.immediate == 0 : d_.rs1 == 0;
  const bool writes = update == model::CsrUpdate::kWrite || !no_operand;
  if (info == nullptr || (writes && !info->writable)) {
    trap(Cause::kIllegalInstruction, d_.raw);
    return;
  }
  const std::uint32_t operand = immediate_form ? immediate_value() : rs1();
  const std::uint32_t old_value = *hart_.csr(d_.csr, inputs_);
  if (writes) {
    std::uint32_t value = operand;
    if (update == model::CsrUpdate::kSet) value = old_value | operand;
    if (update == model::CsrUpdate::kClear) value = old_value & ~operand;
    hart_.set_csr(d_.csr, value);
    if (d_.csr == mgmt::csr::kMinstret || d_.csr == mgmt::csr::kMinstreth) counts_ = false;
  }
  write_rd(old_value);
}

}  // namespace heddle::management
