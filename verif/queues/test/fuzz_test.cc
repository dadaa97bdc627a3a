// Random packets, a third of them malformed, one field each: every bad one is the error of its queue, with its index,
// reason and field; every good one before it is complete, and nothing behind it is carried out.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

#include "queue_fixture.h"

namespace heddle::driver {
namespace {

// A way to spoil a good packet of a kind, and what is said about it.
struct Flaw {
  std::function<void(hd_packet&, uint64_t draw)> spoil;
  uint32_t reason;
  size_t offset;
};

constexpr uint64_t bad_address(uint64_t draw) {
  constexpr std::array<uint64_t, 4> kBad{0x7FFF'FFC0, 0x1'0000'0000, 0xFFFF'FFFF'8000'0000, 0x8000'0000'8003'0000};
  return kBad[draw % kBad.size()];
}

#define FIELD(type, field) offsetof(type, field)

// Of packets of every kind.
const std::vector<Flaw>& header_flaws() {
  static const std::vector<Flaw> flaws{
      {[](hd_packet& p, uint64_t d) { p.header = static_cast<uint16_t>((p.header & 0xFF00) | (6 + d % 250)); },
       HD_PACKET_BAD_TYPE, 0},
      {[](hd_packet& p, uint64_t) { p.header = static_cast<uint16_t>((p.header & 0xFF00) | 4); }, HD_PACKET_BAD_TYPE,
       0},
      {[](hd_packet& p, uint64_t) { p.header |= 3 << HD_HEADER_ACQUIRE_SHIFT; }, HD_PACKET_BAD_SCOPE, 0},
      {[](hd_packet& p, uint64_t) { p.header |= 3 << HD_HEADER_RELEASE_SHIFT; }, HD_PACKET_BAD_SCOPE, 0},
      {[](hd_packet& p, uint64_t d) { p.header |= static_cast<uint16_t>(0x2000 << d % 3); }, HD_PACKET_BAD_RESERVED, 0},
      {[](hd_packet& p, uint64_t d) { p.dispatch.completion_signal = bad_address(d); }, HD_PACKET_BAD_ADDRESS, 56},
      {[](hd_packet& p, uint64_t d) { p.dispatch.completion_signal = kSignals + 1 + d % 63; }, HD_PACKET_BAD_ADDRESS,
       56}};
  return flaws;
}

const std::vector<Flaw>& dispatch_flaws() {
  using P = hd_dispatch_packet;
  static const std::vector<Flaw> flaws{
      {[](hd_packet& p, uint64_t d) { p.dispatch.setup |= static_cast<uint16_t>(16 << d % 12); },
       HD_PACKET_BAD_RESERVED, FIELD(P, setup)},
      {[](hd_packet& p, uint64_t) { p.dispatch.setup |= 3 << HD_SETUP_ACCUMULATORS_SHIFT; }, HD_PACKET_BAD_ACCUMULATORS,
       FIELD(P, setup)},
      {[](hd_packet& p, uint64_t) { p.dispatch.setup = 0; }, HD_PACKET_BAD_DIMENSIONS, FIELD(P, setup)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.reserved0 = static_cast<uint16_t>(1 << d % 16); },
       HD_PACKET_BAD_RESERVED, FIELD(P, reserved0)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.reserved2 = uint64_t{1} << d % 64; }, HD_PACKET_BAD_RESERVED,
       FIELD(P, reserved2)},
      {[](hd_packet& p, uint64_t) { p.dispatch.workgroup_size[0] = 0; }, HD_PACKET_BAD_WORKGROUP_SIZE,
       FIELD(P, workgroup_size)},
      {[](hd_packet& p, uint64_t) { p.dispatch.workgroup_size[1] = 2; }, HD_PACKET_BAD_WORKGROUP_SIZE,
       FIELD(P, workgroup_size) + 2},
      {[](hd_packet& p, uint64_t) { p.dispatch.workgroup_size[2] = 0; }, HD_PACKET_BAD_WORKGROUP_SIZE,
       FIELD(P, workgroup_size) + 4},
      {[](hd_packet& p, uint64_t) { p.dispatch.workgroup_size[0] = 0xFFFF; }, HD_PACKET_BAD_WORKGROUP_SIZE,
       FIELD(P, workgroup_size)},
      {[](hd_packet& p, uint64_t) { p.dispatch.grid_size[0] = 0; }, HD_PACKET_BAD_GRID_SIZE, FIELD(P, grid_size)},
      {[](hd_packet& p, uint64_t) { p.dispatch.grid_size[0] = 7; }, HD_PACKET_BAD_GRID_SIZE, FIELD(P, grid_size)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.grid_size[1] = static_cast<uint32_t>(d) | 2; },
       HD_PACKET_BAD_GRID_SIZE, FIELD(P, grid_size) + 4},
      {[](hd_packet& p, uint64_t) { p.dispatch.grid_size[2] = 0; }, HD_PACKET_BAD_GRID_SIZE, FIELD(P, grid_size) + 8},
      {[](hd_packet& p, uint64_t d) { p.dispatch.private_segment_size += 1 + d % 3; }, HD_PACKET_BAD_PRIVATE_SIZE,
       FIELD(P, private_segment_size)},
      {[](hd_packet& p, uint64_t) { p.dispatch.private_segment_size = 0x0100'0004; }, HD_PACKET_BAD_PRIVATE_SIZE,
       FIELD(P, private_segment_size)},
      {[](hd_packet& p, uint64_t) { p.dispatch.private_segment_size = 0x1'0000; }, HD_QUEUE_BAD_PRIVATE,
       FIELD(P, private_segment_size)},
      {[](hd_packet& p, uint64_t d) {
         p.dispatch.group_segment_size = 0x4'0001 + static_cast<uint32_t>(d % 0x1000'0000);
       },
       HD_PACKET_BAD_GROUP_SIZE, FIELD(P, group_segment_size)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.kernel_object = bad_address(d); }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, kernel_object)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.kernel_object += 1 + d % 15; }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, kernel_object)},
      {[](hd_packet& p, uint64_t) { p.dispatch.kernel_object = 0; }, HD_PACKET_BAD_ADDRESS, FIELD(P, kernel_object)},
      {[](hd_packet& p, uint64_t) { p.dispatch.kernel_object = kProgram; }, HD_QUEUE_BAD_OBJECT,
       FIELD(P, kernel_object)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.kernarg_address = bad_address(d); }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, kernarg_address)},
      {[](hd_packet& p, uint64_t d) { p.dispatch.kernarg_address += 1 + d % 15; }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, kernarg_address)}};
  return flaws;
}

const std::vector<Flaw>& barrier_flaws() {
  using P = hd_barrier_packet;
  static const std::vector<Flaw> flaws = [] {
    std::vector<Flaw> all{{[](hd_packet& p, uint64_t d) { p.barrier.reserved0 = static_cast<uint16_t>(1 << d % 16); },
                           HD_PACKET_BAD_RESERVED, FIELD(P, reserved0)},
                          {[](hd_packet& p, uint64_t d) { p.barrier.reserved1 = 1U << d % 32; }, HD_PACKET_BAD_RESERVED,
                           FIELD(P, reserved1)},
                          {[](hd_packet& p, uint64_t d) { p.barrier.reserved2 = uint64_t{1} << d % 64; },
                           HD_PACKET_BAD_RESERVED, FIELD(P, reserved2)}};
    for (size_t i = 0; i < HD_PACKET_SIGNALS; ++i) {
      const size_t at = FIELD(P, signal) + 8 * i;
      all.push_back(
          {[i](hd_packet& p, uint64_t d) { p.barrier.signal[i] = bad_address(d); }, HD_PACKET_BAD_ADDRESS, at});
      all.push_back(
          {[i](hd_packet& p, uint64_t d) { p.barrier.signal[i] = kSignals + 1 + d % 63; }, HD_PACKET_BAD_ADDRESS, at});
    }
    return all;
  }();
  return flaws;
}

// Of a fill, which has the most fields.
const std::vector<Flaw>& fill_flaws() {
  using P = hd_vendor_packet;
  static const std::vector<Flaw> flaws{
      {[](hd_packet& p, uint64_t d) { p.vendor.format = static_cast<uint8_t>(5 + d % 251); }, HD_PACKET_BAD_FORMAT,
       FIELD(P, format)},
      {[](hd_packet& p, uint64_t) { p.vendor.format = 0; }, HD_PACKET_BAD_FORMAT, FIELD(P, format)},
      {[](hd_packet& p, uint64_t d) { p.vendor.condition = static_cast<uint8_t>(1 + d % 255); }, HD_PACKET_BAD_RESERVED,
       FIELD(P, condition)},
      {[](hd_packet& p, uint64_t d) { p.vendor.operand = static_cast<int64_t>(d | 1); }, HD_PACKET_BAD_RESERVED,
       FIELD(P, operand)},
      {[](hd_packet& p, uint64_t d) { p.vendor.source = d | 1; }, HD_PACKET_BAD_RESERVED, FIELD(P, source)},
      {[](hd_packet& p, uint64_t d) { p.vendor.reserved[d % 2] = d | 1; }, HD_PACKET_BAD_RESERVED,
       0},  // offset: see spoiled()
      {[](hd_packet& p, uint64_t d) { p.vendor.destination = bad_address(d); }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, destination)},
      {[](hd_packet& p, uint64_t d) { p.vendor.destination += 1 + d % 3; }, HD_PACKET_BAD_ADDRESS,
       FIELD(P, destination)},
      {[](hd_packet& p, uint64_t) { p.vendor.bytes = 0; }, HD_PACKET_BAD_LENGTH, FIELD(P, bytes)},
      {[](hd_packet& p, uint64_t d) { p.vendor.bytes += 1 + d % 3; }, HD_PACKET_BAD_LENGTH, FIELD(P, bytes)},
      {[](hd_packet& p, uint64_t d) { p.vendor.bytes = 0x8000'0000 + (d & ~uint64_t{3}); }, HD_PACKET_BAD_LENGTH,
       FIELD(P, bytes)}};
  return flaws;
}

const std::vector<Flaw>& copy_flaws() {
  using P = hd_vendor_packet;
  static const std::vector<Flaw> flaws{
      {[](hd_packet& p, uint64_t d) { p.vendor.value = static_cast<uint32_t>(d | 1); }, HD_PACKET_BAD_RESERVED,
       FIELD(P, value)},
      {[](hd_packet& p, uint64_t d) { p.vendor.source = bad_address(d); }, HD_PACKET_BAD_ADDRESS, FIELD(P, source)},
      {[](hd_packet& p, uint64_t d) { p.vendor.source = p.vendor.destination + d % p.vendor.bytes; },
       HD_PACKET_BAD_OVERLAP, FIELD(P, source)},
      {[](hd_packet& p, uint64_t d) { p.vendor.source = p.vendor.destination - d % p.vendor.bytes; },
       HD_PACKET_BAD_OVERLAP, FIELD(P, source)},
      {[](hd_packet& p, uint64_t) { p.vendor.bytes = ~uint64_t{0}; }, HD_PACKET_BAD_LENGTH, FIELD(P, bytes)},
      {[](hd_packet& p, uint64_t) {
         p.vendor.source = 0xFFFF'FFFF;
         p.vendor.bytes = 2;
       },
       HD_PACKET_BAD_LENGTH, FIELD(P, bytes)}};
  return flaws;
}

// Device memory that the packets of queue q change: a signal, results, a place for fills and copies, for each slot of
// its ring.
struct Sent {
  const Flaw* flaw = nullptr;
  uint32_t offset = 0;
  std::function<void()> check;  // of a good one that is complete
};

class FuzzTest : public QueueTest {
 protected:
  uint64_t draw(uint64_t below) { return draw_() % below; }
  uint32_t number(uint32_t q, uint32_t slot) const { return q * kRing + slot; }
  uint32_t place(uint32_t q, uint32_t slot) const { return 0x8040'0000 + 0x400 * number(q, slot); }

  hd_packet good(uint32_t q, uint32_t slot, Sent& sent) {
    const uint32_t id = number(q, slot), at = place(q, slot);
    hd_packet packet = dispatch(kAdd, id);  // which also sets up the signal
    const uint64_t completion = draw(4) == 0 ? 0 : signal(id);
    flaws_ = &dispatch_flaws();
    const uint32_t kind = static_cast<uint32_t>(draw(5));
    if (kind == 0) {
      packet.dispatch.setup |= static_cast<uint16_t>(draw(buffers() + 1) << HD_SETUP_ACCUMULATORS_SHIFT);
      sent.check = [this, id] { expect_result(id); };
    } else if (kind == 1) {
      packet = {};
      packet.barrier.header = draw(2) == 0 ? HD_PACKET_BARRIER_AND : HD_PACKET_BARRIER_OR;
      write(at, hd_signal{});
      for (uint64_t& one : packet.barrier.signal) one = draw(2) == 0 ? 0 : at;
      flaws_ = &barrier_flaws();
    } else if (kind == 2) {
      packet = {};
      packet.vendor.format = HD_VENDOR_FILL;
      packet.vendor.value = static_cast<uint32_t>(draw_());
      packet.vendor.destination = at + 4 * draw(16);
      packet.vendor.bytes = 4 + 4 * draw(64);
      sent.check = [this, vendor = packet.vendor] {
        std::vector<uint32_t> words(vendor.bytes / 4);
        backend_->read_memory(static_cast<uint32_t>(vendor.destination), std::as_writable_bytes(std::span(words)));
        EXPECT_EQ(std::ranges::count(words, vendor.value), static_cast<ptrdiff_t>(words.size()));
      };
      flaws_ = &fill_flaws();
    } else if (kind == 3) {
      packet = {};
      packet.vendor.format = HD_VENDOR_COPY;
      packet.vendor.bytes = 1 + draw(200);
      packet.vendor.source = at + draw(16);
      packet.vendor.destination = at + 0x200 + draw(16);
      std::vector<std::byte> data(packet.vendor.bytes);
      for (std::byte& one : data) one = static_cast<std::byte>(draw_());
      backend_->write_memory(static_cast<uint32_t>(packet.vendor.source), data);
      sent.check = [this, vendor = packet.vendor, data] {
        std::vector<std::byte> copied(data.size());
        backend_->read_memory(static_cast<uint32_t>(vendor.destination), copied);
        EXPECT_EQ(copied, data);
      };
      flaws_ = &copy_flaws();
    } else {
      packet = {};
      packet.vendor.format = HD_VENDOR_WAIT;
      packet.vendor.condition = HD_WAIT_LESS;
      packet.vendor.operand = 1;
      packet.vendor.destination = at;
      write(at, hd_signal{});
      flaws_ = &header_flaws();
    }
    packet.dispatch.completion_signal = completion;
    packet.header |=
        static_cast<uint16_t>(draw(2) << 8 | draw(3) << HD_HEADER_ACQUIRE_SHIFT | draw(3) << HD_HEADER_RELEASE_SHIFT);
    if (completion != 0) {
      sent.check = [this, id, inner = sent.check] {
        EXPECT_EQ(read<hd_signal>(signal(id)).value, 0);
        if (inner) inner();
      };
    }
    return packet;
  }

  void submit(uint32_t q) {
    Sent sent;
    hd_packet packet = good(q, static_cast<uint32_t>(sent_[q].size()), sent);
    if (draw(3) == 0) {
      const std::vector<Flaw>& flaws = draw(4) == 0 ? header_flaws() : *flaws_;
      const uint64_t chosen = draw_();
      sent.flaw = &flaws[draw(flaws.size())];
      sent.flaw->spoil(packet, chosen);
      sent.offset = static_cast<uint32_t>(sent.flaw->offset);
      const bool second_of_two = flaws_ == &fill_flaws() && &flaws == flaws_ && sent.flaw == &flaws[5];
      if (second_of_two) sent.offset = static_cast<uint32_t>(offsetof(hd_vendor_packet, reserved) + 8 * (chosen % 2));
      bad_ += 1;
    }
    management_->submit(q, packet);
    sent_[q].push_back(sent);
    packets_ += 1;
  }

  void settle(uint32_t q) {
    std::vector<Sent>& sent = sent_[q];
    if (sent.empty()) return;
    ASSERT_TRUE(management_->wait(q, sent.size() - 1, 3'000'000)) << "queue " << q << " hangs";
    const QueueStatus status = management_->status(q);
    const auto first_bad = std::ranges::find_if(sent, [](const Sent& one) { return one.flaw != nullptr; });
    const auto expected = static_cast<uint64_t>(first_bad - sent.begin());
    ASSERT_EQ(status.complete, expected) << status.error_text();
    for (uint64_t i = 0; i < expected; ++i) {
      if (sent[i].check) sent[i].check();
    }
    if (first_bad == sent.end()) {
      ASSERT_EQ(status.state, HD_QUEUE_OPENED) << status.error_text();
    } else {
      ASSERT_EQ(status.state, HD_QUEUE_FAILED);
      ASSERT_EQ(status.failed_index, expected);
      ASSERT_EQ(status.reason, first_bad->flaw->reason) << status.error_text();
      ASSERT_EQ(status.offset, first_bad->offset) << status.error_text();
      named_ += 1;
    }
    complete_ += expected;
    sent.clear();
    open(q);
  }

  std::mt19937_64 draw_{arguments.seed};
  const std::vector<Flaw>* flaws_ = nullptr;
  std::array<std::vector<Sent>, HD_QUEUES> sent_;
  uint64_t packets_ = 0, bad_ = 0, named_ = 0, complete_ = 0;
};

TEST_F(FuzzTest, EveryBadPacketIsNamedAndEveryGoodOneCompletes) {
  const uint64_t usual = !arguments.rtl || arguments.full ? 10'000 : 12;
  const uint64_t packets = arguments.packets != 0 ? arguments.packets : usual;
  management_->set_context(0, {{{kProgram, kEnd, 7}}, kPrivate, 0x1'0000});
  for (uint32_t q = 0; q < HD_QUEUES; ++q) open(q);
  while (complete_ + named_ < packets) {  // those behind a bad one are dropped
    for (uint32_t q = 0; q < HD_QUEUES; ++q) {
      for (uint64_t n = 1 + draw(4); n > 0; --n) submit(q);
    }
    for (uint32_t q = 0; q < HD_QUEUES; ++q) settle(q);
    if (HasFailure()) return;
  }
  fmt::print("{} packets, {} of them bad: {} complete, {} named as their queue's error\n", packets_, bad_, complete_,
             named_);
}

}  // namespace
}  // namespace heddle::driver
