#include "library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>

namespace heddle::fuzz {

Library::Library(const std::filesystem::path& path) {
  void* handle = dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(fmt::format("cannot load the RTL library: {}", dlerror()));
  open_ = reinterpret_cast<harness::RtlOpenFunction*>(dlsym(handle, harness::kRtlOpenSymbol));
  auto* describe = reinterpret_cast<harness::RtlDescribeFunction*>(dlsym(handle, harness::kRtlDescribeSymbol));
  if (open_ == nullptr || describe == nullptr) {
    throw std::runtime_error(fmt::format("{} is not an RTL library", path.string()));
  }
  description_ = describe();
  if (description_->interface_version != harness::kRtlInterface) {
    throw std::runtime_error(fmt::format("{} was built for another interface: build it again", path.string()));
  }
}

std::unique_ptr<harness::RtlDevice> Library::open(const harness::RtlOptions& options) const {
  return std::unique_ptr<harness::RtlDevice>(open_(options));
}

}  // namespace heddle::fuzz
