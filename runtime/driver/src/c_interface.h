// What the parts of the C interface share.
#pragma once

#include <span>
#include <string>

#include "handles.h"
#include "heddle/driver.h"
#include "heddle/driver/device.h"
#include "heddle/driver/error.h"

namespace heddle::driver {

heddle_error code_of(ErrorKind kind);
/// Throws kInvalidArgument for a back end that there is not.
DeviceOptions options_of(const heddle_device_options& from);
/// Notes the text for heddle_last_error().
heddle_error fail(heddle_error code, const std::string& text);

/// Runs the body of a call: exceptions become its error.
template <typename Body>
heddle_error guarded(const Body& body) {
  try {
    body();
    return HEDDLE_SUCCESS;
  } catch (const DeviceError& error) {
    return fail(code_of(error.kind()), error.what());
  } catch (const HandleError& error) {
    return fail(HEDDLE_INVALID_HANDLE, error.what());
  } catch (const std::bad_alloc&) {
    return fail(HEDDLE_OUT_OF_MEMORY, "the host has no memory for this");
  } catch (const std::exception& error) {
    return fail(HEDDLE_INVALID_ARGUMENT, error.what());
  }
}

/// Throws kInvalidArgument for a null pointer.
void require(const void* pointer, const char* name);
/// As guarded(), for what waits or ends contexts.
template <typename Body>
heddle_error guarded_outside_callback(const Body& body) {
  if (EventTable::in_callback()) return fail(HEDDLE_IN_CALLBACK, "this must not be called by a fault callback");
  return guarded(body);
}
template <typename Type>
std::shared_ptr<Type> object(const void* handle) {
  return Handles::all().get<Type>(handle);
}
template <typename Type, typename Handle>
void give(Handle* handle, std::shared_ptr<Type> made, const void* parent) {
  *handle =
      reinterpret_cast<Handle>(Handles::all().add(std::move(made), Type::kKind, reinterpret_cast<uintptr_t>(parent)));
}
/// Copies a text out, or says how long it is.
void give_text(const std::string& text, char* to, size_t* bytes);

}  // namespace heddle::driver
