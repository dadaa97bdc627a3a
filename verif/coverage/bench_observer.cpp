// What a unit bench with counters has reached: a file in the folder HEDDLE_COVERAGE for every model that has been
// simulated to its end, as a device writes it (verif/harness/src/verilated_top.cpp). Called by bench_observer.sv.
#include <fmt/format.h>
#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>
#include <verilated_syms.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>

#include "signal_observer.h"
#include "svdpi.h"

// Of the bench's class; in its signals.cpp.
void* heddle_bench_root(VerilatedSyms* symbols);

namespace {

struct Model {
  heddle::harness::SignalObserver observer;
  bool restart = true;
};

std::map<VerilatedSyms*, std::unique_ptr<Model>>& models() {
  static std::map<VerilatedSyms*, std::unique_ptr<Model>> all;
  return all;
}

VerilatedSyms* caller() { return static_cast<const VerilatedScope*>(svGetScope())->symsp(); }

}  // namespace

// Before an edge takes effect: the signals are those that it samples. While reset acts nothing counts.
extern "C" void heddle_bench_edge(svBit reset) {
  if (std::getenv("HEDDLE_COVERAGE") == nullptr) return;
  VerilatedSyms* symbols = caller();
  std::unique_ptr<Model>& model = models()[symbols];
  if (!model) model.reset(new Model{heddle::harness::SignalObserver(heddle_bench_root(symbols))});
  if (model->restart || reset != 0) {
    model->observer.restart();
    model->restart = reset != 0;
  } else {
    model->observer.sample();
  }
}

extern "C" void heddle_bench_end() {
  VerilatedSyms* symbols = caller();
  const auto model = models().find(symbols);
  if (model == models().end()) return;
  static unsigned number = 0;
  const std::string name = fmt::format("{}/{}-{}.dat", std::getenv("HEDDLE_COVERAGE"), getpid(), number++);
  VerilatedCovContext* counters = symbols->_vm_contextp__->coveragep();
  counters->forcePerInstance(true);
  counters->write(name.c_str());
  // (They are in the model, which may be gone when the context, of which benches have one, writes those of the next.)
  counters->clear();
  std::ofstream out(name, std::ios::app);
  model->second->observer.write(out);
  models().erase(model);
}
