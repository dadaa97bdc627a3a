#include "lanes.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <stdexcept>

namespace heddle::exec {

LaneMask parse_lanes(const std::string& text, unsigned lanes) {
  const uint64_t all = (uint64_t{1} << lanes) - 1;
  if (text == "all") return static_cast<LaneMask>(all);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const bool binary = text.starts_with("0b") || text.starts_with("0B");
  const char* first = text.data() + (hexadecimal || binary ? 2 : 0);
  const char* last = text.data() + text.size();
  uint64_t mask = 0;
  const auto [end, error] = std::from_chars(first, last, mask, hexadecimal ? 16 : (binary ? 2 : 10));
  if (error == std::errc::result_out_of_range) mask = ~uint64_t{0};
  if (first == last || end != last || error == std::errc::invalid_argument) {
    throw std::invalid_argument(
        fmt::format("'{}' is no lane mask: give 'all' or a number such as 0x5 (lanes 0 and 2)", text));
  }
  if (mask == 0) throw std::invalid_argument(fmt::format("the lane mask {} has no lane", text));
  if ((mask & ~all) != 0) {
    throw std::invalid_argument(fmt::format("the lane mask {} names lane {}, but a warp has lanes 0 to {}", text,
                                            std::bit_width(mask) - 1, lanes - 1));
  }
  return static_cast<LaneMask>(mask);
}

std::string lanes_text(LaneMask mask) {
  std::string text;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    unsigned last = lane;
    while (last < 31 && (mask >> (last + 1) & 1) != 0) ++last;
    text += text.empty() ? "" : ",";
    text += last == lane ? fmt::format("{}", lane) : fmt::format("{}-{}", lane, last);
    lane = last;
  }
  return fmt::format("lane{} {}", std::has_single_bit(mask) ? "" : "s", text);
}

}  // namespace heddle::exec
