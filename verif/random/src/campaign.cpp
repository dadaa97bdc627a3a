#include "campaign.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "isolate.h"
#include "result_text.h"

namespace heddle::fuzz {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kSessionLimit{300'000};  // of processor time, then it is a time-out
constexpr unsigned kSeedsPerProcess = 200;                   // a fresh process now and then

// A process that runs the seeds first, first + step, ... and the seed it is at.
struct Worker {
  uint64_t next = 0;
  std::unique_ptr<Child> child;
  Clock::time_point since;
  std::chrono::milliseconds used_before{};  // processor time, by earlier sessions
  unsigned left = 0;                        // sessions of this process

  std::chrono::milliseconds time_left() const {
    if (Clock::now() - since > Child::kWallFactor * kSessionLimit) return {};
    return std::max(kSessionLimit - (child->processor_time() - used_before), std::chrono::milliseconds(0));
  }
};

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const std::vector<Choice>& choices, const Libraries& libraries,
           const std::function<void(const CampaignResult&)>& progress)
      : options_(options), choices_(choices), libraries_(libraries), progress_(progress), start_(Clock::now()) {}

  CampaignResult run() {
    std::vector<Worker> workers(options_.jobs);
    for (size_t i = 0; i < workers.size(); ++i) workers[i].next = options_.first_seed + i;
    while (!over()) {
      std::vector<pollfd> waits;
      std::vector<Worker*> waiting;
      for (Worker& worker : workers) {
        if (worker.child == nullptr && !exhausted(worker)) start(worker);
        if (worker.child == nullptr) continue;
        waits.push_back({.fd = worker.child->descriptor(), .events = POLLIN, .revents = 0});
        waiting.push_back(&worker);
      }
      if (waits.empty()) break;
      poll(waits.data(), waits.size(), 500);
      for (size_t i = 0; i < waits.size(); ++i) {
        if (waits[i].revents != 0 || waiting[i]->time_left().count() == 0) take(*waiting[i]);
      }
      result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
      if (progress_) progress_(result_);
    }
    workers.clear();
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto in_seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    result_.cpu_seconds = in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
    result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    return result_;
  }

 private:
  bool over() const {
    if (result_.failures.size() >= options_.max_failures) return true;
    return options_.limit && Clock::now() - start_ >= *options_.limit;
  }
  bool exhausted(const Worker& worker) const {
    return options_.count != 0 && worker.next - options_.first_seed >= options_.count;
  }

  void start(Worker& worker) {
    worker.left = kSeedsPerProcess;
    worker.since = Clock::now();
    worker.used_before = {};
    worker.child = std::make_unique<Child>([&](const Child::Say& say) {
      uint64_t seed = worker.next;
      for (unsigned i = 0; i < kSeedsPerProcess; ++i, seed += options_.jobs) {
        if (options_.count != 0 && seed - options_.first_seed >= options_.count) return;
        Session session = draw_session(seed, choices_);
        session.planted_bug = options_.planted_bug;
        say(to_line(run_session(session, libraries_.at(session.configuration), options_.limits)));
      }
    });
  }

  // What the worker has said, or that it has ended.
  void take(Worker& worker) {
    const std::optional<std::string> line = worker.child->line(worker.time_left());
    RunResult run;
    if (line) {
      run = from_line(*line);
      --worker.left;
    } else if (worker.left == 0 || exhausted(worker)) {
      worker.child.reset();
      return;
    } else {
      const std::string kind = worker.child->timed_out() ? "timeout" : "crash";
      const std::string ending = worker.child->ending();
      run.failure = {.kind = kind, .detail = kind == "crash" ? ending : "", .report = "the simulator: " + ending};
      worker.child.reset();
    }
    account(worker.next, run);
    worker.next += options_.jobs;
    worker.since = Clock::now();
    if (worker.child != nullptr) worker.used_before = worker.child->processor_time();
    if (worker.child != nullptr && worker.left == 0) worker.child.reset();
  }

  void account(uint64_t seed, const RunResult& run) {
    ++result_.sessions;
    result_.programs += run.launches;
    result_.compared += run.compared;
    result_.lane_instrs += run.lane_instrs;
    result_.cycles += run.cycles;
    result_.faults += run.faults;
    result_.aborts += run.aborts;
    result_.rejections += run.rejections;
    result_.resets += run.resets;
    if (!run.failure) return;
    ++result_.failing_sessions;
    const bool known = std::any_of(result_.failures.begin(), result_.failures.end(),
                                   [&](const Found& found) { return found.failure == run.failure; });
    if (known) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    result_.failures.push_back({.seed = seed, .failure = run.failure, .cycles = run.cycles, .seconds = seconds});
  }

  const CampaignOptions& options_;
  const std::vector<Choice>& choices_;
  const Libraries& libraries_;
  const std::function<void(const CampaignResult&)>& progress_;
  Clock::time_point start_;
  CampaignResult result_;
};

}  // namespace

CampaignResult run_campaign(const CampaignOptions& options, const std::vector<Choice>& choices,
                            const Libraries& libraries,
                            const std::function<void(const CampaignResult& so_far)>& progress) {
  return Campaign(options, choices, libraries, progress).run();
}

}  // namespace heddle::fuzz
