// Every format of docs/matrix.md, by name.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "heddle/matrix/dot.h"

namespace heddle::matrix::test {

// Prints as its name.
struct NamedFormat {
  std::string name;
  Format format;

  friend void PrintTo(const NamedFormat& named, std::ostream* out) { *out << named.name; }
};

inline std::vector<NamedFormat> all_formats() {
  std::vector<NamedFormat> formats = {{"int8", {Element::kInt8, Element::kInt8, Scale::kNone}},
                                      {"tf32", {Element::kTf32, Element::kTf32, Scale::kNone}},
                                      {"fp16", {Element::kFp16, Element::kFp16, Scale::kNone}},
                                      {"bf16", {Element::kBf16, Element::kBf16, Scale::kNone}},
                                      {"mxfp4", {Element::kE2m1, Element::kE2m1, Scale::kE8m0Block32}},
                                      {"nvfp4", {Element::kE2m1, Element::kE2m1, Scale::kE4m3Block16}}};
  const std::vector<std::pair<std::string, Element>> fp8 = {{"e4m3", Element::kE4m3}, {"e5m2", Element::kE5m2}};
  for (const auto& [a_name, a] : fp8) {
    for (const auto& [b_name, b] : fp8) {
      const std::string pair = std::string("fp8_").append(a_name).append("_").append(b_name);
      formats.push_back({pair, {a, b, Scale::kNone}});
      formats.push_back({"mx" + pair, {a, b, Scale::kE8m0Block32}});
    }
  }
  return formats;
}

}  // namespace heddle::matrix::test
