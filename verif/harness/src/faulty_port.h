// The AXI4 memory as the device sees it: as it is, but for one beat of read data, or one write response, that is wrong,
// is lost, or comes twice.
#pragma once

#include <optional>

#include "axi_memory.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

class FaultyPort {
 public:
  explicit FaultyPort(AxiMemory& memory) : memory_(memory), outputs_(memory.outputs()) {}

  // Counted from now on. Of kind kState nothing happens here.
  void inject(const InjectedFault& fault);
  // The device is reset. A fault that has not come yet still comes.
  void reset();

  // As AxiMemory has it.
  void clock(const AxiMasterSignals& master);
  const AxiSlaveSignals& outputs() const { return outputs_; }

 private:
  // One of the channels R and B.
  struct Channel {
    uint64_t begun = 0;    // beats
    bool fresh = true;     // the memory's next valid output begins a beat
    bool due = false;      // the beat that goes wrong is what the memory shows
    bool repeats = false;  // it has to come again
  };
  // The ready that the memory gets.
  bool answer(Channel& channel, bool valid, bool ready) const;
  // After the edge: whether what the memory shows is the beat that goes wrong.
  void advance(Channel& channel, bool write, bool valid);

  AxiMemory& memory_;
  std::optional<InjectedFault> fault_;
  Channel read_, write_;
  AxiSlaveSignals outputs_;
};

}  // namespace heddle::harness
