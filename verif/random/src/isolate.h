// Work in a process of its own, so that a crash or an endless loop of the simulator is an outcome like any other.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace heddle::fuzz {

// A child process and the lines that it writes.
class Child {
 public:
  // `work` runs in the child and writes lines through its argument; its exit status is 0, or 1 after an exception,
  // whose text is the last line, with "!" before it.
  using Say = std::function<void(const std::string& line)>;
  explicit Child(const std::function<void(const Say& say)>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // ends the child

  // That it has used. (Of a machine that is busy with other work a run must not time out.)
  std::chrono::milliseconds processor_time() const;
  // A child that uses none waits for nothing that will come: so many times the limit by the clock on the wall.
  static constexpr int kWallFactor = 20;
  // The next line; empty at the end, and when none came within that processor time.
  std::optional<std::string> line(std::chrono::milliseconds limit);
  // After line() gave nothing: whether the time was up.
  bool timed_out() const { return timed_out_; }
  // Waits for the end; how it ended: empty, or "signal 11 (Segmentation fault)", "exit status 3".
  std::string ending();
  int descriptor() const { return descriptor_; }

 private:
  pid_t process_ = -1;
  int descriptor_ = -1;
  std::string buffer_;
  bool timed_out_ = false;
};

}  // namespace heddle::fuzz
