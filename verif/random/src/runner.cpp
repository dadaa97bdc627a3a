#include "runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <unordered_map>

#include "heddle/generated/registers.h"

namespace heddle::fuzz {

namespace {

constexpr uint64_t kMaxIdle = 20'000;
constexpr uint64_t kSlice = 1000;  // cycles between calls of Progress

harness::RtlOptions options_of(const Session& session) {
  harness::RtlOptions options;
  options.configuration = session.configuration;
  options.seed = session.seed;
  options.memory_latency = session.latency;
  options.memory_bandwidth = session.bandwidth_percent / 100.0;
  options.memory_kind = session.memory;
  options.random_stalls = session.random_stalls;
  options.max_idle_cycles = kMaxIdle;
  return options;
}

class Runner {
 public:
  Runner(const Session& session, const Library& library, const RunLimits& limits, const Progress& progress)
      : session_(session), limits_(limits), progress_(progress), device_(library.open(options_of(session))) {}

  void run(RunResult& result) {
    if (session_.bus_error_first <= session_.bus_error_last) {
      device_->inject_bus_error(session_.bus_error_first, session_.bus_error_last);
    }
    for (const LaunchPlan& launch : session_.launches) {
      if (!run_launch(launch, result)) return;
    }
  }

  void account(RunResult& result) const {
    const harness::RtlStatistics statistics = device_->statistics();
    result.compared = statistics.lockstep_compared;
    result.lane_instrs = statistics.lane_instrs;
    result.cycles = statistics.cycles;
  }

 private:
  void write(uint32_t offset, uint32_t value) {
    const auto [place, fresh] = registers_.try_emplace(offset, 0);
    if (!fresh && place->second == value) return;
    if (fresh && value == 0) return;  // as after reset
    place->second = value;
    device_->write_register(offset, value);
  }

  void write_words(uint32_t address, const std::vector<uint32_t>& words) {
    device_->write_memory(address, std::as_bytes(std::span(words)));
  }

  void prepare(const LaunchPlan& launch) {
    const std::vector<uint32_t> code = assemble(launch);
    write_words(launch.code_base, code);
    for (const DataBlock& block : launch.data) write_words(block.address, block.words);
    write(regs::kEntry, launch.code_base);
    write(regs::kKernel, launch.kernel);
    write(regs::kArgs, launch.arguments);
    write(regs::kPrivateBase, launch.private_base);
    write(regs::kPrivateSize, launch.private_size);
    write(regs::kScratchSize, launch.scratch_size);
    write(regs::kAccumulators, launch.accumulators);
    for (unsigned axis = 0; axis < 3; ++axis) {
      write(regs::kNumGroups + axis * regs::kNumGroupsStride, launch.groups[axis]);
      write(regs::kLocalSize + axis * regs::kLocalSizeStride, launch.local[axis]);
    }
    std::vector<Region> regions{
        {launch.code_base, launch.code_base + static_cast<uint32_t>(4 * code.size()) - 1, code.empty() ? 0U : 5U}};
    regions.insert(regions.end(), launch.regions.begin(), launch.regions.end());
    regions.resize(std::max<size_t>(regions.size(), 4));
    for (uint32_t i = 0; i < regions.size(); ++i) {
      write(regs::kRegionBase + i * regs::kRegionBaseStride, regions[i].base);
      write(regs::kRegionLast + i * regs::kRegionLastStride, regions[i].last);
      write(regs::kRegionAttr + i * regs::kRegionAttrStride, regions[i].rights);
    }
  }

  bool mismatch(RunResult& result) {
    const std::optional<std::string> report = device_->mismatch();
    if (!report) return false;
    std::smatch match;
    const bool found = std::regex_search(*report, match, std::regex("field: ([^\n]*)"));
    result.failure = {.kind = "mismatch", .detail = found ? match[1].str() : "?", .report = *report};
    return true;
  }

  // False: the session is over.
  bool run_launch(const LaunchPlan& launch, RunResult& result) {
    prepare(launch);
    if (mismatch(result)) return false;
    ++result.launches;
    device_->write_register(regs::kControl, regs::control::kStart.set(1));
    uint64_t used = 0;
    uint64_t next_poll = 0;
    bool aborted = false;
    for (;;) {
      if (mismatch(result)) return false;
      if (used >= next_poll) {
        const uint32_t status = device_->read_register(regs::kStatus);
        if (mismatch(result)) return false;
        if (regs::status::kDone.get(status) != 0) return finish(launch, status, result);
        next_poll = used + launch.poll;
      }
      if (launch.abort_after != 0 && used >= launch.abort_after && !aborted) {
        aborted = true;
        device_->write_register(regs::kControl, regs::control::kAbort.set(1));
        if (mismatch(result)) return false;
      }
      if (launch.reset_after != 0 && used >= launch.reset_after) {
        device_->reset();
        registers_.clear();
        ++result.resets;
        return true;
      }
      if (used >= limits_.cycles) {
        result.failure = {
            .kind = "endless", .detail = "", .report = fmt::format("the launch has not ended after {} cycles", used)};
        return false;
      }
      uint64_t step = std::min(kSlice, next_poll - used);
      if (launch.abort_after > used && !aborted) step = std::min<uint64_t>(step, launch.abort_after - used);
      if (launch.reset_after > used) step = std::min<uint64_t>(step, launch.reset_after - used);
      const uint64_t ran = device_->advance(step);
      used += ran;
      // The end of a launch shows at once, so that the moment does not depend on how often the host looks.
      if (ran < step) next_poll = used;
      const uint64_t cycle = device_->statistics().cycles;
      if (progress_) progress_(*device_, cycle);
      if (cycle > limits_.session_cycles) return false;
    }
  }

  bool finish(const LaunchPlan& launch, uint32_t status, RunResult& result) {
    const bool fault = regs::status::kFault.get(status) != 0;
    const bool aborted = regs::status::kAborted.get(status) != 0;
    const bool rejected = regs::status::kRejected.get(status) != 0;
    result.faults += fault ? 1 : 0;
    result.aborts += aborted ? 1 : 0;
    result.rejections += rejected ? 1 : 0;
    if (fault || aborted || rejected) return true;
    for (const Check& check : launch.checks) {
      uint32_t got = 0;
      device_->read_memory(check.address, std::as_writable_bytes(std::span(&got, 1)));
      if (got == check.expected) continue;
      result.failure = {
          .kind = "check",
          .detail = "",
          .report = fmt::format("the program's result at {:#010x} is {:#x}, it has to be {:#x} (model and "
                                "RTL agree about it)",
                                check.address, got, check.expected)};
      return false;
    }
    return true;
  }

  const Session& session_;
  const RunLimits& limits_;
  const Progress& progress_;
  std::unique_ptr<harness::RtlDevice> device_;
  std::unordered_map<uint32_t, uint32_t> registers_;  // as written
};

// Without numbers that differ from run to run.
std::string without_numbers(const std::string& text) {
  return std::regex_replace(text.substr(0, text.find('\n')), std::regex("0x[0-9a-f]+|[0-9]+"), "N");
}

std::string assertion_place(const std::string& text) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("at ([^ ]*/)?([^ /]+:[0-9]+)"))) return without_numbers(text);
  return match[2].str();
}

}  // namespace

RunResult run_session(const Session& session, const Library& library, const RunLimits& limits,
                      const Progress& progress) {
  RunResult result;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  setenv("HEDDLE_PLANTED_BUG", std::to_string(session.planted_bug).c_str(), 1);
  Runner runner(session, library, limits, progress);
  try {
    runner.run(result);
  } catch (const harness::AssertionError& error) {
    result.failure = {.kind = "assertion", .detail = assertion_place(error.what()), .report = error.what()};
  } catch (const harness::HangError& error) {
    result.failure = {.kind = "hang", .detail = "", .report = error.what()};
  } catch (const harness::ProtocolError& error) {
    result.failure = {.kind = "protocol", .detail = without_numbers(error.what()), .report = error.what()};
  } catch (const harness::RtlError& error) {
    result.failure = {.kind = "device", .detail = without_numbers(error.what()), .report = error.what()};
  }
  runner.account(result);
  return result;
}

}  // namespace heddle::fuzz
