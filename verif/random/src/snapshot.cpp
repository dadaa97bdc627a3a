#include "snapshot.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "isolate.h"
#include "result_text.h"

namespace heddle::fuzz {

namespace {

constexpr std::chrono::milliseconds kTimeLimit{600'000};

// The copies, in the process that runs. Each waits for a byte: 'g' go on, with a waveform; end of file (the running
// process is gone) the same if it was told 'o', that it is the oldest; anything else: end.
class Copies {
 public:
  Copies(std::filesystem::path wave, uint64_t window) : wave_(std::move(wave)), window_(window) {}

  // Between two cycles.
  void look(harness::RtlDevice& device, uint64_t cycle) {
    if (replaying_ || cycle < next_) return;
    next_ = cycle + window_;
    int ends[2];
    if (pipe(ends) != 0) return;  // then without a copy
    std::fflush(nullptr);
    const pid_t process = fork();
    if (process == 0) {
      close(ends[1]);
      for (const Copy& other : copies_) close(other.descriptor);
      copies_.clear();
      wait_and_replay(ends[0], device, cycle);
      return;
    }
    close(ends[0]);
    if (process < 0) {
      close(ends[1]);
      return;
    }
    copies_.push_back({.process = process, .descriptor = ends[1]});
    if (copies_.size() == 1) tell(copies_[0], 'o');
    if (copies_.size() > 2) {
      dismiss(copies_[0]);
      copies_.erase(copies_.begin());
      tell(copies_[0], 'o');
    }
  }

  // The run has ended in this process. True in the copy.
  bool replaying() const { return replaying_; }
  uint64_t first_cycle() const { return first_cycle_; }
  void finish(bool failed) {
    for (size_t i = 0; i < copies_.size(); ++i) {
      if (failed && i == 0) {
        tell(copies_[0], 'g');
        waitpid(copies_[0].process, nullptr, 0);
        close(copies_[0].descriptor);
      } else {
        dismiss(copies_[i]);
      }
    }
    copies_.clear();
  }

 private:
  struct Copy {
    pid_t process = -1;
    int descriptor = -1;
  };

  static void tell(const Copy& copy, char what) {
    if (write(copy.descriptor, &what, 1) != 1) return;  // a copy that is gone is no loss
  }
  static void dismiss(const Copy& copy) {
    tell(copy, 'k');
    waitpid(copy.process, nullptr, 0);
    close(copy.descriptor);
  }

  void wait_and_replay(int descriptor, harness::RtlDevice& device, uint64_t cycle) {
    bool oldest = false;
    char what = 0;
    for (;;) {
      const ssize_t count = read(descriptor, &what, 1);
      if (count == 1 && what == 'o') {
        oldest = true;
        continue;
      }
      if ((count == 1 && what == 'g') || (count == 0 && oldest)) break;
      _exit(0);
    }
    close(descriptor);
    replaying_ = true;
    first_cycle_ = cycle;
    device.trace(wave_);
  }

  std::filesystem::path wave_;
  uint64_t window_;
  uint64_t next_ = 0;
  bool replaying_ = false;
  uint64_t first_cycle_ = 0;
  std::vector<Copy> copies_;
};

}  // namespace

WaveResult replay_with_wave(const Session& session, const Library& library, const RunLimits& limits,
                            const std::filesystem::path& wave, uint64_t window) {
  // The child runs; it and its copies share the pipe, one line comes from each of those that get to the end.
  Child child([&](const Child::Say& say) {
    std::signal(SIGPIPE, SIG_IGN);
    Copies copies(std::filesystem::absolute(wave), window);
    const RunResult result = run_session(
        session, library, limits, [&](harness::RtlDevice& device, uint64_t cycle) { copies.look(device, cycle); });
    nlohmann::json line{{"copy", copies.replaying()}, {"first", copies.first_cycle()}, {"result", to_line(result)}};
    say(line.dump());
    copies.finish(static_cast<bool>(result.failure));
  });
  WaveResult result;
  Failure in_copy;
  bool ended = false;
  while (const std::optional<std::string> line = child.line(kTimeLimit)) {
    if (!line->empty() && (*line)[0] == '!') throw std::runtime_error(line->substr(1));
    const nlohmann::json json = nlohmann::json::parse(*line);
    const RunResult run = from_line(json.at("result").get<std::string>());
    if (json.at("copy").get<bool>()) {
      in_copy = run.failure;
      result.first_cycle = json.at("first");
      result.last_cycle = run.cycles;
    } else {
      result.failure = run.failure;
      ended = true;
    }
  }
  if (!ended) {
    result.failure = {.kind = child.timed_out() ? "timeout" : "crash", .detail = child.ending(), .report = ""};
    // A copy that crashed as well has left what it wrote until then.
    result.written = std::filesystem::exists(wave);
    return result;
  }
  result.written = result.failure && in_copy == result.failure;
  return result;
}

}  // namespace heddle::fuzz
