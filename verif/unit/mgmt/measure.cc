#include "measure.h"

#include <fmt/format.h>

#include <functional>

#include "bench.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

constexpr uint32_t kData = mgmt::kSramBase + 0x2000;

// Cycles from the first record at `program.body` to the record at `end`, and the records between.
struct Span {
  uint64_t cycles = 0, instructions = 0;
};

// `body` is appended `repeats` times behind a prologue that sets x8 to data and x9 to device memory.
Span run(const std::function<void(Program&)>& body, unsigned repeats, uint32_t base = mgmt::kSramBase) {
  Bench bench;
  Program program(base);
  program.li(8, kData);
  program.li(9, mgmt::kDeviceMemoryBase + 0x8000);
  program.li(15, mgmt::kMailboxBase);
  program.align(4);
  const uint32_t begin = program.here();
  for (unsigned i = 0; i < repeats; ++i) body(program);
  const uint32_t end = program.here();
  program.word(code::jal(0, 0));
  bench.load(base, program.bytes());
  uint64_t from = 0, to = 0, count = 0;
  bench.on_record = [&](const Record& record) {
    if (record.pc == begin && from == 0) from = bench.now();
    if (record.pc == end && to == 0) to = bench.now();
    if (from != 0 && to == 0) ++count;
  };
  bench.start(base);
  bench.run([&] { return to != 0; }, 1'000'000);
  return {to - from, count};
}

void print(const char* name, const Span& span) {
  fmt::print("{:44} {:7} instructions {:7} cycles  {:.2f} per cycle\n", name, span.instructions, span.cycles,
             static_cast<double>(span.instructions) / static_cast<double>(span.cycles));
}

// Prologue, work and epilogue of a small function, a copy loop, a search: what firmware does.
void mixed(Program& program) {
  program.half(0x1141);  // c.addi sp, -16 (sp is anything: restored below)
  program.word(code::addi(2, 8, 256));
  program.half(0xc606);  // c.swsp ra, 12
  program.half(0xc422);  // c.swsp s0, 8
  program.half(0x4581);  // c.li a1, 0
  program.word(code::addi(12, 0, 8));
  const uint32_t loop = program.here();
  program.half(0x4010);  // c.lw a2, 0(s0)... into a2
  program.half(0x95b2);  // c.add a1, a2
  program.word(code::sw(11, 8, 64));
  program.word(code::addi(13, 13, 1));
  program.word(code::i(0x13, 7, 14, 13, 7));  // andi a4, a3, 7
  program.word(code::branch(1, 14, 0, static_cast<int32_t>(loop - program.here())));
  program.half(0x40b2);  // c.lwsp ra, 12
  program.half(0x4422);  // c.lwsp s0, 8
}

}  // namespace

void measure() {
  const auto add = [](Program& p) { p.word(0x00b50533); };  // add a0, a0, a1
  const auto cadd = [](Program& p) { p.half(0x952e); };     // c.add a0, a1
  print("add, 32 bits", run(add, 500));
  print("add, 16 bits", run(cadd, 500));
  print("add, 32 bits, halfword aligned", run(
                                              [&, first = true](Program& p) mutable {
                                                if (first) p.half(1);
                                                first = false;
                                                p.word(0x00b50533);
                                              },
                                              500));
  print("loads, independent", run([](Program& p) { p.word(code::lw(10, 8, 16)); }, 500));
  print("stores", run([](Program& p) { p.word(code::sw(10, 8, 16)); }, 500));
  print("load, add, add, store", run(
                                     [&](Program& p) {
                                       p.word(code::lw(10, 8, 16));
                                       add(p);
                                       cadd(p);
                                       p.word(code::sw(10, 8, 20));
                                     },
                                     200));
  print("load, use", run(
                         [&](Program& p) {
                           p.word(code::lw(10, 8, 16));
                           add(p);
                         },
                         200));
  print("jumps", run([](Program& p) { p.word(code::jal(0, 4)); }, 200));
  print("branches not taken", run([](Program& p) { p.word(code::branch(1, 0, 0, 8)); }, 200));
  print("mul", run([](Program& p) { p.word(0x02b50533); }, 100));
  print("div of a small number", run([](Program& p) { p.word(0x02b5c533); }, 100));
  print("csr reads", run([](Program& p) { p.word(code::csrrs(10, mgmt::csr::kMscratch, 0)); }, 100));
  print("device register loads", run([](Program& p) { p.word(code::lw(10, 15, 0)); }, 100));
  print("device memory loads (memory: 4 cycles)", run([](Program& p) { p.word(code::lw(10, 9, 0)); }, 100));
  print("code in device memory (memory: 4 cycles)", run(add, 500, mgmt::kDeviceMemoryBase));
  print("function with a loop, mixed", run(mixed, 40));
}

}  // namespace heddle::mgmtbench
