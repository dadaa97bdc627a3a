// Checks of commands: descriptors with one field that is wrong, ranges to the byte, and what happens to commands before
// and after.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine_driver.h"
#include "formats.h"

namespace heddle::matrix_test {
namespace {

using matrix::Element;
using matrix::test::all_formats;

class MatrixFaults : public testing::TestWithParam<unsigned> {};

Command draw_valid(EngineDriver& engine) {
  static const auto formats = all_formats();
  Command command;
  command.format = formats[engine.pick(formats.size())].format;
  const unsigned rows = 1 + engine.pick(2);
  const unsigned columns = 1 + engine.pick(2);
  command.rows = rows * engine.dim();
  command.columns = columns * engine.dim();
  command.row = engine.pick(5 - rows) * engine.dim();
  command.column = engine.pick(5 - columns) * engine.dim();
  command.groups = 1 + engine.pick(2);
  command.buffer = engine.pick(2) != 0;
  command.accumulate = engine.pick(2) != 0;
  command.arrive = engine.pick(2) != 0;
  command.barrier = 8 * engine.pick(0x400);
  command.id = static_cast<std::uint16_t>(engine.random()());
  for (Place* place : {&command.a, &command.b}) {
    place->address = 32 * engine.pick(0x80);
    place->stride = 32 * engine.pick(0x10);
    place->scale_address = 32 * engine.pick(0x80);
    place->scale_stride = 32 * engine.pick(0x10);
    if (command.format.a != Element::kE2m1) place->transposed = engine.pick(2) != 0;
  }
  return command;
}

// One to three bits of a descriptor change, or a field takes a value at a border.
void spoil(EngineDriver& engine, Descriptor& words) {
  switch (engine.pick(6)) {
    case 0: words[engine.pick(16)] ^= 1u << engine.pick(32); break;
    case 1: words[0] ^= 1u << engine.pick(16); break;
    case 2: words[1 + engine.pick(3)] = engine.pick(2) != 0 ? 0 : engine.random()(); break;
    case 3:
      words[1 + 2 * engine.pick(2)] += engine.dim() * (engine.pick(2) != 0 ? 1 : 0x1'0000) * engine.pick(6);
      break;
    case 4: words[4 + engine.pick(9)] += 1u << engine.pick(20); break;
    case 5: words[2] = (engine.pick(8) == 0 ? 0xFFFF : engine.pick(3)); break;
    default: break;
  }
}

// The size of the allocation is often exactly what one of the operands needs, or a little less.
std::uint32_t draw_size(EngineDriver& engine, const Command& command) {
  const auto end = end_of(command, engine.pick(5));
  if (!end || *end > 0x3'0000 || engine.pick(3) == 0) return 0x3'0000;
  const std::uint32_t less[] = {0, 1, 8, 32};
  return static_cast<std::uint32_t>(*end) - less[engine.pick(4)];
}

// Issues a descriptor, and compares its completion or fault with what docs/matrix.md gives it. Its cause; nothing if it
// would take too long.
std::optional<unsigned> give_as_it_is(EngineDriver& engine, const Descriptor& words, const Context& context,
                                      unsigned dim, std::set<unsigned>& faulted) {
  const auto expected = check(words, context, dim, faulted);
  if (!expected && (words[2] & 0xFFFF) > 64) return std::nullopt;
  engine.issue(words, context);
  engine.wait();
  if (expected) {
    EXPECT_EQ(engine.faults.size(), 1u) << "no fault, expected cause " << expected->cause;
    const Fault fault = engine.faults.empty() ? Fault{} : engine.faults.front();
    EXPECT_EQ(fault, *expected) << "found cause " << fault.cause << " operand " << fault.operand << " value "
                                << fault.value << " of command " << fault.id << ", expected " << expected->cause << ' '
                                << expected->operand << ' ' << expected->value << " of " << expected->id;
  } else {
    EXPECT_EQ(engine.faults.size(), 0u) << "cause " << engine.faults.front().cause;
    EXPECT_EQ(engine.dones.size(), 1u);
  }
  engine.faults.clear();
  engine.dones.clear();
  return expected ? expected->cause : 0;
}

// The same, in an allocation that long ones do not fit in: they are refused or not all the same.
std::optional<unsigned> give(EngineDriver& engine, const Descriptor& words, Context context, unsigned dim,
                             std::set<unsigned>& faulted) {
  if ((words[2] & 0xFFFF) > 4 && context.size != 0) context.size = 0x1000;
  return give_as_it_is(engine, words, context, dim, faulted);
}

// Every descriptor has the completion or the fault that docs/matrix.md gives it. MATRIX_DESCRIPTORS sets their number.
TEST_P(MatrixFaults, RandomDescriptors) {
  EngineDriver engine(GetParam(), 11);
  engine.confined = true;
  engine.event_hesitation = 3;
  engine.scratch().hesitation = 4;
  std::set<unsigned> faulted;
  unsigned causes[7] = {};
  const char* given = std::getenv("MATRIX_DESCRIPTORS");
  const unsigned count = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : 2400 / GetParam();
  for (unsigned n = 0; n < count && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    const Command command = draw_valid(engine);
    Descriptor words = encode(command);
    Context context;
    context.owner = engine.pick(32);
    context.size = draw_size(engine, command);
    context.base = 32 * engine.pick((0x4'0000 - context.size) / 32 + 1);
    context.buffers = engine.pick(6) == 0 ? engine.pick(4) : 3;
    if (engine.pick(2) != 0) spoil(engine, words);
    if (engine.pick(4) != 0 && faulted.contains(context.owner)) {
      engine.forget(context.owner);
      faulted.erase(context.owner);
    }
    if (const auto cause = give(engine, words, context, GetParam(), faulted)) ++causes[*cause];
  }
  std::printf("dim %2u: %u complete, faults: %u after, %u format, %u tile, %u accumulators, %u alignment, %u range\n",
              GetParam(), causes[0], causes[1], causes[2], causes[3], causes[4], causes[5], causes[6]);
  for (unsigned cause = 0; cause < 7; ++cause) EXPECT_NE(causes[cause], 0u) << cause;
}

// Each bit of some words of a descriptor alone, and beside others in its word, where everything else is right: also
// those far above what a field may hold.
void every_bit(unsigned dim, unsigned first, unsigned last) {
  EngineDriver engine(dim, 14);
  engine.confined = true;
  std::set<unsigned> faulted;
  for (unsigned bit = 32 * first; bit < 32 * (last + 1) && !testing::Test::HasFailure(); ++bit) {
    for (const bool alone : {true, false}) {
      SCOPED_TRACE(testing::Message() << "bit " << bit % 32 << " of word " << bit / 32 << (alone ? "" : " and others"));
      Descriptor words = encode(draw_valid(engine));
      words[bit / 32] ^= 1u << bit % 32;
      if (!alone) words[bit / 32] ^= static_cast<std::uint32_t>(engine.random()()) & -2u << bit % 32;
      const Context context{engine.pick(32), static_cast<unsigned>(32 * engine.pick(0x400)), 0x3'0000, 3};
      if (const auto cause = give(engine, words, context, dim, faulted); cause && *cause != 0) {
        engine.forget(context.owner);
        faulted.erase(context.owner);
      }
    }
  }
}

TEST_P(MatrixFaults, EveryBitOfTheFields) { every_bit(GetParam(), 0, 3); }
TEST_P(MatrixFaults, EveryBitOfA) { every_bit(GetParam(), 4, 7); }
TEST_P(MatrixFaults, EveryBitOfB) { every_bit(GetParam(), 8, 11); }
TEST_P(MatrixFaults, EveryBitOfTheRest) { every_bit(GetParam(), 12, 15); }

// Many groups whose operands fit, and whose scales do not: how far those reach.
TEST_P(MatrixFaults, ScalesOfManyGroups) {
  EngineDriver engine(GetParam(), 15);
  engine.confined = true;
  std::set<unsigned> faulted;
  for (unsigned n = 0; n < 120; ++n) {
    SCOPED_TRACE(n);
    Command command = draw_valid(engine);
    const bool scaled_by_16 = engine.pick(2) != 0;
    command.format = {Element::kE2m1, Element::kE2m1,
                      scaled_by_16 ? matrix::Scale::kE4m3Block16 : matrix::Scale::kE8m0Block32};
    command.groups = (1u << n % 12) | engine.pick(1u << n % 12);
    command.a.transposed = command.b.transposed = false;
    command.a.address = command.b.address = 0;
    command.a.stride = command.b.stride = 32;
    (n % 2 != 0 ? command.a : command.b).scale_stride = 0x3'FFE0 - 32 * engine.pick(0x1000);
    (n % 2 != 0 ? command.b : command.a).scale_stride = 0;
    command.barrier = 0;
    const Context context{engine.pick(32), static_cast<unsigned>(32 * engine.pick(0x400)), 0x2'0000, 3};
    if (const auto cause = give_as_it_is(engine, encode(command), context, GetParam(), faulted); cause && *cause != 0) {
      engine.forget(context.owner);
      faulted.erase(context.owner);
    }
  }
}

// Transposed operands of many lines far apart: ends of as many bits as there may be, and of more than a word has.
TEST_P(MatrixFaults, FarEnds) {
  EngineDriver engine(GetParam(), 16);
  engine.confined = true;
  std::set<unsigned> faulted;
  std::uint32_t seen = 0;
  for (unsigned n = 0; n < 200; ++n) {
    SCOPED_TRACE(n);
    Command command = draw_valid(engine);
    command.format = {Element::kFp16, Element::kFp16, matrix::Scale::kNone};
    if (engine.pick(2) != 0) command.format = {Element::kInt8, Element::kInt8, matrix::Scale::kNone};
    command.groups = 1 + (engine.pick(0xFFFF) >> engine.pick(12));
    Place& far = n % 2 != 0 ? command.a : command.b;
    Place& near = n % 2 != 0 ? command.b : command.a;
    far = {32 * engine.pick(0x2000), (32 * engine.pick(0x2000)) >> engine.pick(8) & -32U, 0, 0, true};
    near = {0, 0, 0, 0, true};
    const Context context{engine.pick(32), static_cast<unsigned>(32 * engine.pick(0x400)), 0x2'0000, 3};
    const auto end = end_of(command, n % 2 != 0 ? 0 : 1);
    const auto cause = give_as_it_is(engine, encode(command), context, GetParam(), faulted);
    if (!cause || *cause == 0) continue;
    if (*end <= ~0U) seen |= static_cast<std::uint32_t>(*end);
    engine.forget(context.owner);
    faulted.erase(context.owner);
  }
  EXPECT_EQ(seen & -32U, -32U) << "bits of an end that were always 0";
}

// Each operand in turn lies behind the others, and the allocation ends with it, or a little before.
TEST_P(MatrixFaults, AllocationsThatJustFit) {
  EngineDriver engine(GetParam(), 17);
  engine.confined = true;
  std::set<unsigned> faulted;
  unsigned fits = 0, does_not = 0;
  for (unsigned n = 0; n < 500; ++n) {
    SCOPED_TRACE(n);
    Command command = draw_valid(engine);
    const unsigned operand = n % 5;
    Place& place = operand % 2 == 0 ? command.a : command.b;
    const std::uint32_t behind = 0x8000 + 32 * engine.pick(0x100);
    (operand < 2 ? place.address : operand < 4 ? place.scale_address : command.barrier) = behind;
    const auto end = end_of(command, operand);
    if (!end) continue;
    const std::array<std::uint32_t, 4> less{0, 1, 8, 32};
    Context context{engine.pick(32), 0, static_cast<std::uint32_t>(*end) - less[n / 5 % 2 == 0 ? 0 : engine.pick(4)],
                    3};
    context.base = 32 * engine.pick((0x4'0000 - context.size) / 32 + 1);
    const auto cause = give_as_it_is(engine, encode(command), context, GetParam(), faulted);
    ASSERT_TRUE(cause);
    (*cause == 0 ? fits : does_not) += 1;
    if (*cause == 0) continue;
    engine.forget(context.owner);
    faulted.erase(context.owner);
  }
  EXPECT_GT(fits, 150u);
  EXPECT_GT(does_not, 50u);
}

// Commands before a fault complete with their results; later ones of the same workgroup do nothing, others go on.
TEST_P(MatrixFaults, OthersGoOn) {
  EngineDriver engine(GetParam(), 12);
  matrix::test::Draw draw(13);
  Command good;
  good.format = {Element::kFp16, Element::kFp16, matrix::Scale::kNone};
  good.rows = good.columns = 2 * engine.dim();
  good.groups = 3;
  good.id = 1;
  const auto operands = engine.place(good, draw);
  engine.perform(good, operands);
  Command bad = good;
  bad.id = 2;
  bad.column = 3 * engine.dim();
  engine.issue(encode(bad), {3});
  Command after = good;
  after.id = 3;
  engine.issue(encode(after), {3});
  good.id = 4;
  good.accumulate = true;
  engine.perform(good, operands);
  engine.wait();
  ASSERT_EQ(engine.faults.size(), 2u);
  EXPECT_EQ(engine.faults[0], (Fault{3, 2, 4, 0, 3 * engine.dim() << 16}));
  EXPECT_EQ(engine.faults[1], (Fault{3, 3, 1, 0, 0}));
  ASSERT_EQ(engine.dones.size(), 2u);
  EXPECT_EQ(engine.dones[0].id, 1u);
  EXPECT_EQ(engine.dones[1].id, 4u);
  engine.compare_all();
  // Only when the workgroup is gone may its successor use the engine.
  engine.forget(3);
  engine.issue(encode(after), {3});
  engine.wait();
  EXPECT_EQ(engine.dones.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Dim, MatrixFaults, testing::ValuesIn(dims()),
                         [](const auto& info) { return std::to_string(info.param); });

}  // namespace
}  // namespace heddle::matrix_test
