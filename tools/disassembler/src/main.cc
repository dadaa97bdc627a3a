// heddle-dis: the disassembly of an ELF file.

#include <CLI/CLI.hpp>
#include <iostream>

#include "heddle/disassembler/listing.h"

int main(int argc, char** argv) {
  CLI::App app{"Disassembles a 32-bit RISC-V program, Xheddle instructions included.", "heddle dis"};
  std::string file;
  bool plain = false;
  heddle::isa::ListingOptions options;
  app.add_option("ELF", file, "The program, or an object file")->required();
  app.add_flag("--source,-S", options.source, "Show source lines (of a linked program built with -g)");
  app.add_flag("--plain", plain, "No pseudo-instructions");
  CLI11_PARSE(app, argc, argv);
  if (plain) options.style = heddle::isa::Style::kPlain;
  try {
    const heddle::isa::ProgramImage image(file);
    if (options.source && image.is_object()) {
      throw heddle::isa::ProgramError(file + ": is not linked; source lines are known of linked programs only");
    }
    std::cout << file << '\n';
    heddle::isa::write_listing(image, options, std::cout);
    std::cout.flush();
    if (!std::cout) throw heddle::isa::ProgramError("the output cannot be written");
  } catch (const heddle::isa::ProgramError& error) {
    std::cerr << "heddle dis: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
