// BAR0 of the Machine (docs/spec/registers.yaml).
#include "heddle/generated/registers.h"
#include "heddle/model/machine.h"
#include "machine_launch.h"

namespace heddle::model {

namespace {

// Index into an array of registers.
std::uint32_t index_in(std::uint32_t offset, std::uint32_t first, std::uint32_t stride) {
  return (offset - first) / stride;
}

// The word of the launch that a register is, if it is one.
std::uint32_t* launch_register(Launch& launch, std::uint32_t offset) {
  switch (offset) {
    case regs::kEntry: return &launch.entry;
    case regs::kKernel: return &launch.kernel;
    case regs::kArgs: return &launch.args;
    case regs::kPrivateBase: return &launch.private_base;
    case regs::kPrivateSize: return &launch.private_size;
    case regs::kScratchSize: return &launch.scratch_size;
    case regs::kAccumulators: return &launch.accumulators;
    default: break;
  }
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info->offset == regs::kNumGroups) return &launch.num_groups[index_in(offset, info->offset, info->stride)];
  if (info->offset == regs::kLocalSize) return &launch.local_size[index_in(offset, info->offset, info->stride)];
  return nullptr;
}

}  // namespace

// The slot whose block has that offset; null: there is none.
Machine::LaunchSlot* Machine::slot_at(std::uint32_t offset) const {
  const std::uint32_t slot = offset / regs::launches::kStrideValue;
  return slot < launches_.size() ? launches_[slot].get() : nullptr;
}

std::optional<std::uint32_t> Machine::read_register(std::uint32_t offset) const {
  LaunchSlot* const slot = slot_at(offset);
  if (slot == nullptr) return std::nullopt;
  offset %= regs::launches::kStrideValue;
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info == nullptr) return std::nullopt;
  if (info->access == regs::Access::WriteOnly) return 0;
  if (const std::uint32_t* value = launch_register(slot->launch, offset)) return *value;
  // Where cycles went: there is no timing here.
  if (offset >= regs::kWarpCyclesIssuedLo && offset <= regs::kWarpCyclesIdleHi) return 0;
  const std::uint32_t index = index_in(offset, info->offset, info->stride);
  const Fault fault = slot->fault.value_or(Fault{.cause = static_cast<Cause>(0)});
  switch (info->offset) {
    case regs::kId: return regs::kIdValue;
    case regs::kVersion: return regs::kVersionValue;
    case regs::kShape:
      return regs::shape::kLanes.set(shape().lanes) | regs::shape::kWarps.set(shape().warps) |
             regs::shape::kCores.set(shape().cores) | regs::shape::kRegions.set(shape().regions);
    case regs::kScratchpadBytes: return shape().scratchpad_bytes;
    case regs::kLineBytes: return shape().line_bytes;
    case regs::kEngines:
      return regs::engines::kCopy.set(shape().copy_engine) | regs::engines::kMatrixFp8.set(shape().matrix_fp8) |
             regs::engines::kMatrixFp4.set(shape().matrix_fp4) | regs::engines::kMatrixDim.set(shape().matrix_dim);
    case regs::kLaunches:
      return regs::launches::kCount.set(shape().launches) | regs::launches::kStride.set(regs::launches::kStrideValue);
    case regs::kStatus:
      return regs::status::kBusy.set(slot->busy) | regs::status::kDone.set(slot->done) |
             regs::status::kFault.set(slot->fault.has_value()) | regs::status::kAborted.set(slot->aborted) |
             regs::status::kRejected.set(slot->rejected.has_value()) |
             regs::status::kReason.set(slot->rejected ? static_cast<std::uint32_t>(*slot->rejected) : 0);
    case regs::kInterruptEnable: return slot->interrupt_enable ? 1 : 0;
    case regs::kFaultCause: return static_cast<std::uint32_t>(fault.cause);
    case regs::kFaultPc: return fault.pc;
    case regs::kFaultValue: return fault.value;
    case regs::kFaultDetail: return fault.detail;
    case regs::kFaultGroup: return fault.group_id[index];
    case regs::kFaultLocal: return fault.local_id;
    case regs::kFaultPlace:
      return regs::fault_place::kLane.set(fault.lane) | regs::fault_place::kWarp.set(fault.warp) |
             regs::fault_place::kCore.set(fault.core);
    case regs::kCyclesLo: return static_cast<std::uint32_t>(slot->cycles);
    case regs::kCyclesHi: return static_cast<std::uint32_t>(slot->cycles >> 32);
    case regs::kWarpInstrsLo: return static_cast<std::uint32_t>(slot->warp_instrs);
    case regs::kWarpInstrsHi: return static_cast<std::uint32_t>(slot->warp_instrs >> 32);
    case regs::kLaneInstrsLo: return static_cast<std::uint32_t>(slot->lane_instrs);
    case regs::kLaneInstrsHi: return static_cast<std::uint32_t>(slot->lane_instrs >> 32);
    default: break;
  }
  if (index >= slot->launch.regions.size()) return 0;
  const Region& region = slot->launch.regions[index];
  switch (info->offset) {
    case regs::kRegionBase: return region.base;
    case regs::kRegionLast: return region.last;
    case regs::kRegionAttr:
      return regs::region_attr::kR.set(region.read) | regs::region_attr::kW.set(region.write) |
             regs::region_attr::kX.set(region.execute);
    default: throw ModelError("Machine: a register of the specification is not modelled");
  }
}

bool Machine::write_register(std::uint32_t offset, std::uint32_t value) {
  LaunchSlot* const slot = slot_at(offset);
  if (slot == nullptr) return false;
  offset %= regs::launches::kStrideValue;
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info == nullptr) return false;
  if (info->access == regs::Access::ReadOnly) return true;
  const bool touches_locked =
      info->access == regs::Access::ReadWrite ? info->locked_mask != 0 : (value & info->locked_mask) != 0;
  if (slot->busy && touches_locked) return false;
  if (std::uint32_t* target = launch_register(slot->launch, offset)) {
    *target = value;
    return true;
  }
  switch (info->offset) {
    case regs::kControl:
      if (slot->busy && regs::control::kAbort.get(value) != 0) {
        slot->aborted = true;
        finish(*slot);
      } else if (regs::control::kStart.get(value) != 0) {
        start(*slot);
      }
      return true;
    case regs::kInterruptEnable: slot->interrupt_enable = regs::interrupt_enable::kDone.get(value) != 0; return true;
    case regs::kInterruptClear:
      if (regs::interrupt_clear::kDone.get(value) != 0) slot->done = false;
      return true;
    default: break;
  }
  const std::uint32_t index = index_in(offset, info->offset, info->stride);
  if (index >= slot->launch.regions.size()) return true;
  Region& region = slot->launch.regions[index];
  switch (info->offset) {
    case regs::kRegionBase: region.base = value; return true;
    case regs::kRegionLast: region.last = value; return true;
    case regs::kRegionAttr:
      region.read = regs::region_attr::kR.get(value) != 0;
      region.write = regs::region_attr::kW.get(value) != 0;
      region.execute = regs::region_attr::kX.get(value) != 0;
      return true;
    default: throw ModelError("Machine: a register of the specification is not modelled");
  }
}

}  // namespace heddle::model
