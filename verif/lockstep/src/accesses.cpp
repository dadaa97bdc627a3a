// Stores and atomics: when memory changes, and in which order (docs/architecture.md, section 5).
//
// The model's memory takes each write at the moment the RTL reports it.
#include <fmt/format.h>

#include <algorithm>

#include "state.h"

namespace heddle::lockstep {

// ---- stores --------------------------------------------------------------------------------------------------------

// Stores of one lane to one byte become visible in program order.
void Checker::State::check_store_order(const WarpContext& context, const Slot& slot, unsigned lane, unsigned strobe) {
  for (const auto& earlier : context.in_flight) {
    if (earlier.get() == &slot) return;
    if (!earlier->is_store() || (earlier->unperformed & model::lane_bit(lane)) == 0) continue;
    if (earlier->word(lane) != slot.word(lane) || earlier->space(lane) != slot.space(lane)) continue;
    if ((earlier->store[lane].pending & strobe) == 0) continue;
    diverge("store.order",
            fmt::format("lane {} stored to {:#010x} in slot {} before; that is not visible yet", lane, slot.word(lane),
                        earlier->tag.order),
            slot.tag, {}, {slot.word(lane)});
  }
}

void Checker::State::perform_device_store(const MemoryRecord& record, const WarpContext* own, Slot& slot) {
  const unsigned words = shape.line_bytes / 4;
  const uint32_t line = record.address & ~(shape.line_bytes - 1);
  // What of the line this slot has still to write.
  std::array<unsigned, kMaxLineBytes / 4> pending{};
  std::array<uint32_t, kMaxLineBytes / 4> data{};
  model::for_each_lane(slot.unperformed, [&](unsigned lane) {
    const uint32_t word = slot.word(lane);
    if (slot.space(lane) != model::Space::kDevice || (word & ~(shape.line_bytes - 1)) != line) return;
    const unsigned index = (word - line) / 4;
    const LaneStore& store = slot.store[lane];
    pending[index] |= store.pending;
    const uint32_t bytes = byte_mask(store.strobe);
    data[index] = (data[index] & ~bytes) | (store.data & bytes);
  });
  bool any = false;
  for (unsigned index = 0; index < words; ++index) {
    const unsigned strobe = (record.strobe[index / 8] >> (4 * (index % 8))) & 0xF;
    if (strobe == 0) continue;
    any = true;
    const uint32_t address = line + 4 * index;
    if ((strobe & ~pending[index]) != 0) {
      diverge(
          "memory.strobe",
          fmt::format("bytes {:#x} of the word at {:#010x} are written, the store has only {:#x} of it left to write",
                      strobe, address, pending[index]),
          slot.tag, {}, {address});
    }
    const uint32_t bytes = byte_mask(strobe);
    if (((record.data[index] ^ data[index]) & bytes) != 0) {
      diverge("memory.data",
              fmt::format("the store writes {:#010x} to {:#010x}, expected {:#010x} (bytes {:#x})",
                          record.data[index] & bytes, address, data[index] & bytes, strobe),
              slot.tag, {}, {address});
    }
    memory.write_word({model::Space::kDevice, address}, record.data[index], strobe);
    model::for_each_lane(slot.unperformed, [&](unsigned lane) {
      if (slot.word(lane) != address || slot.space(lane) != model::Space::kDevice) return;
      if (own != nullptr) check_store_order(*own, slot, lane, strobe & slot.store[lane].strobe);
      slot.store[lane].pending &= ~strobe;
    });
    word_changed(model::Space::kDevice, address, own, own != nullptr ? &slot : nullptr);
  }
  if (!any) diverge("memory.strobe", "a write without any byte", slot.tag);
  model::for_each_lane(slot.unperformed, [&](unsigned lane) {
    if (slot.store[lane].pending == 0) slot.unperformed &= ~model::lane_bit(lane);
  });
}

// A warp may end before its last stores are visible, and the next one in its slot counts its own slots from 0 again.
// The stores of one warp slot to one line become visible in order, so that the oldest that has the line to write is
// meant.
bool Checker::State::perform_left_store(const MemoryRecord& record) {
  const uint32_t line = record.address & ~(shape.line_bytes - 1);
  const auto is_meant = [&](const LeftStore& left) {
    const Slot& slot = *left.slot;
    if (slot.tag.core != record.tag.core || slot.tag.warp != record.tag.warp || slot.tag.order != record.tag.order)
      return false;
    bool writes = false;
    model::for_each_lane(slot.unperformed, [&](unsigned lane) {
      writes = writes || (slot.word(lane) & ~(shape.line_bytes - 1)) == line;
    });
    return writes;
  };
  const auto left = std::find_if(left_stores.begin(), left_stores.end(), is_meant);
  if (left == left_stores.end()) return false;
  // Behind one that was left before it no other may come.
  for (auto earlier = left_stores.begin(); earlier != left; ++earlier) {
    const Slot& slot = *earlier->slot;
    if (slot.tag.core != record.tag.core || slot.tag.warp != record.tag.warp) continue;
    model::for_each_lane(slot.unperformed, [&](unsigned lane) {
      if ((slot.word(lane) & ~(shape.line_bytes - 1)) != line) return;
      const unsigned index = (slot.word(lane) - line) / 4;
      const unsigned strobe = (record.strobe[index / 8] >> (4 * (index % 8))) & 0xF;
      if ((slot.store[lane].pending & strobe) == 0) return;
      diverge("store.order",
              fmt::format("lane {} stored to {:#010x} in slot {} of a warp before; that is not visible yet", lane,
                          slot.word(lane), slot.tag.order),
              record.tag, {}, {slot.word(lane)});
    });
  }
  perform_device_store(record, nullptr, *left->slot);
  if (left->slot->finished()) {
    free_slots.push_back(std::move(left->slot));
    left_stores.erase(left);
  }
  return true;
}

// ---- AMO, LR, SC ---------------------------------------------------------------------------------------------------

void Checker::State::perform_atomic(const Atomic& event, model::AccessKind kind, model::Space space,
                                    WarpContext& context, Slot& slot) {
  const Tag& tag = slot.tag;
  const unsigned lane = event.lane;
  if (lane >= shape.lanes || (slot.unperformed & model::lane_bit(lane)) == 0) {
    diverge("memory.lane",
            fmt::format("lane {} is performed, lanes {:#x} of the slot are still to come", lane, slot.unperformed),
            tag);
  }
  if (slot.space(lane) != space || slot.step.location[lane].address != event.word) {
    diverge("memory.address",
            fmt::format("lane {}: expected {:#010x}, got {:#010x}", lane, slot.step.location[lane].address, event.word),
            tag, {}, {event.word});
  }
  const bool has_operand = kind != model::AccessKind::kLr;
  if (has_operand && slot.step.data[lane] != event.operand) {
    diverge("memory.data", "operand of the atomic", tag, {{lane, slot.step.data[lane], event.operand}});
  }
  if (kind == model::AccessKind::kAmo && static_cast<uint32_t>(slot.step.amo) != event.amo) {
    diverge("memory.amo", fmt::format("expected operation {}, got {}", static_cast<uint32_t>(slot.step.amo), event.amo),
            tag);
  }
  model::for_each_lane(slot.unperformed & (model::lane_bit(lane) - 1), [&](unsigned lower) {
    if (slot.space(lower) == space && slot.word(lower) == event.word) {
      diverge("memory.lane_order", fmt::format("lane {} comes before lane {} at the same word", lane, lower), tag, {},
              {event.word});
    }
  });
  for (const auto& earlier : context.in_flight) {
    if (earlier.get() == &slot) break;
    if (earlier->step.is_engine) continue;
    if (earlier->unperformed == 0 && !(earlier->is_load() && earlier->unwritten != 0)) continue;
    diverge("memory.order",
            fmt::format("the atomic is performed while the access of slot {} is incomplete", earlier->tag.order), tag);
  }

  const model::Location place{space, event.word};
  const uint32_t expected_old = memory.read_word(place);
  // The RTL does not report what an SC replaces.
  if (kind != model::AccessKind::kSc && expected_old != event.old_word) {
    diverge("memory.old_word", fmt::format("word at {:#010x} before the operation", event.word), tag,
            {{lane, expected_old, event.old_word}}, {event.word});
  }
  uint32_t value = expected_old;
  const unsigned warp_slot = context.warp->global_slot();
  bool changed = true;
  switch (kind) {
    case model::AccessKind::kAmo: memory.amo(place, slot.step.amo, event.operand); break;
    case model::AccessKind::kLr: {
      // The lowest lane of the instruction in this memory holds the reservation.
      bool lowest = true;
      model::for_each_lane(slot.step.access & (model::lane_bit(lane) - 1),
                           [&](unsigned lower) { lowest = lowest && slot.space(lower) != space; });
      if (lowest) memory.load_reserved(place, warp_slot, lane);
      changed = false;
      break;
    }
    case model::AccessKind::kSc: {
      const bool success = memory.store_conditional(place, warp_slot, lane, event.operand);
      if (success != event.sc_success) {
        diverge("memory.sc_success",
                fmt::format("lane {}: the SC to {:#010x} {} in the model, {} in the RTL", lane, event.word,
                            success ? "succeeds" : "fails", event.sc_success ? "succeeds" : "fails"),
                tag, {}, {event.word});
      }
      value = success ? 0 : 1;
      changed = success;
      if (!success) slot.sc_failed |= model::lane_bit(lane);
      break;
    }
    default: break;
  }
  slot.value[lane] = value;
  slot.value_known |= model::lane_bit(lane);
  slot.unperformed &= ~model::lane_bit(lane);
  if (kind != model::AccessKind::kSc) model::complete_access(*context.warp, slot.step, lane, value);
  if (changed) word_changed(space, event.word, &context, &slot);
  if (kind != model::AccessKind::kSc) return;

  bool last_here = true;
  model::for_each_lane(slot.unperformed, [&](unsigned other) { last_here = last_here && slot.space(other) != space; });
  if (last_here) memory.end_store_conditional(space, warp_slot);
  if (slot.unperformed == 0) {
    model::finish_sc(*context.warp, slot.step, slot.sc_failed);
    after_slot(context);
  }
}

// ---- events of the memories ----------------------------------------------------------------------------------------

void Checker::State::handle_memory(const MemoryRecord& record) {
  const Tag& tag = record.tag;
  if (!running) diverge("memory", "device memory changes while no launch runs", tag, {}, {record.address});
  if (record.op == MemoryOp::kWrite && perform_left_store(record)) return;
  WarpContext& context = context_of(tag, "memory.tag");
  Slot& slot = slot_of(context, tag, "memory.tag");
  const auto expect_kind = [&](model::AccessKind kind) {
    if (!slot.step.is_memory || slot.step.kind != kind) diverge("memory.op", "the slot is not of that kind", tag);
  };
  if (record.op == MemoryOp::kWrite) {
    expect_kind(model::AccessKind::kStore);
    perform_device_store(record, &context, slot);
  } else if (record.op == MemoryOp::kAmo || record.op == MemoryOp::kLr || record.op == MemoryOp::kSc) {
    const model::AccessKind kind = record.op == MemoryOp::kAmo  ? model::AccessKind::kAmo
                                   : record.op == MemoryOp::kLr ? model::AccessKind::kLr
                                                                : model::AccessKind::kSc;
    expect_kind(kind);
    const unsigned index = (record.address & (shape.line_bytes - 1)) / 4;
    const unsigned strobe = (record.strobe[index / 8] >> (4 * (index % 8))) & 0xF;
    if (kind != model::AccessKind::kLr && strobe != 0xF) {
      diverge("memory.strobe", fmt::format("an atomic of bytes {:#x} of its word", strobe), tag);
    }
    perform_atomic({.lane = record.lane,
                    .word = record.address,
                    .amo = record.amo,
                    .operand = record.data[index],
                    .old_word = record.old_word,
                    .sc_success = record.sc_success},
                   kind, model::Space::kDevice, context, slot);
  } else {
    diverge("memory.op", "reads are not reported", tag);
  }
  retire_if_finished(context, slot);
}

void Checker::State::handle_scratch(const ScratchRecord& record) {
  const Tag& tag = record.tag;
  if (!running) diverge("scratch", "the scratchpad changes while no launch runs", tag);
  WarpContext& context = context_of(tag, "scratch.tag");
  Slot& slot = slot_of(context, tag, "scratch.tag");
  model::AccessKind kind = model::AccessKind::kStore;
  switch (record.op) {
    case ScratchOp::kStore: kind = model::AccessKind::kStore; break;
    case ScratchOp::kAmo: kind = model::AccessKind::kAmo; break;
    case ScratchOp::kLr: kind = model::AccessKind::kLr; break;
    case ScratchOp::kSc: kind = model::AccessKind::kSc; break;
    default: diverge("scratch.op", "not an operation that changes the scratchpad", tag);
  }
  if (!slot.step.is_memory || slot.step.kind != kind) diverge("scratch.op", "the slot is not of that kind", tag);
  if (record.mask == 0 || (record.mask & ~slot.unperformed) != 0) {
    diverge("scratch.mask",
            fmt::format("lanes {:#x} are performed, lanes {:#x} of the slot are still to come", record.mask,
                        slot.unperformed),
            tag);
  }
  model::for_each_lane(record.mask, [&](unsigned lane) {
    if (kind != model::AccessKind::kStore) {
      perform_atomic({.lane = lane,
                      .word = record.address[lane],
                      .amo = record.amo,
                      .operand = record.data[lane],
                      .old_word = record.old[lane],
                      .sc_success = ((record.sc_success >> lane) & 1) != 0},
                     kind, model::Space::kScratchpad, context, slot);
      return;
    }
    LaneStore& store = slot.store[lane];
    const uint32_t word = slot.word(lane);
    if (slot.space(lane) != model::Space::kScratchpad || (record.address[lane] & ~3U) != word) {
      diverge("scratch.address",
              fmt::format("lane {}: expected {:#x}, got {:#x}", lane, word, record.address[lane] & ~3U), tag, {},
              {word});
    }
    if (record.strobe[lane] != store.strobe) {
      diverge("scratch.strobe",
              fmt::format("lane {}: expected {:#x}, got {:#x}", lane, store.strobe, record.strobe[lane]), tag, {},
              {word});
    }
    const uint32_t bytes = byte_mask(store.strobe);
    if (((record.data[lane] ^ store.data) & bytes) != 0) {
      diverge("scratch.data", "data of the store, in word position", tag,
              {{lane, store.data & bytes, record.data[lane] & bytes}}, {word});
    }
    // The highest lane's value remains.
    model::for_each_lane(
        slot.step.access & ~slot.unperformed & ~((model::lane_bit(lane) << 1) - 1), [&](unsigned higher) {
          if (slot.space(higher) == model::Space::kScratchpad && slot.word(higher) == word &&
              (slot.store[higher].strobe & store.strobe) != 0) {
            diverge("scratch.lane_order", fmt::format("lane {} stores after lane {} at the same bytes", lane, higher),
                    tag, {}, {word});
          }
        });
    check_store_order(context, slot, lane, store.strobe);
    memory.write_word({model::Space::kScratchpad, word}, record.data[lane], store.strobe);
    store.pending = 0;
    slot.unperformed &= ~model::lane_bit(lane);
    word_changed(model::Space::kScratchpad, word, &context, &slot);
  });
  retire_if_finished(context, slot);
}

}  // namespace heddle::lockstep
