#include "run_converged.h"

#include <bit>
#include <vector>

#include "converged.h"

// Everything that a version calls is compiled into it, for its processor. Nothing contracts a product and a sum: the
// project is compiled as ISO C++.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define HEDDLE_HOST_VERSIONS 1
#define HEDDLE_AVX2 __attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt"), flatten))
#define HEDDLE_AVX512 \
  __attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt,avx512f,avx512vl,avx512bw,avx512dq"), flatten))
#else
#define HEDDLE_HOST_VERSIONS 0
#endif

namespace heddle::model {

namespace {

template <unsigned kWidth>
std::uint64_t run_plain(Warp& warp, HostWindows& windows, std::uint64_t max_slots) {
  return ConvergedExecutor<kWidth, false>(warp, windows).run(max_slots);
}

#if HEDDLE_HOST_VERSIONS
template <unsigned kWidth>
HEDDLE_AVX2 std::uint64_t run_avx2(Warp& warp, HostWindows& windows, std::uint64_t max_slots) {
  return ConvergedExecutor<kWidth, true>(warp, windows).run(max_slots);
}
template <unsigned kWidth>
HEDDLE_AVX512 std::uint64_t run_avx512(Warp& warp, HostWindows& windows, std::uint64_t max_slots) {
  return ConvergedExecutor<kWidth, true>(warp, windows).run(max_slots);
}
#endif

// There is a version where rows fill the processor's vectors.
template <unsigned kWidth>
std::vector<ConvergedVersion> versions() {
  std::vector<ConvergedVersion> found{{"plain", run_plain<kWidth>}};
#if HEDDLE_HOST_VERSIONS
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0;
  if constexpr (kWidth >= 8) {
    if (avx2) found.push_back({"avx2", run_avx2<kWidth>});
  }
  if constexpr (kWidth >= 16) {
    if (avx512) found.push_back({"avx512", run_avx512<kWidth>});
  }
#endif
  return found;
}

}  // namespace

std::span<const ConvergedVersion> converged_versions(unsigned width) {
  static const std::vector<ConvergedVersion> all[] = {versions<4>(), versions<8>(), versions<16>(), versions<32>()};
  return all[std::countr_zero(width) - 2];
}

}  // namespace heddle::model
