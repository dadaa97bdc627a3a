// mbarrier_unit against the reference: every answer, wake-up and word in scratchpad.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "Vmbarrier_unit.h"
#include "barrier_reference.h"

namespace heddle::copy_test {
namespace {

constexpr unsigned kSources = 3;
constexpr unsigned kWaiters = 8;

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : top_(std::make_unique<Vmbarrier_unit>(&context_)), random_(seed) {
    top_->rst_ni = 0;
    for (unsigned i = 0; i < 2; ++i) clock();
    top_->rst_ni = 1;
    for (unsigned i = 0; i < places_.size(); ++i) places_[i] = 8 * i;
  }
  ~Bench() { top_->final(); }

  unsigned pick(unsigned count) { return random_() % count; }

  // One cycle; `busy`: new operations are offered.
  void cycle(bool busy) {
    // Another mbarrier in the place of one, at an address that differs in one bit from that of one of the others.
    if (pick(1024) == 0) places_[pick(4)] = places_[pick(4)] ^ 8u << pick(15);
    if (!in_unit_ && pick(64) == 0) {  // a lane stores something
      const std::uint32_t at = places_[pick(4)];
      const std::uint64_t words = pick(2) != 0 ? 0 : static_cast<std::uint64_t>(random_()) << 32 | random_();
      reference_.memory[at] = memory_[at] = words;
    }
    for (unsigned s = 0; s < kSources; ++s) {
      if (!offered_[s] && busy && pick(3) == 0) offer(s);
    }
    std::set<unsigned> cancelled;
    if (pick(32) == 0) cancelled.insert(pick(kWaiters));
    drive(cancelled);
    top_->clk_i = 0;
    top_->eval();
    const bool writes = top_->request_valid_o && top_->request_ready_i && top_->request_write_o;
    const bool reads = top_->request_valid_o && top_->request_ready_i && !top_->request_write_o;
    const std::uint32_t address = top_->request_address_o;
    requests();
    if (writes) memory_[address] = top_->request_data_o;
    if (top_->response_valid_i) due_.reset();
    if (reads) due_ = Read{address, pick(5)};
    if (due_ && !reads && due_->delay > 0) --due_->delay;
    const unsigned answered = top_->answer_valid_o;
    if (answered != 0) {
      answer(answered, cancelled);
    } else {
      EXPECT_EQ(top_->wake_o, 0u);
      reference_.cancel(cancelled);
    }
    const unsigned taken = top_->ready_o & top_->valid_i;
    EXPECT_EQ(taken != 0, step_ == Step::kNone && top_->valid_i != 0);
    const bool wrote = !expected_.error && operation_.op < Op::kTest;
    switch (step_) {
      case Step::kNone: break;
      case Step::kCheck: step_ = Step::kAnswer; break;
      case Step::kRead: step_ = reads ? Step::kData : Step::kRead; break;
      case Step::kData: step_ = !top_->response_valid_i ? Step::kData : wrote ? Step::kWrite : Step::kAnswer; break;
      case Step::kWrite: step_ = writes ? Step::kAnswer : Step::kWrite; break;
      case Step::kAnswer: step_ = Step::kNone; break;
    }
    for (unsigned s = 0; s < kSources; ++s) {
      if (taken != 0 && offered_[s] && (taken >> s & 1) == 0) ASSERT_LT(++passed_[s], kSources) << "not in turn";
      if ((taken >> s & 1) == 0) continue;
      passed_[s] = 0;
      ASSERT_FALSE(in_unit_) << "two operations at once";
      in_unit_ = s;
      operation_ = *offered_[s];
      expected_ = reference_.perform(operation_);
      step_ = expected_.error == 1 || expected_.error == 2 ? Step::kCheck : Step::kRead;
      offered_[s].reset();
      ++taken_;
    }
    clock();
  }

  std::uint64_t taken() const { return taken_; }
  bool idle() const { return !in_unit_ && !offered_[0] && !offered_[1] && !offered_[2]; }
  std::size_t waiting() const { return reference_.waiting(); }
  void count_out() const {
    std::printf("%llu operations, %llu phases ended, %llu wake-ups, errors:", static_cast<unsigned long long>(taken_),
                static_cast<unsigned long long>(ended_), static_cast<unsigned long long>(woken_));
    for (unsigned code = 1; code < errors_.size(); ++code) {
      std::printf(" %llu", static_cast<unsigned long long>(errors_[code]));
    }
    std::printf("\n");
  }
  bool everything_happened() const {
    bool all = ended_ != 0 && woken_ != 0;
    for (unsigned code = 0; code < errors_.size(); ++code) all = all && errors_[code] != 0;
    return all;
  }

 private:
  struct Read {
    std::uint32_t address;
    unsigned delay;
  };

  // Where the operation in the unit is: each step but the two that ask the scratchpad, and the wait for its answer, is
  // one cycle.
  enum class Step : std::uint8_t { kNone, kCheck, kRead, kData, kWrite, kAnswer };

  // One read for an operation, and one write if it changes anything.
  void requests() {
    EXPECT_EQ(top_->request_valid_o != 0, step_ == Step::kRead || step_ == Step::kWrite);
    EXPECT_EQ(top_->answer_valid_o != 0, step_ == Step::kAnswer);
    if (!top_->request_valid_o) return;
    EXPECT_EQ(top_->request_write_o != 0, step_ == Step::kWrite);
    EXPECT_EQ(top_->request_address_o, operation_.address);
    if (top_->request_write_o) EXPECT_EQ(top_->request_data_o, reference_.memory[operation_.address]);
  }

  void clock() {
    top_->clk_i = 1;
    top_->eval();
  }

  void offer(unsigned source) {
    Operation operation;
    operation.op = static_cast<Op>(pick(8) == 0 ? 0 : 1 + pick(5));
    operation.address = places_[pick(4)];
    operation.limit = operation.address + 8;
    switch (pick(24)) {
      case 0: operation.address += 1 + pick(7); break;
      case 1: operation.limit = pick(operation.limit); break;
      case 2: operation.address = 0x3'FFF8; break;
      case 3: operation.limit ^= 1u << pick(19); break;
      default: operation.limit += pick(0x4'0001 - operation.limit); break;
    }
    switch (operation.op) {
      case Op::kInit: operation.operand = pick(8) == 0 ? (pick(2) != 0 ? 0 : random_()) : 1 + pick(3); break;
      case Op::kTest:
      case Op::kWait: operation.operand = random_(); break;
      // Few sizes, so that bytes come to zero; sometimes what leads to a border, or beside it.
      default:
        operation.operand = operation.op == Op::kArrive ? 16 * pick(2) : 16;
        if (pick(16) == 0) operation.operand = (1u << 30) - 2 + pick(4);
        if (pick(16) == 0) operation.operand = to_border(operation) + pick(3) - 1;
        break;
    }
    if (operation.op == Op::kWait) {
      operation.waiter = source == 0 ? pick(4) : 4 + pick(2) + 2 * (source - 1);  // no two sources have the same
      const bool here = in_unit_ == source;
      if (reference_.waits(operation.waiter) || here) return;
    }
    offered_[source] = operation;
  }

  // Bytes that take an mbarrier to the last value that is allowed.
  std::uint32_t to_border(const Operation& operation) {
    const auto bytes = static_cast<std::int32_t>(memory_[operation.address / 8 * 8] >> 32);
    return operation.op == Op::kComplete ? (1u << 30) + static_cast<std::uint32_t>(bytes)
                                         : (1u << 30) - 1 - static_cast<std::uint32_t>(bytes);
  }

  void drive(const std::set<unsigned>& cancelled) {
    std::uint64_t op = 0, address = 0, limit = 0, waiter = 0;
    unsigned valid = 0;
    for (unsigned s = 0; s < kSources; ++s) {
      const Operation operation =
          offered_[s] ? *offered_[s] : Operation{Op::kInit, places_[pick(4)], 0x4'0000, 1 + pick(0x7FFF), 0};
      op |= static_cast<std::uint64_t>(operation.op) << 3 * s;
      address |= static_cast<std::uint64_t>(operation.address) << 18 * s;
      limit |= static_cast<std::uint64_t>(operation.limit) << 19 * s;
      waiter |= static_cast<std::uint64_t>(operation.waiter) << 3 * s;
      top_->operand_i[s] = operation.operand;
      valid |= (offered_[s] ? 1u : 0u) << s;
    }
    top_->op_i = static_cast<std::uint16_t>(op);
    top_->address_i = address;
    top_->limit_i = limit;
    top_->waiter_i = static_cast<std::uint16_t>(waiter);
    top_->valid_i = static_cast<std::uint8_t>(valid);
    unsigned cancel = 0;
    for (const unsigned w : cancelled) cancel |= 1u << w;
    top_->cancel_i = static_cast<std::uint8_t>(cancel);
    top_->request_ready_i = pick(3) != 0;
    top_->response_valid_i = due_ && due_->delay == 0;
    top_->response_data_i = top_->response_valid_i ? memory_[due_->address] : static_cast<std::uint64_t>(random_());
  }

  void answer(unsigned sources, const std::set<unsigned>& cancelled) {
    ASSERT_TRUE(in_unit_) << "an answer without an operation";
    EXPECT_EQ(sources, 1u << *in_unit_);
    const unsigned error = top_->error_o;
    EXPECT_EQ(top_->trace_op_o, static_cast<unsigned>(operation_.op));
    EXPECT_EQ(top_->trace_address_o, operation_.address);
    EXPECT_EQ(top_->trace_operand_o, operation_.operand);
    EXPECT_EQ(error, expected_.error) << "operation " << static_cast<unsigned>(operation_.op);
    ++errors_[expected_.error];
    if (error == 0 && operation_.op != Op::kInit) {
      EXPECT_EQ(top_->phase_o, expected_.phase);
      if (operation_.op >= Op::kTest) EXPECT_EQ(top_->over_o != 0, expected_.over);
    }
    unsigned wake = 0;
    for (const unsigned w : reference_.answered(operation_, expected_, cancelled)) {
      wake |= 1u << w;
      ++woken_;
    }
    EXPECT_EQ(top_->wake_o, wake) << "cycle with an answer to operation " << static_cast<unsigned>(operation_.op);
    if (operation_.address % 8 == 0 && reference_.memory.contains(operation_.address)) {
      EXPECT_EQ(memory_[operation_.address], reference_.memory[operation_.address]);
    }
    ended_ += expected_.ended ? 1 : 0;
    in_unit_.reset();
  }

  VerilatedContext context_;
  std::unique_ptr<Vmbarrier_unit> top_;
  std::mt19937 random_;
  BarrierReference reference_;
  std::map<std::uint32_t, std::uint64_t> memory_;
  std::array<std::optional<Operation>, kSources> offered_;
  std::optional<unsigned> in_unit_;
  Operation operation_;
  Answer expected_;
  std::optional<Read> due_;
  Step step_ = Step::kNone;
  std::array<std::uint32_t, 4> places_{};    // of the mbarriers
  std::array<unsigned, kSources> passed_{};  // operations of others that were taken instead
  std::uint64_t taken_ = 0, ended_ = 0, woken_ = 0;
  std::array<std::uint64_t, 6> errors_{};
};

TEST(Mbarrier, SameAsReference) {
  const char* given = std::getenv("MBARRIER_OPERATIONS");
  const std::uint64_t operations = given != nullptr ? std::strtoull(given, nullptr, 0) : 100'000;
  Bench bench(1);
  std::uint64_t quiet = 0;
  while (bench.taken() < operations && !HasFailure()) {
    const std::uint64_t before = bench.taken();
    bench.cycle(true);
    quiet = bench.taken() == before ? quiet + 1 : 0;
    ASSERT_LT(quiet, 1000u) << "no operation is taken";
  }
  for (unsigned i = 0; i < 1000 && !bench.idle(); ++i) bench.cycle(false);
  EXPECT_TRUE(bench.idle());
  bench.count_out();
  EXPECT_TRUE(bench.everything_happened());
}

}  // namespace
}  // namespace heddle::copy_test
