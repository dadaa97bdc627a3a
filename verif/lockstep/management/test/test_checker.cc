// The checker of the management hart: records of the model pass, and one with any field changed does not.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <vector>

#include "heddle/disassembler/encode.h"
#include "heddle/management/machine.h"
#include "heddle/management_lockstep/checker.h"

namespace heddle::management {
namespace {

using isa::encode;
using isa::Op;

constexpr std::uint32_t kSram = 0x8000, kCode = mgmt::kSramBase, kHandler = mgmt::kSramBase + 0x100;
constexpr std::uint32_t kMtip = 1u << Hart::kTimer;

class CheckerTest : public testing::Test {
 protected:
  // Code that the boot ROM holds: records begin at reset, as those of the RTL do.
  static std::vector<std::uint8_t> rom() {
    std::vector<std::uint8_t> bytes;
    for (const std::uint32_t word :
         {encode(Op::Lui, {.rd = 1, .immediate = static_cast<std::int32_t>(kCode)}),
          encode(Op::Addi, {.rd = 2, .rs1 = 1, .immediate = 0x100}),
          encode(Op::Csrrw, {.rs1 = 2, .csr = mgmt::csr::kMtvec}), encode(Op::Addi, {.rd = 3, .immediate = kMtip}),
          encode(Op::Csrrw, {.rs1 = 3, .csr = mgmt::csr::kMie}),
          encode(Op::Sw, {.rs1 = 1, .rs2 = 2, .immediate = 0x200}),
          encode(Op::Lbu, {.rd = 4, .rs1 = 1, .immediate = 0x201}),
          encode(Op::Csrrsi, {.rd = 5, .immediate = 8, .csr = mgmt::csr::kMstatus}),
          encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}), encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}),
          encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}), encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}),
          encode(Op::Ecall, {})}) {
      for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> 8 * i));
    }
    return bytes;
  }
  static constexpr unsigned kEnable = 7;  // the record of the instruction that enables interrupts
  static constexpr unsigned kRecords = 13;

  CheckerTest() {
    Machine machine(kSram, rom(), memory_);
    for (unsigned i = 0; i < kRecords; ++i) records.push_back(machine.step().value());
  }

  // What the checker says to the first that it does not like.
  static std::string check(const std::vector<Retirement>& all) {
    Checker checker(kSram, rom());
    for (const Retirement& record : all) {
      const std::string wrong = checker.step(record);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  std::vector<Retirement> records;

 private:
  model::DeviceMemory memory_;
};

TEST_F(CheckerTest, TheModelsRecordsPass) {
  EXPECT_EQ(check(records), "");
  EXPECT_TRUE(records.back().trap);
}

TEST_F(CheckerTest, EveryFieldIsCompared) {
  struct Field {
    const char* name;
    std::function<void(Retirement&)> change;
  };
  const Field fields[] = {
      {"order", [](Retirement& r) { r.order ^= 1; }},
      {"trap", [](Retirement& r) { r.trap = !r.trap; }},
      {"pc", [](Retirement& r) { r.pc ^= 2; }},
      {"next_pc", [](Retirement& r) { r.next_pc ^= 4; }},
      {"instr", [](Retirement& r) { r.instr ^= 0x80; }},
      {"rd", [](Retirement& r) { r.rd ^= 1; }},
      {"value", [](Retirement& r) { r.value ^= 0x8000'0000; }},
      {"memory_write", [](Retirement& r) { r.memory_write = !r.memory_write; }},
      {"memory_strobe", [](Retirement& r) { r.memory_strobe ^= 8; }},
      {"memory_address", [](Retirement& r) { r.memory_address ^= 1; }},
      {"cause", [](Retirement& r) { r.cause ^= 1; }},
      {"tval", [](Retirement& r) { r.tval ^= 1; }},
  };
  for (const Field& field : fields) {
    for (unsigned i = 0; i < kRecords; ++i) {
      std::vector<Retirement> changed = records;
      field.change(changed[i]);
      const std::string said = check(changed);
      EXPECT_NE(said.find(std::string(field.name) + " is"), std::string::npos)
          << field.name << " of record " << i << ": " << said;
    }
  }
}

TEST_F(CheckerTest, OnlyTheBytesOfAnAccessHaveMeaning) {
  const unsigned store = 5, load = 6;
  ASSERT_TRUE(records[store].memory_write);
  ASSERT_EQ(records[load].memory_strobe, 2u);
  std::vector<Retirement> changed = records;
  changed[load].memory_data ^= 0xFFFF'00FF;
  EXPECT_EQ(check(changed), "");
  changed[load].memory_data ^= 0x0000'0100;
  EXPECT_NE(check(changed).find("memory_data is"), std::string::npos);
  changed = records;
  changed[store].memory_data ^= 0x8000'0000;
  EXPECT_NE(check(changed).find("memory_data is"), std::string::npos);
}

TEST_F(CheckerTest, InterruptsHaveToBePossible) {
  for (unsigned i = 0; i < kRecords; ++i) {
    std::vector<Retirement> changed(records.begin(), records.begin() + i);
    Retirement interrupt{
        .order = i, .interrupt = true, .pc = records[i].pc, .next_pc = kHandler, .cause = 0x8000'0007, .mip = kMtip};
    changed.push_back(interrupt);
    EXPECT_EQ(check(changed).empty(), i > kEnable) << i;
    changed.back().mip = 0x808;  // pending, but not enabled
    EXPECT_NE(check(changed), "") << i;
    changed.back().mip = kMtip;
    changed.back().cause = 0x8000'000B;
    EXPECT_NE(check(changed), "") << i;
  }
}

TEST_F(CheckerTest, InterruptsComeInTime) {
  for (unsigned late = 1; late <= 3; ++late) {
    std::vector<Retirement> changed(records.begin(), records.begin() + kEnable + 1 + late);
    for (unsigned i = kEnable + 1; i < changed.size(); ++i) changed[i].mip = kMtip;
    EXPECT_EQ(check(changed).empty(), late <= 2) << late;
  }
}

TEST_F(CheckerTest, FirstLoadsOfSramThatNobodyHasWritten) {
  std::vector<std::uint8_t> loads;
  for (const std::uint32_t word :
       {encode(Op::Lui, {.rd = 1, .immediate = static_cast<std::int32_t>(kCode)}), encode(Op::Lbu, {.rd = 2, .rs1 = 1}),
        encode(Op::Lw, {.rd = 2, .rs1 = 1}), encode(Op::Lbu, {.rd = 2, .rs1 = 1})}) {
    for (unsigned i = 0; i < 4; ++i) loads.push_back(static_cast<std::uint8_t>(word >> 8 * i));
  }
  model::DeviceMemory memory;
  Machine machine(kSram, loads, memory);
  machine.memory().write(kCode, std::array<std::uint8_t, 4>{0x11, 0x22, 0x33, 0x44});  // what the RTL happens to hold
  std::vector<Retirement> right;
  for (int i = 0; i < 4; ++i) right.push_back(machine.step().value());
  const auto verdict = [&](const std::vector<Retirement>& all, bool written) {
    Checker checker(kSram, loads);
    if (written) checker.load(kCode, std::array<std::uint8_t, 1>{0x12});
    std::string wrong;
    for (const Retirement& record : all) wrong += checker.step(record);
    return wrong;
  };
  EXPECT_EQ(verdict(right, false), "");
  EXPECT_NE(verdict(right, true), "");
  std::vector<Retirement> changed = right;
  changed[3].value = changed[3].memory_data = 0x10;  // it does not change by itself
  EXPECT_NE(verdict(changed, false), "");
}

// A program in device memory that loads its first word twice; another writes that word, and then code, in between.
TEST_F(CheckerTest, DeviceMemoryIsComparedUntilItIsShared) {
  constexpr std::uint32_t kMemory = mgmt::kDeviceMemoryBase;
  const auto bytes_of = [](std::initializer_list<std::uint32_t> words) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint32_t word : words) {
      for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> 8 * i));
    }
    return bytes;
  };
  const std::uint32_t lui = encode(Op::Lui, {.rd = 1, .immediate = static_cast<std::int32_t>(kMemory)});
  const std::uint32_t jump = encode(Op::Jalr, {.rs1 = 1, .immediate = 4}), load = encode(Op::Lw, {.rd = 2, .rs1 = 1});
  const std::vector<std::uint8_t> boot = bytes_of({lui, jump});
  const std::vector<std::uint8_t> before = bytes_of({1, load, load, load});
  const std::vector<std::uint8_t> after = bytes_of({2, load, load, encode(Op::Addi, {.rd = 3, .immediate = 5})});
  model::DeviceMemory memory;
  Machine machine(kSram, boot, memory);
  machine.memory().write(kMemory, before);
  std::vector<Retirement> all;
  for (unsigned i = 0; i < 5; ++i) {
    if (i == 3) machine.memory().write(kMemory, after);
    all.push_back(machine.step().value());
  }
  ASSERT_EQ(all[3].value, 2u);
  const auto verdict = [&](bool shared) {
    Checker checker(kSram, boot);
    checker.load(kMemory, before);
    if (shared) checker.share_memory();
    std::string wrong;
    for (const Retirement& record : all) wrong += checker.step(record);
    return wrong;
  };
  EXPECT_NE(verdict(false).find("value is 0x2, expected 0x1"), std::string::npos) << verdict(false);
  EXPECT_NE(verdict(false).find("instr is"), std::string::npos) << verdict(false);
  EXPECT_EQ(verdict(true), "");
  // Only what memory gives is taken: not what is done with it.
  for (Retirement& record : all) {
    record.value ^= 1;
    EXPECT_NE(verdict(true).find("value is"), std::string::npos) << record.order;
    record.value ^= 1;
  }
}

TEST_F(CheckerTest, SleepsUntilSomethingIsPending) {
  std::vector<std::uint8_t> sleep(0x1000);
  const std::uint32_t word = encode(Op::Wfi, {});
  for (unsigned i = 0; i < 4; ++i) sleep[i] = static_cast<std::uint8_t>(word >> 8 * i);
  Checker checker(kSram, sleep);
  const Retirement record{.pc = mgmt::kBootRomBase, .next_pc = mgmt::kBootRomBase + 4, .instr = word, .mip = 0x888};
  EXPECT_NE(checker.step(record).find("wfi"), std::string::npos);  // mie is 0
}

}  // namespace
}  // namespace heddle::management
