// heddle-fuzz: random programs on verilated devices, in lock-step with the golden model. What fails is made small and
// written to a file that runs it again. `heddle fuzz` builds what this needs and calls it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "campaign.h"
#include "heddle/generated/configuration.h"
#include "replay_file.h"
#include "result_text.h"
#include "shrink.h"
#include "snapshot.h"

namespace heddle::fuzz {

namespace {

struct Arguments {
  std::vector<std::string> libraries;
  std::vector<unsigned> shares;
  CampaignOptions campaign;
  double minutes = 0;
  bool shrinks = true;
  unsigned shrink_seconds = 180;
  std::string out = ".";
  std::string command = "heddle fuzz";  // for the replay command
  std::string replay;
  std::string replay_library;
  bool other_configuration = false;  // run it on the library's
  std::string wave;
  uint64_t window = 400;
  bool expect_pass = false;
  bool expect_failure = false;
  bool listing = false;
  std::string json;
};

std::string group_digits(uint64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<long>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

// ---- what was found
// ----------------------------------------------------------------------------------------------------

// Where a candidate must fail by, so that those that do not are soon over.
RunLimits limits_from(uint64_t cycles, const RunLimits& limits) {
  RunLimits result = limits;
  result.session_cycles = 2 * cycles + 2000;
  return result;
}

void print_session(const Session& session) {
  fmt::print("  configuration {}, memory {}, latency {}, bandwidth {} %, random stalls {}, seed {}\n",
             session.configuration, session.memory, session.latency, session.bandwidth_percent,
             session.random_stalls ? "on" : "off", session.seed);
  if (session.bus_error_first <= session.bus_error_last) {
    fmt::print("  bus errors at {:#010x} to {:#010x}\n", session.bus_error_first, session.bus_error_last);
  }
  for (size_t i = 0; i < session.launches.size(); ++i) {
    const LaunchPlan& launch = session.launches[i];
    fmt::print("  launch {}: groups {},{},{}, local size {},{},{}, scratchpad {} bytes, private {} bytes{}{}{}\n",
               i + 1, launch.groups[0], launch.groups[1], launch.groups[2], launch.local[0], launch.local[1],
               launch.local[2], launch.scratch_size, launch.private_size,
               launch.accumulators == 0 ? "" : fmt::format(", {} buffers of accumulators", launch.accumulators),
               launch.abort_after == 0 ? "" : fmt::format(", aborted after {} cycles", launch.abort_after),
               launch.reset_after == 0 ? "" : fmt::format(", reset after {} cycles", launch.reset_after));
    for (const std::string& line : listing(launch)) fmt::print("    {}\n", line);
    for (const DataBlock& block : launch.data) {
      fmt::print("    data at {:08x}:", block.address);
      for (size_t word = 0; word < block.words.size() && word < 8; ++word) fmt::print(" {:08x}", block.words[word]);
      fmt::print("{}\n", block.words.size() > 8 ? fmt::format(" and {} more words", block.words.size() - 8) : "");
    }
  }
}

nlohmann::json handle_failure(const Arguments& arguments, const Found& found, const std::vector<Choice>& choices,
                              const Libraries& libraries) {
  fmt::print("\nseed {}: {}, after {:.1f} s\n{}\n", found.seed, found.failure.name(), found.seconds,
             found.failure.report);
  Session session = draw_session(found.seed, choices);
  session.planted_bug = arguments.campaign.planted_bug;
  const Library& library = libraries.at(session.configuration);
  const size_t before = instruction_count(session);
  double seconds = 0;
  bool shrunk = false;
  if (arguments.shrinks) {
    const auto start = std::chrono::steady_clock::now();
    const RunResult again = run_isolated(session, library, arguments.campaign.limits);
    if (!(again.failure == found.failure)) {
      fmt::print("the same seed did not fail in the same way again ({}): not made smaller\n",
                 again.failure ? again.failure.name() : "it passes");
    } else {
      uint64_t cycles = again.cycles;
      const StillFails still_fails = [&](const Session& candidate) {
        (void)assemble(candidate.launches.back());  // throws where it cannot be
        const RunResult run = run_isolated(candidate, library, limits_from(cycles, arguments.campaign.limits));
        if (!(run.failure == found.failure)) return false;
        cycles = run.cycles;
        return true;
      };
      const ShrinkOptions options{.limit = std::chrono::seconds(arguments.shrink_seconds), .progress = {}};
      session = shrink(std::move(session), still_fails, options);
      shrunk = true;
    }
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const std::filesystem::path file = std::filesystem::path(arguments.out) / fmt::format("fuzz-{}.json", found.seed);
  write_replay(file, {.session = session, .failure = found.failure, .note = ""});
  if (shrunk) {
    fmt::print("{} instructions made {} in {:.1f} s:\n", before, instruction_count(session), seconds);
    print_session(session);
  }
  const std::string replay = fmt::format("{} --replay {}", arguments.command, file.string());
  fmt::print("replay: {}\n", replay);
  return {{"seed", found.seed},
          {"kind", found.failure.kind},
          {"detail", found.failure.detail},
          {"configuration", session.configuration},
          {"seconds", found.seconds},
          {"instructions_before", before},
          {"instructions", instruction_count(session)},
          {"shrink_seconds", seconds},
          {"file", file.string()},
          {"replay", replay}};
}

// ---- the two jobs
// -------------------------------------------------------------------------------------------------------

int fuzz(const Arguments& arguments) {
  Libraries libraries;
  std::vector<Choice> choices;
  for (size_t i = 0; i < arguments.libraries.size(); ++i) {
    const Library library(arguments.libraries[i]);
    const std::string configuration = library.description().configuration;
    libraries.emplace(configuration, library);
    choices.push_back({configuration, i < arguments.shares.size() ? arguments.shares[i] : 1});
  }
  if (arguments.listing) {
    Session session = draw_session(arguments.campaign.first_seed, choices);
    print_session(session);
    return 0;
  }
  const bool terminal = isatty(STDERR_FILENO) != 0;
  double said = 0;
  const auto progress = [&](const CampaignResult& so_far) {
    if (so_far.seconds < said + (terminal ? 1 : 60)) return;
    said = so_far.seconds;
    fmt::print(stderr, "{}{} programs, {} warp-instructions compared, {:.0f} s{}", terminal ? "\r\033[K" : "",
               group_digits(so_far.programs), group_digits(so_far.compared), so_far.seconds, terminal ? "" : "\n");
  };
  const CampaignResult result = run_campaign(arguments.campaign, choices, libraries, progress);
  if (terminal && said != 0) fmt::print(stderr, "\r\033[K");
  nlohmann::json failures = nlohmann::json::array();
  for (const Found& found : result.failures) failures.push_back(handle_failure(arguments, found, choices, libraries));
  const double per_minute = result.cpu_seconds > 0 ? static_cast<double>(result.compared) * 60 / result.cpu_seconds : 0;
  fmt::print(
      "{} programs in {} sessions from seed {}: {} warp-instructions ({} lane-instructions) compared in {:.1f} s "
      "({:.1f} s of processor time: {} a minute and core); {} ended in a fault, {} aborted, {} rejected, {} reset; {} "
      "failures\n",
      group_digits(result.programs), group_digits(result.sessions), arguments.campaign.first_seed,
      group_digits(result.compared), group_digits(result.lane_instrs), result.seconds, result.cpu_seconds,
      group_digits(static_cast<uint64_t>(per_minute)), result.faults, result.aborts, result.rejections, result.resets,
      result.failing_sessions);
  if (!arguments.json.empty()) {
    const nlohmann::json json{{"tool", "fuzz"},
                              {"pass", result.failing_sessions == 0},
                              {"seed", arguments.campaign.first_seed},
                              {"sessions", result.sessions},
                              {"programs", result.programs},
                              {"compared", result.compared},
                              {"lane_instrs", result.lane_instrs},
                              {"cycles", result.cycles},
                              {"mismatches", result.failing_sessions},
                              {"seconds", result.seconds},
                              {"cpu_seconds", result.cpu_seconds},
                              {"compared_per_core_minute", per_minute},
                              {"faults", result.faults},
                              {"aborts", result.aborts},
                              {"rejections", result.rejections},
                              {"resets", result.resets},
                              {"failures", failures}};
    std::ofstream file(arguments.json);
    file << json.dump(2) << "\n";
    if (!file.flush()) throw std::runtime_error("cannot write " + arguments.json);
  }
  return result.failing_sessions == 0 ? 0 : 1;
}

// Exit status 0: it ends as the file says (or, with --expect-pass, it passes). A failure that is found again is one.
int replay(const Arguments& arguments) {
  Replay replay = read_replay(arguments.replay);
  if (arguments.replay_library.empty()) {  // only what it needs
    fmt::print("{}\n", replay.session.configuration);
    return 0;
  }
  const Library library(arguments.replay_library);
  if (arguments.other_configuration) replay.session.configuration = library.description().configuration;
  if (replay.session.configuration != library.description().configuration) {
    throw ReplayError(fmt::format("{}: is of configuration '{}', the library of '{}'", arguments.replay,
                                  replay.session.configuration, library.description().configuration));
  }
  if (!arguments.wave.empty() && !library.description().tracing) {
    throw ReplayError(fmt::format("no waveform: {} was built without tracing", arguments.replay_library));
  }
  print_session(replay.session);
  if (!arguments.wave.empty()) {
    const WaveResult wave = replay_with_wave(replay.session, library, {}, arguments.wave, arguments.window);
    fmt::print("{}\n", wave.failure ? wave.failure.report : "it passes: no waveform");
    if (wave.written) {
      fmt::print("waveform of cycles {} to {}: {}\n", wave.first_cycle, wave.last_cycle, arguments.wave);
    } else if (wave.failure) {
      fmt::print("no waveform: the copy did not fail in the same way\n");
    }
    return wave.failure ? 1 : 0;
  }
  const RunResult result = run_isolated(replay.session, library, {});
  if (result.failure) fmt::print("{}\n", result.failure.report);
  if (arguments.expect_failure) {
    const bool same = result.failure && result.failure == replay.failure;
    fmt::print("expected {}: {}\n", replay.failure.name(), same ? "found" : "NOT FOUND");
    return same ? 0 : 1;
  }
  if (arguments.expect_pass || !replay.failure) {
    fmt::print("{}\n", result.failure ? "it has to pass, and fails: " + result.failure.name() : "it passes");
    return result.failure ? 1 : 0;
  }
  if (!result.failure) {
    fmt::print("it passes; found was: {}\n", replay.failure.name());
    return 0;
  }
  fmt::print("{}: {}\n", result.failure == replay.failure ? "the failure is still there" : "another failure",
             result.failure.name());
  return 1;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Random programs on verilated devices, in lock-step with the golden model");
  app.add_option("--library", arguments.libraries, "libheddle_rtl.so, one or several to draw from");
  app.add_option("--share", arguments.shares, "how often each is drawn, in the same order");
  app.add_option("--seed", arguments.campaign.first_seed, "first seed; one run has one, the next run the next");
  auto* count = app.add_option("--count", arguments.campaign.count, "runs, each of one to three programs")
                    ->check(CLI::PositiveNumber);
  auto* minutes = app.add_option("--minutes", arguments.minutes, "time")->check(CLI::PositiveNumber);
  app.add_option("--jobs", arguments.campaign.jobs, "processes")->check(CLI::Range(1, 256));
  app.add_option("--max-failures", arguments.campaign.max_failures, "different failures to look for")
      ->check(CLI::Range(1, 1000));
  app.add_option("--planted-bug", arguments.campaign.planted_bug, "of a library with planted_bug=31")
      ->check(CLI::Range(0, 99));
  app.add_flag("!--no-shrink", arguments.shrinks, "leave failures as they are");
  app.add_option("--shrink-seconds", arguments.shrink_seconds, "processor time for making a failure small");
  app.add_option("--out", arguments.out, "directory for replay files")->check(CLI::ExistingDirectory);
  app.add_option("--command", arguments.command, "what to type before --replay");
  auto* file =
      app.add_option("--replay", arguments.replay, "run this file; without --replay-library: say its configuration");
  app.add_option("--replay-library", arguments.replay_library, "libheddle_rtl.so for it")->needs(file);
  app.add_flag("--other-configuration", arguments.other_configuration, "run it on the library's configuration")
      ->needs(file);
  app.add_option("--wave", arguments.wave, "waveform of the last cycles (needs a library with tracing)")->needs(file);
  app.add_option("--window", arguments.window, "cycles of it, at least")->check(CLI::PositiveNumber);
  app.add_flag("--expect-pass", arguments.expect_pass, "whatever was found once, it has to pass")->needs(file);
  app.add_flag("--expect-failure", arguments.expect_failure, "succeed if it fails as the file says")->needs(file);
  app.add_flag("--list", arguments.listing, "show the run of the first seed, run nothing");
  app.add_option("--json", arguments.json, "write the outcome");
  CLI11_PARSE(app, argc, argv);
  if (*file) return replay(arguments);
  if (arguments.libraries.empty()) throw CLI::RequiredError("--library");
  if (*minutes) arguments.campaign.limit = std::chrono::seconds(static_cast<long>(arguments.minutes * 60));
  if (!*minutes && !*count) arguments.campaign.count = 1000;
  return fuzz(arguments);
}

}  // namespace

}  // namespace heddle::fuzz

int main(int argc, char** argv) {
  try {
    return heddle::fuzz::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "heddle fuzz: {}\n", error.what());
    return 2;
  }
}
