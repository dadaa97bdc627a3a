// The one file that knows the verilated class. Compiled once per configuration, with
//   HEDDLE_CONFIGURATION  canonical text of the configuration, a string literal
//   HEDDLE_TRACE          1 if the library writes waveforms
//   VM_COVERAGE           1 if it counts what is reached, and knows its signals (signal_observer.h)
#include <fmt/format.h>
#include <verilated.h>

#include <cstdlib>
#include <memory>

#include "Vtb_top.h"
#include "Vtb_top___024root.h"
#include "clocked_top.h"
#include "simulator_stop.h"
#if HEDDLE_TRACE
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>

#include <fstream>
#include <optional>

#include "signal_observer.h"

// All logic between the registers, from what they are now.
void Vtb_top___024root___eval_settle(Vtb_top___024root* design);
#endif

namespace heddle::harness {

namespace {

#if VM_COVERAGE
// What instruction_points (verif/coverage) has counted, a line each: instruction, bin, count.
std::string& counted_instructions() {
  static thread_local std::string text;
  return text;
}
#endif

class VerilatedTop final : public ClockedTop {
 public:
  explicit VerilatedTop(uint64_t seed) {
    context_.randReset(2);  // registers without reset start at random
    context_.randSeed(static_cast<int>(seed % 0x7FFF'FFFF) + 1);
    context_.traceEverOn(HEDDLE_TRACE != 0);
    context_.fatalOnError(false);
    context_.threads(1);  // no pool of threads: a fork would not have them
    top_ = std::make_unique<Vtb_top>(&context_, "tb");
    top_->clk_i = 0;
    for (const int reset_n : {1, 0}) {  // begins at an edge: the register behind it holds anything
      top_->reset_ni = reset_n;
      top_->eval();
    }
#if VM_COVERAGE
    if (std::getenv("HEDDLE_COVERAGE") != nullptr) observer_.emplace(top_->rootp);
#endif
  }
  ~VerilatedTop() override {
    stop_trace();
    top_->final();
#if VM_COVERAGE
    if (observer_) write_counters();
#endif
  }

  void drive_reset(bool active) override {
    top_->reset_ni = active ? 0 : 1;
    top_->eval();  // it begins at once, and ends at the next rising edge
    restart_ = true;
  }

  void cycle() override {
    top_->clk_i = 1;
    top_->eval();
    dump();
    top_->clk_i = 0;
#if HEDDLE_TRACE
    top_->eval();
    dump();
#else
    // Nothing waits for the falling edge. An evaluation would only take samples for assertions, and note that the clock
    // is low.
    top_->rootp->__Vtrigrprev__TOP__clk_i = 0;
    dump();
#endif
#if VM_COVERAGE
    if (observer_) observe();
#endif
  }

  void check_assertions(bool on) override { context_.assertOn(on); }

  void flip(size_t signal, unsigned bit) override {
#if VM_COVERAGE
    if (!flip_bit(top_->rootp, signal, bit)) {
      throw RtlOptionsError(fmt::format("signal {} has no bit {}", signal, bit));
    }
    Vtb_top___024root___eval_settle(top_->rootp);
#else
    throw RtlOptionsError(
        fmt::format("no bit {} of signal {}: this library was built without its signals", bit, signal));
#endif
  }

  void start_trace(const std::string& path) override {
#if HEDDLE_TRACE
    trace_ = std::make_unique<VerilatedFstC>();
    top_->trace(trace_.get(), 99);
    trace_->open(path.c_str());
    if (!trace_->isOpen()) throw RtlOptionsError(fmt::format("cannot write the waveform {}", path));
#else
    throw RtlOptionsError(fmt::format("no waveform {}: this library was built without tracing", path));
#endif
  }

  void stop_trace() override {
#if HEDDLE_TRACE
    if (trace_) trace_->close();
    trace_.reset();
#endif
  }

 private:
  // Half a period is 1 ns: a cycle is 2 ns in the waveform.
  void dump() {
#if HEDDLE_TRACE
    if (trace_) trace_->dump(time_);
#endif
    ++time_;
    context_.time(time_);
  }

#if VM_COVERAGE
  // While reset acts nothing counts.
  void observe() {
    if (restart_ || top_->reset_ni == 0) {
      observer_->restart();
      restart_ = top_->reset_ni == 0;
    } else {
      observer_->sample();
    }
  }

  // The folder that the environment names gets what every device has reached (verif/coverage).
  void write_counters() {
    static unsigned number = 0;
    const std::string name = fmt::format("{}/{}-{}.dat", std::getenv("HEDDLE_COVERAGE"), getpid(), number++);
    context_.coveragep()->forcePerInstance(true);
    context_.coveragep()->write(name.c_str());
    std::ofstream out(name, std::ios::app);
    out << counted_instructions();
    counted_instructions().clear();
    observer_->write(out);
  }
#endif

  VerilatedContext context_;
  std::unique_ptr<Vtb_top> top_;
#if VM_COVERAGE
  std::optional<SignalObserver> observer_;
#endif
#if HEDDLE_TRACE
  std::unique_ptr<VerilatedFstC> trace_;
#endif
  bool restart_ = true;
  uint64_t time_ = 0;
};

constexpr RtlDescription kDescription{kRtlInterface, HEDDLE_CONFIGURATION, HEDDLE_TRACE != 0};

}  // namespace

std::unique_ptr<ClockedTop> make_clocked_top(uint64_t seed) { return std::make_unique<VerilatedTop>(seed); }

const RtlDescription& library_description() { return kDescription; }

}  // namespace heddle::harness

// The exported functions are here because the linker hides everything that comes from an archive.
heddle::harness::RtlDevice* heddle_rtl_open(const heddle::harness::RtlOptions& options) {
  return heddle::harness::open_verilated_device(options).release();
}

const heddle::harness::RtlDescription* heddle_rtl_describe() { return &heddle::harness::library_description(); }

#if VM_COVERAGE
// Called by instruction_points when the simulation ends.
extern "C" void heddle_coverage_instruction(const char* instruction, unsigned bin, unsigned count) {
  heddle::harness::counted_instructions() += fmt::format("I {} {} {}\n", instruction, bin, count);
}
#endif

// ---- what Verilator calls when an assertion fails or $stop, $fatal, $finish is met
// --------------------------------------- (VL_USER_STOP, VL_USER_FATAL, VL_USER_FINISH). The first one is kept; the
// device throws it after the edge.
void vl_stop(const char* file, int line, const char* hierarchy) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("assertion or $stop at {}:{} in {}", file, line, hierarchy));
}

void vl_fatal(const char* file, int line, const char* hierarchy, const char* message) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("{} at {}:{} in {}", message, file, line, hierarchy));
}

void vl_finish(const char* file, int line, const char*) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("$finish at {}:{}", file, line));
}
