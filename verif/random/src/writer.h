// Puts instructions into a program: words from the table, labels, and the nodes of the tree.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/disassembler/encode.h"
#include "session.h"

namespace heddle::fuzz {

// Registers that have a purpose; all others hold values.
namespace reg {
enum : uint32_t {
  kZero = 0,
  kLink = 1,
  kStack = 2,
  kTemporary = 5,
  kHart = 8,
  kShared = 9,
  kOwn = 18,
  kScratch = 19,
  kCounter = 20,  // 20 and 21: loops, by nesting
  kEngine = 22,   // what controls the work-item's commands, in the scratchpad
  kDepth = 23,    // of recursion
  kPrivate = 24,
  kData = 26,    // and their data
  kResume = 27,  // where to go on after a fetch fault
  kAddress = 30,
  kHandler = 31,  // the trap handler saves it
};
}  // namespace reg

class Writer {
 public:
  explicit Writer(LaunchPlan& plan) : plan_(plan) {}

  uint32_t position() const { return static_cast<uint32_t>(plan_.items.size()); }
  void word(uint32_t word) { plan_.items.push_back({.word = word}); }
  void put(isa::Op op, const isa::Operands& operands) { word(encode(op, operands)); }

  unsigned label();
  void bind(unsigned label) { positions_[label] = position(); }
  void branch(isa::Op op, uint32_t rs1, uint32_t rs2, unsigned label);
  void jump(unsigned label, uint32_t rd = reg::kZero);
  // Two instructions: the address of a label.
  void load_address(uint32_t rd, unsigned label);
  // One or two instructions.
  void load_constant(uint32_t rd, uint32_t value);
  void move(uint32_t rd, uint32_t rs) { put(isa::Op::Addi, {.rd = rd, .rs1 = rs}); }
  void add_immediate(uint32_t rd, uint32_t rs, int32_t immediate) {
    put(isa::Op::Addi, {.rd = rd, .rs1 = rs, .immediate = immediate});
  }

  // A node of the tree, from construction to destruction.
  class Node {
   public:
    explicit Node(Writer& writer) : writer_(writer), index_(writer.plan_.tree.size()) {
      writer.plan_.tree.push_back({writer.position(), writer.position()});
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { writer_.plan_.tree[index_].end = writer_.position(); }

   private:
    Writer& writer_;
    size_t index_;
  };

  // All labels are bound: references become indices.
  void finish();
  LaunchPlan& plan() { return plan_; }

 private:
  void refer(uint32_t word, Item::Reference reference, unsigned label);

  LaunchPlan& plan_;
  std::vector<uint32_t> positions_;  // by label
};

}  // namespace heddle::fuzz
