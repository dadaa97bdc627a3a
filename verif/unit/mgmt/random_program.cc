#include "random_program.h"

#include <array>

#include "heddle/generated/compressed.h"
#include "heddle/generated/isa.h"

namespace heddle::mgmtbench {
namespace {

using isa::Op;

// Registers with a purpose: x2 and x8 point into data, x9 into device memory, x3 into the code; x29 takes addresses of
// devices; x30, x31 belong to the handlers. Nothing random writes them.
constexpr uint32_t kSp = 2, kInCode = 3, kData = 8, kMemory = 9, kFirst = 30, kSecond = 31;

bool reserved(uint32_t reg) {
  return reg == kSp || reg == kInCode || reg == kData || reg == kMemory || reg >= kPointer;
}

class Generator {
 public:
  Generator(std::mt19937& random, const Layout& layout) : random_(random), layout_(layout) {}

  Program make(unsigned length, bool interrupts);

 private:
  uint32_t below(uint32_t limit) { return random_() % limit; }
  uint32_t source() { return below(32); }
  uint32_t target() {
    uint32_t reg = below(32);
    while (reserved(reg)) reg = below(32);
    return reg;
  }
  uint32_t value();
  void item(Program& program);
  void alu(Program& program);
  void compressed(Program& program);
  void memory(Program& program);
  void compressed_memory(Program& program);
  void csr(Program& program);
  void illegal(Program& program);
  void device(Program& program);
  void system(Program& program);
  void control(Program& program);

  struct Fix {
    uint32_t address;
    enum Kind { Branch, Jal, Jalr, CBranch, CJump } kind;
  };

  std::mt19937& random_;
  const Layout& layout_;
  std::vector<uint32_t> starts_;
  std::vector<Fix> fixes_;
};

uint32_t Generator::value() {
  switch (below(6)) {
    case 0: return 0;
    case 1: return ~0u;
    case 2: return 0x8000'0000u;
    case 3: return below(64);
    default: return random_();
  }
}

void Generator::alu(Program& program) {
  for (;;) {
    const isa::InstructionInfo& row = isa::kInstructions[1 + below(isa::kOpCount - 1)];
    const bool wanted = row.klass == isa::Class::Alu || row.klass == isa::Class::Mul || row.klass == isa::Class::Div;
    const uint32_t word = row.match | (random_() & ~row.mask);
    if (wanted && mgmt::executes(isa::decode(word)) && !reserved(isa::rd(word))) return program.word(word);
  }
}

void Generator::compressed(Program& program) {
  for (;;) {
    const isa::CompressedInfo& row = isa::kCompressed[1 + below(isa::kCompressedCount - 1)];
    const uint32_t half = row.match | (random_() & ~row.mask & 0xFFFF);
    const uint32_t word = isa::expand_compressed(half);
    if (isa::info(isa::decode(word)).klass == isa::Class::Alu && !reserved(isa::rd(word))) return program.half(half);
  }
}

void Generator::memory(Program& program) {
  const bool write = below(2) != 0;
  // A load may try any address; most fault.
  const uint32_t base = below(4) != 0 ? kData : below(3) != 0 ? kMemory : write ? kSp : source();
  int32_t offset = static_cast<int32_t>(below(4096)) - 2048;
  if (base == kSp) offset = static_cast<int32_t>(below(256));
  const uint32_t size = below(3);
  if (below(4) != 0) offset &= ~((1 << size) - 1);
  if (write) return program.word(code::store(size, source(), base, offset));
  program.word(code::i(0x03, size == 2 ? 2 : size | below(2) << 2, target(), base, offset & 0xFFF));
}

void Generator::compressed_memory(Program& program) {
  for (;;) {
    const isa::CompressedInfo& row = isa::kCompressed[1 + below(isa::kCompressedCount - 1)];
    const uint32_t half = row.match | (random_() & ~row.mask & 0xFFFF);
    const uint32_t word = isa::expand_compressed(half);
    const isa::Class klass = isa::info(isa::decode(word)).klass;
    const uint32_t base = isa::rs1(word);
    if (base != kSp && base != kData && base != kMemory) continue;
    if (klass == isa::Class::Store || (klass == isa::Class::Load && !reserved(isa::rd(word))))
      return program.half(half);
  }
}

void Generator::csr(Program& program) {
  static constexpr std::array<uint32_t, 18> kWritten = {
      mgmt::csr::kMstatus,          mgmt::csr::kMstatus,   mgmt::csr::kMie,      mgmt::csr::kMie,
      mgmt::csr::kMscratch,         mgmt::csr::kMcause,    mgmt::csr::kMtval,    mgmt::csr::kMip,
      mgmt::csr::kMinstret,         mgmt::csr::kMinstreth, mgmt::csr::kMcycle,   mgmt::csr::kMcycleh,
      mgmt::csr::kMcountinhibit,    mgmt::csr::kMisa,      mgmt::csr::kMstatush, mgmt::csr::kMhpmevent + 7,
      mgmt::csr::kMhpmcounter + 28, mgmt::csr::kCycle};
  const uint32_t funct3 = 1 + below(3) + 4 * below(2);
  switch (below(4)) {
    case 0: {  // only read
      const mgmt::CsrInfo& info = mgmt::kCsrs[below(std::size(mgmt::kCsrs))];
      return program.word(code::i(0x73, 2 + below(2), target(), 0, info.number + below(info.count)));
    }
    case 1:  // any number: most do not exist
      if (below(3) == 0) {
        uint32_t number = below(0x1000);
        while (number == mgmt::csr::kMtvec || number == mgmt::csr::kMepc) number = below(0x1000);
        return program.word(code::i(0x73, funct3, target(), source(), number));
      }
      // Between direct and vectored.
      return program.word(code::i(0x73, 6 + below(2), target(), 1, mgmt::csr::kMtvec));
    default: return program.word(code::i(0x73, funct3, target(), source(), kWritten[below(kWritten.size())]));
  }
}

void Generator::illegal(Program& program) {
  for (;;) {
    const uint32_t word =
        below(2) != 0 ? random_() : isa::kInstructions[1 + below(isa::kOpCount - 1)].match | below(2) << 31;
    if (isa::is_compressed(word)) {
      if (isa::expand_compressed(word & 0xFFFF) == 0) return program.half(word);
    } else if (!mgmt::executes(isa::decode(word))) {
      return program.word(word);
    }
  }
}

void Generator::device(Program& program) {
  const mgmt::RegisterInfo* info = &mgmt::kRegisters[below(std::size(mgmt::kRegisters))];
  const bool watchdog = info->address >> 12 == mgmt::kWatchdogBase >> 12;
  uint32_t address = info->address + below(info->count) * info->stride;
  if (below(4) == 0) address = mgmt::kDispatcherBase + below(0x140);  // another folder's
  if (below(8) == 0) address += below(16);
  program.li(kPointer, address);
  // The watchdog is left alone: a reset ends the program.
  const bool read = below(2) != 0 || (watchdog && address >> 12 == mgmt::kWatchdogBase >> 12);
  const uint32_t size = below(8) != 0 ? 2 : below(3);
  if (read) return program.word(code::i(0x03, size, target(), kPointer, 0));
  // The time to come, mostly, for mtimecmp.
  if (address == mgmt::timer::kMtimecmpHi) return program.word(code::sw(0, kPointer, 0));
  program.word(code::store(size, source(), kPointer, 0));
}

void Generator::system(Program& program) {
  switch (below(10)) {
    case 0: return program.word(code::kEcall);
    case 1: return program.word(code::kEbreak);
    case 2: return program.half(0x9002);  // c.ebreak
    case 3: return program.word(code::kMret);
    case 4: return program.word(code::kWfi);
    case 5: return program.word(code::kFenceI);
    case 6: return program.word(0x0ff0000f);                               // fence
    case 7: return program.word(code::csrrsi(0, mgmt::csr::kMstatus, 8));  // allow interrupts
    case 8: return program.word(code::csrrci(0, mgmt::csr::kMstatus, 8));
    default: return program.word(0x0100000f);  // pause
  }
}

void Generator::control(Program& program) {
  const auto kind = static_cast<Fix::Kind>(below(5));
  fixes_.push_back({program.here(), kind});
  if (kind == Fix::Branch) {
    static constexpr std::array<uint32_t, 6> kConditions = {0, 1, 4, 5, 6, 7};
    program.word(code::branch(kConditions[below(6)], source(), source(), 0));
  } else if (kind == Fix::Jal) {
    program.word(code::jal(target(), 0));
  } else if (kind == Fix::Jalr) {
    program.word(code::jalr(target(), kInCode, 0));
  } else {
    program.half(0);
  }
}

void Generator::item(Program& program) {
  starts_.push_back(program.here());
  const uint32_t choice = below(100);
  if (choice < 25) return alu(program);
  if (choice < 48) return compressed(program);
  if (choice < 62) return memory(program);
  if (choice < 70) return compressed_memory(program);
  if (choice < 82) return control(program);
  if (choice < 89) return csr(program);
  if (choice < 92) return illegal(program);
  if (choice < 96) return device(program);
  return system(program);
}

Program Generator::make(unsigned length, bool interrupts) {
  Program program(layout_.code);
  for (uint32_t reg = 1; reg < 32; ++reg) program.li(reg, value());
  program.li(kData, layout_.data);
  program.li(kSp, layout_.data + 0x100);
  program.li(kMemory, layout_.memory);
  program.li(kInCode, layout_.code + 0x800);
  program.li(kPointer, layout_.handlers | below(2));
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kPointer));
  program.li(kPointer, interrupts ? 0x888 : 0);
  program.word(code::csrrw(0, mgmt::csr::kMie, kPointer));
  program.li(kPointer, mgmt::interrupts::kEnable);
  program.li(kFirst, interrupts ? ~0u : 0);
  program.word(code::sw(kFirst, kPointer, 0));
  program.word(code::csrrwi(0, mgmt::csr::kMstatus, interrupts ? 8 : 0));
  for (unsigned i = 0; i < length; ++i) item(program);
  // Back to the start of the random part.
  starts_.push_back(program.here());
  const int32_t back = static_cast<int32_t>(starts_[0] - program.here());
  program.word(code::jal(0, back));
  for (const Fix& fix : fixes_) {
    for (;;) {
      const uint32_t to = starts_[below(static_cast<uint32_t>(starts_.size()))];
      const int32_t offset = static_cast<int32_t>(to - fix.address);
      const uint32_t word = static_cast<uint32_t>(program.bytes()[fix.address - program.base()]) |
                            static_cast<uint32_t>(program.bytes()[fix.address - program.base() + 1]) << 8 |
                            static_cast<uint32_t>(program.bytes()[fix.address - program.base() + 2]) << 16 |
                            static_cast<uint32_t>(program.bytes()[fix.address - program.base() + 3]) << 24;
      const uint32_t u = static_cast<uint32_t>(offset);
      if (fix.kind == Fix::Branch) {
        program.patch(fix.address, word | code::branch(0, 0, 0, offset));
      } else if (fix.kind == Fix::Jal) {
        program.patch(fix.address, word | code::jal(0, offset));
      } else if (fix.kind == Fix::Jalr) {
        const int32_t from_code = static_cast<int32_t>(to - (layout_.code + 0x800));
        if (from_code < -2048 || from_code > 2047) continue;
        program.patch(fix.address, word | code::jalr(0, 0, from_code));
      } else if (fix.kind == Fix::CBranch) {
        if (offset < -256 || offset > 254) continue;
        const uint32_t half = 0xC001 | below(2) << 13 | (u >> 8 & 1) << 12 | (u >> 3 & 3) << 10 | below(8) << 7 |
                              (u >> 6 & 3) << 5 | (u >> 1 & 3) << 3 | (u >> 5 & 1) << 2;
        program.patch(fix.address, (word & 0xFFFF'0000) | half);
      } else {
        if (offset < -2048 || offset > 2046) continue;
        const uint32_t half = (below(2) != 0 ? 0xA001 : 0x2001) | (u >> 11 & 1) << 12 | (u >> 4 & 1) << 11 |
                              (u >> 8 & 3) << 9 | (u >> 10 & 1) << 8 | (u >> 6 & 1) << 7 | (u >> 7 & 1) << 6 |
                              (u >> 1 & 7) << 3 | (u >> 5 & 1) << 2;
        program.patch(fix.address, (word & 0xFFFF'0000) | half);
      }
      break;
    }
  }
  return program;
}

}  // namespace

Program handlers(const Layout& layout) {
  Program program(layout.handlers);
  // A table for vectored mode: exceptions fall to entry 0, which is also where everything comes in direct mode.
  constexpr uint32_t kTable = 16 * 4;
  constexpr uint32_t kSilence = 0x100, kTrap = 0x180;
  for (uint32_t entry = 0; entry < kTable; entry += 4)
    program.word(code::jal(0, static_cast<int32_t>((entry == 0 ? kTrap : kSilence) - entry)));
  while (program.here() < layout.handlers + kSilence) program.half(0x9002);
  program.li(kFirst, mgmt::mailbox::kSoftwareInterrupt);
  program.word(code::sw(0, kFirst, 0));
  program.li(kFirst, mgmt::timer::kMtimecmpHi);
  program.word(code::addi(kSecond, 0, -1));
  program.word(code::sw(kSecond, kFirst, 0));
  program.li(kFirst, mgmt::mailbox::kHostDoorbell);
  program.word(code::sw(kSecond, kFirst, 0));
  program.li(kFirst, mgmt::interrupts::kHighest);
  program.word(code::lw(kSecond, kFirst, 0));
  program.word(code::kMret);
  while (program.here() < layout.handlers + kTrap) program.half(0x9002);
  program.word(code::csrrs(kSecond, mgmt::csr::kMcause, 0));
  program.word(code::branch(4, kSecond, 0, static_cast<int32_t>(kSilence - (program.here() - layout.handlers))));
  program.word(code::addi(kSecond, kSecond, -1));
  program.word(code::branch(0, kSecond, 0, 36));  // a failed fetch: start over
  program.word(code::csrrs(kSecond, mgmt::csr::kMepc, 0));
  program.word(code::i(0x03, 5, kFirst, kSecond, 0));  // lhu
  program.word(code::i(0x13, 7, kFirst, kFirst, 3));   // andi
  program.word(code::addi(kFirst, kFirst, -3));
  program.word(code::branch(0, kFirst, 0, 8));
  program.word(code::addi(kSecond, kSecond, -2));
  program.word(code::addi(kSecond, kSecond, 4));
  program.word(code::jal(0, 12));
  program.li(kSecond, layout.code);
  program.word(code::csrrw(0, mgmt::csr::kMepc, kSecond));
  program.word(code::kMret);
  return program;
}

Program random_program(std::mt19937& random, const Layout& layout, unsigned length, bool interrupts) {
  return Generator(random, layout).make(length, interrupts);
}

}  // namespace heddle::mgmtbench
