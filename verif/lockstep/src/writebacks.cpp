// Register writes: what loads may bring (docs/architecture.md, section 5).
//
// A load's legal values are collected as they come: the word as its lane sees it at commit (its own stores that are not
// visible yet laid over memory), and again after every change of that word until the write-back. Words are taken whole,
// so that a load that mixes bytes of two moments is found.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "heddle/generated/csrs.h"
#include "state.h"

namespace heddle::lockstep {

namespace {

// The bytes a lane accesses, in the low bits.
uint32_t accessed_bytes(const Slot& slot, unsigned lane, uint32_t word) {
  const uint32_t shifted = word >> (8 * (slot.step.location[lane].address & 3));
  return slot.step.size >= 4 ? shifted : shifted & ((1U << (8 * slot.step.size)) - 1);
}

}  // namespace

// ---- loads ---------------------------------------------------------------------------------------------------------

uint32_t Checker::State::seen_by(const WarpContext& context, const Slot& load, unsigned lane) const {
  uint32_t word = memory.read_word({load.space(lane), load.word(lane)});
  for (const auto& earlier : context.in_flight) {
    if (earlier->tag.order >= load.tag.order) break;
    if (!earlier->is_store() || (earlier->unperformed & model::lane_bit(lane)) == 0) continue;
    if (earlier->space(lane) != load.space(lane) || earlier->word(lane) != load.word(lane)) continue;
    const uint32_t bytes = byte_mask(earlier->store[lane].pending);
    word = (word & ~bytes) | (earlier->store[lane].data & bytes);
  }
  return word;
}

void Checker::State::open_load(WarpContext& context, Slot& slot, unsigned lane) {
  LoadWatch& watch = slot.load[lane];
  watch.open = true;
  watch.strobe = ((1U << slot.step.size) - 1) << (slot.step.location[lane].address & 3);
  watch.values.clear();
  watch.values.push_back(seen_by(context, slot, lane) & byte_mask(watch.strobe));
}

void Checker::State::word_changed(model::Space space, uint32_t word, const WarpContext* writer_context,
                                  const Slot* writer) {
  if (!engine.commands.empty() && space != model::Space::kAccumulators) engines_see(space, word, writer);
  for (Slot* load : open_loads) {
    model::for_each_lane(load->unwritten, [&](unsigned lane) {
      if (load->word(lane) != word || load->space(lane) != space) return;
      LoadWatch& watch = load->load[lane];
      if (!watch.open) return;
      WarpContext& context = contexts[load->tag.core * shape.warps + load->tag.warp];
      // A lane's load does not see its own later store.
      if (&context == writer_context && writer != nullptr && writer->tag.order > load->tag.order &&
          (writer->step.access & model::lane_bit(lane)) != 0 && writer->space(lane) == space &&
          writer->word(lane) == word && (!writer->is_store() || (writer->store[lane].strobe & watch.strobe) != 0)) {
        watch.open = false;
        return;
      }
      const uint32_t value = seen_by(context, *load, lane) & byte_mask(watch.strobe);
      if (std::find(watch.values.begin(), watch.values.end(), value) == watch.values.end())
        watch.values.push_back(value);
    });
  }
}

// Of several warps that are refused a line at once the RTL reports one, and the others' registers are written all the
// same.
void Checker::State::note_refusal(WarpContext& context, const Slot& slot, unsigned lane) {
  if (context.bus_error || slot.space(lane) != model::Space::kDevice || !bus_refuses(slot.word(lane))) return;
  context.bus_error = true;
  refused_access = true;
  ++statistics.copied_bus_error;
}

// The bytes that explain the value, for the model's register.
uint32_t Checker::State::match_load(const WritebackRecord& record, WarpContext& context, Slot& slot, unsigned lane) {
  const uint32_t got = record.data[lane];
  LoadWatch& watch = slot.load[lane];
  for (const uint32_t word : watch.values) {
    const uint32_t raw = accessed_bytes(slot, lane, word);
    if (model::load_result(slot.step.instruction.op, raw) == got) return raw;
  }
  note_refusal(context, slot, lane);
  if (context.bus_error) return accessed_bytes(slot, lane, watch.values.front());
  std::string held;
  for (size_t i = 0; i < std::min<size_t>(watch.values.size(), 6); ++i) {
    held += fmt::format(" {:#010x}",
                        model::load_result(slot.step.instruction.op, accessed_bytes(slot, lane, watch.values[i])));
  }
  diverge("writeback.data",
          fmt::format("lane {} loads {:#x}; from commit (cycle {}) to now its bytes held{}{}", lane,
                      slot.step.address[lane], slot.commit_cycle, held, watch.values.size() > 6 ? " ..." : ""),
          slot.tag,
          {{lane, model::load_result(slot.step.instruction.op, accessed_bytes(slot, lane, watch.values.back())), got}},
          {slot.word(lane)});
}

// ---- register writes -----------------------------------------------------------------------------------------------

// cycle, time and their high halves: the RTL's value, within bounds.
void Checker::State::copy_counter(const WritebackRecord& record, WarpContext& context, Slot& slot) {
  const uint32_t got = record.data[model::first_lane(record.mask)];
  const auto csr = static_cast<isa::Csr>(slot.step.instruction.csr);
  const bool high = csr == isa::Csr::Mcycleh || csr == isa::Csr::Cycleh || csr == isa::Csr::Timeh;
  const auto out_of_bounds = [&](uint64_t value) {
    diverge("writeback.cycle",
            fmt::format("the cycle counter reads {:#x}; it is cycle {} now, and this warp last read {}", value, now,
                        context.last_cycle_value),
            slot.tag);
  };
  if (high) {
    if (got != now >> 32 && got != (now - std::min(now, kCycleLag)) >> 32) out_of_bounds(got);
  } else {
    const uint32_t behind = static_cast<uint32_t>(now) - got;
    if (behind > kCycleLag + (now - slot.commit_cycle)) out_of_bounds(got);
    const uint64_t value = now - behind;
    if (value < context.last_cycle_value) out_of_bounds(got);
    context.last_cycle_value = value;
  }
  model::for_each_lane(record.mask, [&](unsigned lane) {
    slot.value[lane] = got;
    context.warp->write_register(slot.step.rd, lane, got);
    ++statistics.copied_cycle;
  });
}

void Checker::State::handle_writeback(const WritebackRecord& record) {
  const Tag& tag = record.tag;
  WarpContext& context = context_of(tag, "writeback.tag");
  Slot& slot = slot_of(context, tag, "writeback.tag");
  if (record.rd != slot.step.rd) {
    diverge("writeback.rd", fmt::format("expected {}, got {}", register_text(slot.step.rd), register_text(record.rd)),
            tag);
  }
  if (record.mask == 0 || (record.mask & ~slot.unwritten) != 0) {
    diverge("writeback.mask",
            fmt::format("lanes {:#x} are written, but only {:#x} are still to be written by this slot", record.mask,
                        slot.unwritten),
            tag);
  }
  for (const auto& earlier : context.in_flight) {
    if (earlier.get() == &slot) break;
    if (slot.step.rd != 0 && earlier->step.rd == slot.step.rd && (earlier->unwritten & record.mask) != 0) {
      diverge("writeback.order",
              fmt::format("slot {} has yet to write {} in lanes {:#x}", earlier->tag.order, register_text(slot.step.rd),
                          earlier->unwritten & record.mask),
              tag);
    }
  }
  if (slot.step.reads_counter) copy_counter(record, context, slot);
  const model::LaneMask unknown = record.mask & ~slot.value_known;
  if (slot.is_load()) {
    model::for_each_lane(record.mask, [&](unsigned lane) {
      const uint32_t raw = match_load(record, context, slot, lane);
      model::complete_access(*context.warp, slot.step, lane, raw);
      slot.value[lane] = record.data[lane];
    });
    context.load_pending[slot.step.rd] &= ~record.mask;
  } else if (unknown != 0 && slot.failed) {
    context.load_pending[slot.step.rd] &= ~record.mask;
  } else if (unknown != 0) {
    model::for_each_lane(unknown, [&](unsigned lane) { note_refusal(context, slot, lane); });
    if (!context.bus_error) {
      diverge("writeback.early",
              fmt::format("the register is written before the atomic is performed in lanes {:#x}", unknown), tag);
    }
  } else {
    if (record.rd != 0) {
      compare_lanes("writeback.data", "value of " + register_text(record.rd), tag, record.mask, slot.value,
                    record.data);
    }
    if (slot.step.is_memory || slot.step.is_engine) context.load_pending[slot.step.rd] &= ~record.mask;
  }
  compare_lanes("writeback.flags", "floating-point flags that the instruction raises", tag,
                record.mask & slot.step.flagged, slot.step.flags, record.flags);
  compare_lanes("writeback.flags", "floating-point flags of an instruction that raises none", tag,
                record.mask & ~slot.step.flagged, Row{}, record.flags);
  slot.unwritten &= ~record.mask;
  retire_if_finished(context, slot);
}

}  // namespace heddle::lockstep
