// Requests that the cores have made of memory and that are not answered, from the monitors at the cores' ports; for
// reports about a memory that does not answer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace heddle::harness {

enum class CorePort : unsigned { kData, kFetch };

// As of mem_op_e in rtl/pkg.
enum class CoreOperation : unsigned { kRead, kWrite, kAmo, kLr, kSc };

struct CoreRequest {
  uint64_t since = 0;  // cycle in which it was offered
  uint32_t address = 0;
  unsigned id = 0;
  unsigned core = 0;
  CorePort port = CorePort::kData;
  CoreOperation operation = CoreOperation::kRead;
  // Of a request of the data port: whose it is.
  unsigned warp = 0;
  uint32_t order = 0;
  unsigned lane = 0;
};

class CoreRequests {
 public:
  // A port that offers a request offers it until it is accepted.
  void offered(const CoreRequest& request, bool accepted);
  void answered(unsigned core, CorePort port, unsigned id);
  std::optional<CoreRequest> oldest() const;
  // The device is reset: nothing is open any more.
  void reset() { ports_.clear(); }

 private:
  struct Port {
    std::optional<CoreRequest> offered;  // not accepted yet
    std::vector<CoreRequest> open;       // accepted, oldest first
  };

  Port& at(unsigned core, CorePort port);

  std::vector<Port> ports_;  // by core, then port
};

// "read", "write", ...
const char* name_of(CoreOperation operation);

}  // namespace heddle::harness
