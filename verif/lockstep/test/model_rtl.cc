#include "model_rtl.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "heddle/model/dispatch.h"
#include "heddle/model/path.h"
#include "heddle/model/step.h"
#include "heddle/model/workgroup.h"
#include "model_engines.h"

namespace heddle::lockstep::test {

namespace {

void load(model::Memory& memory, const Program& program) {
  for (size_t i = 0; i < program.words.size(); ++i) {
    memory.device().write_word(kCode + static_cast<uint32_t>(4 * i), program.words[i]);
  }
  for (const auto& [address, word] : program.data) memory.device().write_word(address, word);
}

class Player {
 public:
  explicit Player(Playback& run)
      : run_(run),
        memory_(run.shape),
        engines_(memory_, {.command = [this](const CommandRecord& r) { emit(r); },
                           .end = [this](const CommandEndRecord& r) { emit(r); },
                           .write = [this](const CopyWriteRecord& r) { emit(r); },
                           .barrier = [this](const BarrierRecord& r) { emit(r); },
                           .wake = [this](const WakeRecord& r) { emit(r); },
                           .fault = [this](const model::Fault& f) { emit_fault(f); },
                           .device_word = [this](uint32_t word) { note_device_word(word); }}) {
    load(memory_, run.program);
    memory_.set_launch(run.launch);
  }

  void run_group(const model::Vector3& id) {
    const unsigned warps = model::group_warps(run_.shape, run_.launch);
    std::vector<std::unique_ptr<model::Warp>> owned;
    std::vector<model::Warp*> members;
    for (unsigned i = 0; i < warps; ++i) {
      owned.push_back(std::make_unique<model::Warp>(run_.shape));
      owned.back()->dispatch(run_.launch, model::make_identity(run_.shape, run_.launch, id, i, 0, i, 0));
      members.push_back(owned.back().get());
      emit_dispatch(*owned.back(), warps);
    }
    engines_.set_warps(members);
    model::Workgroup workgroup(members);
    std::vector<bool> done(warps, false);
    while (!run_.outcome.fault && std::find(done.begin(), done.end(), false) != done.end()) {
      for (unsigned i = 0; i < warps && !run_.outcome.fault; ++i) {
        model::Warp& warp = *members[i];
        if (warp.ended()) {
          if (!done[i]) emit(done_record(warp, i, false));
          done[i] = true;
          continue;
        }
        if (warp.run != 0) slot(warp, workgroup);
      }
    }
    if (run_.outcome.fault) {
      for (unsigned i = 0; i < warps; ++i) {
        if (!done[i]) emit(done_record(*members[i], i, true));
      }
    }
  }

 private:
  static WarpDoneRecord done_record(const model::Warp& warp, unsigned slot, bool kill) {
    WarpDoneRecord record{.core = 0, .warp = slot, .kill = kill, .fcsr = {}};
    for (unsigned lane = 0; lane < warp.lanes; ++lane) record.fcsr[lane] = warp.frm[lane] << 5 | warp.fflags[lane];
    return record;
  }

  template <typename R>
  void emit(const R& record) {
    run_.events.push_back({cycle_, record});
    ++cycle_;
  }

  void emit_dispatch(const model::Warp& warp, unsigned warps) {
    DispatchRecord record;
    const model::WarpIdentity& identity = warp.identity;
    record.warp = identity.slot;
    record.group_warps = warps;
    record.warp_in_group = identity.warp_in_group;
    record.mask = identity.mask;
    record.group_id = identity.group_id;
    record.local_base = identity.local_base;
    for (unsigned axis = 0; axis < 3; ++axis) record.local_id[axis] = identity.local_id[axis].lane;
    emit(record);
  }

  void slot(model::Warp& warp, model::Workgroup& workgroup) {
    const Tag tag{0, warp.identity.slot, static_cast<uint32_t>(warp.slots)};
    const model::Path path = model::select_path(warp);
    warp.cycle = cycle_;
    model::StepResult step;
    model::step(warp, path, model::DeferredMemory(memory_), step);

    CommitRecord commit;
    commit.tag = tag;
    commit.pc = step.pc;
    commit.instr = step.instruction.raw;
    commit.mask = step.mask;
    commit.retire = !step.waits;
    commit.taken = step.taken;
    commit.target = step.target;
    commit.trap = step.trap;
    std::copy(step.cause.begin(), step.cause.end(), commit.cause.begin());
    commit.address = step.address.lane;
    commit.data = step.data.lane;
    emit(commit);
    if (step.completed != 0) {
      ++run_.outcome.warp_instrs;
      run_.outcome.lane_instrs += model::lane_count(step.completed);
    }
    if (step.fault) {
      emit_fault(*step.fault);
      return;
    }
    if (step.is_memory) access(warp, step, tag);
    if (step.is_engine) engines_.perform(warp, step, tag);
    if (run_.outcome.fault) return;
    // What has no destination is written back for its flags.
    const model::LaneMask written = step.rd != 0 ? step.written | step.deferred : step.flagged;
    if (written != 0) {
      WritebackRecord writeback;
      writeback.tag = tag;
      writeback.rd = step.rd;
      writeback.mask = written;
      writeback.data = warp.reg[step.rd].lane;
      model::for_each_lane(step.flagged, [&](unsigned lane) { writeback.flags[lane] = step.flags[lane]; });
      emit(writeback);
    }
    const model::Workgroup::Event event = workgroup.after_slot(warp, memory_);
    if (event.fault) emit_fault(*event.fault);
  }

  void access(model::Warp& warp, const model::StepResult& step, const Tag& tag) {
    model::LaneMask failed = 0;
    model::for_each_lane(step.access, [&](unsigned lane) {
      const model::Location place = step.location[lane];
      const uint32_t word = place.address & ~3U;
      const uint32_t old = memory_.read_word({place.space, word});
      if (place.space == model::Space::kAccumulators) {
        AccumulatorRecord record{
            .tag = tag, .store = step.kind == model::AccessKind::kStore, .mask = model::lane_bit(lane)};
        record.address[lane] = place.address;
        record.data[lane] = record.store ? step.data[lane] : old;
        emit(record);
      }
      if (step.kind == model::AccessKind::kLoad) {
        model::complete_access(warp, step, lane, memory_.read(place, step.size));
        return;
      }
      bool success = false;
      const unsigned slot = warp.global_slot();
      switch (step.kind) {
        case model::AccessKind::kStore: memory_.write(place, step.data[lane], step.size); break;
        case model::AccessKind::kAmo:
          memory_.amo(place, step.amo, step.data[lane]);
          model::complete_access(warp, step, lane, old);
          break;
        case model::AccessKind::kLr:
          if (lane == model::first_lane(step.access)) memory_.load_reserved(place, slot, lane);
          model::complete_access(warp, step, lane, old);
          break;
        default:
          success = memory_.store_conditional(place, slot, lane, step.data[lane]);
          if (!success) failed |= model::lane_bit(lane);
          break;
      }
      if (place.space != model::Space::kAccumulators) emit_access(step, tag, lane, old, success);
      if (place.space == model::Space::kDevice) note_device_word(word);
    });
    if (step.needs_sc_result) {
      memory_.end_store_conditional(step.location[model::first_lane(step.access)].space, warp.global_slot());
      model::finish_sc(warp, step, failed);
    }
  }

  void note_device_word(uint32_t word) { run_.final_memory[word] = memory_.read_word({model::Space::kDevice, word}); }

  void emit_access(const model::StepResult& step, const Tag& tag, unsigned lane, uint32_t old, bool success) {
    const model::Location place = step.location[lane];
    const unsigned offset = place.address & 3;
    const unsigned strobe = ((1U << step.size) - 1) << offset;
    const uint32_t data = step.data[lane] << (8 * offset);
    if (place.space == model::Space::kScratchpad) {
      ScratchRecord record;
      record.tag = tag;
      record.op = step.kind == model::AccessKind::kStore ? ScratchOp::kStore
                  : step.kind == model::AccessKind::kAmo ? ScratchOp::kAmo
                  : step.kind == model::AccessKind::kLr  ? ScratchOp::kLr
                                                         : ScratchOp::kSc;
      record.amo = static_cast<uint32_t>(step.amo);
      record.mask = model::lane_bit(lane);
      record.address[lane] = place.address;
      record.strobe[lane] = strobe;
      record.data[lane] = data;
      record.old[lane] = old;
      record.sc_success = success ? model::lane_bit(lane) : 0;
      emit(record);
      return;
    }
    MemoryRecord record;
    record.tag = tag;
    record.lane = lane;
    record.op = step.kind == model::AccessKind::kStore ? MemoryOp::kWrite
                : step.kind == model::AccessKind::kAmo ? MemoryOp::kAmo
                : step.kind == model::AccessKind::kLr  ? MemoryOp::kLr
                                                       : MemoryOp::kSc;
    record.amo = static_cast<uint32_t>(step.amo);
    const uint32_t line = place.address & ~(run_.shape.line_bytes - 1);
    const unsigned index = (place.address - line) / 4;
    record.address = step.kind == model::AccessKind::kStore ? line : place.address;
    record.strobe[index / 8] = strobe << (4 * (index % 8));
    record.data[index] = data;
    record.old_word = old;
    record.sc_success = success;
    emit(record);
  }

  void emit_fault(const model::Fault& fault) {
    FaultRecord record;
    record.core = fault.core;
    record.warp = fault.warp;
    record.lane = fault.lane;
    record.cause = static_cast<uint32_t>(fault.cause);
    record.pc = fault.pc;
    record.value = fault.value;
    record.detail = fault.detail;
    record.group_id = fault.group_id;
    record.local_id = fault.local_id;
    emit(record);
    if (!run_.outcome.fault) run_.outcome.fault_record = record;
    run_.outcome.fault = true;
  }

  Playback& run_;
  model::Memory memory_;
  ModelEngines engines_;
  uint64_t cycle_ = 1000;
};

// The words that the run left behind, as pages.
class PlaybackMemory final : public RtlMemoryView {
 public:
  explicit PlaybackMemory(const Playback& run) {
    const auto put = [&](uint32_t address, uint32_t word) {
      auto& page = pages_[address & ~(kPageBytes - 1)];
      page.resize(kPageBytes);
      std::memcpy(page.data() + address % kPageBytes, &word, 4);
    };
    for (size_t i = 0; i < run.program.words.size(); ++i) {
      put(kCode + static_cast<uint32_t>(4 * i), run.program.words[i]);
    }
    for (const auto& [address, word] : run.program.data) put(address, word);
    for (const auto& [address, word] : run.final_memory) put(address, word);
  }
  std::vector<uint32_t> pages() const override {
    std::vector<uint32_t> result;
    for (const auto& [address, page] : pages_) result.push_back(address);
    return result;
  }
  std::span<const std::byte> page(uint32_t address) const override { return pages_.at(address); }

 private:
  std::map<uint32_t, std::vector<std::byte>> pages_;
};

}  // namespace

model::Shape test_shape() {
  model::Shape shape;
  shape.cores = 1;
  shape.warps = 4;
  shape.lanes = 4;
  shape.scratchpad_bytes = 4096;
  return shape;
}

model::Launch test_launch(uint32_t groups, uint32_t local_size, uint32_t scratch_size) {
  model::Launch launch;
  launch.entry = kCode;
  launch.private_base = 0x8010'0000;
  launch.private_size = 64;
  launch.scratch_size = scratch_size;
  launch.num_groups = {groups, 1, 1};
  launch.local_size = {local_size, 1, 1};
  launch.regions.push_back({kCode, kCode + 0xFFFF, true, false, true});
  launch.regions.push_back({kData, kData + 0xFFFF, true, true, false});
  return launch;
}

Playback run_program(const model::Launch& launch, const Program& program, const model::Shape& shape) {
  Playback run{shape, launch, program, {}, {}, {}};
  Player player(run);
  for (uint32_t group = 0; group < launch.num_groups[0] && !run.outcome.fault; ++group) player.run_group({group, 0, 0});
  return run;
}

void feed(Checker& checker, const Record& record) {
  std::visit(
      [&](const auto& r) {
        using R = std::decay_t<decltype(r)>;
        if constexpr (std::is_same_v<R, DispatchRecord>) checker.dispatch(r);
        if constexpr (std::is_same_v<R, CommitRecord>) checker.next_commit() = r;
        if constexpr (std::is_same_v<R, WritebackRecord>) checker.next_writeback() = r;
        if constexpr (std::is_same_v<R, MemoryRecord>) checker.next_memory() = r;
        if constexpr (std::is_same_v<R, ScratchRecord>) checker.next_scratch() = r;
        if constexpr (std::is_same_v<R, FaultRecord>) checker.fault(r);
        if constexpr (std::is_same_v<R, AbortRecord>) checker.aborted();
        if constexpr (std::is_same_v<R, WarpDoneRecord>) checker.warp_done(r);
        if constexpr (std::is_same_v<R, CommandRecord>) checker.command(r);
        if constexpr (std::is_same_v<R, CommandEndRecord>) checker.command_end(r);
        if constexpr (std::is_same_v<R, CopyWriteRecord>) checker.copy_write(r);
        if constexpr (std::is_same_v<R, BarrierRecord>) checker.barrier(r);
        if constexpr (std::is_same_v<R, WakeRecord>) checker.wake(r);
        if constexpr (std::is_same_v<R, AccumulatorRecord>) checker.accumulators(r);
      },
      record);
}

std::unique_ptr<Checker> open_checker(const Playback& run) {
  auto checker = std::make_unique<Checker>(
      run.shape, CheckerOptions{.configuration = "test", .seed = 7, .replay = "heddle run test --seed 7"});
  load(checker->memory(), run.program);
  checker->begin_launch(run.launch);
  if (run.abort_asked) checker->abort_launch();
  return checker;
}

std::string check(const Playback& run, std::string* report, CheckerStatistics* statistics, unsigned launches) {
  const std::unique_ptr<Checker> checker = open_checker(run);
  uint64_t before = 0;
  for (unsigned launch = 0; launch < launches; ++launch) {
    if (launch != 0) checker->begin_launch(run.launch);
    uint64_t cycle = before;
    for (size_t i = 0; i < run.events.size(); ++i) {
      cycle = before + run.events[i].cycle;
      feed(*checker, run.events[i].record);
      if (i + 1 < run.events.size() && before + run.events[i + 1].cycle == cycle) continue;
      if (!checker->end_cycle(cycle)) break;
    }
    before = cycle + 1;
    checker->end_launch(before, run.outcome, PlaybackMemory(run));
  }
  if (report != nullptr) *report = checker->report();
  if (statistics != nullptr) *statistics = checker->statistics();
  return checker->divergence() ? checker->divergence()->field : "";
}

}  // namespace heddle::lockstep::test
