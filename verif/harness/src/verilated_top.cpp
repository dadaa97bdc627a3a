// The one file that knows the verilated class. Compiled once per configuration, with
//   HEDDLE_CONFIGURATION  canonical text of the configuration, a string literal
//   HEDDLE_TRACE          1 if the library writes waveforms
#include <fmt/format.h>
#include <verilated.h>

#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "Vtb_top.h"
#include "clocked_top.h"
#include "simulator_stop.h"
#if HEDDLE_TRACE
#include <verilated_fst_c.h>
#endif

namespace heddle::harness {

namespace {

class VerilatedTop final : public ClockedTop {
 public:
  explicit VerilatedTop(uint64_t seed) {
    context_.randReset(2);  // registers without reset start at random
    context_.randSeed(static_cast<int>(seed % 0x7FFF'FFFF) + 1);
    context_.traceEverOn(HEDDLE_TRACE != 0);
    context_.fatalOnError(false);
    top_ = std::make_unique<Vtb_top>(&context_, "tb");
    top_->clk_i = 0;
    top_->rst_ni = 0;
  }
  ~VerilatedTop() override {
    stop_trace();
    top_->final();
  }

  void drive_reset(bool active) override { top_->rst_ni = active ? 0 : 1; }

  void drive_host(const HostRequest& request) override {
    top_->host_aw_addr_i = static_cast<uint16_t>(request.aw_address);
    top_->host_aw_valid_i = request.aw_valid;
    top_->host_w_data_i = request.w_data;
    top_->host_w_strb_i = 0xF;
    top_->host_w_valid_i = request.w_valid;
    top_->host_b_ready_i = request.b_ready;
    top_->host_ar_addr_i = static_cast<uint16_t>(request.ar_address);
    top_->host_ar_valid_i = request.ar_valid;
    top_->host_r_ready_i = request.r_ready;
  }

  void drive_memory(const AxiSlaveSignals& signals) override {
    top_->aw_ready_i = signals.aw_ready;
    top_->w_ready_i = signals.w_ready;
    top_->b_valid_i = signals.b.valid;
    top_->b_id_i = signals.b.id;
    top_->b_resp_i = signals.b.resp;
    top_->ar_ready_i = signals.ar_ready;
    top_->r_valid_i = signals.r.valid;
    if (signals.r.valid) {
      top_->r_id_i = signals.r.id;
      top_->r_resp_i = signals.r.resp;
      top_->r_last_i = signals.r.last;
      std::memcpy(&top_->r_data_i, signals.r.data.data(), sizeof(top_->r_data_i));
    }
  }

  void settle() override {
    top_->clk_i = 0;
    top_->eval();
    dump();
  }

  void edge() override {
    top_->clk_i = 1;
    top_->eval();
    dump();
  }

  void sample_host(HostResponse& response) const override {
    response.aw_ready = top_->host_aw_ready_o;
    response.w_ready = top_->host_w_ready_o;
    response.b_valid = top_->host_b_valid_o;
    response.b_resp = top_->host_b_resp_o;
    response.ar_ready = top_->host_ar_ready_o;
    response.r_valid = top_->host_r_valid_o;
    response.r_resp = top_->host_r_resp_o;
    response.r_data = top_->host_r_data_o;
  }

  void sample_memory(AxiMasterSignals& signals) const override {
    signals.aw.valid = top_->aw_valid_o;
    if (signals.aw.valid) {
      signals.aw = {true, top_->aw_id_o, top_->aw_addr_o, top_->aw_len_o, top_->aw_size_o, top_->aw_burst_o};
    }
    signals.w.valid = top_->w_valid_o;
    if (signals.w.valid) {
      signals.w.last = top_->w_last_o;
      static_assert(sizeof(top_->w_strb_o) == sizeof(signals.w.strobe));
      std::memcpy(signals.w.strobe.data(), &top_->w_strb_o, sizeof(top_->w_strb_o));
      static_assert(sizeof(top_->w_data_o) <= sizeof(signals.w.data));
      std::memcpy(signals.w.data.data(), &top_->w_data_o, sizeof(top_->w_data_o));
    }
    signals.b_ready = top_->b_ready_o;
    signals.ar.valid = top_->ar_valid_o;
    if (signals.ar.valid) {
      signals.ar = {true, top_->ar_id_o, top_->ar_addr_o, top_->ar_len_o, top_->ar_size_o, top_->ar_burst_o};
    }
    signals.r_ready = top_->r_ready_o;
  }

  bool irq() const override { return top_->irq_o; }

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

  VerilatedContext context_;
  std::unique_ptr<Vtb_top> top_;
#if HEDDLE_TRACE
  std::unique_ptr<VerilatedFstC> trace_;
#endif
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

// ---- what Verilator calls when an assertion fails or $stop, $fatal, $finish is met ---------------------------------------
// (VL_USER_STOP, VL_USER_FATAL, VL_USER_FINISH). The first one is kept; the device throws it after the edge.
void vl_stop(const char* file, int line, const char* hierarchy) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("assertion or $stop at {}:{} in {}", file, line, hierarchy));
}

void vl_fatal(const char* file, int line, const char* hierarchy, const char* message) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("{} at {}:{} in {}", message, file, line, hierarchy));
}

void vl_finish(const char* file, int line, const char*) VL_MT_UNSAFE {
  heddle::harness::note_simulator_stop(fmt::format("$finish at {}:{}", file, line));
}
