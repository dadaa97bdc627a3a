#include "simulator_stop.h"

namespace heddle::harness {

namespace {
thread_local std::optional<std::string> first_stop;
}  // namespace

void note_simulator_stop(const std::string& text) {
  if (!first_stop) first_stop = text;
}

std::optional<std::string> take_simulator_stop() {
  std::optional<std::string> taken;
  taken.swap(first_stop);
  return taken;
}

}  // namespace heddle::harness
