// The bits of a verilated design's signals: which have risen and fallen, and bits that are turned over. For libraries
// built with build_rtl.py --coverage, which lists in signals.cpp where each signal is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <vector>

namespace heddle::harness {

// A member of the verilated top's struct.
struct SignalPlace {
  size_t offset;
  size_t bytes;  // of the whole array, if it is one
  unsigned width;
  unsigned depth;  // elements of an array, 0: none
};
extern const SignalPlace kSignals[];
extern const size_t kSignalCount;

class SignalObserver {
 public:
  // `design` stays where it is, and outlives this.
  explicit SignalObserver(void* design);

  // What the signals are now is not a change.
  void restart();
  // Once a cycle: what has changed since the last call.
  void sample();
  // A line for each signal, in the order of kSignals: "T", the bytes of the bits that have risen, of those that have
  // fallen, in hexadecimal, lowest first.
  void write(std::ostream& out) const;

 private:
  uint8_t* bytes_;
  size_t begin_ = 0;  // all signals are in whole words from here ...
  size_t words_ = 0;  // ... on
  std::vector<uint64_t> before_, risen_, fallen_;
};

// Turns a bit of a signal over; of an array, bits count through its elements. False if there is no such bit. Logic
// behind it has to be evaluated again.
bool flip_bit(void* design, size_t signal, unsigned bit);

}  // namespace heddle::harness
