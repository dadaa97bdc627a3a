// Commands of the copy and the matrix engine, operations on mbarriers, accumulators (docs/copy.md, docs/matrix.md).
//
// Each work-item has a piece of the scratchpad of its own, which nothing else stores to: a descriptor, mbarriers, data.
// What it commands reads and writes data of that piece, in parts that do not overlap while commands are under way, and
// it waits for them before it goes on: then nothing depends on when an engine does what. In device memory copies race
// with everybody.
#include <algorithm>
#include <utility>

#include "generator.h"
#include "values.h"

namespace heddle::fuzz {

using isa::Op;

namespace {

// The piece of a work-item.
constexpr int32_t kDescriptor = 0;
constexpr int32_t kCopyBarrier = 128;    // one arrival
constexpr int32_t kMatrixBarrier = 136;  // two: of the work-item, of the last command
constexpr int32_t kSpareBarrier = 144;
constexpr uint32_t kData = 256;
constexpr uint32_t kCopyWords = 32;
// Of the shared area, behind what may be cut into regions.
constexpr uint32_t kTensors = 1024;

uint32_t exponent_of_two(uint32_t value) {
  uint32_t exponent = 0;
  while (value >> exponent != 1) ++exponent;
  return exponent;
}

}  // namespace

uint32_t Generator::EngineDescriptor::bytes() const {
  uint32_t bytes = 1U << (words[0] >> 3 & 7);
  for (unsigned d = 0; d < (words[0] & 7); ++d) bytes *= words[11 + d];
  return bytes;
}

// ---- the piece -----------------------------------------------------------------------------------------------------

void Generator::engine_prologue() {
  const auto read = [&](uint32_t rd, isa::Csr csr) {
    writer_.put(Op::Csrrs, {.rd = rd, .csr = static_cast<uint32_t>(csr)});
  };
  const auto multiply_add = [&](uint32_t factor, isa::Csr csr) {
    writer_.load_constant(reg::kHandler, factor);
    writer_.put(Op::Mul, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kHandler});
    read(reg::kHandler, csr);
    writer_.put(Op::Add, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kHandler});
  };
  {
    const Writer::Node node(writer_);
    read(reg::kTemporary, isa::Csr::HdLocalIdZ);
    multiply_add(plan_.local[1], isa::Csr::HdLocalIdY);
    multiply_add(plan_.local[0], isa::Csr::HdLocalIdX);
    writer_.put(Op::Slli, {.rd = reg::kTemporary,
                           .rs1 = reg::kTemporary,
                           .immediate = static_cast<int32_t>(exponent_of_two(engine_bytes_))});
    writer_.load_constant(reg::kEngine, kScratchWindow + kEngineStart);
    writer_.put(Op::Add, {.rd = reg::kEngine, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
  }
  {
    const Writer::Node node(writer_);
    for (uint32_t word = 0; word < kCopyWords; ++word) store_word(word, 0);
    for (const int32_t at : {kSpareBarrier, kSpareBarrier + 4}) {
      writer_.put(Op::Sw, {.rs1 = reg::kEngine, .rs2 = reg::kZero, .immediate = at});
    }
    init_barrier(kCopyBarrier, 1);
    init_barrier(kMatrixBarrier, 2);
  }
  // All data is defined: what the scratchpad held before is not.
  const Writer::Node node(writer_);
  EngineDescriptor fill{.words = {}, .moves = {}};
  fill.words[0] = 1U | 4U << 3 | 2U << 6 | 1U << 12 | random_.below(0x10000) << 16;
  fill.words[11] = (engine_bytes_ - kData) / 16;
  fill.words[31] = random_.percent(50) ? integer_value(random_) : float_value(random_);
  fill.moves = {{21, kData}, {22, kCopyBarrier}};
  give(Op::HdCopy, fill);
  arrive_and_wait(kCopyBarrier, fill.bytes());
}

// Of the descriptor.
void Generator::store_word(uint32_t word, uint32_t source) {
  writer_.put(Op::Sw, {.rs1 = reg::kEngine, .rs2 = source, .immediate = kDescriptor + static_cast<int32_t>(4 * word)});
}

void Generator::init_barrier(int32_t at, uint32_t count) {
  writer_.add_immediate(reg::kAddress, reg::kEngine, at);
  writer_.load_constant(reg::kTemporary, count);
  writer_.put(Op::HdMbarInit, {.rs1 = reg::kAddress, .rs2 = reg::kTemporary});
}

// ---- giving commands -----------------------------------------------------------------------------------------------

// Writes the descriptor, gives the command, and makes the descriptor zero again: it may be changed at once.
void Generator::give(Op op, const EngineDescriptor& descriptor) {
  const Writer::Node node(writer_);
  std::vector<uint32_t> used;
  for (uint32_t word = 0; word < descriptor.words.size(); ++word) {
    const auto move = std::find_if(descriptor.moves.begin(), descriptor.moves.end(),
                                   [word](const auto& m) { return m.word == word; });
    if (move != descriptor.moves.end()) {
      // From the start of the allocation: the piece's place is in the register.
      writer_.load_constant(reg::kTemporary, move->offset - kScratchWindow);
      writer_.put(Op::Add, {.rd = reg::kTemporary, .rs1 = reg::kTemporary, .rs2 = reg::kEngine});
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

// A box of at most so many bytes, whose bytes lie in [at, at + most) of the piece.
Generator::EngineDescriptor Generator::draw_copy(uint32_t at, uint32_t most) {
  enum : uint32_t { kLoad, kStore, kFill };
  EngineDescriptor d{.words = {}, .moves = {}};
  const auto direction = static_cast<uint32_t>(random_.weighted({5, 4, 2}));
  const auto rank = static_cast<uint32_t>(1 + random_.weighted({5, 4, 3, 2, 2}));
  const uint32_t exponent = random_.below(5);
  const uint32_t element = 1U << exponent;
  uint32_t swizzle = random_.percent(25) ? random_.between(1, 3) : 0;
  const uint32_t end = at + most;
  for (;; --swizzle) {  // whole spans, if there is one
    const uint32_t unit = swizzle == 0 ? 16 : 32U << swizzle;
    const uint32_t begin = (at + unit - 1) / unit * unit;
    if (swizzle != 0 && begin + unit > end) continue;
    at = begin;
    most = (end - begin) / unit * unit;
    break;
  }
  d.words[0] = rank | exponent << 3 | direction << 6 | swizzle << 8 | 1U << 12 | random_.below(0x10000) << 16;
  uint32_t room = most / element;
  uint32_t dense = element;
  for (unsigned i = 0; i < rank; ++i) {
    const uint32_t box = std::min(256U, 1 + random_.below(random_.percent(30) ? room : std::min(room, 6U)));
    room /= box;
    d.words[11 + i] = box;
    if (direction == kFill) continue;
    // The tensor: smaller than the box, larger, or without an end.
    const uint32_t size = random_.percent(8) && i == 0 ? 0x7FFF'FFFFU : 1 + random_.below(box + 4);
    d.words[2 + i] = size;
    int32_t first = random_.percent(50) ? 0 : static_cast<int32_t>(random_.below(box + 4)) - 3;
    if (random_.percent(3)) first = static_cast<int32_t>(integer_value(random_));
    if (size == 0x7FFF'FFFFU && first > 64) first = 64;
    d.words[16 + i] = static_cast<uint32_t>(first);
    if (i != 0) {
      // What is stored is stored once; loads may take anything twice.
      uint32_t stride = dense + element * random_.below(5);
      if (direction == kLoad && random_.percent(25)) stride = element * random_.below(20);
      d.words[7 + i - 1] = stride;
      dense = stride;
    }
    dense *= size == 0x7FFF'FFFFU ? box + 72 : size;
  }
  if (direction == kFill) {
    d.words[31] = integer_value(random_);
  } else {
    // At a multiple of 16, and of an element. Of a store, mostly not where other work-items store.
    const uint32_t base = (places_.shared + kTensors + 15) / 16 * 16;
    d.words[1] = base + element * random_.below(512 / element);
    if (random_.percent(direction == kStore ? 80 : 30)) d.spread = 6;
  }
  d.moves = {{21, at}, {22, kCopyBarrier}};
  return d;
}

// Operands in all of the piece's data.
Generator::EngineDescriptor Generator::draw_matrix() {
  enum : uint32_t { kInt8, kTf32, kFp16, kBf16, kE5m2, kE4m3, kE2m1 };
  static constexpr std::array<uint32_t, 7> kElementBytes{1, 4, 2, 2, 1, 1, 0};
  EngineDescriptor d{.words = {}, .moves = {}};
  const uint32_t dim = configuration_.matrix_dim;
  uint32_t a = random_.below(4);
  uint32_t b = a;
  uint32_t scale = 0;
  switch (random_.weighted({4, configuration_.matrix_fp8 != 0 ? 3U : 0U, configuration_.matrix_fp4 != 0 ? 3U : 0U})) {
    case 0: break;
    case 1:
      a = random_.between(kE5m2, kE4m3);
      b = random_.between(kE5m2, kE4m3);
      scale = random_.below(2);
      break;
    case 2:
      a = b = kE2m1;
      scale = random_.between(1, 2);
      break;
  }
  const uint32_t scale_bytes = scale == 0 ? 0 : a != kE2m1 ? 1 : scale == 1 ? 2 : 4;
  uint32_t m = dim * random_.between(1, 4);
  uint32_t n = dim * random_.between(1, 4);
  const uint32_t groups = random_.between(1, 3);
  const uint32_t room = (engine_bytes_ - kData) / 32;  // lines
  uint32_t head = a | b << 3 | scale << 6;
  // Lines from where on an operand is read; its stride in lines.
  const auto place = [&](uint32_t rows, uint32_t element, uint32_t transpose, uint32_t word) {
    uint32_t pieces = rows;
    uint32_t width = groups;
    if (transpose != 0) {
      pieces = groups * 32 / kElementBytes[element];
      width = (rows * kElementBytes[element] + 31) / 32;
    }
    const uint32_t most = (room - width) / std::max(1U, pieces - 1);
    const uint32_t stride = random_.below(std::min(most, 4U) + 1);
    const uint32_t start = random_.below(room - width - stride * (pieces - 1) + 1);
    d.moves.push_back({word, kData + 32 * start});
    d.words[word + 1] = 32 * stride;
  };
  const bool can_transpose = a != kE2m1;
  const uint32_t transpose_a = can_transpose && random_.percent(30) ? 1 : 0;
  const uint32_t transpose_b = can_transpose && random_.percent(30) ? 1 : 0;
  place(m, a, transpose_a, 4);
  place(n, b, transpose_b, 8);
  if (scale != 0) {
    const uint32_t width = (std::max(m, n) * scale_bytes + 31) / 32;
    for (const uint32_t word : {6U, 10U}) {
      const uint32_t stride = width + groups - 1 <= room ? random_.below(2) : 0;
      d.moves.push_back({word, kData + 32 * random_.below(room - width - stride * (groups - 1) + 1)});
      d.words[word + 1] = 32 * stride;
    }
  }
  const uint32_t buffer = random_.below(plan_.accumulators);
  head |= transpose_a << 8 | transpose_b << 9 | buffer << 10 | random_.below(2) << 11 | random_.below(0x10000) << 16;
  d.words[0] = head;
  d.words[1] = m | n << 16;
  d.words[2] = groups;
  d.words[3] = dim * random_.below(4 - m / dim + 1) | dim * random_.below(4 - n / dim + 1) << 16;
  return d;
}

// ---- what is wrong, in ways that end in a fault --------------------------------------------------------------------

void Generator::spoil_copy(EngineDescriptor& d) {
  const auto fixed = [&](uint32_t word, uint32_t value) {
    std::erase_if(d.moves, [word](const auto& m) { return m.word == word; });
    if (word == 1) d.spread = 0;
    d.words[word] = value;
  };
  const bool fill = (d.words[0] >> 6 & 3) == 2;
  switch (random_.below(fill ? 9 : 12)) {
    case 0: d.words[0] = (d.words[0] & ~7U) | random_.pick({0U, 6U, 7U}); break;  // format
    case 1: d.words[0] |= 5U << 3; break;                                         // (or 7)
    case 2: d.words[0] |= 3U << 6; break;
    case 3: d.words[0] |= random_.pick({0x400U, 0x800U, 0x2000U, 0x4000U, 0x8000U}); break;
    case 4: d.words[23 + random_.below(8)] = 1U << random_.below(32); break;
    case 5: d.words[11] = random_.pick({0U, 257U, 0x8000'0000U}); break;                                    // size
    case 6: d.moves[random_.below(2)].offset += 4; break;                                                   // alignment
    case 7: fixed(21, (plan_.scratch_size + random_.pick({0U, 256U, 0x10000U})) / 256 * 256 + 256); break;  // range
    case 8: fixed(22, (plan_.scratch_size / 8 + random_.below(9)) * 8); break;
    case 9: d.words[2] = random_.pick({0U, 0x8000'0000U, ~0U}); break;  // size
    case 10:                                                            // alignment
      if ((d.words[0] >> 3 & 7) != 0)
        ++d.words[1];
      else
        d.words[2] = 0;
      break;
    case 11:  // access: all of the box inside, and not in device memory, or in no region
      d.words[0] = (d.words[0] & ~7U) | 1;
      for (unsigned i = 1; i < 5; ++i) d.words[2 + i] = d.words[7 + i - 1] = d.words[11 + i] = d.words[16 + i] = 0;
      d.words[16] = 0;
      fixed(1, random_.pick({0U, kScratchWindow, kPrivateWindow, (places_.own + 0x0020'0000U) & ~15U}));
      break;
  }
}

void Generator::spoil_matrix(EngineDescriptor& d) {
  const uint32_t dim = configuration_.matrix_dim;
  switch (random_.below(plan_.accumulators == 1 ? 11 : 10)) {
    case 0: d.words[0] |= 7; break;  // format
    case 1: d.words[0] |= 3U << 6; break;
    case 2: d.words[0] |= random_.pick({0x2000U, 0x4000U, 0x8000U}); break;
    case 3: d.words[13 + random_.below(3)] = 1U << random_.below(32); break;
    case 4: d.words[1] += random_.pick({1U, 0x10000U, 5 * dim}); break;  // tile
    case 5: d.words[2] = 0; break;
    case 6: d.words[3] |= random_.pick({1U, 0x10000U, 4 * dim}); break;          // accumulators
    case 7: d.moves[random_.below(2)].offset += random_.pick({4U, 16U}); break;  // alignment
    case 8: d.words[5] |= 1U << random_.between(18, 31); break;
    case 9: d.words[9] = 0x3'FFE0; break;    // range
    case 10: d.words[0] |= 1U << 10; break;  // a buffer that the workgroup has not
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
  // One statement at a time uses the piece; not too often in loops, as every lane gives commands of its own.
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

// Every lane's own commands, or those of the path's lowest lane, while the others go on or wait for them, too.
void Generator::by_one_or_all(int32_t barrier, const std::function<uint32_t()>& commands) {
  if (random_.percent(55)) {
    const uint32_t bytes = commands();
    if (random_.percent(40)) block(random_.between(1, 3));
    arrive_and_wait(barrier, bytes);
    return;
  }
  const unsigned others = writer_.label();
  writer_.add_immediate(reg::kTemporary, reg::kZero, 1);
  writer_.put(Op::HdVoteBallot, {.rd = reg::kTemporary, .rs1 = reg::kTemporary});
  writer_.put(Op::Ctz, {.rd = reg::kTemporary, .rs1 = reg::kTemporary});
  const bool all_wait = random_.percent(50);
  if (all_wait) {
    // The others wait for whatever phase of the lowest lane's mbarrier comes first.
    writer_.put(Op::HdShflIdx, {.rd = reg::kAddress, .rs1 = reg::kEngine, .rs2 = reg::kTemporary});
  }
  writer_.put(Op::Csrrs, {.rd = reg::kHandler, .csr = static_cast<uint32_t>(isa::Csr::HdLane)});
  if (all_wait) {
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
    return;
  }
  writer_.branch(Op::Bne, reg::kHandler, reg::kTemporary, others);
  const uint32_t bytes = commands();
  if (random_.percent(30)) block(1);
  arrive_and_wait(barrier, bytes);
  writer_.bind(others);
}

// One to three copies at once, in parts of the data; then some of it into registers.
void Generator::copy_statement() {
  const bool wrong = random_.percent(3);
  by_one_or_all(kCopyBarrier, [&] {
    const auto count = static_cast<uint32_t>(1 + random_.weighted({5, 3, 2}));
    const uint32_t part = (engine_bytes_ - kData) / count / 64 * 64;
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
    const auto at = static_cast<int32_t>(kData + 4 * random_.below((engine_bytes_ - kData) / 4));
    if (random_.percent(25)) {
      writer_.put(Op::Sw, {.rs1 = reg::kEngine, .rs2 = source(), .immediate = at});
    } else if (random_.percent(30)) {
      writer_.put(Op::Flw, {.rd = floating(), .rs1 = reg::kEngine, .immediate = at});
    } else {
      writer_.put(Op::Lw, {.rd = value(), .rs1 = reg::kEngine, .immediate = at});
    }
  }
}

// One to three products, of which the last arrives; then accumulators, with or without a wait before.
void Generator::matrix_statement() {
  const bool wrong = random_.percent(3);
  by_one_or_all(kMatrixBarrier, [&] {
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

// An mbarrier of the work-item's own from the beginning: arrivals, tests, phases that end.
void Generator::barrier_statement() {
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
}

// All work-items of the workgroup arrive at one mbarrier and wait for it; one of them is to begin it.
void Generator::meeting() {
  const uint32_t items = plan_.local[0] * plan_.local[1] * plan_.local[2];
  const auto at = kScratchWindow + kMeetings + 8 * meetings_++;
  const unsigned begun = writer_.label();
  writer_.load_constant(reg::kAddress, at);
  writer_.load_constant(reg::kTemporary, kScratchWindow + kEngineStart);
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
