#include "exerciser.h"

#include <algorithm>

namespace heddle::copy_test {

void Exerciser::run(unsigned commands) {
  unsigned idle = 0;
  while ((ended_ < commands || under_way()) && idle < 20000 && !testing::Test::HasFailure()) {
    const std::uint64_t before = ended_;
    step(ended_ < commands);
    idle = ended_ == before ? idle + 1 : 0;
  }
  EXPECT_LT(idle, 20000u) << "nothing ends any more";
}

void Exerciser::add_to(std::map<std::string, std::uint64_t>& counts) const {
  for (const auto& [name, count] : counts_) counts[name] += count;
}

bool Exerciser::under_way() const {
  for (const Agent& agent : agents_) {
    if (agent.under_way || agent.offered || agent.cancelled) return true;
  }
  return false;
}

void Exerciser::step(bool more) {
  if (ended_ >= change_ && !under_way()) {
    surroundings();
    change_ = ended_ + 40;
  }
  if (next_ == kAgents && more && ended_ < change_) {
    const unsigned n = pick(kAgents);
    if (!agents_[n].under_way && !agents_[n].cancelled && prepare(n)) next_ = n;
  }
  const bool taken = driver_.cycle(next_ < kAgents ? &agents_[next_].command : nullptr);
  for (unsigned n = 0; n < kAgents; ++n) {
    if ((driver_.forget >> n & 1) != 0 && next_ != n) driver_.rename(n);
  }
  driver_.forget = 0;
  for (unsigned n = 0; n < kAgents; ++n) {
    if (!agents_[n].cancelled) EXPECT_EQ((driver_.busy() >> n & 1) != 0, agents_[n].under_way) << "workgroup " << n;
  }
  for (const End& end : driver_.ends) ended(end);
  if (taken) {
    agents_[next_].offered = false;
    agents_[next_].under_way = true;
    next_ = kAgents;
  }
  cancels();
}

void Exerciser::surroundings() {
  constexpr std::array<unsigned, 4> kDelays{0, 4, 40, 300};
  driver_.timing.memory_delay = kDelays[pick(4)];
  driver_.timing.scratch_delay = kDelays[pick(3)];
  driver_.timing.refuse = pick(2) == 0 ? 0 : 2 + pick(3);
  driver_.timing.ends_wait = pick(2) != 0;
  driver_.regions[0] = {driver_.base, driver_.base + (kMemoryBytes - 1), true, true};
  driver_.regions[2] = driver_.regions[3] = {};
  if (pick(3) == 0) {  // two that abut somewhere, rights that differ, a hole
    const std::uint32_t border = driver_.base + pick(kMemoryBytes);
    driver_.regions[0].last = border - 1;
    driver_.regions[2] = {border, driver_.base + (kMemoryBytes - 1), pick(4) != 0, pick(4) != 0};
    driver_.regions[3] = {driver_.base + pick(kMemoryBytes), driver_.base + pick(kMemoryBytes), true, true};
    if (pick(2) == 0) driver_.regions[2].base += pick(64);
    if (pick(2) == 0) driver_.regions[2].last -= pick(kMemoryBytes / 4);
  }
  driver_.refused.clear();
  if (pick(3) == 0) {
    for (unsigned n = 0; n < 25; ++n) {  // eight lines in a row, so that several are refused to one command
      const unsigned line = driver_.shape().line, first = pick(kMemoryBytes / line - 8);
      for (unsigned next = 0; next < 8; ++next) driver_.refused.insert(driver_.base + (first + next) * line);
    }
  }
}

bool Exerciser::prepare(unsigned n) {
  Agent& agent = agents_[n];
  if (agent.faulted && pick(4) != 0) {
    agent.faulted = false;
    driver_.forget |= 1u << n;
    return false;
  }
  Command& command = agent.command;
  command.owner = n;
  command.scratch_base = n * kAllocation;
  command.scratch_size = pick(4) == 0 ? pick(2048) : kAllocation;
  for (std::uint32_t& word : command.origin) word = random_();
  draw(command.descriptor, driver_.base + n * kPart);
  agent.outcome = perform(command.descriptor, command.scratch_size, driver_.regions);
  agent.refused.clear();
  for (const Move& move : agent.outcome.moves) {
    if (!move.memory) continue;
    if ((*move.memory - driver_.base) / kPart != n) return false;
    const std::uint32_t line = *move.memory / driver_.shape().line * driver_.shape().line;
    if (!agent.outcome.store && driver_.refused.count(line) != 0) agent.refused.insert(line);
  }
  agent.offered = true;
  return true;
}

void Exerciser::draw(Descriptor& d, std::uint32_t part) {
  d = {};
  const unsigned rank = 1 + pick(5), element = pick(5), bytes = 1u << element;
  unsigned direction = pick(8);
  direction = direction == 7 ? 2 : direction % 2;
  const bool fill = direction == 2, complete = pick(2) != 0;
  const unsigned swizzle = pick(2) == 0 ? 0 : pick(4);
  d[0] = rank | element << 3 | direction << 6 | swizzle << 8 | static_cast<unsigned>(complete) << 12 | random_() << 16;
  std::uint32_t extent = bytes, box = bytes;
  std::optional<unsigned> huge;
  for (unsigned n = 0; n < rank; ++n) {
    const unsigned most = n == 0 && pick(2) == 0 ? 256 : pick(2) == 0 ? 8 : 2;
    d[11 + n] = 1 + pick(most);
    if (box * d[11 + n] > kAllocation / 4) d[11 + n] = 1;
    box *= d[11 + n];
    if (fill) continue;
    // Most boxes lie across an edge of the tensor or two; or within, where whole lines move.
    d[2 + n] = pick(3) == 0 ? 1 + pick(8) : d[11 + n] + pick(4);
    d[16 + n] = pick(2) == 0 ? 0 : pick(d[2 + n]) - pick(d[11 + n] + 1);
    if (pick(8) == 0) huge = n;
    if (n != 0) {
      d[6 + n] = (extent + bytes - 1) / bytes * bytes + bytes * (pick(2) == 0 ? 0 : pick(20));
      if (pick(2) == 0) d[6 + n] = (d[6 + n] + 63) / 64 * 64;
      if (pick(16) == 0) d[6 + n] = 0;
    }
    extent = n == 0 ? d[2] * bytes : std::max(extent, d[6 + n] * d[2 + n]);
  }
  // A dimension whose last element is far away, of which the box is at the begin.
  if (huge) d[2 + *huge] |= 1u << pick(31);
  if (!fill) d[1] = part + pick(kPart / 2) / bytes * bytes;
  if (!fill && pick(2) == 0) d[1] = d[1] / 64 * 64;
  if (!fill && pick(16) == 0) d[1] = 0x7FFF'F000 + pick(256) * 16;  // in a region, but no device memory
  d[21] = 256 * pick(8) + (swizzle == 0 ? 16 * pick(8) : (32u << swizzle) * pick(3));
  if (complete) d[22] = 8 * pick(16);
  if (fill) d[31] = random_();
  if (pick(4) == 0) spoil(d);
}

void Exerciser::spoil(Descriptor& d) {
  constexpr std::array<std::uint32_t, 12> kBorders{
      0, 1, 255, 256, 257, 8, kAllocation - 8, kAllocation, kAllocation + 1, 0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF};
  for (unsigned times = 1 + pick(2); times != 0; --times) {
    std::uint32_t& word = d[pick(4) == 0 ? 0 : pick(kDescriptorWords)];
    switch (pick(4)) {
      case 0: word ^= 1u << pick(32); break;
      case 1: word = kBorders[pick(kBorders.size())]; break;
      case 2: word += pick(33) - 16; break;
      default: word = random_() >> pick(32); break;
    }
  }
  if (pick(4) == 0) d[21] = kAllocation - 16 * pick(80);
  if (pick(8) == 0) d[22] = kAllocation - 8 * pick(3);
}

Exerciser::Allowed Exerciser::writes(const Agent& agent) const {
  Allowed result;
  const std::uint32_t base = agent.command.scratch_base;
  for (const Move& move : agent.outcome.moves) {
    if (agent.outcome.store) {
      result.memory[*move.memory - driver_.base].insert(scratch_[base + move.scratch]);
    } else {
      result.scratch[base + move.scratch].insert(move.memory ? memory_[*move.memory - driver_.base] : move.fill);
    }
  }
  return result;
}

void Exerciser::compare(std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& found,
                        std::uint32_t begin, std::uint32_t bytes,
                        const std::map<std::uint32_t, std::set<std::uint8_t>>& writes, bool all, const char* what) {
  for (std::uint32_t at = begin; at < begin + bytes; ++at) {
    const auto written = writes.find(at);
    if (written == writes.end() || (!all && found[at] == expected[at])) {
      ASSERT_EQ(found[at], expected[at]) << what << " " << std::hex << at << " must not change";
    } else {
      ASSERT_TRUE(written->second.count(found[at]) != 0) << what << " " << std::hex << at << ": " << unsigned{found[at]}
                                                         << " instead of " << unsigned{*written->second.begin()};
    }
    expected[at] = found[at];
  }
}

void Exerciser::compare(Agent& agent, bool all) {
  const Allowed allowed = writes(agent);
  compare(scratch_, driver_.scratch, agent.command.owner * kAllocation, kAllocation, allowed.scratch, all,
          "scratchpad");
  if (!testing::Test::HasFailure())
    compare(memory_, driver_.memory, agent.command.owner * kPart, kPart, allowed.memory, all, "memory");
}

void Exerciser::ended(const End& end) {
  ASSERT_LT(end.owner, kAgents);
  Agent& agent = agents_[end.owner];
  ASSERT_TRUE(agent.under_way) << "owner " << end.owner;
  ASSERT_FALSE(agent.cancelled) << "owner " << end.owner;
  ASSERT_EQ(end.id, agent.command.descriptor[0] >> 16);
  ASSERT_EQ(end.origin, agent.command.origin);
  agent.under_way = false;
  ++ended_;
  const std::optional<Fault>& fault = agent.outcome.fault;
  if (agent.faulted) {
    expect_fault(end, {Cause::kAfter, 0});
    agent.outcome.moves.clear();
    compare(agent, true);
  } else if (fault && fault->cause != Cause::kAccess) {
    expect_fault(end, *fault);
    ASSERT_TRUE(agent.outcome.moves.empty());
    compare(agent, true);
  } else if (!agent.refused.empty()) {
    if (end.fault.cause == Cause::kMemory) {
      // The first one found.
      const auto first = std::find_if(driver_.errors.begin(), driver_.errors.end(),
                                      [&](std::uint32_t line) { return (line - driver_.base) / kPart == end.owner; });
      ASSERT_TRUE(first != driver_.errors.end());
      EXPECT_EQ(end.fault.value, *first);
      EXPECT_TRUE(agent.refused.count(end.fault.value) != 0) << std::hex << end.fault.value;
    } else {
      ASSERT_TRUE(fault) << "a line was refused";
      expect_fault(end, *fault);
    }
    compare(agent, false);
  } else if (fault) {
    expect_fault(end, *fault);
    compare(agent, true);
  } else {
    ASSERT_EQ(end.fault.cause, Cause::kNone) << "value " << std::hex << end.fault.value;
    EXPECT_EQ(end.bytes, agent.outcome.bytes);
    EXPECT_EQ(end.complete, (agent.command.descriptor[0] >> 12 & 1) != 0);
    if (end.complete) EXPECT_EQ(end.barrier, agent.command.scratch_base + agent.command.descriptor[22]);
    compare(agent, true);
    ++counts_[agent.outcome.store ? "stores" : (agent.command.descriptor[0] >> 6 & 3) == 2 ? "fills" : "loads"];
  }
  forget_errors(end.owner);
  if (end.fault.cause != Cause::kNone) {
    agent.faulted = true;
    constexpr std::array<const char*, 8> kNames{"",          "after", "format", "size",
                                                "alignment", "range", "access", "memory"};
    ++counts_[std::string("fault ") + kNames.at(static_cast<unsigned>(end.fault.cause))];
  }
}

void Exerciser::forget_errors(unsigned owner) {
  std::erase_if(driver_.errors, [&](std::uint32_t line) { return (line - driver_.base) / kPart == owner; });
}

void Exerciser::expect_fault(const End& end, const Fault& fault) {
  EXPECT_EQ(static_cast<unsigned>(end.fault.cause), static_cast<unsigned>(fault.cause))
      << "value " << std::hex << end.fault.value;
  EXPECT_EQ(end.fault.value, fault.value);
}

void Exerciser::cancels() {
  for (unsigned n = 0; n < kAgents; ++n) {
    Agent& agent = agents_[n];
    if (agent.cancelled && (driver_.busy() >> n & 1) == 0 && ++agent_wait_[n] > 1) {
      driver_.cancel &= ~(1u << n);
      driver_.forget |= 1u << n;
      agent.cancelled = agent.under_way = agent.faulted = false;
      compare(agent, false);
      forget_errors(n);
      ++counts_["stopped"];
      ++ended_;
    } else if (agent.under_way && !agent.cancelled && pick(4000) == 0) {
      agent.cancelled = true;
      agent_wait_[n] = 0;
      if (agent.faulted || (agent.outcome.fault && agent.outcome.fault->cause != Cause::kAccess))
        agent.outcome.moves.clear();
      driver_.cancel |= 1u << n;
    }
  }
}

}  // namespace heddle::copy_test
