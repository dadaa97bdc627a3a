#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::opencl {

enum class ArgumentKind { kValue, kGlobal, kConstant, kLocal };

/// One argument of a kernel, as the compiler laid it out.
struct ArgumentInfo {
  ArgumentKind kind = ArgumentKind::kValue;
  uint32_t offset = 0;     ///< In the argument block.
  uint32_t size = 0;       ///< Bytes there.
  uint32_t alignment = 1;  ///< Of a value; of what a pointer points to.
  std::string name, type, qualifier;
};

struct KernelInfo {
  std::string name;
  uint32_t args_bytes = 0;                  ///< Of the argument block.
  uint32_t local_bytes = 0;                 ///< Of its __local variables.
  uint32_t private_bytes = 0;               ///< Stack of a work-item.
  std::array<uint32_t, 3> required_size{};  ///< reqd_work_group_size; zero without.
  std::string attributes;                   ///< As in the source, for CL_KERNEL_ATTRIBUTES.
  std::vector<ArgumentInfo> arguments;
};

/// Reads what the compiler driver says of a program's kernels (see runtime/opencl/README.md). Throws std::runtime_error
/// naming the line that it does not understand.
std::vector<KernelInfo> parse_kernels(std::string_view text);

}  // namespace heddle::opencl
