// One workgroup on a bare Memory, stepped slot by slot: what most of the model's tests stand on.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "heddle/model/model.h"
#include "program.h"

namespace heddle::model::test {

inline constexpr std::uint32_t kCode = 0x8000'0000;
inline constexpr std::uint32_t kData = 0x8010'0000;      // readable and writable, 64 KiB
inline constexpr std::uint32_t kReadOnly = 0x8020'0000;  // 4 KiB
inline constexpr std::uint32_t kWriteOnly = 0x8030'0000;
inline constexpr std::uint32_t kPrivateStore = 0x9000'0000;  // in no region
inline constexpr std::uint32_t kPrivate = 0x4000'0000;
inline constexpr std::uint32_t kScratch = 0x1000'0000;

struct Rig {
  Shape shape;
  Memory memory;
  Launch launch;
  std::vector<Warp> warps;
  Workgroup group;
  StepResult result;

  explicit Rig(unsigned lanes, unsigned items = 0, unsigned warp_count = 1)
      : shape{.cores = 2, .warps = std::max(warp_count, 2u), .lanes = lanes, .scratchpad_bytes = 4096}, memory(shape) {
    launch.entry = kCode;
    launch.private_base = kPrivateStore;
    launch.private_size = 256;
    launch.scratch_size = 512;
    launch.num_groups = {3, 1, 1};
    launch.local_size = {items != 0 ? items : lanes * warp_count, 1, 1};
    launch.regions = {
        {.base = kCode, .last = kCode + 0xFFFF, .read = true, .write = false, .execute = true},
        {.base = kData, .last = kData + 0xFFFF, .read = true, .write = true, .execute = false},
        {.base = kReadOnly, .last = kReadOnly + 0xFFF, .read = true, .write = false, .execute = false},
        {.base = kWriteOnly, .last = kWriteOnly + 0xFFF, .read = false, .write = true, .execute = false},
        {.base = 0, .last = 0, .read = false, .write = false, .execute = false},
    };
    reset();
  }

  Rig(const Rig&) = delete;  // warps point into it
  Rig& operator=(const Rig&) = delete;

  // Applies changes of `launch` and dispatches again.
  void reset() {
    memory.set_launch(launch);
    warps.assign(group_warps(shape, launch), Warp(shape));
    std::vector<Warp*> members;
    for (unsigned w = 0; w < warps.size(); ++w) {
      // Core 1, so that core numbers show.
      warps[w].dispatch(memory.launch(1), make_identity(shape, launch, {2, 0, 0}, w, 1, w, 1024));
      members.push_back(&warps[w]);
    }
    group = Workgroup(members);
  }

  Rig& load(const Program& program) {
    const std::vector<std::uint32_t> words = program.assemble();
    for (std::size_t i = 0; i < words.size(); ++i) {
      memory.device().write_word(program.base() + 4 * static_cast<std::uint32_t>(i), words[i]);
    }
    return *this;
  }

  Warp& warp(unsigned w = 0) { return warps[w]; }
  std::uint32_t x(unsigned reg, unsigned lane, unsigned w = 0) const { return warps[w].reg[reg][lane]; }
  std::uint32_t word(std::uint32_t address) const { return memory.device().read_word(address); }
  std::uint32_t scratch_word(std::uint32_t offset) const {
    return memory.read_word({Space::kScratchpad, 1024 + offset});
  }

  // One slot of a warp; releases included.
  const StepResult& step(unsigned w = 0) {
    const Path path = select_path(warps[w]);
    if (!path) throw ModelError("Rig: the warp has nothing to run");
    heddle::model::step(warps[w], path, memory, result);
    if (!result.fault) {
      event = group.after_slot(warps[w], memory);
      if (event.fault) result.fault = event.fault;
    }
    return result;
  }

  // Until the workgroup has ended or faulted; warps take turns. Returns the slots used; fails after `most`.
  unsigned run(unsigned most = 100'000) {
    unsigned slots = 0;
    while (!group.ended()) {
      for (unsigned w = 0; w < warps.size(); ++w) {
        if (warps[w].run == 0) continue;
        step(w);
        ++slots;
        if (on_slot) on_slot(w, result);
        if (result.fault) return slots;
        if (slots >= most) {
          ADD_FAILURE() << "the program did not end within " << most << " slots";
          return slots;
        }
      }
    }
    return slots;
  }

  Workgroup::Event event;
  std::function<void(unsigned, const StepResult&)> on_slot;
};

inline void expect_fault(const std::optional<Fault>& fault, Cause cause, std::uint32_t pc, std::uint32_t value,
                         unsigned lane) {
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->cause, cause);
  EXPECT_EQ(fault->pc, pc);
  EXPECT_EQ(fault->value, value);
  EXPECT_EQ(fault->lane, lane);
}

}  // namespace heddle::model::test
