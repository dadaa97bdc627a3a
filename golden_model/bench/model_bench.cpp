// Speed of the fast simulator, in lane-instructions per second (`lane_instrs`), by lane count.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>

#include "../test/program.h"
#include "heddle/generated/registers.h"
#include "heddle/model/model.h"

namespace {

namespace model = heddle::model;
namespace regs = heddle::regs;
using heddle::isa::Op;
using namespace heddle::model::test;

constexpr std::uint32_t kCode = 0x8000'0000;
constexpr std::uint32_t kData = 0x8010'0000;

void write(model::Machine& machine, std::uint32_t offset, std::uint32_t value) {
  if (!machine.write_register(offset, value)) throw std::runtime_error("register write refused");
}

model::Machine& load(model::Machine& machine, const Program& program) {
  const std::vector<std::uint32_t> words = program.assemble();
  std::vector<std::uint8_t> bytes(words.size() * 4);
  std::memcpy(bytes.data(), words.data(), bytes.size());
  machine.write_memory(program.base(), bytes);
  write(machine, regs::kEntry, program.base());
  write(machine, regs::kRegionBase, kCode);
  write(machine, regs::kRegionLast, 0x8FFF'FFFF);
  write(machine, regs::kRegionAttr, 7);
  write(machine, regs::kPrivateBase, 0x9000'0000);
  write(machine, regs::kPrivateSize, 4096);
  for (unsigned axis = 0; axis < 3; ++axis) {
    write(machine, regs::kNumGroups + 4 * axis, 1);
    write(machine, regs::kLocalSize + 4 * axis, axis == 0 ? machine.shape().lanes : 1);
  }
  write(machine, regs::kControl, 1);
  return machine;
}

// Runs an endless program; one iteration is 100,000 cycles.
void run(benchmark::State& state, const Program& program) {
  model::Machine machine(model::Shape{.cores = 1, .warps = 4, .lanes = static_cast<unsigned>(state.range(0))});
  load(machine, program);
  std::uint64_t slots = 0;
  for (auto _ : state) slots += machine.advance(100'000);
  if (!machine.busy()) state.SkipWithError("the program ended");
  const std::uint64_t lanes =
      *machine.read_register(regs::kLaneInstrsLo) | std::uint64_t{*machine.read_register(regs::kLaneInstrsHi)} << 32;
  state.counters["lane_instrs"] = benchmark::Counter(static_cast<double>(lanes), benchmark::Counter::kIsRate);
  state.counters["warp_slots"] = benchmark::Counter(static_cast<double>(slots), benchmark::Counter::kIsRate);
}

// Integer code with a loop branch, no memory.
void BM_Alu(benchmark::State& state) {
  Program p(kCode);
  p.csrr(a0, heddle::isa::Csr::HdLane).li(a3, 12345);
  p.label("loop");
  p.r(Op::Add, a1, a0, a3).r(Op::Xor, a3, a1, a0).i(Op::Slli, a2, a3, 3).r(Op::Sub, a4, a2, a1);
  p.r(Op::Mul, a5, a4, a3).i(Op::Srli, a6, a5, 7).r(Op::Or, a3, a3, a6).i(Op::Addi, s0, s0, 1);
  p.branch(Op::Bne, s0, zero, "loop").exit();
  run(state, p);
}
BENCHMARK(BM_Alu)->Arg(4)->Arg(8)->Arg(16)->Arg(32);

// Saxpy-like: unit-stride loads and stores, a spill, an address computation, a loop branch.
void BM_Stream(benchmark::State& state) {
  Program p(kCode);
  p.csrr(a0, heddle::isa::Csr::HdLane).li(a1, kData).r(Op::Sh2add, a1, a0, a1).li(sp, 0x4000'0800).li(t2, 0x3FF);
  p.label("loop");
  p.r(Op::And, t0, s0, t2).i(Op::Slli, t0, t0, 5).r(Op::Add, t0, t0, a1);
  p.load(Op::Lw, a2, 0, t0).load(Op::Lw, a3, 1024, t0).store(Op::Sw, a2, 8, sp).r(Op::Mul, a4, a2, a3);
  p.load(Op::Lw, a5, 8, sp).r(Op::Add, a4, a4, a5).store(Op::Sw, a4, 2000, t0).i(Op::Addi, s0, s0, 1);
  p.branch(Op::Bne, s0, zero, "loop").exit();
  run(state, p);
}
BENCHMARK(BM_Stream)->Arg(4)->Arg(8)->Arg(16)->Arg(32);

// Eight independent single-precision FMAs and a loop branch: the inner loop of a matrix product, without its loads.
void BM_Fma(benchmark::State& state) {
  Program p(kCode);
  p.csrr(a0, heddle::isa::Csr::HdLane).op(Op::FcvtSW, {.rd = 0, .rs1 = a0});
  p.li(a1, 0x3F7D'70A4).r(Op::FmvWX, 1, a1);  // 0.99: the accumulators converge
  p.label("loop");
  for (unsigned n = 2; n < 10; ++n) p.r(Op::FmaddS, n, n, 1, 0);
  p.i(Op::Addi, s0, s0, 1).branch(Op::Bne, s0, zero, "loop").exit();
  run(state, p);
}
BENCHMARK(BM_Fma)->Arg(4)->Arg(8)->Arg(16)->Arg(32);

// Half of the lanes take each arm: the general path through selection and masks.
void BM_Divergent(benchmark::State& state) {
  Program p(kCode);
  p.csrr(a0, heddle::isa::Csr::HdLane).i(Op::Andi, a0, a0, 1);
  p.label("loop").i(Op::Addi, s0, s0, 1).branch(Op::Beq, a0, zero, "even");
  p.r(Op::Add, a1, a1, s0).r(Op::Xor, a1, a1, a0).r(Op::Mul, a2, a1, s0).j("join");
  p.label("even").r(Op::Sub, a1, a1, s0).r(Op::Or, a1, a1, a0).r(Op::Sll, a2, a1, s0);
  p.label("join").branch(Op::Bne, s0, zero, "loop").exit();
  run(state, p);
}
BENCHMARK(BM_Divergent)->Arg(4)->Arg(8)->Arg(16)->Arg(32);

}  // namespace

BENCHMARK_MAIN();
