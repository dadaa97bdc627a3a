// Load/store units, L2 cache and scratchpad together, against the reference.
#include <gtest/gtest.h>

#include <cstdlib>

#include "bench.h"

namespace heddle::membench {
namespace {

constexpr uint32_t kScratch = 0x1000'0000, kPrivate = 0x4000'0000;

uint32_t all_lanes(const Shape& shape) { return shape.lanes == 32 ? ~0u : (1u << shape.lanes) - 1; }

// What the random instructions are drawn from, in percent.
struct Mix {
  unsigned store = 35, amo = 10, lr = 8, sc = 8, fence = 4;  // the rest are loads
  unsigned device = 55, priv = 15, scratch = 25;             // the rest are bad addresses and region edges
  unsigned misaligned = 3;
  uint32_t pool_bytes = 256;  // device memory that most accesses fall in
  bool errors = false;        // sometimes go to the part that answers with errors
};

// A random instruction generator: some coalesce, some broadcast, some scatter in a small pool, some mix windows.
class Generator {
 public:
  Generator(Bench& bench, const Mix& mix, unsigned per_warp) : bench_(bench), mix_(mix) {
    left_.assign(bench.shape().cores * bench.shape().warps, per_warp);
  }

  bool operator()(Instruction& i) {
    unsigned& left = left_[i.core * bench_.shape().warps + i.warp];
    if (left == 0) return false;
    --left;
    const Shape& shape = bench_.shape();
    const unsigned draw = random(100);
    const unsigned store = mix_.store, amo = store + mix_.amo, lr = amo + mix_.lr, sc = lr + mix_.sc;
    i.op = draw < store             ? Op::Store
           : draw < amo             ? Op::Amo
           : draw < lr              ? Op::Lr
           : draw < sc              ? Op::Sc
           : draw < sc + mix_.fence ? Op::Fence
                                    : Op::Load;
    i.amo = static_cast<Amo>(random(9));
    i.size = i.atomic() ? 2 : random(3);
    i.unsigned_load = random(2);
    i.rd = random(64);
    i.mask = random(4) == 0 ? all_lanes(shape) : bench_.random()() & all_lanes(shape);
    if (random(8) == 0) i.mask &= bench_.random()() & bench_.random()();
    // Two allocations, so that warps and cores meet in the scratchpad.
    i.scratch_base = random(2) == 0 ? 0 : shape.scratch_bytes - 256;
    for (auto& v : i.data) {
      if (random(4) == 0) v = random(2) == 0 ? 0x8000'0000u : random(3) - 1;  // edges of the comparisons
    }
    const uint32_t bytes = 1u << i.size;
    // An SC mostly repeats the addresses of the warp's last LR, sometimes with other lanes.
    auto& last_lr = last_lr_[i.core * shape.warps + i.warp];
    if (i.op == Op::Sc && !last_lr.address.empty() && random(4) != 0) {
      i.address = last_lr.address;
      i.scratch_base = last_lr.scratch_base;
      i.mask = random(4) == 0 ? i.mask : last_lr.mask;
      return true;
    }
    const unsigned pattern = random(5);
    const uint32_t first = address(bytes);
    for (unsigned l = 0; l < shape.lanes; ++l) {
      switch (pattern) {
        case 0: i.address[l] = first + l * bytes; break;
        case 1: i.address[l] = first; break;
        case 2: i.address[l] = first + random(4) * bytes; break;
        case 3: i.address[l] = first + l * (shape.line_bytes + bytes); break;
        default: i.address[l] = address(bytes); break;
      }
      if (random(100) < mix_.misaligned) i.address[l] += 1 + random(3);
    }
    if (i.op == Op::Lr) last_lr = i;
    return true;
  }

 private:
  unsigned random(unsigned below) { return bench_.random()() % below; }

  uint32_t address(uint32_t bytes) {
    const unsigned draw = random(100);
    uint32_t a;
    if (draw < mix_.device) {
      a = kDramBase + random(mix_.pool_bytes);
      if (mix_.errors && random(8) == 0) a = kErrorBase + random(0x100);
    } else if (draw < mix_.device + mix_.priv) {
      a = kPrivate + random(bench_.launch().private_size + (random(8) == 0 ? 8 : 0));
    } else if (draw < mix_.device + mix_.priv + mix_.scratch) {
      a = kScratch + random(64) + (random(8) == 0 ? bench_.launch().scratch_size - 32 : 0);
    } else {
      switch (random(8)) {
        case 0: return bench_.random()() & ~(bytes - 1);
        case 1: a = 0x7FFF'FFF0 + random(32); break;
        case 2: a = 0x2000'0000 + random(64); break;
        case 3: a = kScratch + 0x00FF'FFF8 + random(16); break;
        case 4: a = kPrivate + 0x00FF'FFF8 + random(16); break;
        default: {
          static constexpr uint32_t kEdges[] = {0x8000'3FF8, 0x8000'4000, 0x8000'40FC,
                                                0x8000'41FC, 0x8000'43F8, 0x8000'44F8};
          a = kEdges[random(6)] + random(12);
        }
      }
    }
    return a & ~(bytes - 1);
  }

  struct LastLr {
    std::vector<uint32_t> address;
    uint32_t scratch_base = 0, mask = 0;
    LastLr& operator=(const Instruction& i) {
      address = i.address;
      scratch_base = i.scratch_base;
      mask = i.mask;
      return *this;
    }
  };

  Bench& bench_;
  Mix mix_;
  std::vector<unsigned> left_;
  std::map<unsigned, LastLr> last_lr_;
};

Timing random_timing(std::mt19937& random) {
  Timing t;
  const auto percent = [&] { return random() % 3 == 0 ? 100 : 10 + random() % 80; };
  t.axi.ready_percent = percent();
  t.axi.min_latency = 1 + random() % 10;
  t.axi.max_latency = t.axi.min_latency + random() % 60;
  t.axi.reorder = random() % 4 != 0;
  t.issue_percent = percent();
  t.writeback_percent = percent();
  t.fetch_percent = random() % 30;
  return t;
}

// Instructions of each warp in a run: a machine with few warps runs fewer, as it takes longer over each.
unsigned per_warp(const Bench& bench, unsigned total) {
  return std::clamp(total / (bench.shape().cores * bench.shape().warps), 1u, 300u);
}

// HEDDLE_BENCH_SEED, added to every seed, makes the random tests other ones.
unsigned seeded(unsigned seed) {
  static const char* const text = std::getenv("HEDDLE_BENCH_SEED");
  static const unsigned offset = text == nullptr ? 0 : static_cast<unsigned>(std::strtoul(text, nullptr, 0));
  return seed + offset;
}

// Two launches: between them the host changes memory.
void run_random(unsigned seed, const Mix& mix, std::vector<uint64_t>* corners = nullptr) {
  seed = seeded(seed);
  std::mt19937 random(seed);
  Bench bench(seed, random_timing(random));
  for (int launch = 0; launch < 2; ++launch) {
    Generator generator(bench, mix, per_warp(bench, 1500));
    bench.run(std::ref(generator));
    ASSERT_EQ(bench.errors(), "") << "seed " << seed << " launch " << launch;
  }
  if (corners == nullptr) return;
  for (size_t i = 0; i < corners->size(); ++i) (*corners)[i] += bench.corner(i);
}

TEST(Memory, RandomEverything) {
  for (unsigned seed = 1; seed <= 12; ++seed) ASSERT_NO_FATAL_FAILURE(run_random(seed, Mix{}));
}

TEST(Memory, RandomCapacity) {
  // More lines than the cache has: everything is replaced all the time.
  Mix mix;
  mix.pool_bytes = 0x2000;
  mix.device = 80;
  mix.scratch = 5;
  for (unsigned seed = 500; seed < 510; ++seed) ASSERT_NO_FATAL_FAILURE(run_random(seed, mix));
}

TEST(Memory, EveryCornerOfTheCacheIsReached) {
  std::vector<uint64_t> corners(Bench::kCorners.size());
  for (unsigned seed = 600; seed < 610; ++seed) {
    Mix mix;
    mix.errors = true;
    mix.pool_bytes = seed % 2 ? 0x800 : 0x80;
    ASSERT_NO_FATAL_FAILURE(run_random(seed, mix, &corners));
  }
  const Shape shape = Bench(1, Timing{}).shape();
  for (size_t i = 0; i < corners.size(); ++i) {
    printf("%10llu %s\n", static_cast<unsigned long long>(corners[i]), Bench::kCorners[i]);
    // One core alone contends little, and a large cache replaces nothing.
    if (shape.cores > 1 && shape.l2_bytes <= 1024) {
      EXPECT_GT(corners[i], 0u) << Bench::kCorners[i];
    }
  }
}

TEST(Memory, RandomContention) {
  // Everything in one or two lines: order of conflicting accesses and atomics.
  Mix mix;
  mix.pool_bytes = 32;
  mix.device = 70;
  mix.priv = 5;
  mix.amo = 20;
  for (unsigned seed = 100; seed < 110; ++seed) ASSERT_NO_FATAL_FAILURE(run_random(seed, mix));
}

TEST(Memory, RandomReservations) {
  Mix mix;
  mix.pool_bytes = 64;
  mix.store = 10;
  mix.amo = 3;
  mix.lr = 30;
  mix.sc = 30;
  mix.misaligned = 1;
  mix.device = 50;
  mix.priv = 2;
  mix.scratch = 46;
  for (unsigned base = 200; base < 212; ++base) {
    const unsigned seed = seeded(base);
    std::mt19937 random(seed);
    Bench bench(seed, random_timing(random));
    Generator generator(bench, mix, per_warp(bench, 1500));
    bench.run(std::ref(generator));
    ASSERT_EQ(bench.errors(), "") << "seed " << seed;
    // The run is worth something only if all three happen.
    EXPECT_GT(bench.reference().count("sc success"), 10u);
    EXPECT_GT(bench.reference().count("sc failure"), 10u);
    EXPECT_GT(bench.reference().count("reservation lost"), 10u);
  }
}

TEST(Memory, RandomBusErrors) {
  Mix mix;
  mix.errors = true;
  uint64_t reported = 0;
  for (unsigned base = 300; base < 306; ++base) {
    const unsigned seed = seeded(base);
    std::mt19937 random(seed);
    Bench bench(seed, random_timing(random));
    Generator generator(bench, mix, per_warp(bench, 1500));
    bench.run(std::ref(generator));
    ASSERT_EQ(bench.errors(), "") << "seed " << seed;
    reported += bench.reference().count("memory error");
  }
  EXPECT_GT(reported, 20u);
}

TEST(Memory, RandomOwnStoresThenLoads) {
  // Spill and reload: a warp's loads follow its own stores at once.
  Mix mix;
  mix.store = 50;
  mix.amo = mix.lr = mix.sc = mix.fence = 0;
  mix.device = 60;
  mix.priv = 30;
  mix.pool_bytes = 16;
  uint64_t after_own_store = 0;
  for (unsigned base = 400; base < 406; ++base) {
    const unsigned seed = seeded(base);
    std::mt19937 random(seed);
    Bench bench(seed, random_timing(random));
    Generator generator(bench, mix, per_warp(bench, 1500));
    bench.run(std::ref(generator));
    ASSERT_EQ(bench.errors(), "") << "seed " << seed;
    after_own_store += bench.reference().count("load after own store");
  }
  EXPECT_GT(after_own_store, 20u);
}

// ---- directed ------------------------------------------------------------------------------------------------------

TEST(Memory, EmptyMaskIsCheckedAndHasNoWriteback) {
  Bench bench(1, Timing{});
  std::vector<unsigned> left(bench.shape().cores * bench.shape().warps, 4);
  bench.run([&](Instruction& i) {
    if (left[i.core * bench.shape().warps + i.warp]-- == 0) {
      left[i.core * bench.shape().warps + i.warp] = 0;
      return false;
    }
    i.op = static_cast<Op>(bench.random()() % 5);
    i.mask = 0;
    return true;
  });
  EXPECT_EQ(bench.errors(), "");
}

// Cycles for `count` instructions of one kind per core with everything ready at once.
uint64_t stream(Op op, unsigned count,
                const std::function<uint32_t(unsigned n, unsigned core, unsigned lane)>& address) {
  Bench bench(1, Timing{});
  std::vector<unsigned> sent(bench.shape().cores);
  const uint64_t cycles = bench.run([&](Instruction& i) {
    if (sent[i.core] == count) return false;
    const unsigned n = sent[i.core]++;
    i.op = op;
    i.mask = all_lanes(bench.shape());
    for (unsigned l = 0; l < bench.shape().lanes; ++l) i.address[l] = address(n, i.core, l);
    return true;
  });
  EXPECT_EQ(bench.errors(), "");
  return cycles;
}

class Throughput : public testing::Test {
 protected:
  void SetUp() override {
    const Bench bench(1, Timing{});
    shape_ = bench.shape();
    // Below that the check latency of one warp or the round trip over the identifiers is the limit.
    if (shape_.warps < 4 || shape_.lsu_requests < 16 || shape_.l2_bytes < 16384) {
      GTEST_SKIP() << "too small a configuration for one per cycle";
    }
  }
  Shape shape_{};
};

TEST_F(Throughput, CoalescedLoads) {
  const uint64_t cycles = stream(Op::Load, 1000 / shape_.cores, [&](unsigned n, unsigned core, unsigned lane) {
    return kDramBase + (((n * shape_.cores + core) * shape_.lanes + lane) * 4) % 0x3000;
  });
  EXPECT_LT(cycles, 1100u);
}

TEST_F(Throughput, CoalescedStores) {
  // Neighbouring instructions share lines on narrow configurations: they must not wait for each other.
  const uint64_t cycles = stream(Op::Store, 1000 / shape_.cores, [&](unsigned n, unsigned core, unsigned lane) {
    return kDramBase + (((n * shape_.cores + core) * shape_.lanes + lane) * 4) % 0x3000;
  });
  EXPECT_LT(cycles, 1100u);
}

TEST_F(Throughput, ScratchpadRows) {
  const uint64_t cycles = stream(Op::Load, 1000 / shape_.cores, [&](unsigned n, unsigned, unsigned lane) {
    return kScratch + (n % 4 * 8 + lane % 8) * 4;
  });
  EXPECT_LT(cycles, 1100u);
}

TEST_F(Throughput, ScratchpadBroadcast) {
  const uint64_t cycles =
      stream(Op::Load, 1000 / shape_.cores, [&](unsigned n, unsigned, unsigned) { return kScratch + n % 40 * 4; });
  EXPECT_LT(cycles, 1100u);
}

TEST_F(Throughput, ScatteredLoadsTakeOneCyclePerLine) {
  const unsigned count = 1000 / shape_.cores / shape_.lanes + 1;
  const uint64_t cycles = stream(Op::Load, count, [&](unsigned n, unsigned core, unsigned lane) {
    return kDramBase + (((n * shape_.cores + core) * shape_.lanes + lane) * shape_.line_bytes) % 0x3000;
  });
  EXPECT_LT(cycles, 1200u);
}

TEST_F(Throughput, AmosOnOneWordShareTheLine) {
  const uint64_t cycles = stream(Op::Amo, 20, [](unsigned, unsigned, unsigned) { return kDramBase; });
  // A read and a write of the line per lane would take several times that.
  EXPECT_LT(cycles, 20u * (2 * shape_.lanes * shape_.cores + 40));
}

}  // namespace
}  // namespace heddle::membench
