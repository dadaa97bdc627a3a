// Stops asked for by the simulation itself (failed assertions, $fatal), taken note of instead of ending the process.
#pragma once

#include <optional>
#include <string>

namespace heddle::harness {

void note_simulator_stop(const std::string& text);
// The first stop since the last call, of this thread.
std::optional<std::string> take_simulator_stop();

}  // namespace heddle::harness
