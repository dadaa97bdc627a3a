#include "hart_reference.h"

#include <fmt/format.h>

#include "heddle/generated/compressed.h"
#include "heddle/generated/isa.h"
#include "heddle/generated/management.h"

namespace heddle::mgmtbench {
namespace {

using isa::Op;

constexpr uint32_t kMie = 8, kMpie = 0x80;
constexpr unsigned kLatest = 2;  // instructions before an interrupt that is possible

int32_t s(uint32_t value) { return static_cast<int32_t>(value); }

uint32_t extend(uint32_t word, unsigned size, bool is_signed) {
  if (size == 4) return word;
  const unsigned bits = size * 8;
  const uint32_t low = word & ((1u << bits) - 1);
  return is_signed && (low >> (bits - 1)) != 0 ? low | ~((1u << bits) - 1) : low;
}

uint32_t arithmetic(Op op, uint32_t a, uint32_t b) {
  const int64_t sa = s(a), sb = s(b);
  switch (op) {
    case Op::Add:
    case Op::Addi: return a + b;
    case Op::Sub: return a - b;
    case Op::Sll:
    case Op::Slli: return a << (b & 31);
    case Op::Slt:
    case Op::Slti: return sa < sb;
    case Op::Sltu:
    case Op::Sltiu: return a < b;
    case Op::Xor:
    case Op::Xori: return a ^ b;
    case Op::Srl:
    case Op::Srli: return a >> (b & 31);
    case Op::Sra:
    case Op::Srai: return static_cast<uint32_t>(s(a) >> (b & 31));
    case Op::Or:
    case Op::Ori: return a | b;
    case Op::And:
    case Op::Andi: return a & b;
    case Op::Mul: return a * b;
    case Op::Mulh: return static_cast<uint32_t>((sa * sb) >> 32);
    case Op::Mulhsu: return static_cast<uint32_t>((sa * static_cast<int64_t>(b)) >> 32);
    case Op::Mulhu: return static_cast<uint32_t>((static_cast<uint64_t>(a) * b) >> 32);
    case Op::Div: return b == 0 ? ~0u : static_cast<uint32_t>(sa / sb);
    case Op::Divu: return b == 0 ? ~0u : a / b;
    case Op::Rem: return b == 0 ? a : static_cast<uint32_t>(sa % sb);
    case Op::Remu: return b == 0 ? a : a % b;
    default: return 0;
  }
}

bool branches(Op op, uint32_t a, uint32_t b) {
  switch (op) {
    case Op::Beq: return a == b;
    case Op::Bne: return a != b;
    case Op::Blt: return s(a) < s(b);
    case Op::Bge: return s(a) >= s(b);
    case Op::Bltu: return a < b;
    default: return a >= b;
  }
}

}  // namespace

HartReference::HartReference(uint32_t sram_bytes, std::vector<uint8_t> rom)
    : sram_bytes_(sram_bytes), rom_(std::move(rom)), sram_(sram_bytes) {
  reset();
}

void HartReference::reset() {
  pc_ = mgmt::kBootRomBase;
  order_ = mstatus_ = mie_ = mtvec_ = mscratch_ = mepc_ = mcause_ = mtval_ = inhibit_ = 0;
  minstret_ = 0;
  late_ = 0;
}

void HartReference::load(uint32_t address, const std::vector<uint8_t>& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint32_t at = address + static_cast<uint32_t>(i);
    if (at - mgmt::kSramBase < sram_bytes_) {
      sram_[at - mgmt::kSramBase] = bytes[i];
    } else {
      memory_[at] = bytes[i];
    }
  }
}

uint8_t HartReference::byte(uint32_t address) const {
  if (address - mgmt::kBootRomBase < rom_.size()) return rom_[address - mgmt::kBootRomBase];
  if (address - mgmt::kSramBase < sram_bytes_) return sram_[address - mgmt::kSramBase];
  const auto found = memory_.find(address);
  return found == memory_.end() ? 0 : found->second;
}

HartReference::Place HartReference::place(uint32_t address, char right) const {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr) return Place::None;
  const mgmt::Rights& rights = window->hart;
  if (!(right == 'r' ? rights.read : right == 'w' ? rights.write : rights.execute)) return Place::None;
  if (window->base == mgmt::kBootRomBase) return Place::Rom;
  if (window->base == mgmt::kSramBase) return address - mgmt::kSramBase < sram_bytes_ ? Place::Sram : Place::None;
  if (window->base == mgmt::kDeviceMemoryBase) return Place::Memory;
  return window->external ? Place::External : Place::Device;
}

bool HartReference::refused(uint32_t address) const {
  for (const auto& [first, last] : refused_) {
    if (address >= first && address <= last) return true;
  }
  return false;
}

bool HartReference::fetch(uint32_t address, uint32_t& half) const {
  if (place(address, 'x') == Place::None || refused(address)) return false;
  half = byte(address) | static_cast<uint32_t>(byte(address + 1)) << 8;
  return true;
}

void HartReference::trap(Record& expected, uint32_t cause, uint32_t tval) {
  const bool interrupt = (cause >> 31) != 0;
  expected.cause = cause;
  expected.tval = tval;
  expected.trap = !interrupt;
  expected.interrupt = interrupt;
  expected.rd = 0;
  expected.value = 0;
  expected.memory_write = false;
  expected.memory_strobe = expected.memory_address = expected.memory_data = 0;
  mepc_ = pc_;
  mcause_ = cause;
  mtval_ = tval;
  mstatus_ = (mstatus_ & kMie) != 0 ? kMpie : 0;
  expected.next_pc = (mtvec_ & ~3u) + (interrupt && (mtvec_ & 1) != 0 ? 4 * (cause & 31) : 0);
  if (interrupt) {
    ++interrupts_;
  } else {
    ++traps_.at(cause & 15);
  }
}

uint32_t HartReference::read_csr(const Record& record, uint32_t number) const {
  const mgmt::CsrInfo& info = *mgmt::find_csr(number);
  uint32_t stored = 0;
  switch (number) {
    case mgmt::csr::kMstatus: stored = mstatus_; break;
    case mgmt::csr::kMie: stored = mie_; break;
    case mgmt::csr::kMtvec: stored = mtvec_; break;
    case mgmt::csr::kMscratch: stored = mscratch_; break;
    case mgmt::csr::kMepc: stored = mepc_; break;
    case mgmt::csr::kMcause: stored = mcause_; break;
    case mgmt::csr::kMtval: stored = mtval_; break;
    case mgmt::csr::kMcountinhibit: stored = inhibit_; break;
    case mgmt::csr::kMip: return record.mip;
    case mgmt::csr::kMinstret:
    case mgmt::csr::kInstret: return static_cast<uint32_t>(minstret_);
    case mgmt::csr::kMinstreth:
    case mgmt::csr::kInstreth: return static_cast<uint32_t>(minstret_ >> 32);
    case mgmt::csr::kMcycle:
    case mgmt::csr::kMcycleh:
    case mgmt::csr::kCycle:
    case mgmt::csr::kCycleh:
    case mgmt::csr::kTime:
    case mgmt::csr::kTimeh: return record.value;
    default: break;
  }
  return stored | info.value;
}

void HartReference::write_csr(uint32_t number, uint32_t value) {
  const uint32_t stored = value & mgmt::find_csr(number)->mask;
  switch (number) {
    case mgmt::csr::kMstatus: mstatus_ = stored; break;
    case mgmt::csr::kMie: mie_ = stored; break;
    case mgmt::csr::kMtvec: mtvec_ = stored; break;
    case mgmt::csr::kMscratch: mscratch_ = stored; break;
    case mgmt::csr::kMepc: mepc_ = stored; break;
    case mgmt::csr::kMcause: mcause_ = stored; break;
    case mgmt::csr::kMtval: mtval_ = stored; break;
    case mgmt::csr::kMcountinhibit: inhibit_ = stored; break;
    case mgmt::csr::kMinstret:
      minstret_ = (minstret_ >> 32 << 32) | value;
      uncounted_ = true;
      break;
    case mgmt::csr::kMinstreth:
      minstret_ = static_cast<uint64_t>(value) << 32 | static_cast<uint32_t>(minstret_);
      uncounted_ = true;
      break;
    default: break;
  }
}

void HartReference::csr(const Record& record, Record& expected, uint32_t word) {
  const Op op = isa::decode(word);
  const uint32_t number = isa::csr(word);
  const bool immediate = op == Op::Csrrwi || op == Op::Csrrsi || op == Op::Csrrci;
  const uint32_t operand = immediate ? isa::rs1(word) : x_[isa::rs1(word)];
  const bool writes = op == Op::Csrrw || op == Op::Csrrwi || isa::rs1(word) != 0;
  const mgmt::CsrInfo* info = mgmt::find_csr(number);
  if (info == nullptr || (writes && !info->writable)) return trap(expected, 2, record.instr);
  const uint32_t old = read_csr(record, number);
  if (writes) {
    write_csr(number, op == Op::Csrrw || op == Op::Csrrwi   ? operand
                      : op == Op::Csrrs || op == Op::Csrrsi ? old | operand
                                                            : old & ~operand);
  }
  expected.rd = isa::rd(word);
  expected.value = expected.rd == 0 ? 0 : old;
}

void HartReference::access(const Record& record, Record& expected, uint32_t address, unsigned size, bool write,
                           uint32_t data) {
  if (address % size != 0) return trap(expected, write ? 6 : 4, address);
  const Place where = place(address, write ? 'w' : 'r');
  bool fault = where == Place::None;
  if (where == Place::Memory) fault = refused(address);
  if (where == Place::External) fault = record.trap && record.cause == (write ? 7u : 5u);
  if (where == Place::Device) {
    const mgmt::RegisterInfo* info = mgmt::find_register(address);
    fault = size != 4 || info == nullptr || !(write ? info->hart.write : info->hart.read);
    // What a lock or a wrong kick refuses is the business of the unit test.
    if (!fault && write && address >> 12 == mgmt::watchdog::kControl >> 12) fault = record.trap && record.cause == 7;
  }
  if (fault) return trap(expected, write ? 7 : 5, address);
  const unsigned shift = address % 4 * 8;
  expected.memory_write = write;
  expected.memory_address = address;
  expected.memory_strobe = ((1u << size) - 1) << address % 4;
  if (write) {
    // The bytes outside the strobe have no meaning.
    const uint32_t lanes = size == 4 ? ~0u : ((1u << size * 8) - 1) << shift;
    expected.memory_data = (data << shift & lanes) | (record.memory_data & ~lanes);
    for (unsigned i = 0; i < size; ++i) {
      if (where == Place::Sram) sram_[address - mgmt::kSramBase + i] = static_cast<uint8_t>(data >> 8 * i);
      if (where == Place::Memory) memory_[address + i] = static_cast<uint8_t>(data >> 8 * i);
    }
    return;
  }
  expected.memory_data = record.memory_data;
  uint32_t word = record.memory_data >> shift;
  if (where != Place::Device && where != Place::External) {
    word = 0;
    for (unsigned i = 0; i < size; ++i) word |= static_cast<uint32_t>(byte(address + i)) << 8 * i;
  }
  const Op op = isa::decode(isa::is_compressed(record.instr) ? isa::expand_compressed(record.instr) : record.instr);
  expected.value = extend(word, size, op == Op::Lb || op == Op::Lh);
}

void HartReference::execute(const Record& record, Record& expected) {
  uint32_t half = 0, second = 0;
  if (!fetch(pc_, half)) return trap(expected, 1, pc_);
  const bool compressed = isa::is_compressed(half);
  const uint32_t length = compressed ? 2 : 4;
  if (!compressed && !fetch(pc_ + 2, second)) return trap(expected, 1, pc_ + 2);
  expected.instr = half | second << 16;
  compressed_ += compressed;
  const uint32_t word = compressed ? isa::expand_compressed(half) : expected.instr;
  const Op op = isa::decode(word);
  if (!mgmt::executes(op)) return trap(expected, 2, expected.instr);
  const isa::InstructionInfo& info = isa::info(op);
  const uint32_t a = x_[isa::rs1(word)], b = x_[isa::rs2(word)];
  const uint32_t imm = static_cast<uint32_t>(isa::immediate(info.format, word));
  expected.next_pc = pc_ + length;
  if (info.writes_rd) expected.rd = isa::rd(word);
  switch (info.klass) {
    case isa::Class::Alu:
    case isa::Class::Mul:
    case isa::Class::Div:
      expected.value = op == Op::Lui     ? imm
                       : op == Op::Auipc ? pc_ + imm
                                         : arithmetic(op, a, info.format == isa::Format::R ? b : imm);
      break;
    case isa::Class::Branch:
      if (branches(op, a, b)) expected.next_pc = pc_ + imm;
      break;
    case isa::Class::Jump:
      expected.value = pc_ + length;
      expected.next_pc = op == Op::Jal ? pc_ + imm : (a + imm) & ~1u;
      break;
    case isa::Class::Load:
      access(record, expected, a + imm, op == Op::Lw ? 4 : op == Op::Lh || op == Op::Lhu ? 2 : 1, false, 0);
      break;
    case isa::Class::Store: access(record, expected, a + imm, op == Op::Sw ? 4 : op == Op::Sh ? 2 : 1, true, b); break;
    case isa::Class::Csr: csr(record, expected, word); break;
    case isa::Class::System:
      if (op == Op::Ecall) trap(expected, 11, 0);
      if (op == Op::Ebreak) trap(expected, 3, pc_);
      if (op == Op::Mret) {
        expected.next_pc = mepc_;
        mstatus_ = kMpie | ((mstatus_ & kMpie) != 0 ? kMie : 0);
      }
      break;
    default: break;  // fence, fence.i, pause
  }
  if (expected.rd == 0) expected.value = 0;
}

std::string HartReference::step(const Record& record) {
  Record expected;
  expected.order = order_++;
  expected.pc = pc_;
  expected.mip = record.mip;
  std::string problem;
  const bool possible = (mstatus_ & kMie) != 0 && (record.mip & mie_) != 0;
  const bool inhibited = (inhibit_ & 4) != 0;
  uncounted_ = false;
  if (record.interrupt) {
    const uint32_t asked = record.mip & mie_;
    if (!possible) problem = "an interrupt that is not possible; ";
    trap(expected, 0x8000'0000 | ((asked & 0x800) != 0 ? 11 : (asked & 8) != 0 ? 3 : 7), 0);
    late_ = 0;
  } else {
    ++steps_;
    late_ = possible ? late_ + 1 : 0;
    if (late_ > kLatest) problem = "an interrupt comes too late; ";
    execute(record, expected);
    if (!expected.trap && !inhibited && !uncounted_) ++minstret_;
  }
  const auto compare = [&](const char* name, uint32_t got, uint32_t wanted) {
    if (got != wanted) problem += fmt::format("{} is {:#x}, expected {:#x}; ", name, got, wanted);
  };
  compare("order", record.order, expected.order);
  compare("interrupt", record.interrupt, expected.interrupt);
  compare("trap", record.trap, expected.trap);
  compare("pc", record.pc, expected.pc);
  compare("next_pc", record.next_pc, expected.next_pc);
  compare("instr", record.instr, expected.instr);
  compare("rd", record.rd, expected.rd);
  compare("value", record.value, expected.value);
  compare("memory_write", record.memory_write, expected.memory_write);
  compare("memory_strobe", record.memory_strobe, expected.memory_strobe);
  compare("memory_address", record.memory_address, expected.memory_address);
  compare("memory_data", record.memory_data, expected.memory_data);
  compare("cause", record.cause, expected.cause);
  compare("tval", record.tval, expected.tval);
  if (!problem.empty()) {
    problem =
        fmt::format("record {} at pc {:#x}, instruction {:#x}: {}", record.order, record.pc, record.instr, problem);
  }
  if (expected.rd != 0) x_[expected.rd] = expected.value;
  pc_ = expected.next_pc;
  return problem;
}

}  // namespace heddle::mgmtbench
