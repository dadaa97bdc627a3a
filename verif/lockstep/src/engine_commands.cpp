// Commands of the copy and the matrix engine: taken, what they write, their ends.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state.h"

namespace heddle::lockstep {

namespace {

const char* name_of(Engine engine) { return engine == Engine::kCopy ? "copy" : "matrix"; }

// Calls visit(byte of the box, device address or nothing) for each byte of a load or store.
template <typename Visit>
void visit_box(const model::CopyCommand& c, Visit&& visit) {
  for (uint32_t byte = 0; byte < c.bytes(); byte += c.element) {
    uint32_t rest = byte / c.element;
    uint32_t address = c.base;
    bool inside = true;
    for (unsigned d = 0; d < model::CopyCommand::kRank; ++d) {
      const int64_t index = int64_t{c.first[d]} + rest % c.box[d];
      rest /= c.box[d];
      inside = inside && index >= 0 && index < int64_t{c.size[d]};
      address += static_cast<uint32_t>(index) * c.stride[d];
    }
    for (uint32_t b = 0; b < c.element; ++b) {
      visit(byte + b, inside ? std::optional<uint32_t>(address + b) : std::nullopt);
    }
  }
}

}  // namespace

uint8_t Checker::State::device_byte(uint32_t address) const {
  return static_cast<uint8_t>(memory.read_word({model::Space::kDevice, address}) >> 8 * (address % 4));
}

void Checker::State::list_bytes(EngineCommand& command) {
  const model::CopyCommand& c = command.copy;
  const uint32_t base = command.giver.scratch_base;
  if (c.direction == model::CopyCommand::Direction::kFill) {
    for (uint32_t byte = 0; byte < c.bytes(); ++byte) {
      command.bytes[base + c.place(byte)] = {
          .source = {}, .value = static_cast<uint8_t>(c.fill >> 8 * (byte % 4)), .later = {}};
    }
    return;
  }
  const bool load = c.direction == model::CopyCommand::Direction::kLoad;
  visit_box(c, [&](uint32_t byte, std::optional<uint32_t> address) {
    const uint32_t place = base + c.place(byte);
    if (load) {
      command.bytes[place] = {.source = address, .value = address ? device_byte(*address) : uint8_t{0}, .later = {}};
    } else if (address) {
      command.bytes[*address] = {.source = place, .value = memory.scratchpad()[place], .later = {}};
    }
  });
}

void Checker::State::handle_command(const CommandRecord& record) {
  const Tag& tag = record.tag;
  WarpContext& context = context_of(tag, "command.tag");
  Slot& slot = slot_of(context, tag, "command.tag");
  const isa::Op op = record.engine == Engine::kCopy ? isa::Op::HdCopy : isa::Op::HdMatrix;
  if (!slot.step.is_engine || slot.step.instruction.op != op) {
    diverge("command.engine", fmt::format("the slot gives no {} command", name_of(record.engine)), tag);
  }
  if (slot.unperformed == 0 || model::first_lane(slot.unperformed) != record.lane) {
    diverge("command.lane",
            fmt::format("lane {} is taken, lanes {:#x} are to come, in ascending order", record.lane, slot.unperformed),
            tag);
  }
  EngineCommand command{.tag = tag,
                        .lane = record.lane,
                        .pc = slot.step.pc,
                        .giver = context.warp->identity,
                        .group = context.group->linear_id,
                        .fault = {},
                        .copy = {},
                        .matrix = {},
                        .bytes = {}};
  const uint32_t at = slot.step.location[record.lane].address;
  const unsigned words = record.engine == Engine::kCopy ? kCopyWords : kMatrixWords;
  for (unsigned w = 0; w < words; ++w) {
    const uint32_t word = at + 4 * w;
    for (const auto& earlier : context.in_flight) {
      if (earlier.get() == &slot) break;
      if (!earlier->is_store() || (earlier->unperformed & model::lane_bit(record.lane)) == 0) continue;
      if (earlier->space(record.lane) != model::Space::kScratchpad || earlier->word(record.lane) != word) continue;
      diverge("command.order",
              fmt::format("the descriptor was read before the lane's store of slot {}", earlier->tag.order), tag, {},
              {word});
    }
    const uint32_t expected = memory.read_word({model::Space::kScratchpad, word});
    if (expected != record.descriptor[w]) {
      diverge(
          "command.descriptor",
          fmt::format("word {} of the descriptor: expected {:#010x}, got {:#010x}", w, expected, record.descriptor[w]),
          tag, {}, {word});
    }
  }
  const auto index = static_cast<size_t>(record.engine);
  command.identifier = record.descriptor[0] >> 16;
  if (std::ranges::find(engine.faulted[index], command.group) != engine.faulted[index].end()) {
    command.fault = model::EngineFault{.code = model::kFaultAfter};
  } else if (record.engine == Engine::kCopy) {
    command.fault = model::check(record.descriptor, launch.scratch_size, command.copy);
    if (!command.fault) list_bytes(command);
  } else {
    model::MatrixDescriptor descriptor{};
    std::copy_n(record.descriptor.begin(), descriptor.size(), descriptor.begin());
    command.fault = model::check(descriptor, shape, launch.accumulators, launch.scratch_size, command.matrix);
  }
  engine.commands.emplace(CommandKey{record.engine, engine.taken[index]++}, std::move(command));
  slot.unperformed &= ~model::lane_bit(record.lane);
  retire_if_finished(context, slot);
}

void Checker::State::handle_copy_write(const CopyWriteRecord& record) {
  const auto found = engine.commands.find({Engine::kCopy, record.number});
  if (found == engine.commands.end()) {
    diverge("copy_write.number", fmt::format("copy command {} is not under way", record.number));
  }
  EngineCommand& command = found->second;
  const bool store = command.copy.direction == model::CopyCommand::Direction::kStore;
  if (store != record.device) diverge("copy_write.device", "the command writes to the other memory", command.tag);
  const model::Space space = record.device ? model::Space::kDevice : model::Space::kScratchpad;
  for (uint32_t w = 0; w < record.words; ++w) {
    const uint32_t word = record.address + 4 * w;
    const unsigned strobe = record.strobe[w / 8] >> (4 * (w % 8)) & 0xF;
    for (unsigned b = 0; b < 4; ++b) {
      if ((strobe >> b & 1) == 0) continue;
      const auto at = command.bytes.find(word + b);
      if (at == command.bytes.end() || at->second.written) {
        diverge("copy_write.address",
                fmt::format("copy command {} has no byte (any more) at {:#010x}", record.number, word + b), command.tag,
                {}, {word});
      }
      CopiedByte& byte = at->second;
      const auto got = static_cast<uint8_t>(record.data[w] >> 8 * b);
      // What it holds now, what it has held since the command was taken.
      const uint8_t expected =
          store ? memory.scratchpad()[*byte.source] : (byte.later.empty() ? byte.value : byte.later.back());
      const bool fine = got == expected || got == byte.value || std::ranges::find(byte.later, got) != byte.later.end();
      if (fine && got != expected) ++statistics.copied_copy_race;
      if (!fine) {
        diverge("copy_write.data",
                fmt::format("byte at {:#010x}: expected {:#04x}, got {:#04x}", word + b, expected, got), command.tag,
                {}, {word});
      }
      byte.written = true;
    }
    if (strobe == 0) continue;
    memory.write_word({space, word}, record.data[w], strobe);
    word_changed(space, word, nullptr, nullptr);
  }
}

// What of a copy has to have been written when it is complete, or had a fault at element `address`.
void Checker::State::check_written(const CommandEndRecord& record, const EngineCommand& command) {
  for (const auto& [place, byte] : command.bytes) {
    if (byte.written) continue;
    diverge("command.bytes_missing",
            fmt::format("copy command {} is complete, the byte at {:#010x} was never written", record.number, place),
            command.tag, {}, {place & ~3U});
  }
}

void Checker::State::check_fault(const CommandEndRecord& record, const EngineCommand& command) {
  constexpr uint32_t kAccess = 6;
  constexpr uint32_t kMemory = 7;
  model::EngineFault expected{};
  const auto& faulted = engine.faulted[static_cast<size_t>(record.engine)];
  if (command.fault) {
    expected = *command.fault;
  } else if (record.engine == Engine::kCopy && record.cause == model::kFaultAfter &&
             std::ranges::find(faulted, command.group) != faulted.end() &&
             std::ranges::none_of(command.bytes, [](const auto& byte) { return byte.second.written; })) {
    // The fault of one before it was told between the command's being taken and its check, which has moved nothing.
    ++statistics.copied_fault_after;
    expected.code = model::kFaultAfter;
  } else if (record.engine == Engine::kCopy && record.cause == kMemory) {
    if (!bus_refuses(record.value)) {
      diverge("command.cause", fmt::format("memory is said to have refused the line at {:#010x}", record.value),
              command.tag);
    }
    ++statistics.copied_bus_error;
    expected = {.code = kMemory, .value = record.value};
  } else if (record.engine == Engine::kCopy && command.copy.direction != model::CopyCommand::Direction::kFill) {
    const bool write = command.copy.direction == model::CopyCommand::Direction::kStore;
    visit_box(command.copy, [&](uint32_t byte, std::optional<uint32_t> address) {
      if (byte % command.copy.element != 0 || !address || expected.code != 0) return;
      if (!memory.may_access(command.giver.core, *address, command.copy.element, write))
        expected = {.code = kAccess, .value = *address};
    });
  }
  const auto check = [&](const char* field, uint32_t want, uint32_t got) {
    if (want != got) diverge(field, fmt::format("expected {:#x}, got {:#x}", want, got), command.tag);
  };
  check("command.cause", expected.code, record.cause);
  check("command.operand", expected.operand, record.operand);
  check("command.value", expected.value, record.value);
  engine.faulted[static_cast<size_t>(record.engine)].push_back(command.group);
  expect_fault(record.engine == Engine::kCopy ? model::Cause::kCopyEngine : model::Cause::kMatrixEngine, expected,
               command);
}

void Checker::State::expect_fault(model::Cause cause, const model::EngineFault& fault, const EngineCommand& command) {
  engine.any_fault = true;
  engine.faults.push_back(
      model::engine_fault(cause, fault, command.identifier, command.giver, command.lane, command.pc));
}

void Checker::State::perform_matrix(EngineCommand& command) {
  if (std::exchange(command.performed, true)) return;
  const size_t words = shape.buffer_bytes() / 4;
  const unsigned buffer = command.giver.first_buffer + command.matrix.buffer;
  model::perform(command.matrix, shape, memory.scratchpad().subspan(command.giver.scratch_base),
                 memory.accumulators().subspan(buffer * words, words));
  for (Slot* load : open_loads) {
    model::for_each_lane(load->unwritten, [&](unsigned lane) {
      if (load->space(lane) == model::Space::kAccumulators) {
        word_changed(model::Space::kAccumulators, load->word(lane), nullptr, nullptr);
      }
    });
  }
}

void Checker::State::settle_buffer(unsigned buffer) {
  const auto for_buffer = [&](const auto& entry) {
    const auto& [key, command] = entry;
    return key.first == Engine::kMatrix && !command.fault && !command.performed &&
           command.giver.first_buffer + command.matrix.buffer == buffer;
  };
  const auto newest = std::find_if(engine.commands.rbegin(), engine.commands.rend(), for_buffer);
  if (newest == engine.commands.rend()) return;
  // In their order, those for the other buffer, too.
  const CommandKey last = newest->first;
  for (auto at = engine.commands.lower_bound({Engine::kMatrix, 0}); at != engine.commands.end() && at->first <= last;
       ++at) {
    if (!at->second.fault) perform_matrix(at->second);
  }
}

void Checker::State::handle_command_end(const CommandEndRecord& record) {
  const CommandKey key{record.engine, record.number};
  const auto found = engine.commands.find(key);
  if (found == engine.commands.end()) {
    diverge("command.number", fmt::format("{} command {} is not under way", name_of(record.engine), record.number));
  }
  EngineCommand& command = found->second;
  if (record.identifier != command.identifier) {
    diverge("command.identifier", fmt::format("expected {:#x}, got {:#x}", command.identifier, record.identifier),
            command.tag);
  }
  switch (record.end) {
    case CommandEnd::kFault: check_fault(record, command); break;
    case CommandEnd::kStopped:
      // (The end of the launch may be told in the same cycle, and is looked at behind the engines.)
      if (!aborted && !abort_event && faults.empty() && fault_events.empty() && !engine.any_fault) {
        diverge("command.end", "stopped, although the launch has neither a fault nor an abort", command.tag);
      }
      if (record.engine == Engine::kMatrix && !command.fault) perform_matrix(command);
      break;
    case CommandEnd::kComplete:
      if (command.fault) {
        diverge("command.end", fmt::format("it is complete, in the model it has fault {}", command.fault->code),
                command.tag);
      }
      if (record.engine == Engine::kCopy) {
        if (record.bytes != command.copy.bytes()) {
          diverge("command.bytes", fmt::format("expected {}, got {}", command.copy.bytes(), record.bytes), command.tag);
        }
        check_written(record, command);
      } else {
        const auto oldest = engine.commands.lower_bound({Engine::kMatrix, 0});
        if (oldest->first != key) {
          diverge("command.order", fmt::format("matrix command {} comes before it", oldest->first.second), command.tag);
        }
        perform_matrix(command);
      }
      if (record.engine == Engine::kCopy && command.copy.complete) {
        engine.completions[key] = {.op = BarrierOp::kComplete,
                                   .address = command.giver.scratch_base + command.copy.barrier,
                                   .operand = record.bytes,
                                   .command = command};
      } else if (record.engine == Engine::kMatrix && command.matrix.arrive) {
        engine.completions[key] = {.op = BarrierOp::kArrive,
                                   .address = command.giver.scratch_base + command.matrix.barrier,
                                   .operand = 0,
                                   .command = command};
      }
      break;
  }
  engine.commands.erase(key);
}

}  // namespace heddle::lockstep
