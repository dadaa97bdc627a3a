// The management hart of a device in lock-step: records of the model's hart in the boot program stand for those of the
// RTL.
#include "management_lockstep.h"

#include <gtest/gtest.h>

#include <vector>

#include "heddle/management/machine.h"
#include "heddle_boot_rom.h"

namespace heddle::harness {
namespace {

constexpr uint32_t kSramBytes = 0x8000;

class ManagementLockstepTest : public testing::Test {
 protected:
  ManagementLockstepTest() {
    for (unsigned i = 0; i < 40; ++i) records.push_back(machine_.step().value());
  }

  std::vector<management::Retirement> records;

 private:
  model::DeviceMemory memory_;
  management::Machine machine_{kSramBytes, boot_rom(), memory_};
};

TEST_F(ManagementLockstepTest, CountsWhatItCompares) {
  ManagementLockstep lockstep(kSramBytes);
  lockstep.reset();
  EXPECT_EQ(lockstep.last_pc(), 0u);
  for (const management::Retirement& record : records) lockstep.retired(record, 7);
  EXPECT_FALSE(lockstep.problem()) << *lockstep.problem();
  EXPECT_EQ(lockstep.compared(), records.size());
  EXPECT_GT(lockstep.copied(), 0u);  // loads of the mailbox
  EXPECT_EQ(lockstep.last_pc(), records.back().pc);
}

TEST_F(ManagementLockstepTest, KeepsTheFirstDifferenceAndWhatWasBefore) {
  ManagementLockstep lockstep(kSramBytes);
  lockstep.reset();
  records[20].next_pc ^= 4;
  records[30].next_pc ^= 8;
  for (const management::Retirement& record : records) lockstep.retired(record, 1000 + record.order);
  ASSERT_TRUE(lockstep.problem());
  const std::string& said = *lockstep.problem();
  EXPECT_NE(said.find("cycle 1020: record 20 at pc"), std::string::npos) << said;
  EXPECT_NE(said.find("next_pc is"), std::string::npos) << said;
  EXPECT_NE(said.find("\n          19  "), std::string::npos) << said;
  EXPECT_EQ(said.find("record 30"), std::string::npos) << said;
}

TEST_F(ManagementLockstepTest, TheHostWritesSramAndNothingElse) {
  ManagementLockstep lockstep(kSramBytes);
  EXPECT_NO_THROW(lockstep.host_wrote(mgmt::kSramBase + kSramBytes - 4, 1));
  EXPECT_NO_THROW(lockstep.host_wrote(mgmt::kSramBase + kSramBytes, 1));
  EXPECT_NO_THROW(lockstep.host_wrote(mgmt::kMailboxBase, 1));
}

}  // namespace
}  // namespace heddle::harness
