// The boot program: images that are right, and wrong in each way.

#include <gtest/gtest.h>

#include <functional>

#include "bench.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;
using mgmt::BootStatus;

// Bit by bit, as the standard has it; the hardware takes words.
uint32_t crc32(const std::vector<uint8_t>& bytes) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i / 4 == mgmt::image::kChecksum / 4) continue;
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

class Image {
 public:
  explicit Image(uint32_t address, uint32_t words = 40) : bytes_(mgmt::image::kHeaderBytes + words * 4) {
    set(mgmt::image::kMagic, mgmt::image::kMagicValue);
    set(mgmt::image::kHeaderVersion, mgmt::image::kHeaderVersionValue);
    set(mgmt::image::kInterface, mgmt::image::kInterfaceValue);
    set(mgmt::image::kFirmwareVersion, 0x01020304);
    set(mgmt::image::kImageBytes, static_cast<uint32_t>(bytes_.size()));
    set(mgmt::image::kMemoryBytes, static_cast<uint32_t>(bytes_.size()) + 256);
    set(mgmt::image::kLoadAddress, address);
    set(mgmt::image::kEntry, address + mgmt::image::kHeaderBytes);
    // Stores x1 + ... + x31 and mstatus to messages 0 and 1, then loops.
    Program program(address + mgmt::image::kHeaderBytes);
    for (uint32_t reg = 2; reg < 32; ++reg) program.word(0x33 | reg << 20 | 1 << 15 | 6 << 12 | 1 << 7);  // x1 |= reg
    program.li(10, mailbox::kMessage);
    program.word(code::sw(1, 10, 0));
    program.word(code::csrrs(11, mgmt::csr::kMstatus, 0));
    program.word(code::sw(11, 10, 4));
    program.word(code::jal(0, 0));
    for (size_t i = 0; i < program.bytes().size(); ++i) bytes_[mgmt::image::kHeaderBytes + i] = program.bytes()[i];
    seal();
  }
  void set(uint32_t offset, uint32_t value) {
    for (unsigned b = 0; b < 4; ++b) bytes_[offset + b] = static_cast<uint8_t>(value >> 8 * b);
  }
  void seal() { set(mgmt::image::kChecksum, crc32(bytes_)); }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

uint32_t status(Bench& bench) { return bench.host_read(mailbox::kBootStatus); }

void command(Bench& bench, uint32_t image, uint32_t number) {
  EXPECT_TRUE(bench.run([&] { return status(bench) != 0; }, 500));
  bench.host_write(mailbox::kBootImage, image);
  bench.host_write(mailbox::kBootCommand, number);
}

// What the boot program says to the command; it must say it within some cycles.
BootStatus answer(Bench& bench, uint32_t image, uint32_t number = 1) {
  command(bench, image, number);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kBootCommand) == 0; }, 500));
  EXPECT_TRUE(bench.run([&] { return status(bench) >= 0x80 || status(bench) == 3; }, 20'000));
  EXPECT_EQ(bench.problem(), "");
  return static_cast<BootStatus>(status(bench));
}

void expect_started(Bench& bench) {
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage + 4) == 0x1880; }, 1000));
  EXPECT_EQ(bench.host_read(mailbox::kMessage), 0u) << "a register was not zero at the entry";
  EXPECT_EQ(bench.problem(), "");
}

TEST(Boot, StartsAnImageAnywhereInSram) {
  Bench bench;
  const uint32_t size = bench.top().sram_bytes_o;
  for (const uint32_t offset : {0u, 4u, 0x1234u, size - 4 * 40 - 64 - 256}) {
    bench.power_on();
    Image image(mgmt::kSramBase + offset);
    bench.host_write(mailbox::kMessage, 1);
    bench.host_write(mailbox::kMessage + 4, 0);
    bench.load(mgmt::kSramBase + offset, image.bytes());
    EXPECT_EQ(answer(bench, mgmt::kSramBase + offset), BootStatus::Started);
    expect_started(bench);
  }
}

TEST(Boot, StartsUncheckedInDeviceMemory) {
  Bench bench;
  Image image(mgmt::kDeviceMemoryBase);
  bench.load(mgmt::kDeviceMemoryBase, image.bytes());
  bench.host_write(mailbox::kMessage, 1);
  bench.host_write(mailbox::kBootEntry, mgmt::kDeviceMemoryBase + mgmt::image::kHeaderBytes);
  EXPECT_EQ(answer(bench, 0, 2), BootStatus::Started);
  expect_started(bench);
}

TEST(Boot, TriesAgainAfterAnError) {
  Bench bench;
  Image image(mgmt::kSramBase);
  image.bytes().back() ^= 1;
  bench.load(mgmt::kSramBase, image.bytes());
  EXPECT_EQ(answer(bench, mgmt::kSramBase), BootStatus::BadChecksum);
  image.bytes().back() ^= 1;
  bench.load(mgmt::kSramBase, image.bytes());
  bench.host_write(mailbox::kMessage, 1);
  command(bench, mgmt::kSramBase, 1);
  expect_started(bench);
}

TEST(Boot, RefusesCommandsAndAddresses) {
  Bench bench;
  const uint32_t end = mgmt::kSramBase + bench.top().sram_bytes_o;
  EXPECT_EQ(answer(bench, mgmt::kSramBase, 3), BootStatus::BadCommand);
  EXPECT_EQ(bench.host_read(mailbox::kBootDetail), 3u);
  for (const uint32_t address :
       {mgmt::kSramBase + 2, mgmt::kSramBase - 4, end - 60, end, 0u, ~3u, mgmt::kDeviceMemoryBase}) {
    EXPECT_EQ(answer(bench, address), BootStatus::BadAddress) << std::hex << address;
    EXPECT_EQ(bench.host_read(mailbox::kBootDetail), address);
    EXPECT_EQ(bench.host_read(mailbox::kBootDetail + 4), 0u);
  }
  bench.host_write(mailbox::kBootEntry, mgmt::kSramBase + 1);
  EXPECT_EQ(answer(bench, 0, 2), BootStatus::BadStart);
  EXPECT_EQ(bench.host_read(mailbox::kBootDetail), mgmt::kSramBase + 1);
}

struct Damage {
  uint32_t offset;
  uint32_t value;
  BootStatus status;
  uint32_t expected;
};

TEST(Boot, RefusesEveryFieldThatIsWrong) {
  Bench bench;
  const uint32_t base = mgmt::kSramBase + 0x100, room = bench.top().sram_bytes_o - 0x100;
  const uint32_t bytes = static_cast<uint32_t>(Image(base).bytes().size()), end = base + bytes;
  const Damage damages[] = {
      {mgmt::image::kMagic, 0x46464448, BootStatus::BadMagic, mgmt::image::kMagicValue},
      {mgmt::image::kHeaderVersion, 0, BootStatus::BadHeader, 1},
      {mgmt::image::kHeaderVersion, 2, BootStatus::BadHeader, 1},
      {mgmt::image::kInterface, 0x0002'0000, BootStatus::BadInterface, mgmt::image::kInterfaceValue},
      {mgmt::image::kInterface, 0x0000'0000, BootStatus::BadInterface, mgmt::image::kInterfaceValue},
      {mgmt::image::kInterface, 0x0001'0001, BootStatus::BadInterface, mgmt::image::kInterfaceValue},
      {mgmt::image::kImageBytes, bytes + 2, BootStatus::BadSize, room},
      {mgmt::image::kImageBytes, 60, BootStatus::BadSize, room},
      {mgmt::image::kImageBytes, 0, BootStatus::BadSize, room},
      {mgmt::image::kImageBytes, room + 4, BootStatus::BadSize, room},
      {mgmt::image::kImageBytes, 0xFFFF'FFFC, BootStatus::BadSize, room},
      {mgmt::image::kLoadAddress, base + 4, BootStatus::BadLoad, base},
      {mgmt::image::kMemoryBytes, bytes - 1, BootStatus::BadMemory, room},
      {mgmt::image::kMemoryBytes, room + 1, BootStatus::BadMemory, room},
      {mgmt::image::kMemoryBytes, ~0u, BootStatus::BadMemory, room},
      {mgmt::image::kEntry, base + 65, BootStatus::BadEntry, 0},
      {mgmt::image::kEntry, base + 62, BootStatus::BadEntry, 0},
      {mgmt::image::kEntry, end, BootStatus::BadEntry, 0},
      {mgmt::image::kEntry, 0, BootStatus::BadEntry, 0},
  };
  for (const Damage& damage : damages) {
    Image image(base);
    image.set(damage.offset, damage.value);
    image.seal();
    bench.load(base, image.bytes());
    EXPECT_EQ(answer(bench, base), damage.status) << damage.offset;
    EXPECT_EQ(bench.host_read(mailbox::kBootDetail), damage.value);
    EXPECT_EQ(bench.host_read(mailbox::kBootDetail + 4), damage.expected);
  }
}

TEST(Boot, RefusesEveryBitThatIsWrong) {
  Bench bench;
  Image image(mgmt::kSramBase);
  const uint32_t good = crc32(image.bytes());
  for (size_t byte = mgmt::image::kFirmwareVersion; byte < image.bytes().size(); byte += 7) {
    // Fields that are checked on their own have their own test.
    if (byte > mgmt::image::kFirmwareVersion + 3 && byte <= mgmt::image::kEntry + 3) continue;
    image.bytes()[byte] ^= static_cast<uint8_t>(1 << byte % 8);
    bench.load(mgmt::kSramBase, image.bytes());
    ASSERT_EQ(answer(bench, mgmt::kSramBase), BootStatus::BadChecksum) << byte;
    EXPECT_EQ(bench.host_read(mailbox::kBootDetail), crc32(image.bytes()));
    if (byte / 4 != mgmt::image::kChecksum / 4) {
      EXPECT_EQ(bench.host_read(mailbox::kBootDetail + 4), good);
    }
    image.bytes()[byte] ^= static_cast<uint8_t>(1 << byte % 8);
  }
}

}  // namespace
}  // namespace heddle::mgmtbench
