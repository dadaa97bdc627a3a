#include "verdicts.h"

#include <fmt/format.h>

#include <algorithm>

namespace heddle::exec {
namespace {

std::string group_text(const Verdicts::Group& group) {
  switch (group.outcome) {
    case Outcome::kPass: return "pass";
    case Outcome::kFail: return fmt::format("test {} failed (tohost {:#x})", group.value >> 1, group.value);
    case Outcome::kUnsupported:
      return fmt::format("a request to the host (tohost {:#x}, even), which this machine has not", group.value);
    case Outcome::kNone: return "no store to tohost";
  }
  return {};
}

}  // namespace

void Verdicts::store(unsigned lane, uint32_t value) {
  if (value == 0 || (missing() >> lane & 1) == 0) return;
  value_[lane] = value;
  given_ |= LaneMask{1} << lane;
}

bool Verdicts::all_pass() const {
  const std::vector<Group> all = groups();
  return all.size() == 1 && all[0].outcome == Outcome::kPass;
}

std::optional<uint32_t> Verdicts::value(unsigned lane) const {
  if ((given_ >> lane & 1) == 0) return std::nullopt;
  return value_[lane];
}

Outcome Verdicts::outcome(unsigned lane) const {
  const std::optional<uint32_t> written = value(lane);
  if (!written) return Outcome::kNone;
  if (*written == 1) return Outcome::kPass;
  return *written % 2 == 1 ? Outcome::kFail : Outcome::kUnsupported;
}

std::vector<Verdicts::Group> Verdicts::groups() const {
  std::vector<Group> groups;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((lanes_ >> lane & 1) == 0) continue;
    const Group own{outcome(lane), value(lane).value_or(0), LaneMask{1} << lane};
    const auto same = std::ranges::find_if(
        groups, [&](const Group& group) { return group.outcome == own.outcome && group.value == own.value; });
    if (same == groups.end()) {
      groups.push_back(own);
    } else {
      same->lanes |= own.lanes;
    }
  }
  return groups;
}

std::string Verdicts::text() const {
  const std::vector<Group> all = groups();
  if (all.size() == 1) return group_text(all[0]);
  std::string text = "lanes differ:";
  for (const Group& group : all) {
    text += fmt::format("{} {}: {}", &group == &all[0] ? "" : ";", lanes_text(group.lanes), group_text(group));
  }
  return text;
}

int Verdicts::exit_status() const {
  if (all_pass()) return 0;
  for (const Group& group : groups()) {
    if (group.outcome == Outcome::kFail) return static_cast<int>(std::min(group.value >> 1, 255U));
  }
  return 1;
}

}  // namespace heddle::exec
