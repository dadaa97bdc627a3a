#include "launch_registers.h"

#include "heddle/generated/registers.h"

namespace heddle::harness {

uint32_t LaunchRegisters::value(uint32_t offset) const {
  const auto found = values_.find(offset);
  return found == values_.end() ? 0 : found->second;
}

model::Launch LaunchRegisters::launch() const {
  model::Launch launch;
  launch.entry = value(regs::kEntry);
  launch.kernel = value(regs::kKernel);
  launch.args = value(regs::kArgs);
  launch.private_base = value(regs::kPrivateBase);
  launch.private_size = value(regs::kPrivateSize);
  launch.scratch_size = value(regs::kScratchSize);
  launch.accumulators = value(regs::kAccumulators);
  for (unsigned axis = 0; axis < 3; ++axis) {
    launch.num_groups[axis] = value(regs::kNumGroups + axis * regs::kNumGroupsStride);
    launch.local_size[axis] = value(regs::kLocalSize + axis * regs::kLocalSizeStride);
  }
  for (unsigned i = 0; i < configuration_.regions; ++i) {
    const uint32_t rights = value(regs::kRegionAttr + i * regs::kRegionAttrStride);
    launch.regions.push_back({.base = value(regs::kRegionBase + i * regs::kRegionBaseStride),
                              .last = value(regs::kRegionLast + i * regs::kRegionLastStride),
                              .read = regs::region_attr::kR.get(rights) != 0,
                              .write = regs::region_attr::kW.get(rights) != 0,
                              .execute = regs::region_attr::kX.get(rights) != 0});
  }
  return launch;
}

}  // namespace heddle::harness
