#include "core_requests.h"

#include <algorithm>

namespace heddle::harness {

CoreRequests::Port& CoreRequests::at(unsigned core, CorePort port) {
  const size_t index = 2 * size_t{core} + static_cast<size_t>(port);
  if (ports_.size() <= index) ports_.resize(index + 1);
  return ports_[index];
}

void CoreRequests::offered(const CoreRequest& request, bool accepted) {
  Port& port = at(request.core, request.port);
  CoreRequest since_first = request;
  if (port.offered) since_first.since = port.offered->since;
  port.offered.reset();
  if (accepted) {
    port.open.push_back(since_first);
  } else {
    port.offered = since_first;
  }
}

void CoreRequests::answered(unsigned core, CorePort port, unsigned id) {
  std::vector<CoreRequest>& open = at(core, port).open;
  const auto found = std::find_if(open.begin(), open.end(), [id](const CoreRequest& r) { return r.id == id; });
  if (found != open.end()) open.erase(found);
}

std::optional<CoreRequest> CoreRequests::oldest() const {
  std::optional<CoreRequest> oldest;
  const auto consider = [&](const CoreRequest& request) {
    if (!oldest || request.since < oldest->since) oldest = request;
  };
  for (const Port& port : ports_) {
    if (!port.open.empty()) consider(port.open.front());
    if (port.offered) consider(*port.offered);
  }
  return oldest;
}

const char* name_of(CoreOperation operation) {
  switch (operation) {
    case CoreOperation::kRead: return "read";
    case CoreOperation::kWrite: return "write";
    case CoreOperation::kAmo: return "AMO";
    case CoreOperation::kLr: return "LR";
    case CoreOperation::kSc: return "SC";
  }
  return "request";
}

}  // namespace heddle::harness
