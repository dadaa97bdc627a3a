#include "signature.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace heddle::exec {

std::string signature_text(std::span<const std::byte> bytes, unsigned granularity) {
  std::string text;
  for (size_t line = 0; line < bytes.size(); line += granularity) {
    for (size_t i = granularity; i-- > 0;) {
      text += fmt::format("{:02x}", line + i < bytes.size() ? std::to_integer<unsigned>(bytes[line + i]) : 0U);
    }
    text += '\n';
  }
  return text;
}

void write_signature(const std::filesystem::path& file, std::span<const std::byte> bytes, unsigned granularity) {
  std::ofstream out(file);
  out << signature_text(bytes, granularity);
  if (!out.flush()) throw std::runtime_error(fmt::format("{}: cannot be written", file.string()));
}

}  // namespace heddle::exec
