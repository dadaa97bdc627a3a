#pragma once

#include <string>
#include <vector>

namespace heddle::opencl {

/// What a program said and how it ended.
struct ProcessResult {
  int status = 0;      ///< Exit status; 128 + the signal where one ended it.
  std::string output;  ///< What it wrote to its standard error output.
};

/// Runs a program in `folder` and waits. Throws std::runtime_error if it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command, const std::string& folder);

/// A folder for temporary files, removed with everything in it by the destructor, unless that is in a child of fork.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int process_;
};

}  // namespace heddle::opencl
