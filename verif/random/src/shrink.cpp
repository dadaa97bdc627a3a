#include "shrink.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "generator.h"
#include "heddle/disassembler/encode.h"
#include "heddle/generated/csrs.h"

namespace heddle::fuzz {

namespace {

// Of this process and of its children that have ended.
double processor_seconds() {
  double seconds = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    }
  }
  return seconds;
}

class Shrinker {
 public:
  Shrinker(Session session, const StillFails& still_fails, const ShrinkOptions& options)
      : best_(std::move(session)),
        still_fails_(still_fails),
        options_(options),
        end_(processor_seconds() + static_cast<double>(options.limit.count())) {}

  Session run() {
    launches();
    machine();
    for (launch_ = 0; launch_ < best_.launches.size(); ++launch_) geometry();
    bool changed = true;
    while (changed && !late()) {
      changed = false;
      for (launch_ = 0; launch_ < best_.launches.size(); ++launch_) {
        changed |= tail();
        changed |= subtrees();
        changed |= instructions();
        changed |= geometry();
        changed |= data();
        changed |= results();
        changed |= direct_jumps();
        changed |= bypasses();
        changed |= inverses();
        changed |= operands();
      }
      changed |= machine();
      changed |= launches();
      if (!changed) {
        for (launch_ = 0; launch_ < best_.launches.size(); ++launch_) changed |= pairs();
      }
    }
    return best_;
  }

 private:
  bool late() const { return processor_seconds() >= end_; }
  LaunchPlan& plan() { return best_.launches[launch_]; }

  // Keeps the change if the failure stays.
  template <typename Change>
  bool attempt(Change&& change) {
    if (late()) return false;
    Session candidate = best_;
    change(candidate);
    return keep(std::move(candidate));
  }
  template <typename Change>
  bool attempt_plan(Change&& change) {
    return attempt([&](Session& session) { change(session.launches[launch_]); });
  }
  bool keep(Session candidate) {
    ++tried_;
    try {
      if (!still_fails_(candidate)) return false;
    } catch (const std::length_error&) {
      return false;  // a branch got too long
    }
    best_ = std::move(candidate);
    if (options_.progress) options_.progress(best_, tried_);
    return true;
  }
  template <typename Value>
  bool settle(Value Session::* member, const Value& value) {
    return best_.*member != value && attempt([&](Session& session) { session.*member = value; });
  }
  template <typename Value>
  bool settle(Value LaunchPlan::* member, const Value& value) {
    return plan().*member != value && attempt_plan([&](LaunchPlan& launch) { launch.*member = value; });
  }

  bool launches() {
    bool changed = false;
    if (best_.launches.size() > 1) {
      changed |= attempt(
          [](Session& session) { session.launches.erase(session.launches.begin(), session.launches.end() - 1); });
    }
    for (size_t i = best_.launches.size(); i-- > 0 && best_.launches.size() > 1;) {
      changed |=
          attempt([&](Session& session) { session.launches.erase(session.launches.begin() + static_cast<long>(i)); });
    }
    return changed;
  }

  bool machine() {
    bool changed = false;
    changed |= settle(&Session::bus_error_last, 0U);
    changed |= settle(&Session::memory, std::string("fixed"));
    changed |= settle(&Session::random_stalls, false);
    if (best_.latency > 1) changed |= settle(&Session::latency, 1U);
    if (best_.latency > 10) changed |= settle(&Session::latency, 10U);
    changed |= settle(&Session::bandwidth_percent, 100U);
    changed |= settle(&Session::seed, uint64_t{1});
    return changed;
  }

  bool geometry() {
    bool changed = false;
    changed |= settle(&LaunchPlan::groups, Vector3{1, 1, 1});
    changed |= settle(&LaunchPlan::local, Vector3{1, 1, 1});
    for (Vector3 LaunchPlan::* box : {&LaunchPlan::groups, &LaunchPlan::local}) {
      for (unsigned axis = 0; axis < 3; ++axis) {
        for (uint32_t value : {1U, 2U, 4U, 8U}) {
          if (value < (plan().*box)[axis]) changed |= attempt_plan([&](LaunchPlan& l) { (l.*box)[axis] = value; });
        }
        while ((plan().*box)[axis] > 1 && attempt_plan([&](LaunchPlan& l) { (l.*box)[axis] /= 2; })) changed = true;
        while ((plan().*box)[axis] > 1 && attempt_plan([&](LaunchPlan& l) { --(l.*box)[axis]; })) changed = true;
      }
    }
    changed |= settle(&LaunchPlan::abort_after, 0U);
    changed |= settle(&LaunchPlan::reset_after, 0U);
    changed |= settle(&LaunchPlan::poll, 1000U);
    changed |= settle(&LaunchPlan::kernel, 0U);
    changed |= settle(&LaunchPlan::arguments, 0U);
    changed |= settle(&LaunchPlan::code_base, 0x8000'0000U);
    changed |= settle(&LaunchPlan::private_base, 0xA000'0000U);
    changed |= settle(&LaunchPlan::private_size, 1024U);
    changed |= settle(&LaunchPlan::accumulators, 0U);
    for (const uint32_t size : {0U, 256U}) {
      if (size < plan().scratch_size) changed |= settle(&LaunchPlan::scratch_size, size);
    }
    if (plan().regions.size() != 1) {
      changed |= attempt_plan([](LaunchPlan& l) { l.regions = {{0x8000'0000, 0xFFFF'FFFF, 7}}; });
    }
    return changed;
  }

  bool erase(uint32_t begin, uint32_t end) {
    // A wrong result of the program's own is one only while what computes it is whole.
    return attempt_plan([&](LaunchPlan& l) { erase_items(l, begin, end); });
  }

  // What stands behind the failing instruction.
  bool tail() {
    bool changed = false;
    for (uint32_t part = static_cast<uint32_t>(plan().items.size()) / 2; part >= 4 && !late(); part /= 2) {
      while (plan().items.size() > part &&
             erase(static_cast<uint32_t>(plan().items.size()) - part, static_cast<uint32_t>(plan().items.size())))
        changed = true;
    }
    return changed;
  }

  // The tree's nodes, outer ones first.
  bool subtrees() {
    bool changed = false;
    for (size_t i = 0; i < plan().tree.size() && !late();) {
      const Range range = plan().tree[i];
      const size_t nodes = plan().tree.size();
      if (range.end - range.begin < plan().items.size() && erase(range.begin, range.end)) {
        changed = true;
        if (plan().tree.size() == nodes) ++i;
      } else {
        ++i;
      }
    }
    return changed;
  }

  bool instructions() {
    bool changed = false;
    auto part = static_cast<uint32_t>(plan().items.size()) / 2;
    for (part = std::max(part, 1U); part >= 1; part /= 2) {
      for (auto end = static_cast<uint32_t>(plan().items.size()); end > 0 && !late();) {
        const uint32_t begin = end > part ? end - part : 0;
        if (end - begin < plan().items.size() && erase(begin, end)) changed = true;
        end = begin;
      }
    }
    return changed;
  }

  // Two that only go together.
  bool pairs() {
    if (plan().items.size() > 40) return false;
    for (auto i = static_cast<uint32_t>(plan().items.size()); i-- > 1;) {
      for (uint32_t j = i; j-- > 0;) {
        if (late()) return false;
        if (attempt_plan([&](LaunchPlan& l) {
              erase_items(l, i, i + 1);
              erase_items(l, j, j + 1);
            })) {
          return true;
        }
      }
    }
    return false;
  }

  bool data() {
    bool changed = false;
    for (size_t i = plan().data.size(); i-- > 0;) {
      if (attempt_plan([&](LaunchPlan& l) { l.data.erase(l.data.begin() + static_cast<long>(i)); })) {
        changed = true;
        continue;
      }
      for (size_t part = plan().data[i].words.size() / 2; part >= 1; part /= 2) {
        for (size_t begin = 0; begin < plan().data[i].words.size() && !late(); begin += part) {
          const auto& words = plan().data[i].words;
          const size_t end = std::min(begin + part, words.size());
          const auto at = [&](size_t index) { return static_cast<long>(index); };
          if (std::all_of(words.begin() + at(begin), words.begin() + at(end), [](uint32_t w) { return w == 0; }))
            continue;
          changed |= attempt_plan([&](LaunchPlan& l) {
            std::fill(l.data[i].words.begin() + at(begin), l.data[i].words.begin() + at(end), 0);
          });
        }
      }
      size_t used = plan().data[i].words.size();
      while (used > 1 && plan().data[i].words[used - 1] == 0) --used;
      if (used < plan().data[i].words.size()) {
        changed |= attempt_plan([&](LaunchPlan& l) { l.data[i].words.resize(used); });
      }
    }
    return changed;
  }

  bool replace(size_t index, uint32_t word) {
    return plan().items[index].word != word && attempt_plan([&](LaunchPlan& l) { l.items[index].word = word; });
  }

  bool replace_item(size_t index, const Item& item) {
    const Item& old = plan().items[index];
    if (old.word == item.word && old.reference == item.reference && old.target == item.target) return false;
    return attempt_plan([&](LaunchPlan& l) { l.items[index] = item; });
  }

  // What computes an integer becomes a constant, or the number of the hart where lanes have to differ: then what it was
  // computed from is not needed any more.
  bool results() {
    bool changed = false;
    const uint32_t hart = encode(isa::Op::Csrrs, {.csr = static_cast<uint32_t>(isa::Csr::Mhartid)});
    const std::array<uint32_t, 4> simple{encode(isa::Op::Addi, {}), encode(isa::Op::Addi, {.immediate = 1}), hart,
                                         encode(isa::Op::Addi, {.immediate = -1})};
    for (size_t i = plan().items.size(); i-- > 0 && !late();) {
      const Item item = plan().items[i];
      const isa::InstructionInfo& info = isa::info(isa::decode(item.word));
      if (item.reference != Item::Reference::kNone || !info.writes_rd || info.rd_float ||
          info.klass == isa::Class::Jump) {
        continue;
      }
      const uint32_t destination = isa::rd(item.word) << 7;
      for (const uint32_t word : simple) {
        if (item.word == (word | destination)) break;  // it is as simple already
        if (replace_item(i, {.word = word | destination})) {
          changed = true;
          break;
        }
      }
    }
    return changed;
  }

  // An instruction goes, and who read its result reads its operand instead.
  bool bypasses() {
    bool changed = false;
    for (auto i = static_cast<uint32_t>(plan().items.size()); i-- > 0 && !late();) {
      const Item item = plan().items[i];
      const isa::InstructionInfo& info = isa::info(isa::decode(item.word));
      if (item.reference != Item::Reference::kNone || !info.writes_rd || !info.reads_rs1 ||
          info.rd_float != info.rs1_float || info.klass == isa::Class::Jump) {
        continue;
      }
      changed |= attempt_plan([&](LaunchPlan& l) {
        for (size_t j = i + 1; j < l.items.size(); ++j) {
          l.items[j].word = renamed(l.items[j].word, isa::rd(item.word), isa::rs1(item.word), info.rd_float);
        }
        erase_items(l, i, i + 1);
      });
    }
    return changed;
  }

  static uint32_t renamed(uint32_t word, uint32_t from, uint32_t to, bool floating) {
    const isa::InstructionInfo& info = isa::info(isa::decode(word));
    if (info.reads_rs1 && info.rs1_float == floating && isa::rs1(word) == from) word = (word & ~(31U << 15)) | to << 15;
    if (info.reads_rs2 && info.rs2_float == floating && isa::rs2(word) == from) word = (word & ~(31U << 20)) | to << 20;
    if (info.reads_rs3 && info.rs3_float == floating && isa::rs3(word) == from) word = (word & ~(31U << 27)) | to << 27;
    return word;
  }

  // A value that differs from lane to lane the other way round takes two instructions; whatever is only there for the
  // one that it replaces goes with it, and that has to be more than it costs.
  bool inverses() {
    bool changed = false;
    for (size_t i = plan().items.size(); i-- > 0 && !late();) {
      const Item item = plan().items[i];
      const isa::InstructionInfo& info = isa::info(isa::decode(item.word));
      if (item.reference != Item::Reference::kNone || !info.writes_rd || info.rd_float || isa::rd(item.word) == 0 ||
          info.klass == isa::Class::Jump || i >= plan().items.size()) {
        continue;
      }
      const uint32_t rd = isa::rd(item.word);
      Session candidate = best_;
      LaunchPlan& l = candidate.launches[launch_];
      l.items[i] = {.word = encode(isa::Op::Csrrs, {.rd = rd, .csr = static_cast<uint32_t>(isa::Csr::Mhartid)})};
      insert_item(l, static_cast<uint32_t>(i) + 1,
                  {.word = encode(isa::Op::Xori, {.rd = rd, .rs1 = rd, .immediate = 1})});
      erase_unread(l);
      if (l.items.size() < plan().items.size()) changed |= keep(std::move(candidate));
    }
    return changed;
  }

  static void insert_item(LaunchPlan& launch, uint32_t at, const Item& item) {
    for (Item& other : launch.items) other.target += other.target >= at ? 1 : 0;
    for (Range& range : launch.tree)
      range = {range.begin + (range.begin >= at ? 1 : 0), range.end + (range.end >= at ? 1 : 0)};
    for (Check& check : launch.checks) {
      check.items = {check.items.begin + (check.items.begin >= at ? 1 : 0),
                     check.items.end + (check.items.end >= at ? 1 : 0)};
    }
    launch.items.insert(launch.items.begin() + at, item);
  }

  // Calculations whose result nobody reads.
  static void erase_unread(LaunchPlan& launch) {
    for (bool again = true; again;) {
      again = false;
      std::set<uint32_t> read;
      for (const Item& item : launch.items) {
        const isa::InstructionInfo& info = isa::info(isa::decode(item.word));
        const uint32_t own = info.writes_rd && !info.rd_float ? isa::rd(item.word) : 32;
        const auto note = [&](bool reads, bool floating, uint32_t number) {
          if (reads && !floating && number != own) read.insert(number);
        };
        note(info.reads_rs1, info.rs1_float, isa::rs1(item.word));
        note(info.reads_rs2, info.rs2_float, isa::rs2(item.word));
        note(info.reads_rs3, info.rs3_float, isa::rs3(item.word));
      }
      for (auto i = static_cast<uint32_t>(launch.items.size()); i-- > 0;) {
        const isa::InstructionInfo& info = isa::info(isa::decode(launch.items[i].word));
        const bool calculation =
            info.klass == isa::Class::Alu || info.klass == isa::Class::Mul || info.klass == isa::Class::Div;
        if (!calculation || read.contains(isa::rd(launch.items[i].word))) continue;
        erase_items(launch, i, i + 1);
        again = true;
      }
    }
  }

  // Indirect jumps become direct ones, to where some address is computed for.
  bool direct_jumps() {
    bool changed = false;
    for (size_t i = 0; i < plan().items.size() && !late(); ++i) {
      const uint32_t word = plan().items[i].word;
      if (isa::decode(word) != isa::Op::Jalr) continue;
      std::set<uint32_t> targets;
      for (const Item& item : plan().items) {
        if (item.reference == Item::Reference::kLow) targets.insert(item.target);
      }
      for (const uint32_t target : targets) {
        if (replace_item(i, {.word = encode(isa::Op::Jal, {.rd = isa::rd(word)}),
                             .reference = Item::Reference::kJump,
                             .target = target})) {
          changed = true;
          break;
        }
      }
    }
    return changed;
  }

  // Each field on its own: immediates to 0 or 1, registers to x0, rounding to nearest, no ordering.
  bool operands() {
    bool changed = false;
    for (size_t i = 0; i < plan().items.size() && !late(); ++i) {
      const uint32_t word = plan().items[i].word;
      const isa::Op op = isa::decode(word);
      if (op == isa::Op::Illegal) continue;
      const isa::InstructionInfo& info = isa::info(op);
      if (info.has_rounding) changed |= replace(i, word & ~0x7000U);
      if (info.reads_rs2) changed |= replace(i, plan().items[i].word & ~(31U << 20));
      if (info.reads_rs1) changed |= replace(i, plan().items[i].word & ~(31U << 15));
      if (info.format == isa::Format::Amo || info.format == isa::Format::Lr) {
        changed |= replace(i, plan().items[i].word & ~0x0600'0000U);
      }
      if (plan().items[i].reference == Item::Reference::kNone && isa::immediate(info.format, word) != 0 &&
          info.format != isa::Format::Csr) {
        const uint32_t field = immediate_field(info.format, -1);
        for (const int32_t simple : {0, 1}) {
          const uint32_t simpler = (plan().items[i].word & ~field) | immediate_field(info.format, simple);
          if (replace(i, simpler)) {
            changed = true;
            break;
          }
        }
      }
    }
    return changed;
  }

  Session best_;
  const StillFails& still_fails_;
  const ShrinkOptions& options_;
  double end_;  // of processor_seconds()
  size_t launch_ = 0;
  unsigned tried_ = 0;
};

}  // namespace

size_t instruction_count(const Session& session) {
  size_t count = 0;
  for (const LaunchPlan& launch : session.launches) count += launch.items.size();
  return count;
}

Session shrink(Session session, const StillFails& still_fails, const ShrinkOptions& options) {
  return Shrinker(std::move(session), still_fails, options).run();
}

}  // namespace heddle::fuzz
