// The handles of the C interface.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "heddle/driver.h"
#include "heddle/driver/context.h"

namespace heddle::driver {

struct Object {
  virtual ~Object() = default;
};
struct DeviceObject final : Object {
  static constexpr unsigned kKind = 1;
  std::shared_ptr<Provider> provider;
};
/// What belongs to a context has it; the context's own handle, too.
struct ContextObject final : Object {
  static constexpr unsigned kKind = 2;
  ContextPointer context;
};
struct ModuleObject final : Object {
  static constexpr unsigned kKind = 3;
  ContextPointer context;
  ModulePointer module;
  std::mutex mutex;
  std::string output;  // that nobody has fetched yet
};
struct QueueObject final : Object {
  static constexpr unsigned kKind = 4;
  QueuePointer queue;
  heddle_context context = nullptr;  // its handle
};
struct EventObject final : Object {
  static constexpr unsigned kKind = 5;
  EventPointer event;
};

class HandleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// All handles of the process. A handle is `number * 8 + kind`; numbers are never used again. Thread-safe.
class Handles {
 public:
  static Handles& all();

  /// `parent`: the handle with which this one goes; 0: none.
  uintptr_t add(std::shared_ptr<Object> object, unsigned kind, uintptr_t parent);
  /// Throws HandleError.
  template <typename Type>
  std::shared_ptr<Type> get(const void* handle) {
    return std::static_pointer_cast<Type>(find(reinterpret_cast<uintptr_t>(handle), Type::kKind));
  }
  /// Takes it out, and those that go with it, in the order in which they may end.
  std::vector<std::shared_ptr<Object>> remove(const void* handle, unsigned kind);

 private:
  struct Entry {
    std::shared_ptr<Object> object;
    uintptr_t parent = 0;
  };
  std::shared_ptr<Object> find(uintptr_t handle, unsigned kind);

  std::mutex mutex_;
  std::map<uintptr_t, Entry> entries_;
  uintptr_t next_ = 1;
};

}  // namespace heddle::driver
