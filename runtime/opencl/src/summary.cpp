#include "summary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "platform.h"

namespace heddle::opencl {

void write_summary(const _cl_platform_id& platform) {
  const char* path = std::getenv("HEDDLE_CL_SUMMARY");
  if (!path || !*path) return;
  std::string text;
  for (const auto& device : platform.devices) {
    const bool model = device->worker.options().backend == driver::BackendKind::kModel;
    text += fmt::format("device\t{}\t{}\n", device->name, model ? "issue slots" : "cycles");
    for (const auto& [kernel, total] : device->worker.totals()) {
      text += fmt::format("kernel\t{}\t{}\t{}\t{}\t{}\t{}\n", device->name, kernel, total.launches, total.cycles,
                          total.warp_instrs, total.seconds);
    }
    if (const auto lockstep = device->worker.lockstep(); lockstep.enabled) {
      text += fmt::format("lockstep\t{}\t{}\t{}\n", device->name, lockstep.compared,
                          device->worker.differed() ? "differs" : "agrees");
    }
  }
  // In one piece, since other processes write there too.
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::fprintf(stderr, "heddle opencl: HEDDLE_CL_SUMMARY: %s cannot be written\n", path);
  if (file >= 0) close(file);
}

}  // namespace heddle::opencl
