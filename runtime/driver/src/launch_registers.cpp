#include "heddle/driver/launch_registers.h"

#include <fmt/format.h>

#include "heddle/generated/registers.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kDeviceId = 0x48454444;

uint64_t read_pair(Backend& device, uint32_t low) {
  return device.read_register(low) | uint64_t{device.read_register(low + 4)} << 32;
}

}  // namespace

DeviceShape identify(Backend& device) {
  const uint32_t id = device.read_register(regs::kId);
  if (id != kDeviceId) {
    throw DeviceError(ErrorKind::kUnavailable, fmt::format("not a Heddle device: its id register reads {:#010x}", id));
  }
  const uint32_t version = device.read_register(regs::kVersion);
  if (regs::version::kMajor.get(version) != 1) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("register interface version {}.{}, the driver knows 1",
                                  regs::version::kMajor.get(version), regs::version::kMinor.get(version)));
  }
  const uint32_t shape = device.read_register(regs::kShape);
  const uint32_t engines = device.read_register(regs::kEngines);
  return {.cores = regs::shape::kCores.get(shape),
          .warps = regs::shape::kWarps.get(shape),
          .lanes = regs::shape::kLanes.get(shape),
          .regions = regs::shape::kRegions.get(shape),
          .scratchpad_bytes = device.read_register(regs::kScratchpadBytes),
          .line_bytes = device.read_register(regs::kLineBytes),
          .copy_engine = regs::engines::kCopy.get(engines) != 0,
          .matrix_fp8 = regs::engines::kMatrixFp8.get(engines) != 0,
          .matrix_fp4 = regs::engines::kMatrixFp4.get(engines) != 0,
          .matrix_dim = regs::engines::kMatrixDim.get(engines)};
}

void write_launch_registers(Backend& device, const LaunchRegisters& launch, uint32_t region_count) {
  device.write_register(regs::kEntry, launch.entry);
  device.write_register(regs::kKernel, launch.kernel);
  device.write_register(regs::kArgs, launch.args);
  device.write_register(regs::kPrivateBase, launch.private_base);
  device.write_register(regs::kPrivateSize, launch.private_size);
  device.write_register(regs::kScratchSize, launch.scratch_size);
  device.write_register(regs::kAccumulators, launch.accumulators);
  for (uint32_t i = 0; i < 3; ++i) {
    device.write_register(regs::kNumGroups + i * regs::kNumGroupsStride, launch.num_groups[i]);
    device.write_register(regs::kLocalSize + i * regs::kLocalSizeStride, launch.local_size[i]);
  }
  for (uint32_t i = 0; i < region_count; ++i) {
    const Region region = i < launch.regions.size() ? launch.regions[i] : Region{};
    device.write_register(regs::kRegionBase + i * regs::kRegionBaseStride, region.base);
    device.write_register(regs::kRegionLast + i * regs::kRegionLastStride, region.last);
    device.write_register(regs::kRegionAttr + i * regs::kRegionAttrStride,
                          regs::region_attr::kR.set(region.read) | regs::region_attr::kW.set(region.write) |
                              regs::region_attr::kX.set(region.execute));
  }
}

FaultReport fault_report(const hd_fault& record) {
  FaultReport fault;
  fault.cause = record.cause;
  fault.pc = record.pc;
  fault.address = record.value;
  fault.group = {record.group[0], record.group[1], record.group[2]};
  fault.local_linear = record.local;
  fault.lane = regs::fault_place::kLane.get(record.place);
  fault.warp = regs::fault_place::kWarp.get(record.place);
  fault.core = regs::fault_place::kCore.get(record.place);
  fault.detail = record.detail;
  return fault;
}

FaultReport read_fault_record(Backend& device) {
  hd_fault record{};
  record.cause = device.read_register(regs::kFaultCause);
  record.pc = device.read_register(regs::kFaultPc);
  record.value = device.read_register(regs::kFaultValue);
  for (uint32_t i = 0; i < 3; ++i) {
    record.group[i] = device.read_register(regs::kFaultGroup + i * regs::kFaultGroupStride);
  }
  record.local = device.read_register(regs::kFaultLocal);
  record.place = device.read_register(regs::kFaultPlace);
  record.detail = device.read_register(regs::kFaultDetail);
  return fault_report(record);
}

LaunchStatistics read_counters(Backend& device) {
  constexpr std::array kWarpCycles = {
      regs::kWarpCyclesIssuedLo, regs::kWarpCyclesOperandLo, regs::kWarpCyclesMemoryLo, regs::kWarpCyclesUnitLo,
      regs::kWarpCyclesPortLo,   regs::kWarpCyclesControlLo, regs::kWarpCyclesFetchLo,  regs::kWarpCyclesBarrierLo,
      regs::kWarpCyclesDrainLo,  regs::kWarpCyclesIdleLo,
  };
  static_assert(kWarpCycles.size() == kWarpCycleReasons.size());
  LaunchStatistics result;
  result.cycles = read_pair(device, regs::kCyclesLo);
  result.warp_instrs = read_pair(device, regs::kWarpInstrsLo);
  result.lane_instrs = read_pair(device, regs::kLaneInstrsLo);
  for (size_t i = 0; i < kWarpCycles.size(); ++i) result.warp_cycles[i] = read_pair(device, kWarpCycles[i]);
  return result;
}

}  // namespace heddle::driver
