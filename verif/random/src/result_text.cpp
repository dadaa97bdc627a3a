#include "result_text.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "isolate.h"

namespace heddle::fuzz {

namespace {
constexpr std::chrono::milliseconds kTimeLimit{180'000};
}

std::string to_line(const RunResult& r) {
  const nlohmann::json json{{"kind", r.failure.kind},
                            {"detail", r.failure.detail},
                            {"report", r.failure.report},
                            {"compared", r.compared},
                            {"lane_instrs", r.lane_instrs},
                            {"cycles", r.cycles},
                            {"launches", r.launches},
                            {"faults", r.faults},
                            {"aborts", r.aborts},
                            {"rejections", r.rejections},
                            {"resets", r.resets}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RunResult from_line(const std::string& line) {
  if (!line.empty() && line[0] == '!') throw std::runtime_error(line.substr(1));
  const nlohmann::json json = nlohmann::json::parse(line);
  RunResult r;
  r.failure = {.kind = json.at("kind"), .detail = json.at("detail"), .report = json.at("report")};
  r.compared = json.at("compared");
  r.lane_instrs = json.at("lane_instrs");
  r.cycles = json.at("cycles");
  r.launches = json.at("launches");
  r.faults = json.at("faults");
  r.aborts = json.at("aborts");
  r.rejections = json.at("rejections");
  r.resets = json.at("resets");
  return r;
}

RunResult run_isolated(const Session& session, const Library& library, const RunLimits& limits) {
  Child child([&](const Child::Say& say) { say(to_line(run_session(session, library, limits))); });
  const std::optional<std::string> line = child.line(kTimeLimit);
  if (line) return from_line(*line);
  RunResult result;
  if (child.timed_out()) {
    result.failure = {.kind = "timeout", .detail = "", .report = "the simulator has not come back within 180 s"};
  }
  const std::string ending = child.ending();
  if (!result.failure)
    result.failure = {.kind = "crash", .detail = ending, .report = "the simulator crashed: " + ending};
  return result;
}

}  // namespace heddle::fuzz
