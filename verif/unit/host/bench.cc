#include "bench.h"

#include <gtest/gtest.h>

#include "heddle/harness/rtl_device.h"

namespace heddle::bridge_test {
namespace {

template <class Wide>
Beat beat_of(const Wide& words) {
  Beat beat;
  for (unsigned i = 0; i < kMaxBeat; ++i) beat[i] = static_cast<std::uint8_t>(words[i / 4] >> 8 * (i % 4));
  return beat;
}

template <class Wide>
void put_beat(Wide& words, const Beat& beat) {
  for (unsigned i = 0; i < kMaxBeat / 4; ++i) words[i] = 0;
  for (unsigned i = 0; i < kMaxBeat; ++i) words[i / 4] = words[i / 4] | std::uint32_t{beat[i]} << 8 * (i % 4);
}

harness::AxiAddress checked(const Address& address) {
  harness::AxiAddress result;
  result.valid = address.valid;
  result.id = static_cast<std::uint8_t>(address.id);
  result.address = static_cast<std::uint32_t>(address.address);
  result.len = static_cast<std::uint8_t>(address.len);
  result.size = static_cast<std::uint8_t>(address.size);
  result.burst = static_cast<std::uint8_t>(address.burst);
  return result;
}

void watch(harness::AxiChecker& checker, const MasterSignals& from, const SlaveSignals& to, const char* port) {
  harness::AxiMasterSignals master;
  master.aw = checked(from.aw);
  master.ar = checked(from.ar);
  master.w.valid = from.w.valid;
  master.w.last = from.w.last;
  master.w.strobe[0] = from.w.strobe;
  std::copy(from.w.data.begin(), from.w.data.end(), master.w.data.begin());
  master.b_ready = from.b_ready;
  master.r_ready = from.r_ready;
  harness::AxiSlaveSignals slave;
  slave.aw_ready = to.aw_ready;
  slave.w_ready = to.w_ready;
  slave.ar_ready = to.ar_ready;
  slave.b = {
      .valid = to.b.valid, .id = static_cast<std::uint8_t>(to.b.id), .resp = static_cast<std::uint8_t>(to.b.resp)};
  slave.r.valid = to.r.valid;
  slave.r.id = static_cast<std::uint8_t>(to.r.id);
  slave.r.resp = static_cast<std::uint8_t>(to.r.resp);
  slave.r.last = to.r.last;
  std::copy(to.r.data.begin(), to.r.data.end(), slave.r.data.begin());
  try {
    checker.observe(master, slave);
  } catch (const harness::ProtocolError& error) {
    ADD_FAILURE() << port << " port: " << error.what();
  }
}

}  // namespace

// What a port of the bridge drives, and what is driven there.
#define TAKE_MASTER(port, signals)                                                                 \
  signals.aw = {top_->port##_aw_valid_o != 0, top_->port##_aw_id_o,   top_->port##_aw_addr_o,      \
                top_->port##_aw_len_o,        top_->port##_aw_size_o, top_->port##_aw_burst_o};    \
  signals.ar = {top_->port##_ar_valid_o != 0, top_->port##_ar_id_o,   top_->port##_ar_addr_o,      \
                top_->port##_ar_len_o,        top_->port##_ar_size_o, top_->port##_ar_burst_o};    \
  signals.w = {top_->port##_w_valid_o != 0, beat_of(top_->port##_w_data_o), top_->port##_w_strb_o, \
               top_->port##_w_last_o != 0};                                                        \
  signals.b_ready = top_->port##_b_ready_o != 0;                                                   \
  signals.r_ready = top_->port##_r_ready_o != 0
#define DRIVE_SLAVE(port, signals)                                   \
  top_->port##_aw_ready_i = signals.aw_ready;                        \
  top_->port##_w_ready_i = signals.w_ready;                          \
  top_->port##_ar_ready_i = signals.ar_ready;                        \
  top_->port##_b_valid_i = signals.b.valid;                          \
  top_->port##_b_id_i = static_cast<std::uint8_t>(signals.b.id);     \
  top_->port##_b_resp_i = static_cast<std::uint8_t>(signals.b.resp); \
  top_->port##_r_valid_i = signals.r.valid;                          \
  top_->port##_r_id_i = static_cast<std::uint8_t>(signals.r.id);     \
  top_->port##_r_resp_i = static_cast<std::uint8_t>(signals.r.resp); \
  top_->port##_r_last_i = signals.r.last;                            \
  put_beat(top_->port##_r_data_i, signals.r.data)
#define TAKE_SLAVE(port, signals)                                                                \
  signals.aw_ready = top_->port##_aw_ready_o != 0;                                               \
  signals.w_ready = top_->port##_w_ready_o != 0;                                                 \
  signals.ar_ready = top_->port##_ar_ready_o != 0;                                               \
  signals.b = {top_->port##_b_valid_o != 0, top_->port##_b_id_o, top_->port##_b_resp_o};         \
  signals.r = {top_->port##_r_valid_o != 0, top_->port##_r_id_o, beat_of(top_->port##_r_data_o), \
               top_->port##_r_resp_o, top_->port##_r_last_o != 0}
#define DRIVE_ADDRESS(port, channel, signals)                                        \
  top_->port##_##channel##_valid_i = signals.channel.valid;                          \
  top_->port##_##channel##_id_i = static_cast<std::uint8_t>(signals.channel.id);     \
  top_->port##_##channel##_addr_i = signals.channel.address;                         \
  top_->port##_##channel##_len_i = static_cast<std::uint8_t>(signals.channel.len);   \
  top_->port##_##channel##_size_i = static_cast<std::uint8_t>(signals.channel.size); \
  top_->port##_##channel##_burst_i = static_cast<std::uint8_t>(signals.channel.burst)
#define DRIVE_MASTER(port, signals)                \
  DRIVE_ADDRESS(port, aw, signals);                \
  DRIVE_ADDRESS(port, ar, signals);                \
  top_->port##_w_valid_i = signals.w.valid;        \
  put_beat(top_->port##_w_data_i, signals.w.data); \
  top_->port##_w_strb_i = signals.w.strobe;        \
  top_->port##_w_last_i = signals.w.last;          \
  top_->port##_b_ready_i = signals.b_ready;        \
  top_->port##_r_ready_i = signals.r_ready

Bench::Bench(std::uint64_t seed)
    : top_(std::make_unique<Vbridge_bench>(&context_)),
      beat_bytes_((top_->eval(), top_->beat_bytes_o)),
      host(beat_bytes_, 4 * seed),
      device(beat_bytes_, 4 * seed + 1),
      aperture(beat_bytes_, 4 * seed + 2),
      cluster(beat_bytes_, 4 * seed + 3) {
  host_checker_ =
      std::make_unique<harness::AxiChecker>(harness::AxiChecker::Settings{.beat_bytes = beat_bytes_, .ids = 2});
  device_checker_ =
      std::make_unique<harness::AxiChecker>(harness::AxiChecker::Settings{.beat_bytes = beat_bytes_, .ids = 64});
  cluster_checker_ =
      std::make_unique<harness::AxiChecker>(harness::AxiChecker::Settings{.beat_bytes = beat_bytes_, .ids = 64});
  top_->rst_ni = 0;
  top_->clk_i = 0;
  for (unsigned i = 0; i < 3; ++i) {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }
  top_->rst_ni = 1;
}

Bench::~Bench() { top_->final(); }

void Bench::clock() {
  const auto drive = [&] {
    DRIVE_SLAVE(host, host.outputs());
    DRIVE_SLAVE(device, device.outputs());
    DRIVE_MASTER(aperture, aperture.outputs());
    DRIVE_MASTER(cluster, cluster.outputs());
    top_->launch_irq_i = launch_irq;
    top_->management_irq_i = management_irq;
  };
  drive();
  top_->clk_i = 0;
  top_->eval();
  MasterSignals from_host_port, from_device_port;
  SlaveSignals to_aperture, to_cluster;
  TAKE_MASTER(host, from_host_port);
  TAKE_MASTER(device, from_device_port);
  TAKE_SLAVE(aperture, to_aperture);
  TAKE_SLAVE(cluster, to_cluster);
  watch(*host_checker_, from_host_port, host.outputs(), "host");
  watch(*device_checker_, from_device_port, device.outputs(), "device memory");
  watch(*cluster_checker_, cluster.outputs(), to_cluster, "cluster's");
  top_->clk_i = 1;
  top_->eval();
  host.clock(from_host_port);
  device.clock(from_device_port);
  aperture.clock(to_aperture);
  cluster.clock(to_cluster);
  top_->write_valid_i = 0;
  ++cycles_;
}

bool Bench::write(std::uint32_t offset, std::uint32_t value, bool hart, unsigned strobe) {
  top_->write_valid_i = 1;
  top_->write_address_i = offset;
  top_->write_data_i = value;
  top_->write_strobe_i = static_cast<std::uint8_t>(strobe);
  top_->write_hart_i = hart;
  top_->clk_i = 0;
  top_->eval();
  const bool ok = top_->write_error_o == 0;
  clock();
  return ok;
}

std::uint32_t Bench::read(std::uint32_t offset) {
  top_->read_address_i = offset;
  top_->eval();
  return top_->read_data_o;
}

bool Bench::readable(std::uint32_t offset) {
  top_->read_address_i = offset;
  top_->eval();
  return top_->read_error_o == 0;
}

void Bench::pin(unsigned window, std::uint64_t first, std::uint64_t last, bool r, bool w) {
  using namespace host_dma;
  const std::uint32_t at = window * kPinAttrStride;
  EXPECT_TRUE(write(kPinAttr + at, 0));
  EXPECT_TRUE(write(kPinFirstLo + at, static_cast<std::uint32_t>(first)));
  EXPECT_TRUE(write(kPinFirstHi + at, static_cast<std::uint32_t>(first >> 32)));
  EXPECT_TRUE(write(kPinLastLo + at, static_cast<std::uint32_t>(last)));
  EXPECT_TRUE(write(kPinLastHi + at, static_cast<std::uint32_t>(last >> 32)));
  EXPECT_TRUE(write(kPinAttr + at, pin_attr::kR.set(r) | pin_attr::kW.set(w)));
}

}  // namespace heddle::bridge_test
