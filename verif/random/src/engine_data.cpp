// What each work-item of a program with commands to the engines has in the scratchpad, from the beginning of the
// program: where it lies (engine_piece.h), zeros, mbarriers, data.
#include <functional>

#include "engine_piece.h"
#include "generator.h"
#include "values.h"

namespace heddle::fuzz {

using isa::Op;
using namespace piece;

void Generator::begin_engines() {
  const auto read = [&](uint32_t rd, isa::Csr csr) {
    writer_.put(Op::Csrrs, {.rd = rd, .csr = static_cast<uint32_t>(csr)});
  };
  const auto multiply_add = [&](uint32_t factor, isa::Csr csr) {
    writer_.load_constant(reg::kTemporary, factor);
    writer_.put(Op::Mul, {.rd = reg::kEngine, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
    read(reg::kTemporary, csr);
    writer_.put(Op::Add, {.rd = reg::kEngine, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
  };
  const auto place = [&](uint32_t rd, uint32_t bytes, uint32_t start) {
    writer_.load_constant(reg::kTemporary, bytes);
    writer_.put(Op::Mul, {.rd = rd, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
    writer_.load_constant(reg::kTemporary, kScratchWindow + start);
    writer_.put(Op::Add, {.rd = rd, .rs1 = rd, .rs2 = reg::kTemporary});
  };
  {
    const Writer::Node node(writer_);
    read(reg::kEngine, isa::Csr::HdLocalIdZ);
    multiply_add(plan_.local[1], isa::Csr::HdLocalIdY);
    multiply_add(plan_.local[0], isa::Csr::HdLocalIdX);
    place(reg::kData, engine_bytes_, data_start(plan_.group_items()));
    place(reg::kEngine, kControlBytes, kStart);
  }
  by_first_ = random_.percent(75);
  if (!by_first_) return;
  const Writer::Node node(writer_);
  for_the_first([&] { command_all_data(); });
}

void Generator::end_engines() {
  if (!by_first_) {
    fill_own_data();
    return;
  }
  const Writer::Node node(writer_);
  for_the_first([&] {
    writer_.load_constant(reg::kAddress, kScratchWindow + kCopyBarrier);
    writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kZero});
  });
  barrier();
  late_init_ = random_.percent(60);
  if (late_init_) return;
  init_barrier(kCopyBarrier, 1);
  init_barrier(kMatrixBarrier, 2);
}

// Of each workgroup.
void Generator::for_the_first(const std::function<void()>& work) {
  const unsigned others = writer_.label();
  writer_.load_constant(reg::kTemporary, kScratchWindow + kStart);
  writer_.branch(Op::Bne, reg::kEngine, reg::kTemporary, others);
  work();
  writer_.bind(others);
}

// Every work-item's own: a descriptor of zeros, mbarriers, and data by a fill. What the scratchpad held is not defined.
void Generator::fill_own_data() {
  {
    const Writer::Node node(writer_);
    zero_descriptor();
    for (const int32_t at : {kSpareBarrier, kSpareBarrier + 4}) {
      writer_.put(Op::Sw, {.rs1 = reg::kEngine, .rs2 = reg::kZero, .immediate = at});
    }
    init_barrier(kCopyBarrier, 1);
    init_barrier(kMatrixBarrier, 2);
  }
  const Writer::Node node(writer_);
  EngineDescriptor fill{.words = {}, .moves = {}};
  fill.words[0] = 1U | 4U << 3 | 2U << 6 | 1U << 12 | random_.below(0x10000) << 16;
  fill.words[11] = engine_bytes_ / 16;
  fill.words[31] = random_.percent(50) ? integer_value(random_) : float_value(random_);
  fill.moves = {{21, kData}, {22, kCopyBarrier}};
  give(Op::HdCopy, fill);
  arrive_and_wait(kCopyBarrier, fill.bytes());
}

// The same for the whole workgroup by two commands of one work-item: zeros for what controls commands, data from the
// shared area. Its descriptor is among what everybody races for later.
void Generator::command_all_data() {
  const uint32_t items = plan_.group_items();
  const auto two_dimensions = [&](uint32_t direction, uint32_t bytes) {
    EngineDescriptor d{.words = {}, .moves = {}};
    d.words[0] = 2U | 4U << 3 | direction << 6 | 1U << 12 | random_.below(0x10000) << 16;
    d.words[11] = bytes / 16;
    d.words[12] = items;
    return d;
  };
  EngineDescriptor zero = two_dimensions(2, kControlBytes);
  zero.words[21] = kStart;
  zero.moves = {{22, kCopyBarrier}};
  EngineDescriptor load = two_dimensions(0, engine_bytes_);
  load.words[1] = (places_.shared + kTensors + 15) / 16 * 16 + 16 * random_.below(32);
  load.words[2] = load.words[11];
  load.words[3] = items;
  load.words[7] = 16 * random_.below(16);
  load.words[21] = data_start(items);
  load.moves = {{22, kCopyBarrier}};

  const uint32_t saved = reg::kHandler;
  writer_.load_constant(reg::kAddress, kScratchWindow);
  writer_.put(Op::Sub, {.rd = saved, .rs1 = reg::kEngine, .rs2 = reg::kAddress});
  writer_.move(reg::kEngine, reg::kAddress);
  zero_descriptor();
  init_barrier(kCopyBarrier, 1);
  give(Op::HdCopy, zero);
  give(Op::HdCopy, load);
  writer_.add_immediate(reg::kAddress, reg::kEngine, kCopyBarrier);
  writer_.load_constant(reg::kTemporary, zero.bytes() + load.bytes());
  writer_.put(Op::HdMbarArrive, {.rd = reg::kZero, .rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  writer_.put(Op::Add, {.rd = reg::kEngine, .rs1 = reg::kEngine, .rs2 = saved});
}

void Generator::zero_descriptor() {
  constexpr uint32_t kWords = 32;  // of a copy command; a matrix command has fewer
  for (uint32_t word = 0; word < kWords; ++word) store_word(word, reg::kZero);
}

}  // namespace heddle::fuzz
