// The generator: the same everywhere, and nothing of the instruction table out of its reach.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "draw.h"
#include "heddle/disassembler/encode.h"
#include "heddle/generated/csrs.h"
#include "random.h"
#include "weights.h"

namespace heddle::fuzz {
namespace {

const std::vector<Choice> kChoices{{"nano", 3}, {"edge:copy_engine=0", 2}, {"base:copy_engine=0", 1}};
const std::vector<Choice> kEngines{{"edge", 1}};

// FNV-1a over what is drawn last and depends on the rest: machine, programs, geometry, data.
uint64_t hash(const Session& session) {
  uint64_t value = 0xCBF2'9CE4'8422'2325;
  const auto add = [&](uint64_t word) {
    for (unsigned i = 0; i < 8; ++i) value = (value ^ (word >> (8 * i) & 0xFF)) * 0x100'0000'01B3;
  };
  for (const char c : session.configuration + session.memory) add(static_cast<unsigned char>(c));
  for (const uint64_t word : {session.seed, uint64_t{session.latency}, uint64_t{session.bandwidth_percent},
                              uint64_t{session.random_stalls}, uint64_t{session.bus_error_first}}) {
    add(word);
  }
  for (const LaunchPlan& launch : session.launches) {
    for (const uint32_t word : assemble(launch)) add(word);
    for (unsigned axis = 0; axis < 3; ++axis) add(uint64_t{launch.groups[axis]} << 32 | launch.local[axis]);
    for (const DataBlock& block : launch.data) {
      for (const uint32_t word : block.words) add(word);
    }
    for (const Check& check : launch.checks) add(check.expected);
    add(launch.abort_after);
    add(launch.reset_after);
  }
  return value;
}

TEST(Random, SequenceIsSpecified) {
  Random random(1);
  EXPECT_EQ(random.next(), 0x910A'2DEC'8902'5CC1U);
  EXPECT_EQ(random.next(), 0xBEEB'8DA1'658E'EC67U);
  Random small(42);
  std::vector<uint32_t> drawn;
  for (unsigned i = 0; i < 6; ++i) drawn.push_back(small.below(10));
  EXPECT_EQ(drawn, (std::vector<uint32_t>{7, 1, 2, 3, 0, 8}));
}

TEST(Random, BelowKeepsItsBounds) {
  Random random(3);
  std::set<uint32_t> seen;
  for (unsigned i = 0; i < 1000; ++i) seen.insert(random.between(5, 9));
  EXPECT_EQ(seen, (std::set<uint32_t>{5, 6, 7, 8, 9}));
}

TEST(Weights, EveryRowOfTheTableHasOne) {
  for (const isa::InstructionInfo& info : isa::kInstructions) {
    EXPECT_GT(weight_of(info.name).value_or(0), 0U) << info.name << " has no weight in verif/random/src/weights.cpp";
  }
  for (const isa::CsrInfo& info : isa::kCsrs) {
    EXPECT_GT(csr_weight_of(info.name).value_or(0), 0U)
        << info.name << " has no weight in verif/random/src/weights.cpp";
  }
  for (const unsigned weight : kRoundingWeights) EXPECT_GT(weight, 0U);
  EXPECT_FALSE(weight_of("no.such").has_value());
}

TEST(Encode, FieldsComeBack) {
  Random random(9);
  for (size_t row = 1; row < isa::kOpCount; ++row) {
    const isa::InstructionInfo& info = isa::kInstructions[row];
    for (unsigned i = 0; i < 50; ++i) {
      const isa::Operands o{.rd = random.below(32),
                            .rs1 = random.below(32),
                            .rs2 = random.below(32),
                            .rs3 = random.below(32),
                            .immediate = static_cast<int32_t>(random.below(2048)) * 2 - 2048,
                            .csr = random.below(4096),
                            .rounding = random.below(5),
                            .ordering = random.below(4),
                            .fence = random.below(15)};
      const uint32_t word = encode(static_cast<isa::Op>(row), o);
      ASSERT_EQ(isa::decode(word), static_cast<isa::Op>(row)) << info.name;
      if (info.writes_rd) {
        EXPECT_EQ(isa::rd(word), o.rd);
      }
      if (info.reads_rs1) {
        EXPECT_EQ(isa::rs1(word), o.rs1);
      }
      if (info.reads_rs2) {
        EXPECT_EQ(isa::rs2(word), o.rs2);
      }
      if (info.reads_rs3) {
        EXPECT_EQ(isa::rs3(word), o.rs3);
      }
      if (info.has_rounding) {
        EXPECT_EQ(isa::rm(word), o.rounding);
      }
      switch (info.format) {
        case isa::Format::I:
        case isa::Format::S:
        case isa::Format::B:
        case isa::Format::J: EXPECT_EQ(isa::immediate(info.format, word), o.immediate) << info.name; break;
        case isa::Format::Csr:
        case isa::Format::CsrImm: EXPECT_EQ(isa::csr(word), o.csr); break;
        default: break;
      }
    }
  }
}

TEST(Draw, SameSeedSameSession) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(hash(draw_session(seed, kChoices)), hash(draw_session(seed, kChoices)));
  }
  EXPECT_NE(hash(draw_session(1, kChoices)), hash(draw_session(2, kChoices)));
}

// The same on every machine and with every compiler (whose order of arguments differs): the figure changes with the
// generator, and only with it.
TEST(Draw, GoldenHash) {
  uint64_t all = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) all = all * 31 + hash(draw_session(seed, kChoices));
  EXPECT_EQ(all, 16046830572271405796U);
}

// A seed that failed among several shapes is found again with its shape alone.
TEST(Draw, NamingTheShapeChangesNothingElse) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const Session among = draw_session(seed, kChoices);
    const Session alone = draw_session(seed, std::vector<Choice>{{among.configuration, 1}});
    EXPECT_EQ(hash(among), hash(alone));
  }
}

// Over some thousand programs there is every instruction, every CSR, every rounding mode, and words of no row.
TEST(Draw, EverythingIsReached) {
  std::vector<unsigned> rows(isa::kOpCount);
  std::set<uint32_t> csrs;
  std::array<unsigned, 8> rounding{};
  for (uint64_t seed = 1; seed <= 1800; ++seed) {
    const Session session = draw_session(seed, seed <= 1500 ? kChoices : kEngines);
    for (const LaunchPlan& launch : session.launches) {
      for (const uint32_t word : assemble(launch)) {
        const isa::Op op = isa::decode(word);
        ++rows[static_cast<size_t>(op)];
        const isa::InstructionInfo& info = isa::info(op);
        if (info.klass == isa::Class::Csr) csrs.insert(isa::csr(word));
        if (info.has_rounding) ++rounding[isa::rm(word)];
      }
    }
  }
  for (size_t row = 0; row < rows.size(); ++row) {
    EXPECT_GE(rows[row], 20U) << isa::kInstructions[row].name;
  }
  for (const isa::CsrInfo& info : isa::kCsrs)
    EXPECT_TRUE(csrs.contains(static_cast<uint32_t>(info.number))) << info.name;
  for (const unsigned count : rounding) EXPECT_GE(count, 100U);
}

// Without engines in the shape no program gives commands, with them most do.
TEST(Draw, CommandsNeedEngines) {
  const auto gives_commands = [](const LaunchPlan& launch) {
    const std::vector<uint32_t> words = assemble(launch);
    return std::any_of(words.begin(), words.end(),
                       [](uint32_t word) { return isa::info(isa::decode(word)).klass == isa::Class::Engine; });
  };
  unsigned with = 0;
  unsigned all = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    for (const LaunchPlan& launch : draw_session(seed, kChoices).launches) {
      EXPECT_FALSE(gives_commands(launch)) << seed;
      EXPECT_EQ(launch.accumulators, 0U);
    }
    for (const LaunchPlan& launch : draw_session(seed, kEngines).launches) {
      with += gives_commands(launch) ? 1 : 0;
      ++all;
    }
  }
  EXPECT_GT(4 * with, 3 * all);
}

// Nodes of the tree lie within each other or apart, so that each can be deleted.
TEST(Draw, ProgramsAreTrees) {
  for (uint64_t seed = 1; seed <= 130; ++seed) {
    for (const LaunchPlan& launch : draw_session(seed, seed <= 100 ? kChoices : kEngines).launches) {
      std::vector<Range> open;
      for (const Range& range : launch.tree) {
        ASSERT_LE(range.begin, range.end);
        ASSERT_LE(range.end, launch.items.size());
        while (!open.empty() && open.back().end <= range.begin) open.pop_back();
        if (!open.empty()) {
          ASSERT_LE(range.end, open.back().end);
        }
        open.push_back(range);
      }
      for (const Check& check : launch.checks) ASSERT_LE(check.items.end, launch.items.size());
    }
  }
}

}  // namespace
}  // namespace heddle::fuzz
