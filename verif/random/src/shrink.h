// Makes a failing session small while the same failure (kind and detail) stays.
#pragma once

#include <chrono>
#include <functional>

#include "runner.h"

namespace heddle::fuzz {

struct ShrinkOptions {
  // Of processor time, with that of child processes: on a busy machine programs do not stay larger.
  std::chrono::seconds limit{180};
  // Called after every step that made it smaller.
  std::function<void(const Session& smaller, unsigned tried)> progress;
};

// Whether a session still fails as it should. A function, so that the shrinker can be tested without a device.
using StillFails = std::function<bool(const Session& candidate)>;

// Deletes launches, subtrees and single instructions, makes the launch and the machine simpler, then operands and data.
Session shrink(Session session, const StillFails& still_fails, const ShrinkOptions& options);

// Of all launches.
size_t instruction_count(const Session& session);

}  // namespace heddle::fuzz
