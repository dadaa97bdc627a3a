// The C interface, on that of the driver: its errors, its handles.
#include "c_interface.h"

#include <mutex>

#include "heddle/blas.h"
#include "heddle/blas/blas.h"

namespace heddle::blas {
namespace {

using driver::guarded;
using driver::require;

struct BlasObject final : driver::Object {
  static constexpr unsigned kKind = 6;

  explicit BlasObject(const driver::DeviceOptions& options) : device(driver::Device::open(options)) {
    device.load(Blas::program());
  }

  std::mutex mutex;
  driver::Device device;
};

static_assert(HEDDLE_BLAS_INT8 == static_cast<int>(Format::kInt8) &&
              HEDDLE_BLAS_FP8_E4M3 == static_cast<int>(Format::kFp8E4m3) &&
              HEDDLE_BLAS_MXFP4 == static_cast<int>(Format::kMxfp4) &&
              HEDDLE_BLAS_FP32 == static_cast<int>(Format::kFp32));
static_assert(HEDDLE_BLAS_TO_FP32 == static_cast<int>(Output::kFp32) + 1 &&
              HEDDLE_BLAS_TO_NVFP4 == static_cast<int>(Output::kNvfp4) + 1);
static_assert(HEDDLE_BLAS_RELU == static_cast<int>(Activation::kRelu) &&
              HEDDLE_BLAS_GELU == static_cast<int>(Activation::kGelu));

/// A value of an enumeration of `last` + 1 values.
template <typename Type>
Type checked(int value, int last, const char* argument) {
  if (value < 0 || value > last) {
    throw Error(Status::kInvalidValue, argument, std::string(argument) + " has no value " + std::to_string(value));
  }
  return static_cast<Type>(value);
}

Matrix matrix(const heddle_blas_matrix& from) {
  return {.address = from.address,
          .leading = from.leading,
          .stride = from.stride,
          .scales = from.scales,
          .scales_leading = from.scales_leading,
          .scales_stride = from.scales_stride};
}

Gemm gemm_of(const heddle_blas_product& from) {
  Gemm gemm;
  gemm.format = checked<Format>(from.format, HEDDLE_BLAS_FP32, "format");
  if (from.output != HEDDLE_BLAS_TO_ACCUMULATOR) {
    gemm.output = checked<Output>(from.output - 1, HEDDLE_BLAS_TO_NVFP4 - 1, "output");
  }
  gemm.activation = checked<Activation>(from.activation, HEDDLE_BLAS_GELU, "activation");
  gemm.transpose_a = from.transpose_a != 0;
  gemm.transpose_b = from.transpose_b != 0;
  gemm.m = from.m;
  gemm.n = from.n;
  gemm.k = from.k;
  gemm.alpha = from.alpha;
  gemm.beta = from.beta;
  gemm.scale = from.scale;
  gemm.a = matrix(from.a);
  gemm.b = matrix(from.b);
  gemm.c = matrix(from.c);
  gemm.d = matrix(from.d);
  gemm.bias = from.bias;
  gemm.bias_stride = from.bias_stride;
  gemm.batch = from.batch;
  return gemm;
}

/// Runs `body` with the device, alone.
template <typename Body>
heddle_error with_device(heddle_blas handle, const Body& body) {
  return guarded([&] {
    const auto object = driver::object<BlasObject>(handle);
    const std::lock_guard<std::mutex> alone(object->mutex);
    body(object->device);
  });
}

}  // namespace
}  // namespace heddle::blas

using namespace heddle;

heddle_error heddle_blas_open(const heddle_device_options* options, heddle_blas* blas) {
  return blas::guarded([&] {
    blas::require(options, "options");
    blas::require(blas, "blas");
    driver::give(blas, std::make_shared<blas::BlasObject>(driver::options_of(*options)), nullptr);
  });
}

heddle_error heddle_blas_close(heddle_blas blas) {
  return blas::guarded([&] { driver::Handles::all().remove(blas, blas::BlasObject::kKind); });
}

heddle_error heddle_blas_allocate(heddle_blas blas, uint64_t bytes, uint32_t alignment, uint32_t* address) {
  return blas::with_device(blas, [&](driver::Device& device) {
    blas::require(address, "address");
    *address = device.allocate(bytes, "matrix", alignment == 0 ? driver::Allocator::kDefaultAlignment : alignment);
  });
}

heddle_error heddle_blas_free(heddle_blas blas, uint32_t address) {
  return blas::with_device(blas, [&](driver::Device& device) { device.free(address); });
}

heddle_error heddle_blas_write(heddle_blas blas, uint32_t address, const void* from, uint64_t bytes) {
  return blas::with_device(blas, [&](driver::Device& device) {
    blas::require(from, "from");
    device.write(address, {static_cast<const std::byte*>(from), bytes});
  });
}

heddle_error heddle_blas_read(heddle_blas blas, uint32_t address, void* to, uint64_t bytes) {
  return blas::with_device(blas, [&](driver::Device& device) {
    blas::require(to, "to");
    device.read(address, {static_cast<std::byte*>(to), bytes});
  });
}

heddle_error heddle_blas_defaults(heddle_blas_product* product) {
  return blas::guarded([&] {
    blas::require(product, "product");
    *product = {};
    product->alpha = product->scale = 1.0F;
    product->batch = 1;
  });
}

heddle_error heddle_blas_gemm(heddle_blas blas, const heddle_blas_product* product,
                              heddle_blas_statistics* statistics) {
  return blas::with_device(blas, [&](driver::Device& device) {
    blas::require(product, "product");
    const driver::LaunchStatistics cost = blas::Blas(device).gemm(blas::gemm_of(*product));
    if (statistics != nullptr) *statistics = {cost.cycles, cost.warp_instrs, cost.lane_instrs};
  });
}
