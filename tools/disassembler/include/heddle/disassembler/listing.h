#pragma once

#include <iosfwd>

#include "heddle/disassembler/disassemble.h"
#include "heddle/disassembler/program_image.h"

namespace heddle::isa {

struct ListingOptions {
  Style style = Style::kAliases;
  bool source = false;  // show the source line before the instructions that come from it
};

// Writes the disassembly of all code: labels, then one line per instruction with address, word, text and, for branches
// and jal, the label of the target. With `source`, lines whose file can be read are shown with their text.
void write_listing(const ProgramImage& image, const ListingOptions& options, std::ostream& out);

}  // namespace heddle::isa
