// Writes every register of the device with all ones, zeros and patterns, and reads it back.
#pragma once

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

// While no launch runs; the registers of a launch are zero afterwards. Control registers, whose writes do something,
// are left alone. Throws RtlError where a register does not hold what was written, a bit beside it changes, or no write
// is ever refused.
void walk_registers(RtlDevice& device);

}  // namespace heddle::harness
