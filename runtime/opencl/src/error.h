#pragma once

#include <CL/cl.h>

#include <new>
#include <stdexcept>
#include <string>

#include "heddle/driver/error.h"

namespace heddle::opencl {

/// An error of the OpenCL interface: its code, and what happened for people.
class ClError : public std::runtime_error {
 public:
  explicit ClError(cl_int code, const std::string& text = {}) : std::runtime_error(text), code_(code) {}
  cl_int code() const { return code_; }

 private:
  cl_int code_;
};

/// Throws ClError(code) unless the condition holds.
inline void require(bool condition, cl_int code) {
  if (!condition) throw ClError(code);
}

/// What an error of the driver is to an OpenCL program.
inline cl_int code_of(const driver::DeviceError& error) {
  switch (error.kind()) {
    case driver::ErrorKind::kOutOfMemory: return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    case driver::ErrorKind::kUnavailable: return CL_DEVICE_NOT_AVAILABLE;
    default: return CL_OUT_OF_RESOURCES;
  }
}

/// Runs the body of an entry point; exceptions become its error code.
template <typename Body>
cl_int guarded(Body&& body) {
  try {
    body();
    return CL_SUCCESS;
  } catch (const ClError& error) {
    return error.code();
  } catch (const driver::DeviceError& error) {
    return code_of(error);
  } catch (const std::bad_alloc&) {
    return CL_OUT_OF_HOST_MEMORY;
  } catch (const std::exception&) {
    return CL_OUT_OF_RESOURCES;
  }
}

/// The same for entry points that return an object (null after an error) and the code through a pointer.
template <typename Body>
auto guarded_object(cl_int* code, Body&& body) -> decltype(body()) {
  decltype(body()) object = nullptr;
  const cl_int result = guarded([&] { object = body(); });
  if (code) *code = result;
  return object;
}

}  // namespace heddle::opencl
