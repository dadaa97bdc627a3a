// CSR instructions (docs/architecture.md, section 6).
#pragma once

#include "executor.h"
#include "heddle/generated/csrs.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::csr(CsrUpdate update, bool immediate_form) {
  const isa::CsrInfo* info = isa::find_csr(d_->csr);
  const bool no_operand = immediate_form ? d_->immediate == 0 : d_->rs1 == 0;
  const bool writes = update == CsrUpdate::kWrite || !no_operand;
  if (info == nullptr || (writes && info->access == isa::CsrAccess::ReadOnly)) {
    raise_value(mask_, Cause::kIllegalInstruction, d_->raw);
    return;
  }
  const LaneRow rs1 = warp_.reg[d_->rs1];
  LaneRow old_value;
  LaneRow new_value;
  for_each_lane(mask_, [&](unsigned l) {
    const std::uint32_t operand = immediate_form ? static_cast<std::uint32_t>(d_->immediate) : rs1[l];
    old_value[l] = read_csr(info->number, l);
    switch (update) {
      case CsrUpdate::kWrite: new_value[l] = operand; break;
      case CsrUpdate::kSet: new_value[l] = old_value[l] | operand; break;
      case CsrUpdate::kClear: new_value[l] = old_value[l] & ~operand; break;
    }
  });
  write_rd(mask_, [&old_value](unsigned l) { return old_value[l]; });
  if (writes) write_csr(info->number, mask_, new_value);
  if constexpr (kRecord) {
    switch (info->number) {
      case isa::Csr::Mcycle:
      case isa::Csr::Mcycleh:
      case isa::Csr::Cycle:
      case isa::Csr::Cycleh:
      case isa::Csr::Time:
      case isa::Csr::Timeh: result_->reads_counter = d_->rd != 0; break;
      default: break;
    }
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
std::uint32_t Executor<kWidth, kRecord, kDeferred>::read_csr(isa::Csr number, unsigned lane) const {
  const WarpIdentity& id = warp_.identity;
  const Launch& launch = *warp_.launch;
  switch (number) {
    case isa::Csr::Mhartid: return warp_.hart_id(lane);
    case isa::Csr::Mtvec: return warp_.mtvec;
    case isa::Csr::Fflags: return warp_.fflags[lane];
    case isa::Csr::Frm: return warp_.frm[lane];
    case isa::Csr::Fcsr: return warp_.frm[lane] << 5 | warp_.fflags[lane];
    case isa::Csr::Mscratch: return warp_.mscratch[lane];
    case isa::Csr::Mepc: return warp_.mepc[lane];
    case isa::Csr::Mcause: return warp_.mcause[lane];
    case isa::Csr::Mtval: return warp_.mtval[lane];
    case isa::Csr::Mcycle:
    case isa::Csr::Cycle:
    case isa::Csr::Time: return static_cast<std::uint32_t>(warp_.cycle);
    case isa::Csr::Mcycleh:
    case isa::Csr::Cycleh:
    case isa::Csr::Timeh: return static_cast<std::uint32_t>(warp_.cycle >> 32);
    case isa::Csr::Minstret:
    case isa::Csr::Instret: return static_cast<std::uint32_t>(warp_.retired);
    case isa::Csr::Minstreth:
    case isa::Csr::Instreth: return static_cast<std::uint32_t>(warp_.retired >> 32);
    case isa::Csr::HdLocalIdX: return id.local_id[0][lane];
    case isa::Csr::HdLocalIdY: return id.local_id[1][lane];
    case isa::Csr::HdLocalIdZ: return id.local_id[2][lane];
    case isa::Csr::HdGroupIdX: return id.group_id[0];
    case isa::Csr::HdGroupIdY: return id.group_id[1];
    case isa::Csr::HdGroupIdZ: return id.group_id[2];
    case isa::Csr::HdGlobalIdX: return id.group_id[0] * launch.local_size[0] + id.local_id[0][lane];
    case isa::Csr::HdGlobalIdY: return id.group_id[1] * launch.local_size[1] + id.local_id[1][lane];
    case isa::Csr::HdGlobalIdZ: return id.group_id[2] * launch.local_size[2] + id.local_id[2][lane];
    case isa::Csr::HdLocalSizeX: return launch.local_size[0];
    case isa::Csr::HdLocalSizeY: return launch.local_size[1];
    case isa::Csr::HdLocalSizeZ: return launch.local_size[2];
    case isa::Csr::HdNumGroupsX: return launch.num_groups[0];
    case isa::Csr::HdNumGroupsY: return launch.num_groups[1];
    case isa::Csr::HdNumGroupsZ: return launch.num_groups[2];
    case isa::Csr::HdArgs: return launch.args;
    case isa::Csr::HdEntry: return launch.kernel;
    case isa::Csr::HdLane: return lane;
    case isa::Csr::HdWarp: return id.warp_in_group;
    case isa::Csr::HdNumWarps: return id.group_warps;
    case isa::Csr::HdNumLanes: return warp_.lanes;
    case isa::Csr::HdWarpMask: return id.mask;
    case isa::Csr::HdPrivateSize: return launch.private_size;
    case isa::Csr::HdScratchSize: return launch.scratch_size;
    default: return isa::find_csr(static_cast<std::uint32_t>(number))->value;  // constant, or writes are ignored
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::write_csr(isa::Csr number, LaneMask lanes, const LaneRow& value) {
  LaneRow* row = nullptr;
  std::uint32_t writable = ~std::uint32_t{0};
  switch (number) {
    case isa::Csr::Fflags:
      row = &warp_.fflags;
      writable = 0x1F;
      break;
    case isa::Csr::Frm:
      row = &warp_.frm;
      writable = 7;
      break;
    case isa::Csr::Fcsr:
      for_each_lane(lanes, [&](unsigned l) {
        warp_.fflags[l] = value[l] & 0x1F;
        warp_.frm[l] = value[l] >> 5 & 7;
      });
      return;
    case isa::Csr::Mtvec: warp_.mtvec = value[first_lane(lanes)] & ~3u; return;
    case isa::Csr::Mscratch: row = &warp_.mscratch; break;
    case isa::Csr::Mepc:
      row = &warp_.mepc;
      writable = ~3u;
      break;
    case isa::Csr::Mcause: row = &warp_.mcause; break;
    case isa::Csr::Mtval: row = &warp_.mtval; break;
    default: return;  // writes are ignored
  }
  for_each_lane(lanes, [&](unsigned l) { (*row)[l] = value[l] & writable; });
}

}  // namespace heddle::model
