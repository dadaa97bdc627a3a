#include "build_options.h"

#include <filesystem>
#include <set>
#include <stdexcept>

namespace heddle::opencl {
namespace {

/// Options that clang -cc1 takes under the same name.
const std::set<std::string, std::less<>> kSame = {"-cl-single-precision-constant",
                                                  "-cl-fp32-correctly-rounded-divide-sqrt",
                                                  "-cl-mad-enable",
                                                  "-cl-no-signed-zeros",
                                                  "-cl-unsafe-math-optimizations",
                                                  "-cl-finite-math-only",
                                                  "-cl-fast-relaxed-math",
                                                  "-w",
                                                  "-Werror"};
/// Options that are taken and change nothing here: they are always on, or allow what is not made use of.
const std::set<std::string, std::less<>> kIgnored = {"-g",
                                                     "-cl-denorms-are-zero",
                                                     "-cl-no-subgroup-ifp",
                                                     "-cl-opt-disable",
                                                     "-cl-strict-aliasing",
                                                     "-cl-kernel-arg-info",
                                                     "-cl-uniform-work-group-size"};
const std::set<std::string, std::less<>> kLink = {"-create-library",
                                                  "-enable-link-options",
                                                  "-cl-denorms-are-zero",
                                                  "-cl-no-signed-zeros",
                                                  "-cl-unsafe-math-optimizations",
                                                  "-cl-finite-math-only",
                                                  "-cl-fast-relaxed-math",
                                                  "-cl-no-subgroup-ifp"};

bool standard_known(std::string_view name) {
  return name == "CL1.0" || name == "CL1.1" || name == "CL1.2" || name == "CL3.0";
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote == '"' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) {
        word += text[++i];
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      inside = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      inside = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (inside) words.push_back(word);
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (quote) throw std::invalid_argument("a quote is not closed");
  if (inside) words.push_back(word);
  return words;
}

BuildOptions parse_build_options(std::string_view text, bool for_linking) {
  BuildOptions result;
  std::vector<std::string> words;
  try {
    words = split_words(text);
  } catch (const std::invalid_argument& error) {
    result.problem = error.what();
    return result;
  }
  std::string standard = "CL1.2";
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (for_linking) {
      if (!kLink.contains(word)) {
        result.problem = "unknown option '" + word + "'";
        return result;
      }
      result.wants_library |= word == "-create-library";
    } else if (word.starts_with("-D") || word.starts_with("-I")) {
      std::string value = word.substr(2);
      if (value.empty()) {
        if (i + 1 == words.size()) {
          result.problem = "'" + word + "' needs a value";
          return result;
        }
        value = words[++i];
      }
      if (word[1] == 'I') value = std::filesystem::absolute(value).string();
      result.clang.push_back(word.substr(0, 2) + value);
    } else if (word.starts_with("-cl-std=")) {
      standard = word.substr(8);
      if (!standard_known(standard)) {
        result.problem = "'" + word + "': this platform has CL1.0, CL1.1, CL1.2 and CL3.0";
        return result;
      }
    } else if (kIgnored.contains(word)) {
      continue;
    } else if (kSame.contains(word)) {
      result.clang.push_back(word);
    } else {
      result.problem = "unknown option '" + word + "'";
      return result;
    }
  }
  if (!for_linking) result.clang.push_back("-cl-std=" + standard);
  return result;
}

}  // namespace heddle::opencl
