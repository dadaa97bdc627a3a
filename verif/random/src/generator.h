// Draws a program as a tree: statements, of which some hold blocks of statements. What a statement is follows from an
// instruction drawn by its weight: a branch becomes an if or a loop on that branch, a jal a call or a goto, and so on.
// Programs end: loops are counted, recursion is bounded, locks are released; traps go on behind the instruction.
//
// Parts: generator.cpp (frame, draws), statements_plain.cpp (instructions that stand alone), statements_memory.cpp,
// statements_control.cpp, statements_shared.cpp (what work-items do together), statements_engine.cpp with
// engine_data.cpp and engine_descriptors.cpp.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "heddle/generated/configuration.h"
#include "heddle/generated/csrs.h"
#include "random.h"
#include "writer.h"

namespace heddle::fuzz {

// Where the programs of a run and their data lie.
struct Places {
  uint32_t shared = 0x8010'0000;  // everybody's, racing
  uint32_t own = 0x8040'0000;     // kOwnBytes for each hart; check() comes behind it
  uint32_t code = 0x8000'0000;
  uint32_t priv = 0xA000'0000;  // what is behind the private window

  uint32_t check() const { return own + 0x0010'0000; }  // locks and what the host checks
};
inline constexpr uint32_t kScratchWindow = 0x1000'0000;
inline constexpr uint32_t kAccumulatorWindow = 0x2000'0000;
inline constexpr uint32_t kPrivateWindow = 0x4000'0000;
inline constexpr uint32_t kSharedBytes = 0x0020'0000;
inline constexpr uint32_t kOwnBytes = 256;
inline constexpr uint32_t kCheckBytes = 4096;
inline constexpr uint32_t kInitialBytes = 1024;  // of the shared area that the host fills; with copies four times that

class Generator {
 public:
  // The launch's geometry has been drawn; the program is added to it. `engine_bytes`: of each work-item's data in the
  // scratchpad for its commands, a multiple of 256; 0: it gives none.
  Generator(Random random, const Configuration& configuration, const Places& places, uint32_t engine_bytes,
            LaunchPlan& plan);
  void program();
  bool has_handler() const { return handled_; }

 private:
  // ---- generator.cpp ----
  void draw_flavour();
  void prologue();
  void epilogue();
  void functions();
  void handler();
  void statement();
  void block(unsigned statements);
  isa::Op draw_op();
  uint32_t value() { return values_[random_.below(value_count_)]; }     // a register to write
  uint32_t target() { return random_.percent(4) ? 0 : value(); }        // the same, rarely x0
  uint32_t source();                                                    // an integer register to read
  uint32_t floating() { return floats_[random_.below(float_count_)]; }  // a floating-point register
  isa::Operands operands(const isa::InstructionInfo& info);
  // Whether something may trap here: always with a handler, seldom without.
  bool may_trap() { return handled_ || random_.percent(3); }

  // ---- statements_plain.cpp ----
  void plain(isa::Op op);
  void burst(isa::Op op);
  void csr(isa::Op op);
  void illegal();
  void system(isa::Op op);
  void collective(isa::Op op);
  void rounding_modes();

  // ---- statements_memory.cpp ----
  // Leaves an address in a register, and returns it; `offset` is for the access.
  struct Place {
    uint32_t base = 0;
    int32_t offset = 0;
  };
  Place address(unsigned size, bool atomic);
  void load(isa::Op op);
  void store(isa::Op op);
  void atomic(isa::Op op);
  void conditional_store();
  void wild_access();
  void edge_access();
  void self_modifying();
  static unsigned access_size(isa::Op op);

  // ---- statements_control.cpp ----
  void conditional(isa::Op op);
  void if_else(isa::Op op, bool with_else);
  void loop(isa::Op op);
  void irreducible(isa::Op op);
  void jump(isa::Op op);
  void call();
  void switch_over();
  void wild_jump();
  void return_from_trap();
  // A condition that differs from lane to lane, in registers for a branch.
  void condition(isa::Op op, unsigned label);

  // ---- statements_shared.cpp ----
  void barrier();
  void exit_some();
  void together();
  void reduction();
  void locked_counter();
  void optimistic_counter();
  void check(uint32_t begin, uint32_t slot, uint32_t expected);
  uint32_t work_items() const;

  // ---- engine_descriptors.cpp ----
  struct EngineDescriptor {
    struct Move {
      uint32_t word;
      uint32_t offset;
    };
    std::array<uint32_t, 32> words;
    std::vector<Move> moves;  // words that are places in the scratchpad, by their offset in what is the work-item's
    int32_t spread = 0;       // word 1 (of a copy): plus the hart's number, shifted left by that

    uint32_t bytes() const;  // of a copy's box
  };
  EngineDescriptor draw_copy(uint32_t at, uint32_t most);
  EngineDescriptor draw_matrix();
  void spoil_copy(EngineDescriptor& d);
  void spoil_matrix(EngineDescriptor& d);

  // ---- engine_data.cpp ----
  void begin_engines();  // before other registers get their values,
  void end_engines();    // and behind that
  void for_the_first(const std::function<void()>& work);
  void fill_own_data();
  void command_all_data();
  void zero_descriptor();

  // ---- statements_engine.cpp ----
  void engine(isa::Op op);
  void engine_trap();
  void store_word(uint32_t word, uint32_t source);
  void init_barrier(int32_t at, uint32_t count);
  void give(isa::Op op, const EngineDescriptor& descriptor);
  void arrive_and_wait(int32_t at, uint32_t bytes);
  void spoil_barrier();
  // `given` gives commands and returns the bytes that are to come; `cost`: how long one takes, a copy's being 1.
  void by_some(int32_t barrier, uint32_t cost, const std::function<uint32_t()>& given);
  void skip_some(unsigned elsewhere);
  void while_others_go_on(int32_t barrier, const std::function<uint32_t()>& commands, unsigned others);
  void by_lowest(int32_t barrier, const std::function<uint32_t()>& commands);
  void copy_statement();
  void read_data();
  void matrix_statement();
  void read_accumulators();
  void barrier_statement();
  void meeting();

  Random random_;
  const Configuration& configuration_;
  const Places places_;
  const uint32_t engine_bytes_;
  LaunchPlan& plan_;
  Writer writer_;
  std::array<unsigned, isa::kOpCount> weights_{};
  uint32_t weight_sum_ = 0;
  std::array<uint32_t, 15> values_{};
  std::array<uint32_t, 16> floats_{};
  unsigned value_count_ = 0;
  unsigned float_count_ = 0;
  bool handled_ = true;   // traps have a handler
  bool exited_ = false;   // some lanes may be gone
  unsigned nesting_ = 0;  // of blocks
  unsigned loops_ = 0;    // of loops
  bool in_function_ = false;
  bool in_engine_ = false;  // commands of the work-item are under way
  bool by_first_ = false;   // one work-item prepares what all of its workgroup have in the scratchpad
  bool late_init_ = false;  // mbarriers begin with each statement, not with the program
  uint32_t meetings_ = 0;
  int64_t budget_ = 0;      // instructions left
  unsigned far_shift_ = 0;  // spreads shared addresses over lines or sets
  uint32_t check_slots_ = 0;
  unsigned handler_label_ = 0;
  unsigned end_label_ = 0;
  std::vector<unsigned> function_labels_;
};

}  // namespace heddle::fuzz
