// BAR0 of the Machine (docs/spec/registers.yaml).
#include "heddle/generated/registers.h"
#include "heddle/model/machine.h"
#include "machine_group.h"

namespace heddle::model {

namespace {

// Index into an array of registers.
std::uint32_t index_in(std::uint32_t offset, std::uint32_t first, std::uint32_t stride) {
  return (offset - first) / stride;
}

}  // namespace

const std::uint32_t* Machine::launch_register(std::uint32_t offset) const {
  switch (offset) {
    case regs::kEntry: return &launch_.entry;
    case regs::kKernel: return &launch_.kernel;
    case regs::kArgs: return &launch_.args;
    case regs::kPrivateBase: return &launch_.private_base;
    case regs::kPrivateSize: return &launch_.private_size;
    case regs::kScratchSize: return &launch_.scratch_size;
    case regs::kAccumulators: return &launch_.accumulators;
    default: break;
  }
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info->offset == regs::kNumGroups) return &launch_.num_groups[index_in(offset, info->offset, info->stride)];
  if (info->offset == regs::kLocalSize) return &launch_.local_size[index_in(offset, info->offset, info->stride)];
  return nullptr;
}

std::uint32_t* Machine::launch_register(std::uint32_t offset) {
  return const_cast<std::uint32_t*>(static_cast<const Machine*>(this)->launch_register(offset));
}

std::optional<std::uint32_t> Machine::read_register(std::uint32_t offset) const {
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info == nullptr) return std::nullopt;
  if (info->access == regs::Access::WriteOnly) return 0;
  if (const std::uint32_t* value = launch_register(offset)) return *value;
  // Where cycles went: there is no timing here.
  if (offset >= regs::kWarpCyclesIssuedLo && offset <= regs::kWarpCyclesIdleHi) return 0;
  const std::uint32_t index = index_in(offset, info->offset, info->stride);
  const Fault fault = fault_.value_or(Fault{.cause = static_cast<Cause>(0)});
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
    // One launch slot, whatever the configuration has: a host sees that, and launches one after the other.
    case regs::kLaunches: return regs::launches::kCount.set(1) | regs::launches::kStride.set(1024);
    case regs::kStatus:
      return regs::status::kBusy.set(busy_) | regs::status::kDone.set(done_) |
             regs::status::kFault.set(fault_.has_value()) | regs::status::kAborted.set(aborted_) |
             regs::status::kRejected.set(rejected_.has_value()) |
             regs::status::kReason.set(rejected_ ? static_cast<std::uint32_t>(*rejected_) : 0);
    case regs::kInterruptEnable: return interrupt_enable_ ? 1 : 0;
    case regs::kFaultCause: return static_cast<std::uint32_t>(fault.cause);
    case regs::kFaultPc: return fault.pc;
    case regs::kFaultValue: return fault.value;
    case regs::kFaultDetail: return fault.detail;
    case regs::kFaultGroup: return fault.group_id[index];
    case regs::kFaultLocal: return fault.local_id;
    case regs::kFaultPlace:
      return regs::fault_place::kLane.set(fault.lane) | regs::fault_place::kWarp.set(fault.warp) |
             regs::fault_place::kCore.set(fault.core);
    case regs::kCyclesLo: return static_cast<std::uint32_t>(cycles_);
    case regs::kCyclesHi: return static_cast<std::uint32_t>(cycles_ >> 32);
    case regs::kWarpInstrsLo: return static_cast<std::uint32_t>(warp_instrs_);
    case regs::kWarpInstrsHi: return static_cast<std::uint32_t>(warp_instrs_ >> 32);
    case regs::kLaneInstrsLo: return static_cast<std::uint32_t>(lane_instrs_);
    case regs::kLaneInstrsHi: return static_cast<std::uint32_t>(lane_instrs_ >> 32);
    default: break;
  }
  if (index >= launch_.regions.size()) return 0;
  const Region& region = launch_.regions[index];
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
  const regs::RegisterInfo* info = regs::find_register(offset);
  if (info == nullptr) return false;
  if (info->access == regs::Access::ReadOnly) return true;
  const bool touches_locked =
      info->access == regs::Access::ReadWrite ? info->locked_mask != 0 : (value & info->locked_mask) != 0;
  if (busy_ && touches_locked) return false;
  if (std::uint32_t* target = launch_register(offset)) {
    *target = value;
    return true;
  }
  switch (info->offset) {
    case regs::kControl:
      if (busy_ && regs::control::kAbort.get(value) != 0) {
        aborted_ = true;
        finish();
      } else if (regs::control::kStart.get(value) != 0) {
        start();
      }
      return true;
    case regs::kInterruptEnable: interrupt_enable_ = regs::interrupt_enable::kDone.get(value) != 0; return true;
    case regs::kInterruptClear:
      if (regs::interrupt_clear::kDone.get(value) != 0) done_ = false;
      return true;
    default: break;
  }
  const std::uint32_t index = index_in(offset, info->offset, info->stride);
  if (index >= launch_.regions.size()) return true;
  Region& region = launch_.regions[index];
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
