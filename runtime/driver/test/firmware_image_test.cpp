// Firmware images that the boot program refuses, and what the driver says about them.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "expect_error.h"
#include "heddle/driver/backend.h"
#include "heddle/driver/management.h"
#include "heddle/generated/management.h"

namespace heddle::driver {
namespace {

std::vector<std::byte> image() {
  std::ifstream file(HEDDLE_TEST_FIRMWARE, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

TEST(FirmwareImage, IsRefusedWithAReason) {
  BackendOptions options;
  options.configuration = "nano:management=1";
  const auto backend = open_model(options);
  const auto refused = [&](uint32_t offset, uint32_t value, const char* part) {
    std::vector<std::byte> bytes = image();
    std::memcpy(bytes.data() + offset, &value, 4);
    expect_error(ErrorKind::kRejected, part, [&] { Management(*backend, bytes); });
  };
  refused(mgmt::image::kMagic, 0x12345678, "no firmware image (magic); found 0x12345678, expected 0x57464448");
  refused(mgmt::image::kHeaderVersion, 2, "header of another version; found 0x00000002, expected 0x00000001");
  refused(mgmt::image::kInterface, 0x00FF0000, "made for another interface of the device; found 0x00ff0000");
  refused(mgmt::image::kImageBytes, 0x7FFFFFFC, "bad size; found 0x7ffffffc");
  refused(mgmt::image::kImageBytes, 61, "bad size");
  refused(mgmt::image::kMemoryBytes, 4, "it needs more memory than there is, or less than it has");
  refused(mgmt::image::kLoadAddress, 0x40, "made for another address");
  refused(mgmt::image::kEntry, 1, "bad entry");
  refused(mgmt::image::kChecksum, 0, "wrong checksum");
  refused(mgmt::image::kFirmwareVersion, 0xFFFF, "wrong checksum: the file is damaged");
  std::vector<std::byte> damaged = image();
  damaged.back() ^= std::byte{1};
  expect_error(ErrorKind::kRejected, "wrong checksum", [&] { Management(*backend, damaged); });
  expect_error(ErrorKind::kInvalidArgument, "0 bytes", [&] { Management(*backend, {}); });
  EXPECT_TRUE(Management(*backend, image()).alive()) << "the right one starts after all that";
}

}  // namespace
}  // namespace heddle::driver
