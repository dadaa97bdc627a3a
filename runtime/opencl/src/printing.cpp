#include "printing.h"

#include <cctype>
#include <cstdio>
#include <cstring>

#include "heddle_opencl_abi.h"

namespace heddle::opencl {
namespace {

/// %[flags][width][.precision][vn][length]conversion
struct Conversion {
  std::string flags;    ///< With width and precision.
  unsigned vector = 0;  ///< Components; 0 for a scalar.
  std::string length;   ///< hh, h, hl, l or nothing.
  char letter = 0;
};

/// Reads a conversion behind its '%'; returns how many characters it has, 0 if it is none.
size_t read_conversion(std::string_view text, Conversion& conversion) {
  size_t at = 0;
  while (at < text.size() && std::strchr("-+ #0123456789.", text[at])) conversion.flags += text[at++];
  if (at < text.size() && text[at] == 'v') {
    ++at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) {
      conversion.vector = conversion.vector * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    if (conversion.vector < 2 || conversion.vector > 16) return 0;
  }
  while (at < text.size() && (text[at] == 'h' || text[at] == 'l')) conversion.length += text[at++];
  if (at == text.size() || !std::strchr("diouxXfFeEgGaAcsp", text[at])) return 0;
  conversion.letter = text[at++];
  return at;
}

template <typename T>
std::string print(const Conversion& conversion, const char* length, T value) {
  const std::string format = "%" + conversion.flags + length + conversion.letter;
  const int size = std::snprintf(nullptr, 0, format.c_str(), value);
  if (size <= 0) return {};
  std::string text(static_cast<size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), format.c_str(), value);
  text.pop_back();
  return text;
}

float from_half(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000U} << 16, exponent = (bits >> 10) & 31, fraction = bits & 0x3FF;
  uint32_t result = sign | (exponent + 112) << 23 | fraction << 13;
  if (exponent == 31) result = sign | 0x7F800000 | fraction << 13;
  float value;
  if (exponent == 0) {
    value = static_cast<float>(fraction) * 0x1p-24F;
    return sign ? -value : value;
  }
  std::memcpy(&value, &result, sizeof value);
  return value;
}

/// Bytes of one component.
unsigned component_bytes(const Conversion& conversion) {
  if (conversion.length == "hh") return 1;
  if (conversion.length == "h") return conversion.vector ? 2 : 4;
  if (conversion.length == "l") return std::strchr("diouxX", conversion.letter) || conversion.vector ? 8 : 4;
  return 4;
}

std::string print_component(const Conversion& conversion, const unsigned char* bytes, unsigned size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  if (std::strchr("fFeEgGaA", conversion.letter)) {
    if (size == 2) return print(conversion, "", static_cast<double>(from_half(static_cast<uint16_t>(value))));
    double number;
    if (size == 8) {
      std::memcpy(&number, &value, sizeof number);
    } else {
      float single;
      const auto word = static_cast<uint32_t>(value);
      std::memcpy(&single, &word, sizeof single);
      number = static_cast<double>(single);
    }
    return print(conversion, "", number);
  }
  if (std::strchr("di", conversion.letter)) {
    const unsigned narrow = conversion.length == "hh" ? 1 : conversion.length == "h" ? 2 : size;
    const unsigned shift = 64 - 8 * narrow;
    return print(conversion, "ll", static_cast<long long>(value << shift) >> shift);
  }
  if (conversion.length == "hh") value &= 0xFF;
  if (conversion.length == "h") value &= 0xFFFF;
  return print(conversion, "ll", static_cast<unsigned long long>(value));
}

}  // namespace

std::string format_call(std::string_view format, std::span<const uint32_t> words,
                        const std::function<std::string(uint32_t)>& string_at) {
  std::string out;
  size_t used = 0;
  const auto take = [&](unsigned count) -> const unsigned char* {
    static constexpr uint32_t kNothing[32] = {};
    if (used + count > words.size()) return reinterpret_cast<const unsigned char*>(kNothing);
    used += count;
    return reinterpret_cast<const unsigned char*>(words.data() + used - count);
  };
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    if (at + 1 < format.size() && format[at + 1] == '%') {
      out += '%';
      ++at;
      continue;
    }
    Conversion conversion;
    const size_t length = read_conversion(format.substr(at + 1), conversion);
    if (length == 0) {
      out += '%';
      continue;
    }
    at += length;
    if (conversion.letter == 'c') {
      uint32_t word;
      std::memcpy(&word, take(1), sizeof word);
      out += print(conversion, "", static_cast<int>(word));
    } else if (conversion.letter == 's' || conversion.letter == 'p') {
      uint32_t word;
      std::memcpy(&word, take(1), sizeof word);
      if (conversion.letter == 's') {
        out += print(conversion, "", word ? string_at(word).c_str() : "(null)");
      } else {
        out += print(conversion, "", reinterpret_cast<void*>(static_cast<uintptr_t>(word)));
      }
    } else {
      const unsigned size = component_bytes(conversion);
      const unsigned components = conversion.vector == 0 ? 1 : conversion.vector;
      const unsigned stored = components == 3 ? 4 : components;
      const unsigned char* bytes = take((stored * size + 3) / 4);
      for (unsigned i = 0; i < components; ++i) {
        if (i != 0) out += ',';
        out += print_component(conversion, bytes + i * size, size);
      }
    }
  }
  return out;
}

std::string Printer::string_at(uint32_t address) {
  std::string text;
  for (char c = 0;; ++address) {
    read_(address, std::as_writable_bytes(std::span(&c, 1)));
    if (c == 0 || text.size() > 65536) return text;
    text += c;
  }
}

void Printer::take(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != HD_CL_RECORD_BEGIN) {
      out += text[at++];
      continue;
    }
    std::vector<uint32_t> words;
    uint32_t word = 0;
    unsigned letters = 0;
    for (++at; at < text.size() && text[at] >= 'A' && text[at] < 'A' + 16; ++at) {
      word |= static_cast<uint32_t>(text[at] - 'A') << (4 * (letters % 8));
      if (++letters % 8 == 0) {
        words.push_back(word);
        word = 0;
      }
    }
    // A record that a fault cut short says nothing.
    if (at == text.size() || text[at] != HD_CL_RECORD_END || words.empty()) continue;
    ++at;
    auto format = formats_.find(words[0]);
    if (format == formats_.end()) format = formats_.emplace(words[0], string_at(words[0])).first;
    out += format_call(format->second, std::span(words).subspan(1),
                       [this](uint32_t address) { return string_at(address); });
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

}  // namespace heddle::opencl
