#include "isolate.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace heddle::fuzz {

Child::Child(const std::function<void(const Say& say)>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(nullptr);
  process_ = fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (process_ != 0) {
    close(ends[1]);
    descriptor_ = ends[0];
    return;
  }
  close(ends[0]);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Say say = [&](const std::string& line) {
    const std::string text = line + "\n";
    size_t done = 0;
    while (done < text.size()) {
      const ssize_t written = write(ends[1], text.data() + done, text.size() - done);
      if (written <= 0) _exit(1);
      done += static_cast<size_t>(written);
    }
  };
  int status = 0;
  try {
    work(say);
  } catch (const std::exception& error) {
    say(std::string("!") + error.what());
    status = 1;
  }
  std::fflush(nullptr);
  _exit(status);
}

Child::~Child() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(descriptor_);
}

std::chrono::milliseconds Child::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (process_ <= 0 || clock_getcpuclockid(process_, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::milliseconds(time.tv_nsec / 1'000'000);
}

std::optional<std::string> Child::line(std::chrono::milliseconds limit) {
  const auto end = processor_time() + limit;
  const auto wall_end = std::chrono::steady_clock::now() + kWallFactor * limit;
  for (;;) {
    const size_t newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      std::string text = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return text;
    }
    pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
    constexpr int kSlice = 200;
    const bool over = processor_time() >= end || std::chrono::steady_clock::now() >= wall_end;
    const int ready = poll(&wait, 1, over ? 0 : kSlice);
    if ((ready < 0 && errno == EINTR) || (ready == 0 && !over)) continue;
    if (ready == 0) {
      timed_out_ = true;
      return std::nullopt;
    }
    char part[65536];
    const ssize_t count = read(descriptor_, part, sizeof part);
    if (count <= 0) return std::nullopt;
    buffer_.append(part, static_cast<size_t>(count));
  }
}

std::string Child::ending() {
  if (process_ <= 0) return {};
  if (timed_out_) kill(process_, SIGKILL);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  if (WIFSIGNALED(status)) return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace heddle::fuzz
