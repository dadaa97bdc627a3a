// Small programs that between them produce every kind of record.
#pragma once

#include "assemble.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/memory_map.h"
#include "model_rtl.h"

namespace heddle::lockstep::test {

// Every lane: stores, loads, AMO and LR/SC on device memory and scratchpad, a divergent branch, a barrier, the cycle
// counter, a vote. x5 is the local id, x6 the lane's own word at kData, x7 kData, x10 its own scratchpad word.
inline Program everything() {
  using isa::Op;
  const auto csr = [](isa::Csr number) { return static_cast<unsigned>(number); };
  Program program;
  program.words = {
      op_csrr(5, csr(isa::Csr::HdLocalIdX)),
      op_i(Op::Slli, 6, 5, 2),
      op_u(Op::Lui, 7, kData),
      op_r(Op::Add, 6, 6, 7),
      op_s(Op::Sw, 5, 6, 0),  // own word
      op_s(Op::Sb, 5, 6, 2),  // a byte of it
      op_plain(Op::Fence),
      op_i(Op::Lw, 8, 6, 0),
      op_i(Op::Lb, 9, 6, 2),
      op_i(Op::Addi, 11, 7, 0x400),
      op_r(Op::AmoaddW, 12, 11, 5),  // one word for all
      op_r(Op::LrW, 13, 6, 0),
      op_r(Op::ScW, 14, 6, 5),
      op_u(Op::Lui, 10, memory_map::kScratchpadBase),
      op_i(Op::Slli, 15, 5, 2),
      op_r(Op::Add, 10, 10, 15),
      op_s(Op::Sw, 8, 10, 0),
      op_r(Op::AmoxorW, 16, 10, 5),
      op_r(Op::LrW, 17, 10, 0),
      op_r(Op::ScW, 18, 10, 8),
      op_i(Op::Andi, 19, 5, 1),
      op_b(Op::Beq, 19, 0, 12),  // odd lanes go on, even ones jump
      op_i(Op::Addi, 20, 5, 100),
      op_r(Op::Mul, 21, 20, 5),
      op_plain(Op::HdBarrier),  // all together
      op_csrr(22, csr(isa::Csr::Cycle)),
      op_r(Op::HdVoteAny, 23, 19, 0),
      op_i(Op::Lw, 24, 10, 0),
      op_plain(Op::HdExit),
  };
  return program;
}

// Every lane: flags of divergent kinds (f3 = 1 / local id: DZ in lane 0, NX in lane 3), an operation whose result goes
// to x0, a load and a store, rounding modes and flags by CSR.
inline Program floating() {
  using isa::Op;
  const auto number = [](isa::Csr csr) { return static_cast<unsigned>(csr); };
  Program program;
  program.words = {
      op_csrr(5, number(isa::Csr::HdLocalIdX)),
      op_csrw(number(isa::Csr::Frm), 5),  // local ids below 5 are rounding modes
      op_i(Op::Slli, 6, 5, 2),
      op_u(Op::Lui, 7, kData),
      op_r(Op::Add, 6, 6, 7),
      op_u(Op::Lui, 8, 0x3F80'0000),
      op_r(Op::FmvWX, 2, 8, 0),
      op_r(Op::FcvtSW, 1, 5, 0),
      op_f(Op::FdivS, 3, 2, 1),
      op_r(Op::FcvtWS, 0, 3, 0),  // NV for infinity, NX for fractions
      op_r(Op::FmulS, 4, 3, 3),
      op_s(Op::Fsw, 3, 6, 0),
      op_i(Op::Flw, 5, 6, 0),
      op_r(Op::FmvXW, 9, 5, 0),
      op_csrr(10, number(isa::Csr::Fcsr)),
      op_plain(Op::HdExit),
  };
  return program;
}

// Traps in all lanes without a handler.
inline Program misaligned_load() {
  using isa::Op;
  Program program;
  program.words = {op_u(Op::Lui, 7, kData), op_i(Op::Lw, 8, 7, 2), op_plain(Op::HdExit)};
  return program;
}

}  // namespace heddle::lockstep::test
