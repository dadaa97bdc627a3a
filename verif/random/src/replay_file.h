// A session as a file: JSON, with every setting, the program as words with their text beside them, and the data. It
// does not lean on the generator: what it says stays the same when that changes.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "runner.h"

namespace heddle::fuzz {

// The file cannot be read, or is no replay file; what() names the file and the place.
class ReplayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Replay {
  Session session;
  Failure failure;   // what was found; kind and detail only. Empty: it has to pass
  std::string note;  // what it is
};

void write_replay(const std::filesystem::path& path, const Replay& replay);
Replay read_replay(const std::filesystem::path& path);

}  // namespace heddle::fuzz
