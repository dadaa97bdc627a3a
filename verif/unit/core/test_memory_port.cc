// The port between execute stage and load/store unit: which instructions commit at once, what the unit is asked, and
// what its answers do to the warp, against docs/architecture.md, section 5, and what memory_port.sv promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "Vport_bench.h"
#include "access.h"
#include "clocked.h"
#include "heddle/generated/memory_map.h"

namespace heddle::memory_unit_test {
namespace {

// funct5 of AMOs in the order of amo_op_e; then LR and SC.
constexpr std::array<unsigned, 9> kAmos = {0x01, 0x00, 0x04, 0x0c, 0x08, 0x10, 0x14, 0x18, 0x1c};
constexpr unsigned kLrFunct = 2, kScFunct = 3;
constexpr unsigned kSoon = 60;  // cycles in which an event comes that nothing keeps

struct Slot {
  Access access;
  bool speculative = false, killed = false, fence_i = false, predict_stop = false, writes = false;
  unsigned depth = 0;
  uint32_t instr = 0;
  uint64_t issued = 0, executed = 0, accepted = 0, checked = 0, complete = 0;
  bool commits = false;  // no lane can trap, and it has said so
  bool failed = false;   // a lane's SC
  uint32_t waits = 0;    // lanes to be written back
  bool last_given = false;
  uint32_t good() const { return access.good(); }
};

class MemoryPort : public testing::Test, protected Clocked<Vport_bench> {
 protected:
  MemoryPort() : Clocked(11) {
    shape = {dut.shape_o[0], dut.shape_o[1], 64, 1, dut.shape_o[2], 4096, dut.shape_o[4]};
    queue = dut.shape_o[3];
    dut.issue_i = dut.execute_valid_i = dut.request_ready_i = dut.check_valid_i = dut.writeback_taken_i =
        dut.event_ready_i = 0;
    reset();
    last.resize(shape.warps);
    order.assign(shape.warps, 0);
    new_launch();
  }

  void new_launch() {
    launch = random_launch(shape, 4, random);
    if (chance(30)) launch.scratch_size = random() >> below(20);  // whatever size the launch asks for
    dut.core_id_i = launch.core;
    dut.private_size_i = launch.private_size;
    dut.scratch_size_i = launch.scratch_size;
    for (unsigned r = 0; r < shape.regions; ++r) {
      dut.base_i[r] = launch.regions[r].base;
      dut.last_i[r] = launch.regions[r].last;
      dut.rights_i[r] = launch.regions[r].rights;
    }
  }

  uint32_t address(const Access& access) {
    const unsigned r = below(launch.regions.size());
    const Region& region = launch.regions[r];
    uint32_t a = chance(50) ? region.base + below(16) - below(8) : region.last - below(16) + below(8);
    if (chance(20)) a = 0x1000'0000U * below(16) + (random() >> below(32)) % 0x10'0000;
    if (chance(10)) a = memory_map::kScratchpadBase + launch.scratch_size - 8 + below(16);
    if (chance(10)) a ^= 1U << below(32);
    a &= -access.bytes();
    return chance(2) ? a + below(4) : a;
  }

  std::shared_ptr<Slot> make(unsigned warp) {
    auto slot = std::make_shared<Slot>();
    Access& a = slot->access;
    a.op = chance(75) ? below(2) : 2 + below(4);
    a.warp = warp;
    a.order = order[warp]++;
    a.size = a.op <= kStore ? below(3) : unsigned{a.op == kFence ? kByte : kWord};
    a.zero_extend = a.op == kLoad && a.size != kWord && chance(50);
    a.pc = random() & -4U;
    a.mask = random() & ((uint64_t{1} << shape.lanes) - 1);
    if (a.mask == 0 || chance(40)) a.mask = (uint64_t{1} << shape.lanes) - 1;
    a.amo = a.op == kAmo ? below(9) : 0;
    a.scratch_base = below(shape.scratchpad_bytes) & -64U;
    const uint32_t first = address(a);
    const bool together = chance(70);
    for (unsigned l = 0; l < shape.lanes; ++l) {
      a.address.push_back(together ? first + l * a.bytes() : address(a));
      a.data.push_back(random());
    }
    const unsigned number = below(32);
    const bool floating = a.op == kLoad && !a.zero_extend && a.size != kByte && chance(30);
    const bool has_register = a.op != kStore && a.op != kFence;
    a.rd = has_register ? number + (floating ? 32 : 0) : 0;
    slot->writes = has_register && (floating || number != 0);
    const unsigned funct5 = a.op == kAmo ? kAmos[a.amo] : a.op == kLr ? kLrFunct : a.op == kSc ? kScFunct : below(32);
    slot->instr = funct5 << 27 | (random() & 0x07ff'8000) | (a.zero_extend ? 1 : 0) << 14 | a.size << 12 | number << 7 |
                  (random() & 0x7f);
    slot->fence_i = a.op == kFence && chance(40);
    if (a.op == kFence) slot->instr ^= below(4) << 12;  // a part of its encoding
    slot->speculative = a.op <= kStore && chance(80);
    slot->predict_stop = chance(30);
    slot->depth = below(64);
    slot->killed = chance(4);
    resolve(a, launch, shape);
    slot->waits = a.waits;
    return slot;
  }

  // Whether the first comparison must show, or may show, that no lane can trap: one region for all, that of the lowest
  // lane.
  bool must_commit(const Slot& slot) const {
    const Access& a = slot.access;
    if (!slot.speculative || a.misaligned != 0 || a.fault != 0) return false;
    if (a.device == 0) return true;
    const uint32_t lead = a.address[__builtin_ctz(a.mask)];
    const unsigned need = a.op == kStore ? kWrite : kRead;
    const Region* only = nullptr;
    for (const Region& region : launch.regions) {
      if ((region.rights & need) == 0 || lead < region.base || lead > region.last) continue;
      if (only != nullptr) return false;  // either will do
      only = &region;
    }
    if (only == nullptr) return false;
    for (unsigned l = 0; l < shape.lanes; ++l) {
      if ((a.device >> l & 1) != 0 && (a.address[l] < only->base || a.address[l] + a.bytes() - 1 > only->last))
        return false;
    }
    return true;
  }
  bool may_commit(const Slot& slot) const {
    return slot.speculative && slot.access.misaligned == 0 && slot.access.fault == 0;
  }

  // A warp goes on behind what has committed and, not knowing better, behind what may; what has to be checked is its
  // last until its event.
  bool may_issue(unsigned warp) const {
    const auto blocks = [&](const auto& slot) {
      return slot->access.warp == warp && !slot->commits && slot->complete == 0;
    };
    if (before != nullptr && !before->killed && blocks(before) && !before->speculative) return false;
    const auto first = [&](const auto& slot) { return slot != before && blocks(slot); };
    if (std::any_of(checks.begin(), checks.end(), first) || std::any_of(beyond.begin(), beyond.end(), first))
      return false;
    return last[warp] == nullptr || last[warp]->executed != 0 || last[warp]->speculative || last[warp]->killed;
  }

  void drive();
  void look();
  void look_at_execute();
  void look_at_request();
  void look_at_check();
  void look_at_event();
  void expect_event(const Slot& slot);
  template <typename Port>
  bool same_words(const Port& port, const std::vector<uint32_t>& words, uint32_t mask) const {
    for (unsigned l = 0; l < shape.lanes; ++l) {
      if ((mask >> l & 1) != 0 && port[l] != words[l]) return false;
    }
    return true;
  }

  Shape shape{};
  Launch launch;
  unsigned queue = 0;
  std::vector<std::shared_ptr<Slot>> last;
  std::vector<uint32_t> order;
  std::deque<std::shared_ptr<Slot>> issued;   // to be executed, in order
  std::deque<std::shared_ptr<Slot>> pushed;   // to be taken by the unit
  std::deque<std::shared_ptr<Slot>> checks;   // without a check
  std::vector<std::shared_ptr<Slot>> beyond;  // checked or committed, to be written back or to have their event
  std::shared_ptr<Slot> executing, before;    // in this cycle, in the one before
  std::shared_ptr<Slot> writing;
  unsigned credits = 0, commits = 0, squashes = 0, events = 0, part = 0, event_percent = 100, ready_percent = 100;
  int held_event = -1;
};

void MemoryPort::drive() {
  // Issue; three cycles or more later it executes.
  dut.issue_i = 0;
  const unsigned warp = below(shape.warps);
  if (dut.space_o && cycle % 300 < 250 && chance(80) && may_issue(warp)) {
    const auto slot = make(warp);
    slot->issued = cycle;
    issued.push_back(slot);
    last[warp] = slot;
    dut.issue_i = 1;
  }
  executing.reset();
  if (!issued.empty() && issued.front()->issued + 3 <= cycle && chance(85)) {
    executing = issued.front();
    issued.pop_front();
    executing->executed = cycle;
  }
  dut.execute_valid_i = executing != nullptr;
  dut.eval();
  // What a warp has issued after an instruction that has to be checked is void.
  if (dut.squash_valid_o) {
    for (const auto& slot : issued) slot->killed = slot->killed || slot->access.warp == dut.squash_warp_o;
    if (executing != nullptr && executing->access.warp == dut.squash_warp_o) executing->killed = true;
  }
  if (executing != nullptr) {
    const Access& a = executing->access;
    dut.killed_i = executing->killed;
    dut.speculative_i = executing->speculative;
    dut.writes_i = executing->writes;
    dut.float_i = a.rd >= 32;
    dut.fence_i_i = executing->fence_i;
    dut.predict_stop_i = executing->predict_stop;
    dut.op_i = a.op;
    dut.instr_i = executing->instr;
    dut.warp_i = a.warp;
    dut.order_i = a.order;
    dut.pc_i = a.pc;
    dut.depth_i = executing->depth;
    dut.mask_i = a.mask;
    dut.scratch_base_i = a.scratch_base;
    for (unsigned l = 0; l < shape.lanes; ++l) {
      dut.address_i[l] = a.address[l];
      dut.data_i[l] = a.data[l];
    }
  }
  // The unit behind.
  dut.request_ready_i = chance(ready_percent);
  dut.check_valid_i =
      !checks.empty() && checks.front()->accepted != 0 && checks.front()->accepted + 2 <= cycle && chance(70);
  if (dut.check_valid_i) {
    const Access& a = checks.front()->access;
    dut.check_warp_i = a.warp;
    dut.check_order_i = a.order;
    dut.check_misaligned_i = a.misaligned;
    dut.check_fault_i = a.fault;
  }
  dut.writeback_taken_i = 0;
  writing.reset();
  dut.writeback_failed_i = 0;
  std::vector<std::shared_ptr<Slot>> owing;
  for (const auto& slot : beyond) {
    const bool first = std::none_of(beyond.begin(), beyond.end(), [&](const auto& earlier) {
      return earlier->access.warp == slot->access.warp && earlier->access.order < slot->access.order &&
             earlier->waits != 0;
    });
    if (slot->waits != 0 && (!slot->access.atomic() || first)) owing.push_back(slot);
  }
  if (!owing.empty() && chance(60)) {
    writing = owing[below(owing.size())];
    part = writing->waits & random();
    if (part == 0) part = writing->waits;
    dut.writeback_taken_i = 1;
    dut.writeback_warp_i = writing->access.warp;
    dut.writeback_last_i = part == writing->waits;
    if (writing->access.op == kSc && part == writing->waits) writing->failed = chance(50);
    dut.writeback_failed_i = writing->failed;
  }
  dut.event_ready_i = chance(event_percent);
  dut.eval();
}

void MemoryPort::look_at_execute() {
  const bool killed = executing != nullptr && executing->killed;
  ASSERT_EQ(dut.killed_valid_o, killed && executing->writes);
  if (dut.killed_valid_o) {
    ASSERT_EQ(dut.killed_warp_o, executing->access.warp);
    ASSERT_EQ(dut.killed_register_o, executing->access.rd);
  }
  // What was executed in the cycle before: it commits, or has to be checked.
  if (before == nullptr || before->killed) {
    ASSERT_EQ(dut.safe_valid_o, 0);
    ASSERT_EQ(dut.squash_valid_o, 0);
    return;
  }
  if (must_commit(*before)) {
    ASSERT_EQ(dut.safe_valid_o, 1);
  }
  if (dut.safe_valid_o) {
    ++commits;
    ASSERT_TRUE(may_commit(*before)) << "op " << before->access.op << " traps " << before->access.misaligned << " "
                                     << before->access.fault;
    ASSERT_EQ(dut.safe_warp_o, before->access.warp);
    ASSERT_EQ(dut.safe_order_o, before->access.order);
    ASSERT_TRUE(same_words(dut.safe_address_o, before->access.address, before->access.mask));
    ASSERT_TRUE(same_words(dut.safe_data_o, before->access.data, before->access.mask));
    before->commits = true;
  }
  ASSERT_EQ(dut.squash_valid_o, before->speculative && !dut.safe_valid_o);
  if (dut.squash_valid_o) {
    ++squashes;
    ASSERT_EQ(dut.squash_warp_o, before->access.warp);
  }
}

void MemoryPort::look_at_request() {
  if (executing != nullptr && !executing->killed) {
    pushed.push_back(executing);
    checks.push_back(executing);
  }
  ASSERT_EQ(dut.request_valid_o, !pushed.empty());
  if (!dut.request_valid_o) return;
  const Slot& slot = *pushed.front();
  const Access& a = slot.access;
  ASSERT_EQ(dut.request_core_o, launch.core);
  ASSERT_EQ(dut.request_warp_o, a.warp);
  ASSERT_EQ(dut.request_order_o, a.order);
  ASSERT_EQ(dut.request_op_o, a.op);
  ASSERT_EQ(dut.request_size_o, a.size);
  ASSERT_EQ(dut.request_rd_o, a.rd);
  ASSERT_EQ(dut.request_mask_o, a.mask);
  ASSERT_EQ(dut.request_scratch_base_o, a.scratch_base);
  ASSERT_EQ(dut.request_pc_o, a.pc);
  if (a.op == kAmo) {
    ASSERT_EQ(dut.request_amo_o, a.amo);
  }
  if (a.op == kLoad && a.size != kWord) {
    ASSERT_EQ(dut.request_unsigned_o, a.zero_extend);
  }
  ASSERT_TRUE(same_words(dut.request_address_o, a.address, a.mask));
  ASSERT_TRUE(same_words(dut.request_data_o, a.data, a.mask));
}

void MemoryPort::look_at_check() {
  const bool waited = dut.check_valid_i && !checks.front()->commits;
  ASSERT_EQ(dut.checked_valid_o, waited);
  const bool release =
      waited && checks.front()->good() == 0 && checks.front()->access.op != kFence && checks.front()->writes;
  ASSERT_EQ(dut.release_valid_o, release);
  if (!waited) return;
  const Access& a = checks.front()->access;
  ASSERT_EQ(dut.checked_warp_o, a.warp);
  ASSERT_EQ(dut.checked_order_o, a.order);
  ASSERT_EQ(dut.checked_mask_o, a.mask);
  ASSERT_TRUE(same_words(dut.checked_address_o, a.address, a.mask));
  ASSERT_TRUE(same_words(dut.checked_data_o, a.data, a.mask));
  if (release) {
    ASSERT_EQ(dut.release_warp_o, a.warp);
    ASSERT_EQ(dut.release_register_o, a.rd);
  }
}

void MemoryPort::expect_event(const Slot& slot) {
  const Access& a = slot.access;
  const uint32_t traps = a.misaligned | a.fault;
  EXPECT_EQ(dut.event_pc_o, a.pc);
  EXPECT_EQ(dut.event_depth_o, slot.depth);
  EXPECT_EQ(dut.event_path_o, a.mask);
  EXPECT_EQ(dut.event_executed_o, a.mask);
  EXPECT_EQ(dut.event_moved_o, traps);
  EXPECT_EQ(dut.event_trapping_o, traps);
  EXPECT_EQ(dut.event_rest_o, a.pc + 4);
  EXPECT_EQ(dut.event_leave_o, 0U);
  const bool fence_i = slot.fence_i, ordering = (a.atomic() || a.op == kFence) && !fence_i;
  const std::array<bool, 9> bits = {traps != 0,
                                    (a.mask & ~traps) != 0,
                                    ordering,
                                    a.op == kLr,
                                    a.op == kSc,
                                    a.op == kSc && slot.failed,
                                    !slot.predict_stop && !slot.speculative,
                                    fence_i,
                                    true};
  for (unsigned i = 0; i < bits.size(); ++i)
    EXPECT_EQ(dut.event_bits_o >> i & 1, bits[i]) << "bit " << i << " op " << a.op;
  if (bits[6]) EXPECT_EQ(dut.event_predicted_pc_o, a.pc + 4);
  if (traps == 0) return;
  EXPECT_EQ(dut.event_cause_o, a.op == kLoad || a.op == kLr ? 4U : 6U);
  EXPECT_EQ(dut.event_access_o, a.fault);
  EXPECT_TRUE(same_words(dut.event_value_o, a.address, traps));
}

void MemoryPort::look_at_event() {
  if (held_event >= 0) {
    ASSERT_TRUE(dut.event_valid_o && static_cast<int>(dut.event_warp_o) == held_event) << "an event that was not taken";
  }
  held_event = dut.event_valid_o && !dut.event_ready_i ? static_cast<int>(dut.event_warp_o) : -1;
  if (!dut.event_valid_o) return;
  ++events;
  const auto found = std::find_if(beyond.begin(), beyond.end(), [&](const auto& slot) {
    return slot->access.warp == dut.event_warp_o && !slot->commits && slot->complete == 0;
  });
  ASSERT_NE(found, beyond.end()) << "an event of warp " << dut.event_warp_o;
  Slot& slot = **found;
  const bool owes = slot.access.atomic() && slot.waits != 0;
  ASSERT_FALSE(owes) << "an event before its last write-back";
  expect_event(slot);
  if (!dut.event_ready_i) return;
  slot.complete = cycle;
  if (slot.waits == 0) beyond.erase(found);
}

void MemoryPort::look() {
  // What the cycle began with.
  uint32_t waiting = 0;
  for (const auto& slot : pushed) waiting |= 1U << slot->access.warp;
  ASSERT_EQ(dut.waiting_o, waiting);
  ASSERT_EQ(dut.space_o, credits < queue);
  ASSERT_NO_FATAL_FAILURE(look_at_execute());
  unsigned safe = 0;
  for (unsigned i = 0; i < 2 && i < checks.size(); ++i) safe |= (checks[i]->commits ? 1U : 0U) << i;
  ASSERT_EQ(dut.request_safe_o, safe);
  ASSERT_NO_FATAL_FAILURE(look_at_request());
  ASSERT_NO_FATAL_FAILURE(look_at_check());
  ASSERT_NO_FATAL_FAILURE(look_at_event());

  // And what has happened in it.
  if (dut.issue_i) ++credits;
  if (executing != nullptr && executing->killed) --credits;
  if (dut.request_valid_o && dut.request_ready_i) {
    pushed.front()->accepted = cycle;
    pushed.pop_front();
    --credits;
  }
  if (before != nullptr && before->commits && before->waits != 0) beyond.push_back(before);
  if (dut.check_valid_i) {
    const auto slot = checks.front();
    checks.pop_front();
    slot->checked = cycle;
    if (!slot->commits) beyond.push_back(slot);
  }
  if (writing != nullptr) {
    writing->waits &= ~part;
    const bool done = writing->waits == 0 && (writing->commits || writing->complete != 0);
    if (done) std::erase(beyond, writing);
  }
  for (const auto& slot : beyond) {
    const bool owes = slot->access.atomic() && slot->waits != 0;
    if (slot->commits || owes || slot->complete != 0 || event_percent < 100) slot->checked = cycle;
    ASSERT_LT(cycle, slot->checked + kSoon) << "no event of warp " << slot->access.warp;
  }
  before = executing;
}

TEST_F(MemoryPort, Random) {
  for (unsigned i = 0; i < 120'000; ++i) {
    if (i % 500 == 0) {
      event_percent = chance(50) ? 100 : 10 + below(80);
      ready_percent = chance(50) ? 100 : 20 + below(80);
    }
    drive();
    ASSERT_NO_FATAL_FAILURE(look()) << "cycle " << cycle;
    ASSERT_FALSE(HasFailure()) << "cycle " << cycle;
    clock();
    // Another launch, with nothing under way.
    if (cycle % 300 == 0 && issued.empty() && checks.empty() && beyond.empty() && before == nullptr) new_launch();
  }
  EXPECT_GT(commits, 4000U);
  EXPECT_GT(squashes, 1000U);
  EXPECT_GT(events, 2000U);
}

}  // namespace
}  // namespace heddle::memory_unit_test
