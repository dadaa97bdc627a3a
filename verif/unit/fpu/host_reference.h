// The second oracle: the host's own floating-point unit (SSE, with subnormals; it detects tininess after rounding, as
// the units do).
#pragma once

#include <optional>

#include "formats.h"

namespace heddle::fpu_test {

// Nothing where the host has no such operation: rounding to nearest away, and halves unless a double holds the result
// before rounding.
std::optional<Result> host_compute(const Case& c);

}  // namespace heddle::fpu_test
