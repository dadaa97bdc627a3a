// How often each instruction, CSR and rounding mode is drawn. Every row of the instruction table and every CSR has its
// weight here (a test sees to that); 0 is not allowed.
#pragma once

#include <array>
#include <optional>

#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle::fuzz {

// Empty: the table has a row without a weight.
std::optional<unsigned> weight_of(const char* instruction);
std::optional<unsigned> csr_weight_of(const char* csr);

// Indexed by Op; element 0, the illegal words, has one too.
const std::array<unsigned, isa::kOpCount>& instruction_weights();
// As kCsrs.
const std::array<unsigned, isa::kCsrCount>& csr_weights();
// By value of the field; 5 and 6 are reserved.
inline constexpr std::array<unsigned, 8> kRoundingWeights{12, 8, 8, 8, 8, 1, 1, 40};

}  // namespace heddle::fuzz
