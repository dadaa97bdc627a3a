#pragma once

#include <CL/cl.h>

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "error.h"

namespace heddle::opencl {

/// The answer to a clGet...Info: writes one value, checks the size of the caller's buffer. Throws CL_INVALID_VALUE
/// where it is too small.
class InfoReply {
 public:
  InfoReply(size_t size, void* value, size_t* size_needed) : size_(size), value_(value), needed_(size_needed) {}

  void bytes(const void* data, size_t size) const {
    if (value_) {
      require(size_ >= size, CL_INVALID_VALUE);
      if (size) std::memcpy(value_, data, size);
    }
    if (needed_) *needed_ = size;
  }
  template <typename T>
  void scalar(T value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes(&value, sizeof value);
  }
  void text(const std::string& value) const { bytes(value.c_str(), value.size() + 1); }
  template <typename T>
  void list(const std::vector<T>& values) const {
    bytes(values.data(), values.size() * sizeof(T));
  }
  size_t size() const { return size_; }
  void* value() const { return value_; }

 private:
  size_t size_;
  void* value_;
  size_t* needed_;
};

}  // namespace heddle::opencl
