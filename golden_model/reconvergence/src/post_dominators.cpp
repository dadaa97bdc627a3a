#include "heddle/reconvergence/post_dominators.h"

#include <algorithm>
#include <limits>

#include "heddle/model/decoded.h"

namespace heddle::reconvergence {

namespace {

using isa::Op;
using model::DecodedInstruction;

constexpr unsigned kNone = std::numeric_limits<unsigned>::max();

bool is_link(unsigned reg) { return reg == 1 || reg == 5; }

// A graph of `size` nodes plus its exit, node `size`.
struct Graph {
  std::vector<std::vector<unsigned>> successors;
  std::vector<std::vector<unsigned>> predecessors;

  explicit Graph(unsigned size) : successors(size + 1), predecessors(size + 1) {}
  unsigned exit() const { return static_cast<unsigned>(successors.size() - 1); }
  void add(unsigned from, unsigned to) {
    successors[from].push_back(to);
    predecessors[to].push_back(from);
  }
};

// Gives every node a way to the exit: one edge per loop that has none.
void connect_endless_loops(Graph& graph) {
  std::vector<bool> reaches(graph.successors.size());
  std::vector<unsigned> work;
  const auto flood = [&](unsigned from) {
    reaches[from] = true;
    work.push_back(from);
    while (!work.empty()) {
      const unsigned node = work.back();
      work.pop_back();
      for (const unsigned p : graph.predecessors[node]) {
        if (reaches[p]) continue;
        reaches[p] = true;
        work.push_back(p);
      }
    }
  };
  flood(graph.exit());
  for (unsigned node = graph.exit(); node-- > 0;) {
    if (reaches[node]) continue;
    graph.add(node, graph.exit());
    flood(node);
  }
}

// Post-order of the reversed graph, from the exit.
std::vector<unsigned> reversed_post_order(const Graph& graph) {
  std::vector<unsigned> order;
  std::vector<bool> seen(graph.successors.size());
  std::vector<std::pair<unsigned, std::size_t>> stack{{graph.exit(), 0}};
  seen[graph.exit()] = true;
  while (!stack.empty()) {
    auto& [node, next] = stack.back();
    if (next == graph.predecessors[node].size()) {
      order.push_back(node);
      stack.pop_back();
      continue;
    }
    const unsigned p = graph.predecessors[node][next++];
    if (!seen[p]) {
      seen[p] = true;
      stack.emplace_back(p, 0);
    }
  }
  return order;
}

// Immediate post-dominators after Cooper, Harvey and Kennedy: dominators of the reversed graph.
std::vector<unsigned> immediate_post_dominators(const Graph& graph) {
  const std::vector<unsigned> order = reversed_post_order(graph);
  std::vector<unsigned> number(graph.successors.size(), kNone);
  for (unsigned i = 0; i < order.size(); ++i) number[order[i]] = i;
  std::vector<unsigned> immediate(graph.successors.size(), kNone);
  immediate[graph.exit()] = graph.exit();
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = order.size(); i-- > 0;) {
      const unsigned node = order[i];
      if (node == graph.exit()) continue;
      unsigned common = kNone;
      for (unsigned other : graph.successors[node]) {
        if (immediate[other] == kNone) continue;
        if (common == kNone) {
          common = other;
          continue;
        }
        while (common != other) {
          while (number[common] < number[other]) common = immediate[common];
          while (number[other] < number[common]) other = immediate[other];
        }
      }
      if (common != kNone && immediate[node] != common) {
        immediate[node] = common;
        changed = true;
      }
    }
  }
  return immediate;
}

}  // namespace

PostDominators::PostDominators(const CodeImage& code, const IndirectTargets& indirect)
    : code_(&code), indirect_(&indirect), functions_(code.functions) {
  find_called_functions();
  for (const std::uint32_t entry : functions_) analyse(entry);
}

// Programs without symbols still have the targets of their calls.
void PostDominators::find_called_functions() {
  for (const CodeImage::Segment& segment : code_->segments) {
    for (std::size_t i = 0; i < segment.words.size(); ++i) {
      const DecodedInstruction d = model::decode_instruction(segment.words[i]);
      if (d.op != Op::Jal || !is_link(d.rd)) continue;
      const std::uint32_t target =
          segment.base + 4 * static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(d.immediate);
      if (code_->word(target)) functions_.insert(target);
    }
  }
}

PostDominators::Successors PostDominators::successors(std::uint32_t pc, std::uint32_t entry) const {
  Successors result;
  const auto go_to = [&](std::uint32_t target, bool jump) {
    const bool other_function = functions_.contains(target) && !(jump && target == entry);
    if (other_function || !code_->word(target)) {
      result.leaves = true;
    } else {
      result.inside.push_back(target);
    }
  };
  const std::optional<std::uint32_t> word = code_->word(pc);
  const DecodedInstruction d = model::decode_instruction(word.value_or(0));
  const std::uint32_t direct = pc + static_cast<std::uint32_t>(d.immediate);
  switch (d.klass) {
    case isa::Class::Branch:
      go_to(pc + 4, false);
      go_to(direct, true);
      return result;
    case isa::Class::Jump:
      if (is_link(d.rd)) {
        go_to(pc + 4, false);
      } else if (d.op == Op::Jal) {
        go_to(direct, true);
      } else if (const auto targets = indirect_->find(pc); !is_link(d.rs1) && targets != indirect_->end()) {
        for (const std::uint32_t target : targets->second) go_to(target, true);
      } else {
        result.leaves = true;
      }
      return result;
    case isa::Class::Exit:
    case isa::Class::Illegal: result.leaves = true; return result;
    default: break;
  }
  if (d.op == Op::Mret) {
    result.leaves = true;
  } else {
    go_to(pc + 4, false);
  }
  return result;
}

void PostDominators::analyse(std::uint32_t entry) {
  std::vector<std::uint32_t> pcs{entry};
  std::map<std::uint32_t, unsigned> index{{entry, 0}};
  std::vector<Successors> edges;
  for (std::size_t node = 0; node < pcs.size(); ++node) {
    edges.push_back(successors(pcs[node], entry));
    for (const std::uint32_t target : edges.back().inside) {
      if (index.emplace(target, static_cast<unsigned>(pcs.size())).second) pcs.push_back(target);
    }
  }
  Graph graph(static_cast<unsigned>(pcs.size()));
  for (unsigned node = 0; node < pcs.size(); ++node) {
    for (const std::uint32_t target : edges[node].inside) graph.add(node, index.at(target));
    if (edges[node].leaves) graph.add(node, graph.exit());
  }
  connect_endless_loops(graph);
  const std::vector<unsigned> immediate = immediate_post_dominators(graph);
  for (unsigned node = 0; node < pcs.size(); ++node) {
    const unsigned at = immediate[node];
    // Code that two functions share keeps what the first one said.
    immediate_.emplace(pcs[node], at == graph.exit() || at == kNone ? std::nullopt : std::optional(pcs[at]));
  }
}

std::optional<std::uint32_t> PostDominators::immediate(std::uint32_t pc) const {
  const auto found = immediate_.find(pc);
  return found == immediate_.end() ? std::nullopt : found->second;
}

}  // namespace heddle::reconvergence
