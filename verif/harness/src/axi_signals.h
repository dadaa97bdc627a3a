// An AXI4 port as plain values: one struct per direction, filled and driven by the verilated top and what is behind the
// port.
#pragma once

#include <array>
#include <cstdint>

namespace heddle::harness {

inline constexpr unsigned kMaxLineBytes = 128;
using LineData = std::array<uint8_t, kMaxLineBytes>;          // little endian, the first `line_bytes` are used
using LineStrobe = std::array<uint64_t, kMaxLineBytes / 64>;  // bit i: byte i of the line

inline bool strobe_bit(const LineStrobe& strobe, unsigned byte) {
  return ((strobe[byte / 64] >> (byte % 64)) & 1) != 0;
}

inline constexpr unsigned kRespOkay = 0;
inline constexpr unsigned kRespExokay = 1;
inline constexpr unsigned kRespSlverr = 2;
inline constexpr unsigned kRespDecerr = 3;
inline constexpr unsigned kBurstIncr = 1;

// AW or AR.
struct AxiAddress {
  bool valid = false;
  uint8_t id = 0;
  uint64_t address = 0;
  uint8_t len = 0;  // beats - 1
  uint8_t size = 0;
  uint8_t burst = 0;
  bool operator==(const AxiAddress&) const = default;
};

struct AxiWrite {
  bool valid = false;
  bool last = false;
  LineStrobe strobe{};
  LineData data{};
  bool operator==(const AxiWrite&) const = default;
};

struct AxiWriteResponse {
  bool valid = false;
  uint8_t id = 0;
  uint8_t resp = 0;
  bool operator==(const AxiWriteResponse&) const = default;
};

struct AxiRead {
  bool valid = false;
  uint8_t id = 0;
  uint8_t resp = 0;
  bool last = false;
  LineData data{};
  bool operator==(const AxiRead&) const = default;
};

// What the master drives (at the memory ports the device; at BAR2 the host).
struct AxiMasterSignals {
  AxiAddress aw;
  AxiWrite w;
  bool b_ready = false;
  AxiAddress ar;
  bool r_ready = false;
};

// What the slave drives.
struct AxiSlaveSignals {
  bool aw_ready = false;
  bool w_ready = false;
  AxiWriteResponse b;
  bool ar_ready = false;
  AxiRead r;
};

}  // namespace heddle::harness
