// Floating point of a core, multipliers and divider: results and flags by the references of ../fpu, to the registers
// that were named, when floating_point.sv, float_units.sv and long_units.sv promise them; and the lanes' fcsr.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "Vfloat_bench.h"
#include "arithmetic.h"
#include "clocked.h"
#include "operands.h"
#include "pipeline_units.h"
#include "reference.h"
#include "special_reference.h"

namespace heddle::core_test {
namespace {

using fpu_test::Case;
using fpu_test::Format;
using fpu_test::Result;

constexpr unsigned kFflags = 1, kFrm = 2, kFcsr = 3;
constexpr unsigned kPipeLatency = 4, kMultiplyLatency = 3;  // cycles from the execute stage to the result
constexpr unsigned kLongest = 400;                          // for whatever takes its time

// The ports of results.
enum Port : unsigned { kPipe, kOther, kMultiply, kDivide, kPorts };

struct Slot {
  unsigned unit = 0, operation = 0, warp = 0, rd = 0;
  uint32_t order = 0, path = 0, mask = 0;
  bool killed = false;
  uint64_t issued = 0, executed = 0;
  std::vector<Result> expected;
  std::vector<uint32_t> a, b, c;
  std::vector<unsigned> rounding;
  bool floating() const { return unit >= kUnitFloat; }
};
using SlotPointer = std::shared_ptr<Slot>;

class Floats : public testing::Test, protected Clocked<Vfloat_bench> {
 protected:
  Floats() : Clocked(19) {
    warps = dut.warps_o;
    lanes = dut.lanes_o;
    all = ones(lanes);
    reset();
    flight.assign(warps, 0);
    order.assign(warps, 0);
    fcsr.assign(warps, std::vector<uint8_t>(lanes));
    for (unsigned w = 0; w < warps; ++w) {
      dut.start_valid_i = 1;
      dut.start_warp_i = w;
      clock();
    }
    dut.start_valid_i = 0;
  }

  SlotPointer make(unsigned unit);
  void drive();
  void look();
  void compare(unsigned port, const Slot& slot);
  void complete(const Slot& slot);

  fpu_test::Reference reference;
  std::array<fpu_test::Operands, 2> operands{fpu_test::Operands{Format::kSingle, 21},
                                             fpu_test::Operands{Format::kHalf, 22}};
  unsigned warps = 0, lanes = 0, ready_percent = 100;
  uint32_t all = 0;
  std::vector<unsigned> flight;
  std::vector<uint32_t> order;
  std::vector<std::vector<uint8_t>> fcsr;
  std::deque<SlotPointer> issued;    // to be executed
  std::list<SlotPointer> under_way;  // executed, without a result
  std::array<unsigned, kPorts> seen{};
  unsigned dropped = 0, waited = 0;
};

SlotPointer Floats::make(unsigned unit) {
  auto slot = std::make_shared<Slot>();
  slot->unit = unit;
  slot->warp = below(warps);
  slot->order = order[slot->warp]++;
  const bool to_integer = chance(30);
  slot->rd = below(32) + (slot->floating() && !to_integer ? 32 : 0);
  do slot->path = below(all) + 1;
  while ((slot->path & all) == 0);
  slot->mask = slot->path & (chance(70) ? all : below(all + 1));
  slot->killed = chance(4);
  if (slot->killed || chance(4)) slot->mask = 0;
  const unsigned format = below(2);
  slot->operation = unit == kUnitFloat         ? below(24) | format << 5
                    : unit == kUnitSpecial     ? below(6)
                    : unit == kUnitFloatDivide ? below(2) | format << 5
                                               : below(4);
  for (unsigned l = 0; l < lanes; ++l) {
    Case c;
    c.op = unit == kUnitFloatDivide ? (slot->operation & 1 ? fpu_test::Op::kSqrt : fpu_test::Op::kDivide)
                                    : static_cast<fpu_test::Op>(slot->operation & 31);
    c.format = format != 0 ? Format::kHalf : Format::kSingle;
    c.rounding = static_cast<fpu_test::Rounding>(below(5));
    if (unit == kUnitFloat && (c.op == fpu_test::Op::kFromInt || c.op == fpu_test::Op::kFromUint))
      operands[format].integer(c);
    else if (unit == kUnitSpecial)
      operands[0].one(c);
    else if (slot->floating())
      operands[format].three(c);
    else
      c.a = chance(50) ? below(~0U) : below(100), c.b = chance(50) ? below(~0U) : below(9);
    Result result;
    if (unit == kUnitSpecial)
      result = fpu_test::special_reference(static_cast<fpu_test::Special>(slot->operation), c.a);
    else if (slot->floating())
      result = reference.compute(c);
    else
      result.value = unit == kUnitMul ? multiply(slot->operation, c.a, c.b) : divide(slot->operation, c.a, c.b);
    slot->expected.push_back(result);
    slot->a.push_back(c.a);
    slot->b.push_back(c.b);
    slot->c.push_back(c.c);
    slot->rounding.push_back(c.rounding);
  }
  return slot;
}

void Floats::drive() {
  dut.issue_valid_i = 0;
  static constexpr std::array<unsigned, 5> kKinds = {kUnitFloat, kUnitFloatDivide, kUnitSpecial, kUnitMul, kUnitDiv};
  const unsigned unit = chance(40) ? unsigned{kUnitFloat} : kKinds[below(kKinds.size())];
  const bool space = unit == kUnitDiv           ? (dut.space_o & 1) != 0
                     : unit == kUnitFloatDivide ? (dut.space_o & 2) != 0
                     : unit == kUnitSpecial     ? (dut.space_o & 4) != 0
                                                : true;
  const bool pauses = cycle % 600 > 500;
  if (space && !pauses && chance(70)) {
    const auto slot = make(unit);
    slot->issued = cycle;
    issued.push_back(slot);
    dut.issue_valid_i = 1;
    dut.issue_unit_i = unit;
    dut.issue_warp_i = slot->warp;
  }
  dut.execute_valid_i = !issued.empty() && issued.front()->issued + 3 <= cycle && chance(90);
  if (dut.execute_valid_i) {
    const Slot& slot = *issued.front();
    dut.unit_i = slot.unit;
    dut.operation_i = slot.operation;
    dut.warp_i = slot.warp;
    dut.order_i = slot.order;
    dut.rd_i = slot.rd;
    dut.killed_i = slot.killed;
    dut.path_i = slot.path;
    dut.mask_i = slot.mask;
    for (unsigned l = 0; l < lanes; ++l) {
      dut.rounding_i[l] = slot.rounding[l];
      dut.a_i[l] = slot.a[l];
      dut.b_i[l] = slot.b[l];
      dut.c_i[l] = slot.c[l];
    }
  }
  // CSR instructions and starts find their warps idle.
  const unsigned event_warp = below(warps), fresh = below(warps);
  dut.event_valid_i = dut.csr_write_i = dut.start_valid_i = dut.ended_valid_i = 0;
  dut.event_warp_i = event_warp;
  dut.executed_i = below(all + 1);
  dut.csr_i = below(5);
  for (unsigned l = 0; l < lanes; ++l) dut.csr_data_i[l] = chance(70) ? below(5) * 0x21 : below(~0U);
  if (flight[event_warp] == 0 && !(dut.issue_valid_i && dut.issue_warp_i == event_warp) && chance(30)) {
    dut.event_valid_i = chance(80);
    dut.csr_write_i = chance(80);
  }
  const bool writes = dut.event_valid_i && dut.csr_write_i && dut.csr_i >= kFflags && dut.csr_i <= kFcsr;
  dut.start_warp_i = fresh;
  if (flight[fresh] == 0 && !writes && !(dut.issue_valid_i && dut.issue_warp_i == fresh) && chance(5))
    dut.start_valid_i = 1;
  dut.ended_warp_i = below(warps);
  dut.ended_valid_i =
      flight[dut.ended_warp_i] == 0 && !(dut.issue_valid_i && dut.issue_warp_i == dut.ended_warp_i) && chance(10);
  dut.look_warp_i = below(warps);
  dut.ready_i = 0;
  for (unsigned p : {kOther, kDivide}) dut.ready_i |= (chance(ready_percent) ? 1U : 0U) << p;
  dut.eval();
  ASSERT_EQ(dut.csr_writes_o, writes);
}

void Floats::compare(unsigned port, const Slot& slot) {
  ++seen[port];
  ASSERT_EQ(dut.result_warp_o[port], slot.warp);
  ASSERT_EQ(dut.result_order_o[port], slot.order);
  ASSERT_EQ(dut.result_rd_o[port], slot.rd);
  ASSERT_EQ(dut.result_mask_o[port], slot.mask);
  for (unsigned l = 0; l < lanes; ++l) {
    if ((slot.mask >> l & 1) == 0) continue;
    ASSERT_EQ(dut.result_data_o[port][l], slot.expected[l].value)
        << "unit " << slot.unit << " operation " << slot.operation << " lane " << l;
    if (port <= kOther) {
      ASSERT_EQ(dut.result_flags_o[port][l], slot.expected[l].flags)
          << "unit " << slot.unit << " operation " << slot.operation;
    }
  }
}

// Its flags count from the next cycle on.
void Floats::complete(const Slot& slot) {
  --flight[slot.warp];
  for (unsigned l = 0; l < lanes; ++l) {
    if ((slot.mask >> l & 1) != 0) fcsr[slot.warp][l] |= slot.expected[l].flags;
  }
}

void Floats::look() {
  // What the cycle began with.
  for (unsigned w = 0; w < warps; ++w) {
    ASSERT_EQ(dut.idle_o >> w & 1, flight[w] == 0) << "warp " << w;
    bool reserved = false;
    for (unsigned l = 0; l < lanes; ++l) reserved = reserved || fcsr[w][l] >> 5 > 4;
    ASSERT_EQ(dut.reserved_o >> w & 1, reserved) << "warp " << w;
  }
  for (unsigned l = 0; l < lanes; ++l) {
    ASSERT_EQ(dut.fcsr_o[l], fcsr[dut.look_warp_i][l]);
    ASSERT_EQ(dut.frm_o[l], fcsr[dut.look_warp_i][l] >> 5);
    ASSERT_EQ(dut.ended_fcsr_o[l], fcsr[dut.ended_warp_i][l]);
  }
  // Registers become free three cycles before they are written.
  const auto executing = dut.execute_valid_i ? issued.front() : nullptr;
  SlotPointer pipe, next, product, other, quotient;
  for (const auto& slot : under_way) {
    if (slot->unit == kUnitFloat && slot->executed + kPipeLatency == cycle) pipe = slot;
    if (slot->unit == kUnitFloat && slot->executed + kPipeLatency - 3 == cycle) next = slot;
    if (slot->unit == kUnitMul && slot->executed + kMultiplyLatency == cycle) product = slot;
    if (slot->unit == kUnitDiv) quotient = slot;
    if (slot->unit == kUnitFloatDivide || slot->unit == kUnitSpecial) {
      if (slot->order == dut.result_order_o[kOther] && slot->warp == dut.result_warp_o[kOther]) other = slot;
      ASSERT_LT(cycle, slot->executed + kLongest) << "unit " << slot->unit << " does not end";
    }
  }
  const bool multiplies = executing && executing->unit == kUnitMul;
  ASSERT_EQ(dut.clear_valid_o & 1, next && next->rd != 0);
  if (next && next->rd != 0) {
    ASSERT_EQ(dut.clear_warp_o[0], next->warp);
    ASSERT_EQ(dut.clear_number_o[0], next->rd);
  }
  ASSERT_EQ(dut.clear_valid_o >> 1, multiplies);
  if (multiplies) {
    ASSERT_EQ(dut.clear_warp_o[1], executing->warp);
    ASSERT_EQ(dut.clear_number_o[1], executing->rd);
  }
  std::vector<SlotPointer> gone;
  ASSERT_EQ(dut.valid_o & 1, pipe != nullptr);
  if (pipe) {
    ASSERT_NO_FATAL_FAILURE(compare(kPipe, *pipe));
    gone.push_back(pipe);
  }
  ASSERT_EQ(dut.valid_o >> kMultiply & 1, product != nullptr);
  if (product) {
    ASSERT_NO_FATAL_FAILURE(compare(kMultiply, *product));
    gone.push_back(product);
  }
  if (dut.valid_o >> kDivide & 1) {
    ASSERT_TRUE(quotient);
    ASSERT_NO_FATAL_FAILURE(compare(kDivide, *quotient));
    if (dut.ready_i >> kDivide & 1) gone.push_back(quotient);
  } else if (quotient) {
    ASSERT_LT(cycle, quotient->executed + 40);
  }
  // Without a register or a lane a result completes by itself.
  ASSERT_EQ(dut.waits_o, (dut.valid_o >> kOther & 1) != 0 && (dut.ready_i >> kOther & 1) == 0);
  waited += dut.waits_o;
  if (dut.done_o || dut.waits_o) {
    ASSERT_TRUE(other) << "a result of nothing";
    ASSERT_NO_FATAL_FAILURE(compare(kOther, *other));
    const bool nowhere = other->rd == 0 || other->mask == 0;
    ASSERT_EQ(dut.valid_o >> kOther & 1, !nowhere);
    ASSERT_EQ(dut.done_o, nowhere || (dut.ready_i >> kOther & 1) != 0);
    dropped += nowhere;
    if (dut.done_o) gone.push_back(other);
  } else {
    ASSERT_EQ(dut.valid_o >> kOther & 1, 0);
  }

  for (const auto& slot : gone) {
    if (slot->floating()) complete(*slot);
    under_way.remove(slot);
  }
  if (executing) {
    executing->executed = cycle;
    under_way.push_back(executing);
    issued.pop_front();
  }
  if (dut.issue_valid_i && issued.size() != 0 && issued.back()->issued == cycle && issued.back()->floating())
    ++flight[issued.back()->warp];
  if (dut.event_valid_i && dut.csr_write_i && dut.csr_i >= kFflags && dut.csr_i <= kFcsr) {
    for (unsigned l = 0; l < lanes; ++l) {
      if ((dut.executed_i >> l & 1) == 0) continue;
      uint8_t& now = fcsr[dut.event_warp_i][l];
      const uint32_t data = dut.csr_data_i[l];
      now = dut.csr_i == kFcsr ? data : dut.csr_i == kFrm ? (now & 31) | (data & 7) << 5 : (now & 0xe0) | (data & 31);
    }
  }
  if (dut.start_valid_i) fcsr[dut.start_warp_i].assign(lanes, 0);
}

TEST_F(Floats, Random) {
  for (unsigned i = 0; i < 40'000; ++i) {
    if (i % 300 == 0) ready_percent = chance(50) ? 100 : 20 + below(80);
    ASSERT_NO_FATAL_FAILURE(drive()) << "cycle " << cycle;
    ASSERT_NO_FATAL_FAILURE(look()) << "cycle " << cycle;
    clock();
  }
  EXPECT_GT(seen[kPipe], 5'000U);
  EXPECT_GT(seen[kOther], 1'000U);
  EXPECT_GT(seen[kMultiply], 1'000U);
  EXPECT_GT(seen[kDivide], 500U);
  EXPECT_GT(dropped, 50U);
  EXPECT_GT(waited, 100U);
}

}  // namespace
}  // namespace heddle::core_test
