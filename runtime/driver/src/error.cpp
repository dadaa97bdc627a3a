#include "heddle/driver/error.h"

namespace heddle::driver {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kFault: return "fault";
    case ErrorKind::kTimeout: return "timeout";
    case ErrorKind::kRejected: return "rejected";
    case ErrorKind::kNoResources: return "no resources";
    case ErrorKind::kAborted: return "aborted";
    case ErrorKind::kOutOfMemory: return "out of memory";
    case ErrorKind::kBadElf: return "bad ELF";
    case ErrorKind::kLockstepMismatch: return "lock-step mismatch";
    case ErrorKind::kInvalidArgument: return "invalid argument";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kDeviceLost: return "device lost";
  }
  return "unknown";
}

}  // namespace heddle::driver
