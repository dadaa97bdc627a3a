#pragma once

#include <stdexcept>
#include <string>

namespace heddle::blas {

/// What is wrong with a call, for programs; what() says it for people.
enum class Status {
  kInvalidSize,   ///< m, n, k or a batch is negative or too large.
  kNullPointer,   ///< An address is 0 and something is there to be read or written.
  kMisaligned,    ///< An address or a distance is no multiple of what it has to be.
  kLeading,       ///< A leading dimension or a distance between scales is too small.
  kRange,         ///< A matrix does not end within the 4 GiB of addresses.
  kInvalidValue,  ///< An enumeration or a factor without a meaning here.
  kUnsupported,   ///< The device or the format cannot do this.
};

/// Every error that is found before the device is touched. What the device finds is a driver::DeviceError.
class Error : public std::runtime_error {
 public:
  Error(Status status, std::string argument, const std::string& text)
      : std::runtime_error("gemm: " + text), status_(status), argument_(std::move(argument)) {}

  Status status() const { return status_; }
  /// As the member of Gemm is called: "m", "a.address", "a.leading", ...
  const std::string& argument() const { return argument_; }

 private:
  Status status_;
  std::string argument_;
};

}  // namespace heddle::blas
