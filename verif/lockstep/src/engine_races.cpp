// Memory that changes while commands of the engines use it (docs/copy.md, docs/matrix.md): a copy may bring any value
// that its source has held since it was taken; what a matrix command reads has to stay as it is.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/matrix/dot.h"
#include "state.h"

namespace heddle::lockstep {

namespace {

// Whether the word at `offset` of the workgroup's allocation is in one of `pieces` stretches of `width` bytes; all
// begin at multiples of 32.
bool among(uint32_t offset, uint32_t start, uint64_t pieces, uint32_t stride, uint64_t width) {
  if (offset < start) return false;
  const uint64_t behind = offset - start;
  const uint64_t piece = stride == 0 ? 0 : std::min(behind / stride, pieces - 1);
  return behind - piece * stride < width;
}

bool reads(const model::MatrixCommand& c, uint32_t offset) {
  const auto operand = [&](const model::MatrixCommand::Operand& place, matrix::Element element, unsigned rows) {
    const unsigned elements = matrix::group_elements(element);
    if (place.transpose) {
      const uint64_t width = uint64_t{rows} * matrix::kGroupBytes / elements;
      if (among(offset, place.address, uint64_t{c.groups} * elements, place.stride, width)) return true;
    } else if (among(offset, place.address, rows, place.stride, uint64_t{c.groups} * matrix::kGroupBytes)) {
      return true;
    }
    const unsigned scales = matrix::group_scales(c.format);
    return scales != 0 && among(offset, place.scale_address, c.groups, place.scale_stride, uint64_t{rows} * scales);
  };
  return operand(c.a, c.format.a, c.rows) || operand(c.b, c.format.b, c.columns);
}

}  // namespace

void Checker::State::engines_see(model::Space space, uint32_t word, const Slot* writer) {
  for (auto& [key, command] : engine.commands) {
    if (command.fault || command.performed) continue;
    if (key.first == Engine::kMatrix) {
      const uint32_t offset = word - command.giver.scratch_base;
      if (space != model::Space::kScratchpad || word < command.giver.scratch_base || !reads(command.matrix, offset)) {
        continue;
      }
      diverge("command.operand_changed",
              fmt::format("matrix command {:#x} (warp {}, slot {}) is under way, and what it reads at {:#x} of the "
                          "scratchpad is written: the program has to wait for it",
                          command.identifier, command.tag.warp, command.tag.order, offset),
              writer != nullptr ? writer->tag : command.tag, {}, {word});
    }
    const bool load = command.copy.direction == model::CopyCommand::Direction::kLoad;
    const bool store = command.copy.direction == model::CopyCommand::Direction::kStore;
    if (space == model::Space::kDevice ? !load : !store) continue;
    if (store) {
      // (Far from its box, mostly.)
      constexpr uint32_t kSpan = 256;
      const uint32_t first = command.giver.scratch_base + command.copy.scratch / kSpan * kSpan;
      if (word < first || word - first > command.copy.bytes() + 2 * kSpan) continue;
    }
    for (auto& [place, byte] : command.bytes) {
      if (!byte.source || (*byte.source & ~3U) != word || byte.written) continue;
      byte.later.push_back(load ? device_byte(*byte.source) : memory.scratchpad()[*byte.source]);
    }
  }
}

}  // namespace heddle::lockstep
