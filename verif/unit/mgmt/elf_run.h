// Runs bare-metal programs that tell their result through `tohost`, as public instruction set tests do.
#pragma once

#include <string>

namespace heddle::mgmtbench {

// Empty: it passed. Otherwise what went wrong. Throws std::runtime_error for a file that is no such program.
std::string run_elf(const std::string& path, uint64_t max_cycles);

}  // namespace heddle::mgmtbench
