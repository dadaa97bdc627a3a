// Cycles of the management core, for docs: instructions per cycle from SRAM, and what single things cost.
#pragma once

namespace heddle::mgmtbench {

// Prints a table.
void measure();

}  // namespace heddle::mgmtbench
