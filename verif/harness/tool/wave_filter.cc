// heddle-wave-filter: a GTKWave translate filter process. Reads one hexadecimal instruction word per line, answers each
// with its text. Branch targets are shown as offsets, since a filter does not see the pc.
#include <charconv>
#include <iostream>
#include <string>

#include "heddle/disassembler/disassemble.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    uint32_t word = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), word, 16);
    // Values with x or z, and whatever else GTKWave sends, stay as they are.
    if (error != std::errc() || end != line.data() + line.size()) {
      std::cout << line << std::endl;
    } else {
      std::cout << heddle::isa::disassemble(word, 0) << std::endl;
    }
  }
}
