#include "handles.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace heddle::driver {
namespace {

constexpr unsigned kKindBits = 3;
constexpr std::array kKindNames{"nothing", "device", "context", "module", "queue", "event", "nothing", "nothing"};

}  // namespace

Handles& Handles::all() {
  static Handles handles;
  return handles;
}

uintptr_t Handles::add(std::shared_ptr<Object> object, unsigned kind, uintptr_t parent) {
  const std::lock_guard held(mutex_);
  const uintptr_t handle = next_++ << kKindBits | kind;
  entries_[handle] = {std::move(object), parent};
  return handle;
}

std::shared_ptr<Object> Handles::find(uintptr_t handle, unsigned kind) {
  const std::lock_guard held(mutex_);
  const char* const wanted = kKindNames[kind];
  if (handle == 0) throw HandleError(fmt::format("the {} is null", wanted));
  const auto found = entries_.find(handle);
  if (found != entries_.end() && (handle & 7) == kind) return found->second.object;
  if (found != entries_.end())
    throw HandleError(fmt::format("a {} where a {} belongs", kKindNames[handle & 7], wanted));
  throw HandleError(handle >> kKindBits < next_ && (handle & 7) == kind
                        ? fmt::format("the {} was released already", wanted)
                        : fmt::format("{:#x} is no {}", handle, wanted));
}

std::vector<std::shared_ptr<Object>> Handles::remove(const void* pointer, unsigned kind) {
  const auto handle = reinterpret_cast<uintptr_t>(pointer);
  (void)find(handle, kind);
  const std::lock_guard held(mutex_);
  std::vector<uintptr_t> going{handle};
  for (size_t i = 0; i < going.size(); ++i) {
    for (const auto& [other, entry] : entries_) {
      if (entry.parent == going[i]) going.push_back(other);
    }
  }
  std::vector<std::shared_ptr<Object>> objects;
  for (auto at = going.rbegin(); at != going.rend(); ++at) {
    const auto found = entries_.find(*at);
    if (found == entries_.end()) continue;  // another thread was first
    objects.push_back(std::move(found->second.object));
    entries_.erase(found);
  }
  return objects;
}

}  // namespace heddle::driver
