// Sets of lanes of the one warp that a bare-metal program runs on.
#pragma once

#include <cstdint>
#include <string>

namespace heddle::exec {

// Bit l is lane l.
using LaneMask = uint32_t;

// The lanes that `text` names: "all", or a mask in decimal, hexadecimal (0x) or binary (0b). Throws
// std::invalid_argument that says why where it is no mask, names no lane, or one that a warp of `lanes` lanes lacks.
LaneMask parse_lanes(const std::string& text, unsigned lanes);

// "lane 3", "lanes 0-4,7".
std::string lanes_text(LaneMask mask);

}  // namespace heddle::exec
