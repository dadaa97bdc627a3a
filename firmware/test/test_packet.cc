// Every check of docs/queues.md: good packets pass, and one wrong field is the one that is named.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <set>
#include <string>

#include "heddle_packet.h"

namespace {

constexpr hd_packet_limits kLimits{
    .threads = 256, .scratchpad_bytes = 0x20000, .private_bytes = 0x10000, .accumulators = 2};
constexpr std::uint64_t kSomewhere = 0x8000'1000;

hd_packet dispatch() {
  hd_packet packet{};
  packet.dispatch = {.header = int{HD_PACKET_DISPATCH} | int{HD_HEADER_BARRIER},
                     .setup = 2,
                     .workgroup_size = {16, 16, 1},
                     .reserved0 = 0,
                     .grid_size = {1024, 32, 1},
                     .private_segment_size = 0x10000,
                     .group_segment_size = 0x20000,
                     .kernel_object = kSomewhere + 16,
                     .kernarg_address = 0,
                     .reserved2 = 0,
                     .completion_signal = kSomewhere};
  return packet;
}

hd_packet barrier(hd_packet_type type) {
  hd_packet packet{};
  packet.barrier.header = static_cast<std::uint16_t>(type);
  packet.barrier.signal[4] = kSomewhere + 64;
  return packet;
}

hd_packet vendor(hd_vendor_format format) {
  hd_packet packet{};
  packet.vendor.header = HD_PACKET_VENDOR;
  packet.vendor.format = static_cast<std::uint8_t>(format);
  packet.vendor.destination = kSomewhere;
  switch (format) {
    case HD_VENDOR_COPY:
      packet.vendor.source = kSomewhere + 0x1000;
      packet.vendor.bytes = 0x1000;
      break;
    case HD_VENDOR_FILL:
      packet.vendor.value = 0x12345678;
      packet.vendor.bytes = 0x1000;
      break;
    case HD_VENDOR_TIMESTAMP: break;
    case HD_VENDOR_WAIT:
      packet.vendor.condition = HD_WAIT_GREATER_EQUAL;
      packet.vendor.operand = -1;
      break;
  }
  return packet;
}

std::string check(const hd_packet& packet) {
  const hd_packet_error error = hd_packet_check(&packet, &kLimits);
  return hd_packet_reason_text(error.reason) +
         (error.reason == HD_PACKET_GOOD ? "" : " " + std::to_string(error.offset));
}

// Writes `value` as `bytes` bytes at an offset of a good packet.
std::string with(hd_packet packet, unsigned offset, unsigned bytes, std::uint64_t value) {
  std::memcpy(reinterpret_cast<char*>(&packet) + offset, &value, bytes);
  return check(packet);
}

TEST(Packet, GoodOnes) {
  EXPECT_EQ(check(dispatch()), "good");
  EXPECT_EQ(check(barrier(HD_PACKET_BARRIER_AND)), "good");
  EXPECT_EQ(check(barrier(HD_PACKET_BARRIER_OR)), "good");
  for (const auto format : {HD_VENDOR_COPY, HD_VENDOR_FILL, HD_VENDOR_TIMESTAMP, HD_VENDOR_WAIT}) {
    EXPECT_EQ(check(vendor(format)), "good") << format;
  }
}

TEST(Packet, Header) {
  for (unsigned type = 0; type < 256; ++type) {
    const bool known = type == 0 || type == 2 || type == 3 || type == 5;
    EXPECT_EQ(with(dispatch(), 0, 1, type) == "type 0", !known) << type;
  }
  EXPECT_EQ(with(dispatch(), 0, 2, 2 | 3 << 9), "scope 0");
  EXPECT_EQ(with(dispatch(), 0, 2, 2 | 3 << 11), "scope 0");
  EXPECT_EQ(with(dispatch(), 0, 2, 2 | 2 << 9 | 1 << 11), "good");
  for (unsigned bit = 13; bit < 16; ++bit) EXPECT_EQ(with(dispatch(), 0, 2, 2 | 1u << bit), "reserved 0");
}

TEST(Packet, Dispatch) {
  for (unsigned bit = 4; bit < 16; ++bit) EXPECT_EQ(with(dispatch(), 2, 2, 2 | 1u << bit), "reserved 2") << bit;
  EXPECT_EQ(with(dispatch(), 2, 2, 2 | 1 << 2), "good");
  EXPECT_EQ(with(dispatch(), 2, 2, 2 | 2 << 2), "good");
  EXPECT_EQ(with(dispatch(), 2, 2, 2 | 3 << 2), "accumulators 2");
  EXPECT_EQ(with(dispatch(), 2, 2, 2 << 2), "dimensions 2");
  EXPECT_EQ(with(dispatch(), 2, 2, 0), "dimensions 2");
  EXPECT_EQ(with(dispatch(), 10, 2, 1), "reserved 10");
  EXPECT_EQ(with(dispatch(), 48, 8, 1), "reserved 48");
  EXPECT_EQ(with(dispatch(), 4, 2, 0), "workgroup_size 4");
  EXPECT_EQ(with(dispatch(), 6, 2, 17), "workgroup_size 4");  // 272 work-items
  EXPECT_EQ(with(dispatch(), 8, 2, 2), "workgroup_size 8");   // a third dimension of two
  EXPECT_EQ(with(dispatch(), 2, 2, 1), "workgroup_size 6");   // a second of one
  EXPECT_EQ(with(dispatch(), 12, 4, 0), "grid_size 12");
  EXPECT_EQ(with(dispatch(), 16, 4, 33), "grid_size 16");
  EXPECT_EQ(with(dispatch(), 20, 4, 2), "grid_size 20");
  EXPECT_EQ(with(dispatch(), 12, 4, 0xFFFF'FFF0), "good");
  EXPECT_EQ(with(dispatch(), 24, 4, 0x10004), "private_size 24");
  EXPECT_EQ(with(dispatch(), 24, 4, 2), "private_size 24");
  EXPECT_EQ(with(dispatch(), 28, 4, 0x20001), "group_size 28");
  for (const std::uint64_t wrong : {std::uint64_t{0}, kSomewhere + 8, kSomewhere - 0x8000'0000,
                                    kSomewhere | std::uint64_t{1} << 32, ~std::uint64_t{15}}) {
    EXPECT_EQ(with(dispatch(), 32, 8, wrong), "address 32") << wrong;
    if (wrong != 0) {
      EXPECT_EQ(with(dispatch(), 40, 8, wrong), "address 40") << wrong;
      EXPECT_EQ(with(dispatch(), 56, 8, wrong), "address 56") << wrong;
    }
  }
  EXPECT_EQ(with(dispatch(), 56, 8, kSomewhere + 16), "address 56");
  EXPECT_EQ(with(dispatch(), 56, 8, 0), "good");
}

TEST(Packet, NoAccumulators) {
  hd_packet_limits limits = kLimits;
  limits.accumulators = 0;
  for (unsigned buffers = 0; buffers < 4; ++buffers) {
    hd_packet packet = dispatch();
    packet.dispatch.setup |= static_cast<std::uint16_t>(buffers << HD_SETUP_ACCUMULATORS_SHIFT);
    const hd_packet_error error = hd_packet_check(&packet, &limits);
    EXPECT_EQ(error.reason, buffers == 0 ? HD_PACKET_GOOD : HD_PACKET_BAD_ACCUMULATORS) << buffers;
    EXPECT_EQ(error.offset, buffers == 0 ? 0u : 2u);
  }
}

TEST(Packet, Barrier) {
  EXPECT_EQ(with(barrier(HD_PACKET_BARRIER_AND), 2, 2, 1), "reserved 2");
  EXPECT_EQ(with(barrier(HD_PACKET_BARRIER_AND), 4, 4, 1), "reserved 4");
  EXPECT_EQ(with(barrier(HD_PACKET_BARRIER_OR), 48, 8, 1ull << 63), "reserved 48");
  for (unsigned i = 0; i < HD_PACKET_SIGNALS; ++i) {
    const unsigned offset = 8 + 8 * i;
    EXPECT_EQ(with(barrier(HD_PACKET_BARRIER_OR), offset, 8, kSomewhere + 32), "address " + std::to_string(offset));
  }
  EXPECT_EQ(with(barrier(HD_PACKET_BARRIER_OR), 56, 8, 64), "address 56");
}

TEST(Packet, Vendor) {
  const hd_packet copy = vendor(HD_VENDOR_COPY), fill = vendor(HD_VENDOR_FILL), stamp = vendor(HD_VENDOR_TIMESTAMP),
                  wait = vendor(HD_VENDOR_WAIT);
  EXPECT_EQ(with(copy, 2, 1, 0), "format 2");
  EXPECT_EQ(with(copy, 2, 1, 5), "format 2");
  EXPECT_EQ(with(wait, 3, 1, 4), "format 3");
  EXPECT_EQ(with(copy, 3, 1, 1), "reserved 3");
  EXPECT_EQ(with(copy, 4, 4, 1), "reserved 4");
  EXPECT_EQ(with(fill, 16, 8, kSomewhere), "reserved 16");
  EXPECT_EQ(with(stamp, 24, 8, 1), "reserved 24");
  EXPECT_EQ(with(stamp, 32, 8, 1), "reserved 32");
  EXPECT_EQ(with(wait, 40, 8, 1), "reserved 40");
  EXPECT_EQ(with(wait, 48, 8, 1), "reserved 48");
  EXPECT_EQ(with(copy, 8, 8, 0), "address 8");
  EXPECT_EQ(with(fill, 8, 8, kSomewhere + 2), "address 8");
  EXPECT_EQ(with(stamp, 8, 8, kSomewhere + 4), "address 8");
  EXPECT_EQ(with(wait, 8, 8, kSomewhere + 32), "address 8");
  EXPECT_EQ(with(copy, 16, 8, 0), "address 16");
  EXPECT_EQ(with(copy, 56, 8, 1), "address 56");
  EXPECT_EQ(with(copy, 24, 8, 0), "length 24");
  EXPECT_EQ(with(fill, 24, 8, 6), "length 24");
  EXPECT_EQ(with(fill, 24, 8, 0x7FFF'F000), "good");
  EXPECT_EQ(with(fill, 24, 8, 0x7FFF'F004), "length 24");
  EXPECT_EQ(with(fill, 24, 8, ~0ull - 3), "length 24");
  EXPECT_EQ(with(copy, 24, 8, 0x1001), "overlap 16");
  EXPECT_EQ(with(copy, 16, 8, kSomewhere), "overlap 16");
  EXPECT_EQ(with(copy, 16, 8, kSomewhere - 0xFFF), "overlap 16");
  EXPECT_EQ(with(copy, 16, 8, kSomewhere - 0x1000), "good");
}

TEST(Packet, ReasonsHaveTexts) {
  std::set<std::string> texts;
  for (int reason = HD_PACKET_GOOD; reason <= HD_PACKET_BAD_ACCUMULATORS; ++reason) {
    texts.insert(hd_packet_reason_text(static_cast<hd_packet_reason>(reason)));
  }
  EXPECT_EQ(texts.size(), 14u);
  EXPECT_EQ(texts.count("unknown"), 0u);
}

// Whatever bytes there are: an answer, which names a place in the packet, and the packet is untouched.
TEST(Packet, AnyBytes) {
  std::mt19937_64 random(1);
  unsigned good = 0;
  for (int n = 0; n < 200'000; ++n) {
    const unsigned kind = random() % 4;
    hd_packet packet = kind == 0   ? dispatch()
                       : kind == 1 ? barrier(random() % 2 == 0 ? HD_PACKET_BARRIER_AND : HD_PACKET_BARRIER_OR)
                       : kind == 2 ? vendor(static_cast<hd_vendor_format>(1 + random() % 4))
                                   : hd_packet{};
    auto* bytes = reinterpret_cast<unsigned char*>(&packet);
    for (unsigned changes = random() % 4; changes > 0; --changes)
      bytes[random() % HD_PACKET_BYTES] = static_cast<unsigned char>(random());
    const hd_packet before = packet;
    const hd_packet_error error = hd_packet_check(&packet, &kLimits);
    ASSERT_EQ(std::memcmp(&before, &packet, sizeof packet), 0);
    ASSERT_LE(error.reason, HD_PACKET_BAD_ACCUMULATORS);
    ASSERT_LT(error.offset, unsigned{HD_PACKET_BYTES});
    good += error.reason == HD_PACKET_GOOD;
  }
  EXPECT_GT(good, 20'000u);
}

}  // namespace
