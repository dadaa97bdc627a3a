// Faults of the engines and errors of mbarriers in words (docs/copy.md, docs/matrix.md).
#pragma once

#include <cstdint>

#include "heddle/driver/error.h"

namespace heddle::driver {

// `value` is the fault_value register, fault.detail the fault_detail register. They fill in cause_text, address and
// hint.
void explain_copy_fault(FaultReport& fault, uint32_t value);
void explain_matrix_fault(FaultReport& fault, uint32_t value);
void explain_mbarrier_error(FaultReport& fault, uint32_t value);

}  // namespace heddle::driver
