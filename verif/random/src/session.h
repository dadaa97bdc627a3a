// What one run is: a machine (configuration, memory, seeds) and the launches made on it one after the other. Everything
// that decides the outcome is in here: two runs of a session are the same, on any machine.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace heddle::fuzz {

// An instruction. Where it names another one (branches, jal, the two halves of an address) it does so by index, so that
// instructions can be deleted.
struct Item {
  enum class Reference : uint8_t { kNone, kBranch, kJump, kHigh, kLow };
  uint32_t word = 0;
  Reference reference = Reference::kNone;
  uint32_t target = 0;  // index of an item; the number of items: the end
};

// Items [begin, end) of one node of the tree that the program was drawn as; children lie within their parents.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A word that the program computes redundantly: what it has to be when the launch ends as usual.
struct Check {
  uint32_t address = 0;
  uint32_t expected = 0;
  Range items;  // the check is void without them
};

struct DataBlock {
  uint32_t address = 0;
  std::vector<uint32_t> words;

  bool operator==(const DataBlock&) const = default;
};

struct Region {
  uint32_t base = 0;
  uint32_t last = 0;
  uint32_t rights = 0;  // bit 0 R, 1 W, 2 X

  bool operator==(const Region&) const = default;
};

using Vector3 = std::array<uint32_t, 3>;

struct LaunchPlan {
  uint32_t group_items() const { return local[0] * local[1] * local[2]; }  // work-items of a workgroup

  std::vector<Item> items;
  std::vector<Range> tree;  // for the shrinker; outer ones first
  uint32_t code_base = 0x8000'0000;
  Vector3 groups{1, 1, 1};
  Vector3 local{1, 1, 1};
  uint32_t scratch_size = 0;
  uint32_t accumulators = 0;  // buffers
  uint32_t private_size = 1024;
  uint32_t private_base = 0xA000'0000;
  uint32_t kernel = 0;
  uint32_t arguments = 0;
  std::vector<Region> regions;  // besides that of the code, which is read and execute
  std::vector<DataBlock> data;
  std::vector<Check> checks;
  uint32_t abort_after = 0;  // cycles; 0: never
  uint32_t reset_after = 0;  // cycles until the device is reset, whatever it does; 0: never
  uint32_t poll = 1000;      // cycles between the host's looks at `status`
};

struct Session {
  uint64_t seed = 1;  // of the memory and of the registers without reset
  std::string configuration;
  uint32_t latency = 20;
  uint32_t bandwidth_percent = 100;
  std::string memory = "fixed";
  bool random_stalls = false;
  uint32_t bus_error_first = 1;  // none: last below first
  uint32_t bus_error_last = 0;
  uint32_t planted_bug = 0;  // of a library with all of them
  std::vector<LaunchPlan> launches;
};

// The words of the program at its place. Throws std::length_error when a branch cannot reach its target.
std::vector<uint32_t> assemble(const LaunchPlan& launch);
// The items without those of [begin, end): references to them go to what follows. Ranges and checks follow; a check
// whose items lose one is gone.
void erase_items(LaunchPlan& launch, uint32_t begin, uint32_t end);
// The program as text, one line per instruction.
std::vector<std::string> listing(const LaunchPlan& launch);

}  // namespace heddle::fuzz
