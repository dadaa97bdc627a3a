// The few instructions that run before a program on some of a warp's lanes only.
#pragma once

#include <cstdint>
#include <vector>

#include "lanes.h"

namespace heddle::exec {

// Code, position independent: lanes outside `lanes` end; the others go to `entry` in the state that they were
// dispatched in, but for mepc = entry and minstret = the instructions so far.
std::vector<uint32_t> boot_code(LaneMask lanes, uint32_t entry);

}  // namespace heddle::exec
