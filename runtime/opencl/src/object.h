#pragma once

#include <CL/cl.h>
#include <CL/cl_icd.h>

#include <atomic>
#include <memory>
#include <utility>

namespace heddle::opencl {

/// The functions of this platform, as the ICD loader finds them in every object.
extern const cl_icd_dispatch kDispatch;

/// What every object that a program holds begins with. An object lives while the program holds references
/// (`references`) or the runtime does (std::shared_ptr); to the program it exists only while it has references itself.
/// The memory of objects that have gone is kept for a while, so that a program that uses one gets an error.
struct Object {
  const cl_icd_dispatch* dispatch = &kDispatch;
  std::atomic<cl_uint> references{1};
};

enum class Kind { kPlatform, kDevice, kContext, kQueue, kMemory, kProgram, kKernel, kEvent };

/// The objects that exist to the program.
void register_object(const void* object, Kind kind, std::shared_ptr<void> owner);
/// Takes the reference of the last owner away. The object may be destroyed when the result is.
std::shared_ptr<void> unregister_object(const void* object);
/// The owner of a living object of that kind, or null.
std::shared_ptr<void> find_object(const void* object, Kind kind);
/// Instead of freeing memory at once.
void quarantine(void* memory, void (*release)(void*));

template <typename T>
std::shared_ptr<T> find(T* handle) {
  return std::static_pointer_cast<T>(find_object(handle, T::kKind));
}

/// Makes an object that the program holds one reference to.
template <typename T, typename... Arguments>
std::shared_ptr<T> make_object(Arguments&&... arguments) {
  void* memory = ::operator new(sizeof(T));
  T* raw = nullptr;
  try {
    raw = new (memory) T(std::forward<Arguments>(arguments)...);
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
  std::shared_ptr<T> object(raw, [](T* dying) {
    // What it holds goes; the shell, with its dispatch table, stays readable for a while.
    const cl_icd_dispatch* dispatch = dying->dispatch;
    dying->~T();
    static_cast<Object*>(static_cast<void*>(dying))->dispatch = dispatch;
    quarantine(dying, [](void* old) { ::operator delete(old); });
  });
  register_object(raw, T::kKind, object);
  return object;
}

template <typename T>
cl_int retain(T* handle, cl_int invalid) {
  const auto object = find(handle);
  if (!object) return invalid;
  ++object->references;
  return CL_SUCCESS;
}

/// Objects with a member `forgotten` have it called when the program's last reference goes.
template <typename T>
cl_int release(T* handle, cl_int invalid) {
  const auto object = find(handle);
  if (!object) return invalid;
  if (--object->references == 0) {
    unregister_object(handle);
    if constexpr (requires { object->forgotten(); }) object->forgotten();
  }
  return CL_SUCCESS;
}

}  // namespace heddle::opencl
