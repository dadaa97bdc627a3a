#include "generator.h"

#include <algorithm>

#include "engine_piece.h"
#include "values.h"
#include "weights.h"

namespace heddle::fuzz {

using isa::Class;
using isa::Op;

Generator::Generator(Random random, const Configuration& configuration, const Places& places, uint32_t engine_bytes,
                     LaunchPlan& plan)
    : random_(random),
      configuration_(configuration),
      places_(places),
      engine_bytes_(engine_bytes),
      plan_(plan),
      writer_(plan) {
  draw_flavour();
}

// Programs differ in what they are full of, so that each unit is also found crowded.
void Generator::draw_flavour() {
  std::array<unsigned, static_cast<size_t>(Class::Engine) + 1> factor{};
  factor.fill(4);
  factor.back() = engine_bytes_ == 0 ? 0 : random_.pick({4U, 12U, 30U});
  const auto scale = [&](std::initializer_list<Class> classes, unsigned by) {
    for (const Class klass : classes) factor[static_cast<size_t>(klass)] = by;
  };
  switch (random_.weighted({6, 3, 3, 3, 2, 2, 2})) {
    case 0: break;
    case 1: scale({Class::Fma, Class::Fmisc, Class::Fcvt, Class::Fdiv, Class::Special}, 20); break;
    case 2: scale({Class::Load, Class::Store}, 20); break;
    case 3: scale({Class::Branch, Class::Jump}, 14); break;
    case 4: scale({Class::Amo, Class::Lr, Class::Sc, Class::Fence}, 20); break;
    case 5: scale({Class::Vote, Class::Shuffle, Class::Barrier, Class::Branch}, 14); break;
    case 6: scale({Class::Csr, Class::System, Class::Illegal, Class::Fmisc}, 14); break;
  }
  if (random_.percent(25)) scale({Class::Fma, Class::Fmisc, Class::Fcvt, Class::Fdiv, Class::Special}, 0);
  handled_ = random_.percent(80);
  const auto& weights = instruction_weights();
  for (size_t i = 0; i < weights.size(); ++i) {
    weights_[i] = weights[i] * factor[static_cast<size_t>(isa::kInstructions[i].klass)];
    weight_sum_ += weights_[i];
  }
  // Few registers make many hazards.
  static constexpr std::array<uint32_t, 15> kValues{10, 11, 12, 13, 14, 15, 16, 17, 3, 4, 6, 7, 28, 29, 25};
  values_ = kValues;
  value_count_ = random_.between(3, 15);
  float_count_ = random_.between(3, 16);
  for (uint32_t& number : floats_) number = random_.below(32);
  if (random_.percent(30)) far_shift_ = random_.pick({2U, 4U, 6U, 9U, 10U, 12U});
  // Preparing data for commands takes a while, which a short program would be mostly about.
  budget_ =
      engine_bytes_ == 0 ? random_.pick({30, 80, 150, 250, 250, 350}) : random_.pick({80, 150, 250, 350, 350, 500});
}

isa::Op Generator::draw_op() {
  uint32_t left = random_.below(weight_sum_);
  size_t index = 0;
  while (left >= weights_[index]) left -= weights_[index++];
  return static_cast<Op>(index);
}

uint32_t Generator::source() {
  switch (random_.weighted({90, 5, 5})) {
    case 0: return value();
    case 1: return reg::kZero;
    default: return reg::kHart;
  }
}

isa::Operands Generator::operands(const isa::InstructionInfo& info) {
  isa::Operands o;
  o.rd = info.rd_float ? floating() : target();
  o.rs1 = info.rs1_float ? floating() : source();
  o.rs2 = info.rs2_float ? floating() : source();
  o.rs3 = info.rs3_float ? floating() : source();
  if (info.rd_float == info.rs1_float && random_.percent(10)) o.rd = o.rs1;  // a chain
  switch (info.format) {
    case isa::Format::U: o.immediate = static_cast<int32_t>(integer_value(random_) << 12); break;
    case isa::Format::Shift: o.immediate = static_cast<int32_t>(random_.below(32)); break;
    default: o.immediate = short_immediate(random_); break;
  }
  o.rounding = static_cast<uint32_t>(random_.weighted(kRoundingWeights));
  if ((o.rounding == 5 || o.rounding == 6) && !may_trap()) o.rounding = 7;
  o.ordering = random_.below(4);
  o.fence = random_.below(256);
  // This one would be pause, which is a row of its own.
  if (o.fence == 0x10) o.fence = 0xFF;
  return o;
}

void Generator::statement() {
  const Writer::Node node(writer_);
  const uint32_t before = writer_.position();
  const Op op = draw_op();
  switch (isa::info(op).klass) {
    case Class::Illegal:
      switch (random_.weighted({4, 3, 2, 2})) {
        case 0: illegal(); break;
        case 1: wild_access(); break;
        case 2: wild_jump(); break;
        case 3: self_modifying(); break;
      }
      break;
    case Class::Branch: conditional(op); break;
    case Class::Jump: jump(op); break;
    case Class::Load: load(op); break;
    case Class::Store: store(op); break;
    case Class::Amo: atomic(op); break;
    case Class::Lr:
    case Class::Sc: conditional_store(); break;
    case Class::Csr: csr(op); break;
    case Class::System: system(op); break;
    case Class::Exit: exit_some(); break;
    case Class::Barrier: together(); break;
    case Class::Vote:
    case Class::Shuffle: collective(op); break;
    case Class::Engine: engine(op); break;
    default:
      if (random_.percent(12)) {
        burst(op);
      } else {
        plain(op);
      }
      break;
  }
  budget_ -= writer_.position() - before;
}

void Generator::block(unsigned statements) {
  ++nesting_;
  for (unsigned i = 0; i < statements && budget_ > 0; ++i) statement();
  --nesting_;
}

void Generator::prologue() {
  const auto node = [&](auto&& body) {
    const Writer::Node scope(writer_);
    body();
  };
  node([&] { writer_.put(Op::Csrrs, {.rd = reg::kHart, .csr = static_cast<uint32_t>(isa::Csr::Mhartid)}); });
  if (handled_) {
    node([&] {
      writer_.load_address(reg::kTemporary, handler_label_);
      writer_.put(Op::Csrrw, {.rs1 = reg::kTemporary, .csr = static_cast<uint32_t>(isa::Csr::Mtvec)});
    });
  }
  node([&] { writer_.load_address(reg::kResume, end_label_); });
  node([&] { writer_.load_constant(reg::kShared, places_.shared); });
  node([&] {
    writer_.load_constant(reg::kOwn, places_.own);
    writer_.put(Op::Slli, {.rd = reg::kTemporary, .rs1 = reg::kHart, .immediate = 8});
    writer_.put(Op::Add, {.rd = reg::kOwn, .rs1 = reg::kOwn, .rs2 = reg::kTemporary});
  });
  // Somewhere in the windows, where they are larger than what the program uses.
  const auto within = [&](uint32_t size, uint32_t used) {
    return size > used ? 4 * random_.below((size - used) / 4 + 1) : 0;
  };
  const uint32_t shared_scratch = engine_bytes_ == 0 ? plan_.scratch_size : piece::kStart;
  node([&] { writer_.load_constant(reg::kScratch, kScratchWindow + within(shared_scratch, 512)); });
  node([&] { writer_.load_constant(reg::kPrivate, kPrivateWindow + within(plan_.private_size, 1024)); });
  node([&] { writer_.add_immediate(reg::kStack, reg::kPrivate, 512); });
  if (engine_bytes_ != 0) begin_engines();
  for (unsigned i = 0; i < value_count_; ++i) {
    node([&] {
      writer_.load_constant(values_[i], integer_value(random_));
      if (random_.percent(60)) {
        writer_.put(random_.pick({Op::Add, Op::Xor, Op::Mul, Op::Sll}),
                    {.rd = values_[i], .rs1 = values_[i], .rs2 = reg::kHart});
      }
    });
  }
  for (unsigned i = 0; i < float_count_; ++i) {
    node([&] {
      writer_.load_constant(reg::kTemporary, float_value(random_));
      if (random_.percent(30)) {
        writer_.put(Op::Add, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kHart});
      }
      writer_.put(Op::FmvWX, {.rd = floats_[i], .rs1 = reg::kTemporary});
    });
  }
  if (engine_bytes_ != 0) end_engines();
}

// What is in the registers goes to memory, where the end of the launch compares it once more.
void Generator::epilogue() {
  for (unsigned i = 0; i < std::min(value_count_, 6U); ++i) {
    const Writer::Node node(writer_);
    writer_.put(Op::Sw, {.rs1 = reg::kOwn, .rs2 = values_[i], .immediate = static_cast<int32_t>(4 * i)});
  }
  for (unsigned i = 0; i < std::min(float_count_, 6U); ++i) {
    const Writer::Node node(writer_);
    writer_.put(Op::Fsw, {.rs1 = reg::kOwn, .rs2 = floats_[i], .immediate = static_cast<int32_t>(64 + 4 * i)});
  }
  const Writer::Node node(writer_);
  writer_.bind(end_label_);
  writer_.put(Op::HdExit, {});
}

// Functions: some leave at once where the recursion is deep enough, some call themselves before or after their body.
void Generator::functions() {
  in_function_ = true;
  for (const unsigned label : function_labels_) {
    const Writer::Node node(writer_);
    writer_.bind(label);
    budget_ = 14;
    if (random_.percent(40)) {
      const unsigned leave = writer_.label();
      writer_.add_immediate(reg::kDepth, reg::kDepth, -1);
      writer_.branch(Op::Blt, reg::kDepth, reg::kZero, leave);
      writer_.add_immediate(reg::kStack, reg::kStack, -16);
      writer_.put(Op::Sw, {.rs1 = reg::kStack, .rs2 = reg::kLink, .immediate = 4});
      if (random_.percent(50)) block(random_.between(1, 4));
      writer_.jump(label, reg::kLink);
      block(random_.between(1, 4));
      writer_.put(Op::Lw, {.rd = reg::kLink, .rs1 = reg::kStack, .immediate = 4});
      writer_.add_immediate(reg::kStack, reg::kStack, 16);
      writer_.bind(leave);
    } else {
      block(random_.between(1, 8));
    }
    writer_.put(Op::Jalr, {.rd = reg::kZero, .rs1 = reg::kLink});
  }
  in_function_ = false;
}

void Generator::handler() {
  const Writer::Node node(writer_);
  const auto read = [&](isa::Csr csr) {
    writer_.put(Op::Csrrs, {.rd = reg::kHandler, .csr = static_cast<uint32_t>(csr)});
  };
  const auto write = [&](isa::Csr csr, uint32_t source) {
    writer_.put(Op::Csrrw, {.rs1 = source, .csr = static_cast<uint32_t>(csr)});
  };
  writer_.bind(handler_label_);
  write(isa::Csr::Mscratch, reg::kHandler);
  const unsigned skip = writer_.label();
  const unsigned leave = writer_.label();
  if (random_.percent(60)) {
    const Writer::Node inner(writer_);
    read(isa::Csr::Mtval);
    writer_.put(Op::Xor, {.rd = values_[0], .rs1 = values_[0], .rs2 = reg::kHandler});
  }
  read(isa::Csr::Mcause);
  if (random_.percent(60)) writer_.put(Op::Add, {.rd = values_[1], .rs1 = values_[1], .rs2 = reg::kHandler});
  writer_.add_immediate(reg::kHandler, reg::kHandler, -1);
  writer_.branch(Op::Bne, reg::kHandler, reg::kZero, skip);
  write(isa::Csr::Mepc, reg::kResume);
  writer_.jump(leave);
  writer_.bind(skip);
  read(isa::Csr::Mepc);
  writer_.add_immediate(reg::kHandler, reg::kHandler, 4);
  write(isa::Csr::Mepc, reg::kHandler);
  writer_.bind(leave);
  read(isa::Csr::Mscratch);
  writer_.put(Op::Mret, {});
}

void Generator::program() {
  handler_label_ = writer_.label();
  end_label_ = writer_.label();
  for (unsigned i = random_.between(1, 3); i != 0; --i) function_labels_.push_back(writer_.label());
  prologue();
  while (budget_ > 0) statement();
  epilogue();
  functions();
  handler();
  writer_.finish();
}

}  // namespace heddle::fuzz
