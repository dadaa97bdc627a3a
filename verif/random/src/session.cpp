#include "session.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "heddle/disassembler/disassemble.h"
#include "heddle/disassembler/encode.h"

namespace heddle::fuzz {

std::vector<uint32_t> assemble(const LaunchPlan& launch) {
  std::vector<uint32_t> words;
  words.reserve(launch.items.size());
  for (size_t i = 0; i < launch.items.size(); ++i) {
    const Item& item = launch.items[i];
    const auto offset = static_cast<int32_t>(4 * (int64_t{item.target} - static_cast<int64_t>(i)));
    const uint32_t address = launch.code_base + 4 * item.target;
    uint32_t word = item.word;
    switch (item.reference) {
      case Item::Reference::kNone: break;
      case Item::Reference::kBranch:
        if (offset < -4096 || offset > 4094) throw std::length_error("a branch cannot reach its target");
        word = (word & ~0xFE00'0F80U) | immediate_field(isa::Format::B, offset);
        break;
      case Item::Reference::kJump: word = (word & 0xFFF) | immediate_field(isa::Format::J, offset); break;
      case Item::Reference::kHigh: word = (word & 0xFFF) | ((address + 0x800) & 0xFFFF'F000); break;
      case Item::Reference::kLow: word = (word & 0xF'FFFF) | (address & 0xFFF) << 20; break;
    }
    words.push_back(word);
  }
  return words;
}

void erase_items(LaunchPlan& launch, uint32_t begin, uint32_t end) {
  const uint32_t count = end - begin;
  const auto moved = [&](uint32_t index) {
    if (index >= end) return index - count;
    return std::min(index, begin);
  };
  launch.items.erase(launch.items.begin() + begin, launch.items.begin() + end);
  for (Item& item : launch.items) item.target = moved(item.target);
  for (Range& range : launch.tree) range = {moved(range.begin), moved(range.end)};
  std::erase_if(launch.tree, [](const Range& range) { return range.begin == range.end; });
  std::erase_if(launch.checks, [&](const Check& check) { return check.items.begin < end && begin < check.items.end; });
  for (Check& check : launch.checks) check.items = {moved(check.items.begin), moved(check.items.end)};
}

std::vector<std::string> listing(const LaunchPlan& launch) {
  std::vector<std::string> lines;
  const std::vector<uint32_t> words = assemble(launch);
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t pc = launch.code_base + 4 * static_cast<uint32_t>(i);
    lines.push_back(fmt::format("{:08x}: {:08x}  {}", pc, words[i], isa::disassemble(words[i], pc)));
  }
  return lines;
}

}  // namespace heddle::fuzz
