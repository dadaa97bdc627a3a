// Commands of the copy and the matrix engine, operations on mbarriers, accumulators (docs/copy.md, docs/matrix.md).
//
// Each work-item has a part of the scratchpad of its own, which nothing else stores to: a descriptor, mbarriers, data
// (engine_piece.h). What it commands reads and writes that data, in parts that do not overlap while commands are under
// way, and it waits for them before it goes on: then nothing depends on when an engine does what. In device memory
// copies race with everybody.
#include <algorithm>
#include <utility>

#include "engine_piece.h"
#include "generator.h"

namespace heddle::fuzz {

using isa::Op;
using namespace piece;

// ---- giving commands -----------------------------------------------------------------------------------------------

// Of the descriptor.
void Generator::store_word(uint32_t word, uint32_t source) {
  writer_.put(Op::Sw, {.rs1 = reg::kEngine, .rs2 = source, .immediate = kDescriptor + static_cast<int32_t>(4 * word)});
}

void Generator::init_barrier(int32_t at, uint32_t count) {
  writer_.add_immediate(reg::kAddress, reg::kEngine, at);
  writer_.load_constant(reg::kTemporary, count);
  writer_.put(Op::HdMbarInit, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
}

// Writes the descriptor, gives the command, and makes the descriptor zero again: it may be changed at once.
void Generator::give(Op op, const EngineDescriptor& descriptor) {
  const Writer::Node node(writer_);
  std::vector<uint32_t> used;
  for (uint32_t word = 0; word < descriptor.words.size(); ++word) {
    const auto move = std::find_if(descriptor.moves.begin(), descriptor.moves.end(),
                                   [word](const auto& m) { return m.word == word; });
    if (move != descriptor.moves.end()) {
      // From the start of the allocation: where it begins is in a register.
      const bool data = move->offset >= kData;
      writer_.load_constant(reg::kTemporary, move->offset - (data ? kData : 0) - kScratchWindow);
      writer_.put(Op::Add, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = data ? reg::kData : reg::kEngine});
    } else if (descriptor.spread != 0 && word == 1) {
      writer_.put(Op::Slli, {.rd = reg::kAddress, .rs1 = reg::kHart, .immediate = descriptor.spread});
      writer_.load_constant(reg::kTemporary, descriptor.words[word]);
      writer_.put(Op::Add, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kAddress});
    } else if (descriptor.words[word] != 0) {
      writer_.load_constant(reg::kTemporary, descriptor.words[word]);
    } else {
      continue;
    }
    store_word(word, reg::kTemporary);
    used.push_back(word);
  }
  if (random_.percent(30)) writer_.put(Op::Fence, {.fence = 0xFF});
  writer_.put(op, {.rs1 = reg::kEngine});
  for (const uint32_t word : used) store_word(word, reg::kZero);
}

// The arrival that completes the phase, and the wait for what else it takes. The phase is in no register that anything
// else may write meanwhile.
void Generator::arrive_and_wait(int32_t at, uint32_t bytes) {
  const Writer::Node node(writer_);
  writer_.add_immediate(reg::kAddress, reg::kEngine, at);
  uint32_t before = 0;
  if (bytes != 0 && random_.percent(25)) {
    before = random_.below(bytes);
    writer_.load_constant(reg::kTemporary, before);
    writer_.put(Op::HdMbarExpect, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  }
  writer_.load_constant(reg::kTemporary, bytes - before);
  writer_.put(Op::HdMbarArrive, {.rd = reg::kHandler, .rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  if (random_.percent(20)) {
    writer_.put(Op::HdMbarTest, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kHandler});
  }
  writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kHandler});
  if (random_.percent(20)) {
    writer_.put(Op::HdMbarTest, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kHandler});
  }
}

// Of the work-item's spare mbarrier.
void Generator::spoil_barrier() {
  writer_.add_immediate(reg::kAddress, reg::kEngine, kSpareBarrier);
  writer_.load_constant(reg::kTemporary, random_.pick({1U, 2U, 3U}));
  const auto arrive = [&](uint32_t operand) {
    writer_.put(Op::HdMbarArrive, {.rd = target(), .rs1 = reg::kAddress, .rs2 = operand});
  };
  switch (random_.below(6)) {
    case 0:  // init of a wrong count
      writer_.load_constant(reg::kTemporary, random_.pick({0U, 0x8000U, ~0U}));
      writer_.put(Op::HdMbarInit, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
      break;
    case 1:  // there is none
      writer_.put(Op::Sw, {.rs1 = reg::kAddress, .rs2 = reg::kZero});
      writer_.put(Op::HdMbarTest, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kZero});
      break;
    case 2:  // an arrival too many
      init_barrier(kSpareBarrier, 1);
      arrive(reg::kTemporary);
      arrive(reg::kTemporary);
      break;
    case 3:  // too many bytes
      init_barrier(kSpareBarrier, 1);
      writer_.load_constant(reg::kTemporary, random_.pick({1U << 30, ~0U, (1U << 30) - 1}));
      writer_.put(Op::HdMbarExpect, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
      writer_.put(Op::HdMbarExpect, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
      break;
    case 4:  // nobody arrives
      init_barrier(kSpareBarrier, 1);
      writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kZero});
      break;
    case 5:  // a word of it that makes no sense
      writer_.load_constant(reg::kTemporary, random_.pick({0x8001U, 0x0002'0001U, 0x0001'8001U}));
      writer_.put(Op::Sw, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
      arrive(reg::kZero);
      break;
  }
}

// Lanes that trap: a place that is none, or not aligned.
void Generator::engine_trap() {
  static constexpr std::array<Op, 7> kOps{Op::HdCopy,       Op::HdMatrix,   Op::HdMbarInit, Op::HdMbarArrive,
                                          Op::HdMbarExpect, Op::HdMbarTest, Op::HdMbarWait};
  Op op = random_.pick(kOps);
  if (op == Op::HdMatrix && configuration_.matrix_dim == 0) op = Op::HdCopy;
  const uint32_t end = kScratchWindow + plan_.scratch_size;
  if (random_.percent(40)) {
    writer_.add_immediate(reg::kAddress, reg::kEngine, kSpareBarrier + random_.pick({1, 2, 4}));
  } else {
    writer_.load_constant(reg::kAddress, random_.pick({0U, end, (end & ~15U) + 16, places_.shared & ~15U}));
  }
  writer_.put(op, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kZero});
}

// ---- statements ----------------------------------------------------------------------------------------------------

void Generator::engine(Op op) {
  // One statement at a time uses what is the lane's; not too often in loops, as every lane gives commands of its own.
  if (in_function_ || in_engine_ || loops_ > 1) {
    plain(Op::Xor);
    return;
  }
  if (may_trap() && random_.percent(4)) {
    engine_trap();
    return;
  }
  in_engine_ = true;
  switch (op) {
    case Op::HdCopy: copy_statement(); break;
    case Op::HdMatrix:
      if (plan_.accumulators != 0) {
        matrix_statement();
      } else {
        copy_statement();
      }
      break;
    case Op::HdMbarWait: {
      const bool everybody = nesting_ == 0 && loops_ == 0 && !exited_ && meetings_ < kMostMeetings;
      if (everybody && random_.percent(60)) {
        meeting();
      } else {
        barrier_statement();
      }
      break;
    }
    default:
      if (random_.percent(3)) {
        spoil_barrier();
      } else {
        barrier_statement();
      }
      break;
  }
  in_engine_ = false;
}

// Every lane's own commands, those of some lanes, or of the path's lowest one, while the others go on or wait for them,
// too. Engines take commands one after the other, so that many work-items' keep a wide machine waiting for nothing new.
void Generator::by_some(int32_t barrier, uint32_t cost, const std::function<uint32_t()>& given) {
  const auto commands = [&] {
    if (late_init_) init_barrier(barrier, barrier == kMatrixBarrier ? 2 : 1);
    return given();
  };
  const uint32_t all = work_items() * cost;
  switch (random_.weighted({all <= 256 ? 14U : 0U, all <= 1024 ? 10U : 0U, 14})) {
    case 0: {
      const uint32_t bytes = commands();
      if (random_.percent(40)) block(random_.between(1, 3));
      arrive_and_wait(barrier, bytes);
      break;
    }
    case 1: {
      const unsigned others = writer_.label();
      skip_some(others);
      while_others_go_on(barrier, commands, others);
      break;
    }
    case 2: by_lowest(barrier, commands); break;
  }
}

// Some lanes go on elsewhere; all but one of each warp, if there are many.
void Generator::skip_some(unsigned elsewhere) {
  const uint32_t mask = work_items() > 256 ? configuration_.lanes - 1 : random_.below(configuration_.lanes);
  writer_.put(Op::Csrrs, {.rd = reg::kHandler, .csr = static_cast<uint32_t>(isa::Csr::HdLane)});
  writer_.put(Op::Andi, {.rd = reg::kHandler, .rs1 = reg::kHandler, .immediate = static_cast<int32_t>(mask)});
  writer_.branch(Op::Bne, reg::kHandler, reg::kZero, elsewhere);
}

void Generator::while_others_go_on(int32_t barrier, const std::function<uint32_t()>& commands, unsigned others) {
  const uint32_t bytes = commands();
  if (random_.percent(30)) block(1);
  arrive_and_wait(barrier, bytes);
  writer_.bind(others);
}

void Generator::by_lowest(int32_t barrier, const std::function<uint32_t()>& commands) {
  writer_.add_immediate(reg::kTemporary, reg::kZero, 1);
  writer_.put(Op::HdVoteBallot, {.rd = reg::kTemporary, .rs1 = reg::kTemporary});
  writer_.put(Op::Ctz, {.rd = reg::kTemporary, .rs1 = reg::kTemporary});
  const bool all_wait = !late_init_ && random_.percent(50);
  if (all_wait) {
    // The others wait for whatever phase of the lowest lane's mbarrier comes first.
    writer_.put(Op::HdShflIdx, {.rd = reg::kAddress, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
  }
  writer_.put(Op::Csrrs, {.rd = reg::kHandler, .csr = static_cast<uint32_t>(isa::Csr::HdLane)});
  if (!all_wait) {
    const unsigned others = writer_.label();
    writer_.branch(Op::Bne, reg::kHandler, reg::kTemporary, others);
    while_others_go_on(barrier, commands, others);
    return;
  }
  const unsigned leader = writer_.label();
  const unsigned join = writer_.label();
  writer_.branch(Op::Beq, reg::kHandler, reg::kTemporary, leader);
  writer_.add_immediate(reg::kAddress, reg::kAddress, barrier);
  writer_.put(Op::HdMbarTest, {.rd = reg::kTemporary, .rs1 = reg::kAddress, .rs2 = reg::kZero});
  writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  writer_.jump(join);
  writer_.bind(leader);
  const uint32_t bytes = commands();
  arrive_and_wait(barrier, bytes);
  writer_.bind(join);
}

// One to three copies at once, in parts of the data; then some of it into registers.
void Generator::copy_statement() {
  const bool wrong = random_.percent(3);
  by_some(kCopyBarrier, 1, [&] {
    const auto count = static_cast<uint32_t>(1 + random_.weighted({5, 3, 2}));
    const uint32_t part = engine_bytes_ / count / 64 * 64;
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < count; ++i) {
      EngineDescriptor d = draw_copy(kData + i * part, part);
      bytes += d.bytes();
      if (wrong && i == 0) spoil_copy(d);
      give(Op::HdCopy, d);
    }
    return bytes;
  });
  read_data();
}

// What the data is: loads, and stores for what comes next.
void Generator::read_data() {
  for (unsigned i = random_.between(0, 3); i != 0; --i) {
    const Writer::Node node(writer_);
    const auto at = static_cast<int32_t>(4 * random_.below(engine_bytes_ / 4));
    if (random_.percent(25)) {
      writer_.put(Op::Sw, {.rs1 = reg::kData, .rs2 = source(), .immediate = at});
    } else if (random_.percent(30)) {
      writer_.put(Op::Flw, {.rd = floating(), .rs1 = reg::kData, .immediate = at});
    } else {
      writer_.put(Op::Lw, {.rd = value(), .rs1 = reg::kData, .immediate = at});
    }
  }
}

// One to three products, of which the last arrives; then accumulators, with or without a wait before.
void Generator::matrix_statement() {
  const bool wrong = random_.percent(3);
  by_some(kMatrixBarrier, std::max(1U, configuration_.matrix_dim / 4), [&] {
    const auto count = static_cast<uint32_t>(1 + random_.weighted({5, 3, 2}));
    for (uint32_t i = 0; i < count; ++i) {
      EngineDescriptor d = draw_matrix();
      if (i + 1 == count) {
        d.words[0] |= 1U << 12;
        d.moves.push_back({12, kMatrixBarrier});
      }
      if (wrong && i == 0) spoil_matrix(d);
      give(Op::HdMatrix, d);
    }
    if (random_.percent(40)) read_accumulators();
    return 0U;
  });
  read_accumulators();
}

void Generator::read_accumulators() {
  const uint32_t words = 16 * configuration_.matrix_dim * configuration_.matrix_dim * plan_.accumulators;
  for (unsigned i = random_.between(1, 4); i != 0; --i) {
    const Writer::Node node(writer_);
    writer_.load_constant(reg::kAddress, kAccumulatorWindow + 4 * random_.below(words));
    if (random_.percent(70)) {  // not the same for all lanes
      writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = reg::kHart, .immediate = 7});
      writer_.load_constant(reg::kAddress, kAccumulatorWindow + 4 * random_.below(words / 8));
      writer_.put(random_.pick({Op::Sh2add, Op::Sh3add}),
                  {.rd = reg::kAddress, .rs1 = reg::kTemporary, .rs2 = reg::kAddress});
    }
    switch (random_.weighted({5, 3, 2, 1, may_trap() ? 1U : 0U})) {
      case 0: writer_.put(Op::Lw, {.rd = value(), .rs1 = reg::kAddress}); break;
      case 1: writer_.put(Op::Flw, {.rd = floating(), .rs1 = reg::kAddress}); break;
      case 2: writer_.put(Op::Sw, {.rs1 = reg::kAddress, .rs2 = source()}); break;
      case 3: writer_.put(Op::Fsw, {.rs1 = reg::kAddress, .rs2 = floating()}); break;
      case 4: {  // no size but words, no atomics, nothing outside
        const Op op = random_.pick({Op::Lb, Op::Lhu, Op::Sh, Op::Sb, Op::AmoaddW, Op::LrW, Op::ScW, Op::Lw, Op::Sw});
        if (op == Op::Lw || op == Op::Sw) {
          writer_.load_constant(reg::kAddress, kAccumulatorWindow + 4 * words - 4);
          writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = reg::kHart, .immediate = 4});
          writer_.put(Op::Add, {.rd = reg::kAddress, .rs1 = reg::kAddress, .rs2 = reg::kTemporary});
        }
        writer_.put(op, {.rd = target(), .rs1 = reg::kAddress, .rs2 = source()});
        break;
      }
    }
  }
}

// An mbarrier of the work-item's own from the beginning: arrivals, tests, phases that end. Operations of lanes are
// performed one after the other, too.
void Generator::barrier_statement() {
  const unsigned others = writer_.label();
  if (work_items() > 128 || random_.percent(50)) skip_some(others);
  const uint32_t count = random_.between(1, 4);
  init_barrier(kSpareBarrier, count);
  uint32_t phase = 0;
  for (unsigned phases = random_.between(1, 3); phases != 0; --phases, phase ^= 1) {
    const Writer::Node node(writer_);
    for (uint32_t i = 0; i < count; ++i) {
      writer_.put(Op::HdMbarArrive, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kZero});
      if (random_.percent(30)) {
        writer_.put(Op::HdMbarTest, {.rd = target(), .rs1 = reg::kAddress, .rs2 = source()});
      }
    }
    writer_.add_immediate(reg::kTemporary, reg::kZero, static_cast<int32_t>(phase));
    writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  }
  writer_.bind(others);
}

// All work-items of the workgroup arrive at one mbarrier and wait for it; one of them is to begin it.
void Generator::meeting() {
  const uint32_t items = plan_.group_items();
  const auto at = kScratchWindow + kMeetings + 8 * meetings_++;
  const unsigned begun = writer_.label();
  writer_.load_constant(reg::kAddress, at);
  writer_.load_constant(reg::kTemporary, kScratchWindow + kStart);
  writer_.branch(Op::Bne, reg::kEngine, reg::kTemporary, begun);
  writer_.load_constant(reg::kTemporary, items);
  writer_.put(Op::HdMbarInit, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  writer_.bind(begun);
  barrier();
  if (random_.percent(40)) block(random_.between(1, 2));
  writer_.load_constant(reg::kAddress, at);
  writer_.put(Op::HdMbarArrive, {.rd = target(), .rs1 = reg::kAddress, .rs2 = reg::kZero});
  writer_.put(Op::HdMbarWait, {.rs1 = reg::kAddress, .rs2 = reg::kZero});
}

}  // namespace heddle::fuzz
