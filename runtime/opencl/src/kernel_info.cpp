#include "kernel_info.h"

#include <map>
#include <sstream>
#include <stdexcept>

namespace heddle::opencl {
namespace {

const std::map<std::string, ArgumentKind> kKinds = {{"value", ArgumentKind::kValue},
                                                    {"global", ArgumentKind::kGlobal},
                                                    {"constant", ArgumentKind::kConstant},
                                                    {"local", ArgumentKind::kLocal}};

void read_attribute(std::istringstream& line, KernelInfo& kernel) {
  std::string key, text;
  line >> key;
  if (key == "reqd_work_group_size" || key == "work_group_size_hint") {
    std::array<uint32_t, 3> size{};
    line >> size[0] >> size[1] >> size[2];
    if (key[0] == 'r') kernel.required_size = size;
    text = key + "(" + std::to_string(size[0]) + "," + std::to_string(size[1]) + "," + std::to_string(size[2]) + ")";
  } else if (key == "vec_type_hint") {
    std::string type, rest;
    std::getline(line >> std::ws, rest);
    // "<4 x float> undef, i32 0": the last number says whether it is signed.
    const bool is_signed = rest.ends_with("i32 1");
    std::istringstream words(rest);
    std::string count, x;
    words >> type;
    if (type[0] == '<') {
      count = type.substr(1);
      words >> x >> type;
      type.pop_back();
    }
    const std::map<std::string, std::string> names = {
        {"i8", "char"}, {"i16", "short"}, {"i32", "int"}, {"i64", "long"}};
    if (const auto found = names.find(type); found != names.end()) type = (is_signed ? "" : "u") + found->second;
    text = "vec_type_hint(" + type + count + ")";
  } else {
    return;
  }
  kernel.attributes += (kernel.attributes.empty() ? "" : " ") + text;
}

}  // namespace

std::vector<KernelInfo> parse_kernels(std::string_view text) {
  std::vector<KernelInfo> kernels;
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    bool good = true;
    if (key == "kernel") {
      KernelInfo kernel;
      good = static_cast<bool>(words >> kernel.name >> kernel.args_bytes >> kernel.local_bytes >> kernel.private_bytes);
      kernels.push_back(std::move(kernel));
    } else if (kernels.empty()) {
      good = false;
    } else if (key == "attribute") {
      read_attribute(words, kernels.back());
    } else if (key == "argument") {
      ArgumentInfo argument;
      std::string kind;
      good = static_cast<bool>(words >> kind >> argument.offset >> argument.size >> argument.alignment) &&
             kKinds.contains(kind);
      if (good) argument.kind = kKinds.at(kind);
      kernels.back().arguments.push_back(std::move(argument));
    } else if (kernels.back().arguments.empty()) {
      good = false;
    } else {
      ArgumentInfo& argument = kernels.back().arguments.back();
      const std::string value = line.size() > key.size() ? line.substr(key.size() + 1) : "";
      if (key == "name") {
        argument.name = value;
      } else if (key == "type") {
        argument.type = value;
      } else if (key == "qualifier") {
        argument.qualifier = value;
      } else {
        good = false;
      }
    }
    if (!good) throw std::runtime_error("kernel description: '" + line + "' is not understood");
  }
  return kernels;
}

}  // namespace heddle::opencl
