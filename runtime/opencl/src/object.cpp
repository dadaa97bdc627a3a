#include "object.h"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace heddle::opencl {
namespace {

constexpr size_t kQuarantined = 4096;

struct Registry {
  std::mutex mutex;
  std::unordered_map<const void*, std::pair<Kind, std::shared_ptr<void>>> objects;
  std::mutex quarantine_mutex;
  std::deque<std::pair<void*, void (*)(void*)>> quarantined;
};

/// Never destroyed: programs release objects in destructors of their own that run at exit.
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

}  // namespace

void register_object(const void* object, Kind kind, std::shared_ptr<void> owner) {
  const std::lock_guard lock(registry().mutex);
  registry().objects[object] = {kind, std::move(owner)};
}

std::shared_ptr<void> unregister_object(const void* object) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().objects.find(object);
  if (found == registry().objects.end()) return nullptr;
  std::shared_ptr<void> owner = std::move(found->second.second);
  registry().objects.erase(found);
  return owner;
}

std::shared_ptr<void> find_object(const void* object, Kind kind) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().objects.find(object);
  return found != registry().objects.end() && found->second.first == kind ? found->second.second : nullptr;
}

void quarantine(void* memory, void (*release)(void*)) {
  std::pair<void*, void (*)(void*)> oldest{nullptr, nullptr};
  {
    const std::lock_guard lock(registry().quarantine_mutex);
    registry().quarantined.emplace_back(memory, release);
    if (registry().quarantined.size() > kQuarantined) {
      oldest = registry().quarantined.front();
      registry().quarantined.pop_front();
    }
  }
  if (oldest.first) oldest.second(oldest.first);
}

}  // namespace heddle::opencl
