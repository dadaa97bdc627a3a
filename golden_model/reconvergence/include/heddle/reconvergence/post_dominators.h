// Exact immediate post-dominators of every instruction, function by function.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "heddle/reconvergence/code_image.h"

namespace heddle::reconvergence {

// Where indirect jumps that are neither calls nor returns were seen to go: by pc of the jump.
using IndirectTargets = std::map<std::uint32_t, std::set<std::uint32_t>>;

// The graph of a function has one node per instruction. Calls (jal, jalr with rd = x1 or x5) go on to the next
// instruction; returns, hd.exit, mret, illegal words and jumps to another function's first instruction (tail calls)
// leave it. Indirect jumps go to the targets given, and leave the function where none are. Loops that cannot be left
// count as leaving from one of their instructions.
class PostDominators {
 public:
  PostDominators(const CodeImage& code, const IndirectTargets& indirect);

  // The instruction that every way from `pc` to the end of its function passes first. Nothing: there is none before the
  // function's end (or pc is in no function).
  std::optional<std::uint32_t> immediate(std::uint32_t pc) const;

 private:
  void analyse(std::uint32_t entry);
  // Successors inside the function; leaves says whether the instruction may also leave it.
  struct Successors {
    std::vector<std::uint32_t> inside;
    bool leaves = false;
  };
  Successors successors(std::uint32_t pc, std::uint32_t entry) const;
  void find_called_functions();

  const CodeImage* code_;
  const IndirectTargets* indirect_;
  std::set<std::uint32_t> functions_;
  std::map<std::uint32_t, std::optional<std::uint32_t>> immediate_;
};

}  // namespace heddle::reconvergence
