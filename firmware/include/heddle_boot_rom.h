#pragma once

#include <cstdint>
#include <vector>

namespace heddle {

/// The bytes of the management core's boot program (rtl/mgmt/boot_rom), as its ROM holds them.
std::vector<uint8_t> boot_rom();

}  // namespace heddle
