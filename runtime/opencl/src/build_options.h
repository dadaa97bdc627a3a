#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heddle::opencl {

/// The options of clBuildProgram and clCompileProgram, for the compiler.
struct BuildOptions {
  std::vector<std::string> clang;  ///< For clang -cc1, in order.
  bool wants_library = false;      ///< clLinkProgram: -create-library.
  std::string problem;             ///< What is wrong with them; empty if nothing.
};

/// Reads an option string: words, with quotes and backslashes as in a shell. Options that OpenCL 3.0 does not have are
/// a problem. `for_linking`: those of clLinkProgram. Relative folders of -I become absolute.
BuildOptions parse_build_options(std::string_view text, bool for_linking = false);

/// The words of an option string; throws std::invalid_argument where a quote is not closed.
std::vector<std::string> split_words(std::string_view text);

}  // namespace heddle::opencl
