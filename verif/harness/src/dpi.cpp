// The C side of rtl/monitor_pkg.sv. Nothing here may throw: the calls come from inside the simulator.
#include <svdpi.h>

#include <algorithm>
#include <cstdlib>

#include "monitor_sink.h"

namespace heddle::harness {

MonitorSink*& active_sink() {
  static thread_local MonitorSink* sink = nullptr;
  return sink;
}

namespace {

void copy_row(lockstep::Row& row, const svBitVecVal* words, unsigned lanes) { std::copy_n(words, lanes, row.begin()); }

}  // namespace
}  // namespace heddle::harness

using heddle::harness::active_sink;
using heddle::harness::MonitorSink;
namespace lockstep = heddle::lockstep;

extern "C" {

// Configurations with planted_bug=31 (build_rtl.py).
unsigned heddle_planted_bug() {
  const char* number = std::getenv("HEDDLE_PLANTED_BUG");
  return number == nullptr ? 0 : static_cast<unsigned>(std::atoi(number));
}

void heddle_monitor_register_written(unsigned offset, unsigned value) {
  active_sink()->register_written(offset, value);
}

void heddle_monitor_management_reset() { active_sink()->management->reset(); }

void heddle_monitor_management_host(unsigned address, unsigned data) {
  active_sink()->management->host_wrote(address, data);
}

void heddle_monitor_management(unsigned order, svBit is_interrupt, svBit is_trap, unsigned pc, unsigned next_pc,
                               unsigned instr, unsigned rd, unsigned value, svBit write, unsigned strobe,
                               unsigned address, unsigned data, unsigned cause, unsigned tval, unsigned mip) {
  const MonitorSink& sink = *active_sink();
  sink.management->retired({.order = order,
                            .interrupt = is_interrupt != 0,
                            .trap = is_trap != 0,
                            .pc = pc,
                            .next_pc = next_pc,
                            .instr = instr,
                            .rd = rd,
                            .value = value,
                            .memory_write = write != 0,
                            .memory_strobe = strobe,
                            .memory_address = address,
                            .memory_data = data,
                            .cause = cause,
                            .tval = tval,
                            .mip = mip},
                           sink.cycle);
}

svBit heddle_monitor_lockstep() { return active_sink()->checkers.empty() ? 0 : 1; }

svBit heddle_monitor_watch() { return active_sink()->watch ? 1 : 0; }

void heddle_monitor_retire(unsigned, unsigned slots, unsigned lanes) {
  MonitorSink& sink = *active_sink();
  sink.warp_instrs += slots;
  sink.lane_instrs += lanes;
}

void heddle_monitor_slot(unsigned core, unsigned warp, unsigned order, unsigned pc, unsigned mask) {
  active_sink()->positions->commit(core, warp, order, pc, mask);
}

void heddle_monitor_request(unsigned core, svBit fetch, svBit accepted, unsigned op, unsigned address, unsigned id,
                            unsigned warp, unsigned order, unsigned lane) {
  MonitorSink& sink = *active_sink();
  sink.requests->offered({.since = sink.cycle,
                          .address = address,
                          .id = id,
                          .core = core,
                          .port = static_cast<heddle::harness::CorePort>(fetch),
                          .operation = static_cast<heddle::harness::CoreOperation>(op),
                          .warp = warp,
                          .order = order,
                          .lane = lane},
                         accepted != 0);
}

void heddle_monitor_answer(unsigned core, svBit fetch, unsigned id) {
  active_sink()->requests->answered(core, static_cast<heddle::harness::CorePort>(fetch), id);
}

void heddle_monitor_causes(const svBitVecVal* cause) {
  MonitorSink& sink = *active_sink();
  heddle::harness::copy_row(sink.causes, cause, sink.lanes);
}

void heddle_monitor_operands(const svBitVecVal* address, const svBitVecVal* data) {
  MonitorSink& sink = *active_sink();
  heddle::harness::copy_row(sink.addresses, address, sink.lanes);
  heddle::harness::copy_row(sink.operands, data, sink.lanes);
}

void heddle_monitor_commit(unsigned core, unsigned warp, unsigned order, unsigned pc, unsigned instr, unsigned mask,
                           svBit retire, unsigned taken, unsigned target, unsigned trap) {
  MonitorSink& sink = *active_sink();
  if (sink.watch) sink.watch->commit(core, warp, instr, mask & ~trap, sink.addresses, sink.operands);
  if (sink.checkers.empty()) return;  // then heddle_monitor_slot says where the warp is
  sink.positions->commit(core, warp, order, pc, mask);
  lockstep::CommitRecord& record = sink.of_core(core).next_commit();
  record.tag = {core, warp, order};
  record.pc = pc;
  record.instr = instr;
  record.mask = mask;
  record.retire = retire != 0;
  record.taken = taken;
  record.target = target;
  record.trap = trap;
  std::copy_n(sink.causes.begin(), sink.lanes, record.cause.begin());
  std::copy_n(sink.addresses.begin(), sink.lanes, record.address.begin());
  std::copy_n(sink.operands.begin(), sink.lanes, record.data.begin());
}

void heddle_monitor_flags(const svBitVecVal* flags) {
  MonitorSink& sink = *active_sink();
  heddle::harness::copy_row(sink.flags, flags, sink.lanes);
  sink.has_flags = true;
}

void heddle_monitor_writeback(unsigned core, unsigned warp, unsigned order, unsigned rd, unsigned mask,
                              const svBitVecVal* data) {
  MonitorSink& sink = *active_sink();
  lockstep::WritebackRecord& record = sink.of_core(core).next_writeback();
  record.tag = {core, warp, order};
  record.rd = rd;
  record.mask = mask;
  heddle::harness::copy_row(record.data, data, sink.lanes);
  if (sink.has_flags) {
    std::copy_n(sink.flags.begin(), sink.lanes, record.flags.begin());
  } else {
    std::fill_n(record.flags.begin(), sink.lanes, 0U);
  }
  sink.has_flags = false;
}

void heddle_monitor_local_ids(const svBitVecVal* x, const svBitVecVal* y, const svBitVecVal* z) {
  MonitorSink& sink = *active_sink();
  heddle::harness::copy_row(sink.local_ids[0], x, sink.lanes);
  heddle::harness::copy_row(sink.local_ids[1], y, sink.lanes);
  heddle::harness::copy_row(sink.local_ids[2], z, sink.lanes);
}

void heddle_monitor_dispatch(unsigned core, unsigned warp, unsigned group_slot, unsigned group_warps,
                             unsigned warp_in_group, unsigned mask, unsigned group_x, unsigned group_y,
                             unsigned group_z, unsigned scratch_base, unsigned first_buffer, unsigned local_base,
                             unsigned entry) {
  MonitorSink& sink = *active_sink();
  sink.positions->dispatch(core, warp, mask, {group_x, group_y, group_z}, local_base, entry);
  if (sink.checkers.empty()) return;
  sink.of_core(core).dispatch({.core = core,
                               .warp = warp,
                               .group_slot = group_slot,
                               .group_warps = group_warps,
                               .warp_in_group = warp_in_group,
                               .mask = mask,
                               .group_id = {group_x, group_y, group_z},
                               .scratch_base = scratch_base,
                               .first_buffer = first_buffer,
                               .local_base = local_base,
                               .local_id = sink.local_ids});
}

void heddle_monitor_warp_done(unsigned core, unsigned warp, svBit kill, const svBitVecVal* fcsr) {
  MonitorSink& sink = *active_sink();
  sink.positions->done(core, warp);
  if (sink.checkers.empty()) return;
  lockstep::WarpDoneRecord record{.core = core, .warp = warp, .kill = kill != 0, .fcsr = {}};
  heddle::harness::copy_row(record.fcsr, fcsr, sink.lanes);
  sink.of_core(core).warp_done(record);
}

void heddle_monitor_fault(unsigned core, unsigned warp, unsigned lane, unsigned cause, unsigned pc, unsigned value,
                          unsigned detail, unsigned group_x, unsigned group_y, unsigned group_z, unsigned local_id) {
  active_sink()->of_core(core).fault({.core = core,
                                      .warp = warp,
                                      .lane = lane,
                                      .cause = cause,
                                      .pc = pc,
                                      .value = value,
                                      .detail = detail,
                                      .group_id = {group_x, group_y, group_z},
                                      .local_id = local_id});
}

void heddle_monitor_abort(unsigned slot) { active_sink()->checkers[slot]->aborted(); }

void heddle_monitor_refused(unsigned slot, unsigned cause, unsigned value) {
  lockstep::FaultRecord record;
  record.cause = cause;
  record.value = value;
  active_sink()->checkers[slot]->fault(record);
}

void heddle_monitor_memory(unsigned core, unsigned warp, unsigned order, unsigned lane, unsigned op, unsigned amo,
                           unsigned address, const svBitVecVal* strobe, const svBitVecVal* data, unsigned old_word,
                           svBit sc_success) {
  MonitorSink& sink = *active_sink();
  lockstep::MemoryRecord& record = sink.of_core(core).next_memory();
  record.tag = {core, warp, order};
  record.lane = lane;
  record.op = static_cast<lockstep::MemoryOp>(op);
  record.amo = amo;
  record.address = address;
  std::copy_n(strobe, (sink.line_bytes + 31) / 32, record.strobe.begin());
  std::copy_n(data, sink.line_bytes / 4, record.data.begin());
  record.old_word = old_word;
  record.sc_success = sc_success != 0;
  if (record.op != lockstep::MemoryOp::kLr && (record.op != lockstep::MemoryOp::kSc || record.sc_success)) {
    sink.writes->wrote(sink.owners[core], address, record.strobe.data(), sink.line_bytes);
  }
}

void heddle_monitor_scratch(unsigned core, unsigned warp, unsigned order, unsigned op, unsigned amo, unsigned mask,
                            const svBitVecVal* address, const svBitVecVal* strobe, const svBitVecVal* data,
                            const svBitVecVal* old, unsigned sc_success) {
  MonitorSink& sink = *active_sink();
  lockstep::ScratchRecord& record = sink.of_core(core).next_scratch();
  record.tag = {core, warp, order};
  record.op = static_cast<lockstep::ScratchOp>(op);
  record.amo = amo;
  record.mask = mask;
  heddle::harness::copy_row(record.address, address, sink.lanes);
  for (unsigned lane = 0; lane < sink.lanes; ++lane) record.strobe[lane] = (strobe[lane / 8] >> (4 * (lane % 8))) & 0xF;
  heddle::harness::copy_row(record.data, data, sink.lanes);
  heddle::harness::copy_row(record.old, old, sink.lanes);
  record.sc_success = sc_success;
}

void heddle_monitor_command(unsigned core, unsigned warp, unsigned order, unsigned lane, svBit matrix,
                            const svBitVecVal* descriptor) {
  lockstep::CommandRecord record{.tag = {core, warp, order},
                                 .lane = lane,
                                 .engine = matrix != 0 ? lockstep::Engine::kMatrix : lockstep::Engine::kCopy,
                                 .descriptor = {}};
  std::copy_n(descriptor, matrix != 0 ? lockstep::kMatrixWords : lockstep::kCopyWords, record.descriptor.begin());
  active_sink()->of_engines().command(record);
}

void heddle_monitor_command_end(svBit matrix, unsigned number, unsigned how, unsigned identifier, unsigned bytes,
                                unsigned cause, unsigned operand, unsigned value) {
  active_sink()->of_engines().command_end({.engine = matrix != 0 ? lockstep::Engine::kMatrix : lockstep::Engine::kCopy,
                                           .number = number,
                                           .end = static_cast<lockstep::CommandEnd>(how),
                                           .identifier = identifier,
                                           .bytes = bytes,
                                           .cause = cause,
                                           .operand = operand,
                                           .value = value});
}

void heddle_monitor_copy_memory(unsigned number, unsigned address, const svBitVecVal* strobe, const svBitVecVal* data) {
  MonitorSink& sink = *active_sink();
  lockstep::CopyWriteRecord record{
      .number = number, .device = true, .address = address, .words = sink.line_bytes / 4, .strobe = {}, .data = {}};
  std::copy_n(strobe, (sink.line_bytes + 31) / 32, record.strobe.begin());
  std::copy_n(data, sink.line_bytes / 4, record.data.begin());
  sink.writes->wrote(sink.holder, address, record.strobe.data(), sink.line_bytes);
  sink.of_engines().copy_write(record);
}

void heddle_monitor_copy_scratch(unsigned number, unsigned address, unsigned mask, const svBitVecVal* strobe,
                                 const svBitVecVal* data) {
  MonitorSink& sink = *active_sink();
  lockstep::CopyWriteRecord record{
      .number = number, .device = false, .address = address, .words = sink.lanes, .strobe = {}, .data = {}};
  for (unsigned lane = 0; lane < sink.lanes; ++lane) {
    const unsigned bytes = (mask >> lane & 1) != 0 ? strobe[lane / 8] >> (4 * (lane % 8)) & 0xF : 0;
    record.strobe[lane / 8] |= bytes << (4 * (lane % 8));
  }
  std::copy_n(data, sink.lanes, record.data.begin());
  sink.of_engines().copy_write(record);
}

void heddle_monitor_barrier(unsigned source, unsigned core, unsigned warp, unsigned order, unsigned lane,
                            unsigned number, unsigned op, unsigned address, unsigned operand, unsigned error,
                            svBit phase, svBit over) {
  active_sink()->of_engines().barrier({.source = static_cast<lockstep::BarrierSource>(source),
                                       .tag = {core, warp, order},
                                       .lane = lane,
                                       .number = number,
                                       .op = static_cast<lockstep::BarrierOp>(op),
                                       .address = address,
                                       .operand = operand,
                                       .error = error,
                                       .phase = phase,
                                       .over = over != 0});
}

void heddle_monitor_wake(unsigned core, unsigned warp, unsigned order) {
  active_sink()->of_core(core).wake({.core = core, .warp = warp, .order = order});
}

void heddle_monitor_window(svBit turn, unsigned core, unsigned warp, unsigned order) {
  active_sink()->window_tags[turn] = {core, warp, order};
}

void heddle_monitor_accumulators(svBit turn, svBit store, unsigned mask, const svBitVecVal* address,
                                 const svBitVecVal* data) {
  MonitorSink& sink = *active_sink();
  lockstep::AccumulatorRecord record{
      .tag = sink.window_tags[turn], .store = store != 0, .mask = mask, .address = {}, .data = {}};
  heddle::harness::copy_row(record.address, address, sink.lanes);
  heddle::harness::copy_row(record.data, data, sink.lanes);
  sink.of_engines().accumulators(record);
}

void heddle_monitor_launch_ended(unsigned slot) { active_sink()->ended |= 1U << slot; }

void heddle_monitor_owner(unsigned core, unsigned slot) { active_sink()->owners[core] = slot; }

void heddle_monitor_holder(unsigned slot) { active_sink()->holder = slot; }

void heddle_monitor_outcome(unsigned slot, svBit fault, svBit aborted, svBit rejected, unsigned reason,
                            unsigned long long warp_instrs, unsigned long long lane_instrs) {
  lockstep::LaunchOutcome& outcome = active_sink()->outcomes[slot];
  outcome = {};
  outcome.fault = fault != 0;
  outcome.aborted = aborted != 0;
  outcome.rejected = rejected != 0;
  outcome.reason = reason;
  outcome.warp_instrs = warp_instrs;
  outcome.lane_instrs = lane_instrs;
}

void heddle_monitor_outcome_fault(unsigned slot, unsigned core, unsigned warp, unsigned lane, unsigned cause,
                                  unsigned pc, unsigned value, unsigned detail, unsigned group_x, unsigned group_y,
                                  unsigned group_z, unsigned local_id) {
  active_sink()->outcomes[slot].fault_record = {.core = core,
                                                .warp = warp,
                                                .lane = lane,
                                                .cause = cause,
                                                .pc = pc,
                                                .value = value,
                                                .detail = detail,
                                                .group_id = {group_x, group_y, group_z},
                                                .local_id = local_id};
}

}  // extern "C"
