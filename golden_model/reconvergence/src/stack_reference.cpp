#include "heddle/reconvergence/stack_reference.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "heddle/generated/registers.h"
#include "heddle/reconvergence/stack_runner.h"
#include "heddle/reconvergence/target_recorder.h"

namespace heddle::reconvergence {

namespace {

void write(model::Machine& machine, std::uint32_t offset, std::uint32_t value) {
  if (!machine.write_register(offset, value)) throw model::ModelError("stack reference: a launch register is refused");
}

void set_launch(model::Machine& machine, const model::Launch& launch) {
  write(machine, regs::kEntry, launch.entry);
  write(machine, regs::kKernel, launch.kernel);
  write(machine, regs::kArgs, launch.args);
  write(machine, regs::kPrivateBase, launch.private_base);
  write(machine, regs::kPrivateSize, launch.private_size);
  write(machine, regs::kScratchSize, launch.scratch_size);
  for (unsigned axis = 0; axis < 3; ++axis) {
    write(machine, regs::kNumGroups + axis * regs::kNumGroupsStride, launch.num_groups[axis]);
    write(machine, regs::kLocalSize + axis * regs::kLocalSizeStride, launch.local_size[axis]);
  }
  for (unsigned i = 0; i < launch.regions.size(); ++i) {
    const model::Region& region = launch.regions[i];
    write(machine, regs::kRegionBase + i * regs::kRegionBaseStride, region.base);
    write(machine, regs::kRegionLast + i * regs::kRegionLastStride, region.last);
    write(machine, regs::kRegionAttr + i * regs::kRegionAttrStride,
          regs::region_attr::kR.set(region.read) | regs::region_attr::kW.set(region.write) |
              regs::region_attr::kX.set(region.execute));
  }
}

std::string hex(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", value);
  return text.data();
}

// Where the lanes of a blocked warp wait, for the report.
std::string waiting_place(const model::Machine& machine) {
  for (const model::Warp& warp : machine.warps()) {
    const model::LaneMask waiting = warp.barrier | warp.sync;
    if (waiting == 0) continue;
    return std::string(warp.sync != 0 ? "a collective" : "a barrier") + " in divergent code, pc " +
           hex(warp.pc[model::first_lane(waiting)]);
  }
  return "nothing that the model knows";
}

// Empty when the launch came to its end.
std::string run_one(model::Machine& machine, const model::Launch& launch, const model::DeviceMemory& image,
                    model::WarpRunner& runner, std::uint64_t slot_cap, const char* policy, std::uint64_t& lane_instrs) {
  machine.memory().device().copy_from(image);
  machine.set_runner(&runner);
  set_launch(machine, launch);
  write(machine, regs::kControl, regs::control::kStart.mask());
  const std::uint64_t used = machine.advance(slot_cap);
  const auto word = [&](std::uint32_t offset) { return machine.read_register(offset).value_or(0); };
  const std::uint32_t status = word(regs::kStatus);
  lane_instrs = word(regs::kLaneInstrsLo) | std::uint64_t{word(regs::kLaneInstrsHi)} << 32;
  if (regs::status::kRejected.get(status) != 0) return "the launch is rejected";
  if (regs::status::kFault.get(status) != 0) {
    return "fault under the " + std::string(policy) + " policy: cause " + std::to_string(word(regs::kFaultCause)) +
           " at pc " + hex(word(regs::kFaultPc));
  }
  if (!machine.busy()) return {};
  std::string problem = "deadlock under the " + std::string(policy) + " policy: ";
  if (used < slot_cap) return problem + "lanes wait for others at " + waiting_place(machine);
  return problem + "no end after " + std::to_string(slot_cap) +
         " cycles (lanes wait for lanes that are not scheduled?)";
}

}  // namespace

StackReferenceResult run_stack_reference(const model::Shape& shape, const model::Launch& launch,
                                         const model::DeviceMemory& image, const CodeImage& code,
                                         std::uint64_t slot_cap) {
  StackReferenceResult result;
  TargetRecorder recorder;
  {
    model::Machine machine(shape);
    result.problem = run_one(machine, launch, image, recorder, slot_cap, "heddle", result.heddle_lane_instrs);
    result.heddle_slots = recorder.slots();
  }
  if (!result.ok()) return result;
  CodeImage with_called = code;
  with_called.functions.insert(recorder.called().begin(), recorder.called().end());
  const PostDominators post_dominators(with_called, recorder.targets());
  StackRunner runner(shape, post_dominators);
  // Beyond many times the slots of the other policy nothing will come any more.
  const std::uint64_t stack_cap = std::min(slot_cap, 100 * result.heddle_slots + 100'000);
  model::Machine machine(shape);
  result.problem = run_one(machine, launch, image, runner, stack_cap, "stack", result.stack_lane_instrs);
  result.stack_slots = runner.slots();
  result.deepest_stack = runner.deepest();
  return result;
}

StackReferenceResult run_stack_reference(const model::Machine& machine, std::uint64_t slot_cap) {
  const model::Launch& launch = machine.launch_registers();
  const model::DeviceMemory& image = machine.memory().device();
  return run_stack_reference(machine.shape(), launch, image, CodeImage::in_memory(image, launch), slot_cap);
}

}  // namespace heddle::reconvergence
