// Draws a whole session from a seed: shape, memory, launches, programs.
#pragma once

#include <span>
#include <string>

#include "session.h"

namespace heddle::fuzz {

// A configuration to draw from. `share`: how often, relative to the others.
struct Choice {
  std::string configuration;  // canonical
  unsigned share = 1;
};

// The session of that seed. The same choices in the same order are part of what decides it; with a single choice
// nothing is drawn for the shape, so that a seed found among several runs the same when its configuration is named.
Session draw_session(uint64_t seed, std::span<const Choice> choices);

}  // namespace heddle::fuzz
