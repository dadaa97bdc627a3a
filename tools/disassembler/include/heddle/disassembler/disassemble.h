#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::isa {

// How instructions are written. Both are accepted by LLVM's assembler (Xheddle through asm/xheddle.inc), except that it
// takes the target of a branch or jal as an offset.
enum class Style {
  kAliases,  // pseudo-instructions where one fits: nop, li, mv, ret, beqz, csrr, ...
  kPlain,    // always the row of the instruction table
};

// The text of one instruction at address `pc`: mnemonic, one space, operands. Registers have their ABI names, CSRs
// their names (a number where there is no such CSR), targets of branches and jal are absolute addresses. A word that no
// row of the table matches gives `.word 0x........`. Reserved fields that the hardware ignores (of fence and fence.i)
// are not shown.
std::string disassemble(uint32_t instr, uint32_t pc, Style style = Style::kAliases);

// The address a branch or jal at `pc` goes to when taken; nothing for other instructions (jalr depends on a register).
std::optional<uint32_t> branch_target(uint32_t instr, uint32_t pc);

// The ABI name of x0..x31. `number` must be below 32.
std::string_view register_name(uint32_t number);

// ABI name of f0..f31: ft0, fs0, fa0, ...
std::string_view float_register_name(uint32_t number);

}  // namespace heddle::isa
