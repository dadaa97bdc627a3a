// A RunResult as one line of text and back, to cross from a child process.
#pragma once

#include <string>

#include "runner.h"

namespace heddle::fuzz {

std::string to_line(const RunResult& result);
RunResult from_line(const std::string& line);

// Runs the session in a process of its own: crashes and time-outs are failures like any other.
RunResult run_isolated(const Session& session, const Library& library, const RunLimits& limits);

}  // namespace heddle::fuzz
