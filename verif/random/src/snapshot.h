// Snapshot replay: while a session runs, copies of the process are kept, as it was some cycles ago. When the session
// fails, the copy from before the last window goes on from there, with a waveform. The run itself needs no waveform,
// and nothing has to be run twice from the start.
#pragma once

#include <filesystem>
#include <string>

#include "runner.h"

namespace heddle::fuzz {

struct WaveResult {
  Failure failure;           // of the run
  bool written = false;      // there is a waveform, and it ends in the same failure
  uint64_t first_cycle = 0;  // of the waveform
  uint64_t last_cycle = 0;
};

// Runs the session on a library with tracing. The waveform has between `window` and 2 * `window` cycles before the
// failure (all of them, where the run is shorter). Without a failure there is none.
WaveResult replay_with_wave(const Session& session, const Library& library, const RunLimits& limits,
                            const std::filesystem::path& wave, uint64_t window);

}  // namespace heddle::fuzz
