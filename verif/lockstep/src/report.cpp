// The mismatch report: one screen (at most kScreenLines lines of kScreenColumns columns).
#include <fmt/format.h>

#include <algorithm>

#include "heddle/disassembler/disassemble.h"
#include "state.h"

namespace heddle::lockstep {

namespace {

constexpr size_t kScreenLines = 46;
constexpr size_t kScreenColumns = 132;
constexpr size_t kMaxLaneLines = 8;
constexpr size_t kMaxAccessLines = 8;

std::string lanes_text(model::LaneMask mask, unsigned lanes) {
  return fmt::format("{:0{}x}", mask, std::max(1U, lanes / 4));
}

// What the values of a field mean, where hexadecimal does not say it.
std::string value_text(const std::string& field, uint32_t value) {
  if (field == "writeback.flags") return flags_text(value);
  if (field == "done.fcsr") return fmt::format("frm {}, {}", value >> 5, flags_text(value & 0x1F));
  return {};
}

const char* kind_name(const Slot& slot) {
  if (!slot.step.is_memory) return "register write";
  switch (slot.step.kind) {
    case model::AccessKind::kLoad: return "load";
    case model::AccessKind::kStore: return "store";
    case model::AccessKind::kAmo: return "amo";
    case model::AccessKind::kLr: return "lr";
    case model::AccessKind::kSc: return "sc";
  }
  return "?";
}

// The paths of a warp, as section 2 sees them.
std::vector<std::string> path_lines(const model::Warp& warp) {
  std::vector<std::string> lines;
  const auto list = [&](model::LaneMask left, const char* state) {
    while (left != 0) {
      const unsigned first = model::first_lane(left);
      model::LaneMask same = 0;
      model::for_each_lane(left, [&](unsigned lane) {
        if (warp.pc[lane] == warp.pc[first] && warp.depth[lane] == warp.depth[first]) same |= model::lane_bit(lane);
      });
      lines.push_back(fmt::format("  {:<4} pc {:08x} depth {:<2} lanes {}", state, warp.pc[first], warp.depth[first],
                                  lanes_text(same, warp.lanes)));
      left &= ~same;
    }
  };
  list(warp.run, "RUN");
  list(warp.barrier, "BAR");
  list(warp.sync, "SYNC");
  return lines;
}

}  // namespace

std::string register_text(uint32_t number) {
  const std::string_view name = number < model::kFloatRegister ? isa::register_name(number)
                                : number < model::kRegisters ? isa::float_register_name(number - model::kFloatRegister)
                                                             : "?";
  return fmt::format("{} ({}{})", name, number < model::kFloatRegister ? 'x' : 'f', number % model::kFloatRegister);
}

std::string flags_text(uint32_t flags) {
  static constexpr std::array<std::pair<uint32_t, const char*>, 5> kNames{
      {{16, "NV"}, {8, "DZ"}, {4, "OF"}, {2, "UF"}, {1, "NX"}}};
  std::string text;
  for (const auto& [bit, name] : kNames) {
    if ((flags & bit) == 0) continue;
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text.empty() ? "none" : text;
}

std::string Checker::State::render() const {
  const Divergence& d = *divergence;
  std::vector<std::string> out;
  out.push_back("=== the RTL diverges from the golden model ===");
  out.push_back(fmt::format("configuration {}   seed {}   cycle {} ({} after the start of the launch)",
                            options.configuration, options.seed, d.cycle, d.cycle - std::min(d.cycle, launch_cycle)));
  if (!options.replay.empty()) out.push_back("replay: " + options.replay);
  out.push_back(fmt::format("field: {}", d.field));
  out.push_back("what:  " + d.explanation);

  const WarpContext* context = nullptr;
  if (d.tag && d.tag->core < shape.cores && d.tag->warp < shape.warps) {
    context = &contexts[d.tag->core * shape.warps + d.tag->warp];
    std::string where = fmt::format("where: core {} warp {} slot {}", d.tag->core, d.tag->warp, d.tag->order);
    if (context->group != nullptr) {
      const model::WarpIdentity& identity = context->warp->identity;
      where +=
          fmt::format("   workgroup ({}, {}, {}), its warp {}, lanes {}", identity.group_id[0], identity.group_id[1],
                      identity.group_id[2], identity.warp_in_group, lanes_text(identity.mask, shape.lanes));
    }
    out.push_back(std::move(where));
  }

  if (!d.lanes.empty()) {
    out.push_back("lanes that differ:   lane  expected    got");
    for (size_t i = 0; i < std::min(d.lanes.size(), kMaxLaneLines); ++i) {
      const LaneDifference& lane = d.lanes[i];
      std::string line = fmt::format("                     {:>4}  {:08x}    {:08x}   (xor {:08x})", lane.lane,
                                     lane.expected, lane.got, lane.expected ^ lane.got);
      const std::string expected = value_text(d.field, lane.expected);
      if (!expected.empty()) line += fmt::format("   expected {}; got {}", expected, value_text(d.field, lane.got));
      out.push_back(std::move(line));
    }
    if (d.lanes.size() > kMaxLaneLines)
      out.push_back(fmt::format("                     and {} more", d.lanes.size() - kMaxLaneLines));
  }

  if (context != nullptr && context->history_count != 0) {
    out.push_back("last slots of the warp (the last line is the newest):");
    out.push_back("     cycle    slot  pc        instr     lanes");
    const uint64_t count = std::min<uint64_t>(context->history_count, WarpContext::kHistory);
    for (uint64_t i = context->history_count - count; i < context->history_count; ++i) {
      const HistoryEntry& entry = context->history[i % WarpContext::kHistory];
      std::string line =
          fmt::format("{} {:>8} {:>7}  {:08x}  {:08x}  {}  {}", d.tag && entry.order == d.tag->order ? "->" : "  ",
                      entry.cycle, entry.order, entry.pc, entry.instr, lanes_text(entry.mask, shape.lanes),
                      isa::disassemble(entry.instr, entry.pc));
      if (entry.trap != 0) line += fmt::format("   traps in lanes {}", lanes_text(entry.trap, shape.lanes));
      if (entry.waits) line += "   waits";
      out.push_back(std::move(line));
    }
  }
  if (context != nullptr && context->warp != nullptr) {
    out.push_back("paths of the warp in the model:");
    const std::vector<std::string> lines = path_lines(*context->warp);
    for (size_t i = 0; i < std::min<size_t>(lines.size(), 6); ++i) out.push_back(lines[i]);
    if (lines.size() > 6) out.push_back(fmt::format("  and {} more", lines.size() - 6));
  }

  // In flight: to the words concerned by any warp, otherwise everything of this warp.
  std::vector<const Slot*> in_flight;
  for (const WarpContext& other : contexts) {
    if (d.words.empty() && &other != context) continue;
    for (const auto& slot : other.in_flight) in_flight.push_back(slot.get());
  }
  for (const LeftStore& left : left_stores) in_flight.push_back(left.slot.get());
  std::vector<std::string> accesses;
  for (const Slot* slot : in_flight) {
    const model::LaneMask waiting = slot->unwritten | slot->unperformed;
    model::LaneMask concerned = waiting;
    if (!d.words.empty()) {
      concerned = 0;
      if (slot->step.is_memory) {
        model::for_each_lane(waiting & slot->step.access, [&](unsigned lane) {
          if (std::find(d.words.begin(), d.words.end(), slot->word(lane)) != d.words.end())
            concerned |= model::lane_bit(lane);
        });
      }
    }
    if (concerned == 0) continue;
    std::string line = fmt::format("  core {} warp {} slot {} since cycle {}: {} pc {:08x} lanes {}", slot->tag.core,
                                   slot->tag.warp, slot->tag.order, slot->commit_cycle, kind_name(*slot), slot->step.pc,
                                   lanes_text(concerned, shape.lanes));
    if (slot->step.is_memory) line += fmt::format(" at {:08x} ...", slot->step.address[model::first_lane(concerned)]);
    accesses.push_back(std::move(line));
  }
  out.push_back(d.words.empty() ? "outstanding for this warp:" : "accesses in flight to those bytes:");
  if (accesses.empty()) out.push_back("  none");
  for (size_t i = 0; i < std::min(accesses.size(), kMaxAccessLines); ++i) out.push_back(accesses[i]);
  if (accesses.size() > kMaxAccessLines) out.push_back(fmt::format("  and {} more", accesses.size() - kMaxAccessLines));

  std::string text;
  for (size_t i = 0; i < std::min(out.size(), kScreenLines); ++i) {
    text += out[i].size() > kScreenColumns ? out[i].substr(0, kScreenColumns - 3) + "..." : out[i];
    text += '\n';
  }
  return text;
}

}  // namespace heddle::lockstep
