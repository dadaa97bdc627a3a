#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel_info.h"

namespace heddle::opencl {

/// A program that devices can load.
struct Image {
  uint64_t id = 0;          ///< Tells images of this process apart.
  std::string file;         ///< ELF; stays there while the process lives.
  std::string description;  ///< Of its kernels, as the compiler driver wrote it.
  std::vector<KernelInfo> kernels;

  const KernelInfo* kernel(const std::string& name) const;
};

/// What a job of the compiler gave. `log` is the compiler's, for the user.
struct CompileResult {
  bool good = false;
  std::string log;
  std::string module;                  ///< compile: LLVM IR.
  std::shared_ptr<const Image> image;  ///< build, link.
};

/// Name and text of a header that is passed to clCompileProgram.
using Header = std::pair<std::string, std::string>;

/// Source to image. Results are kept on disk (HEDDLE_CL_CACHE, else below the user's cache folder; "off": nowhere)
/// under a digest of source, options and compiler; sources with #include are compiled anew.
CompileResult build_program(const std::string& source, const std::vector<std::string>& options);
CompileResult compile_program(const std::string& source, const std::vector<std::string>& options,
                              const std::vector<Header>& headers);
CompileResult link_program(const std::vector<std::string>& modules);
/// Several modules to one, without making an image of it.
CompileResult join_modules(const std::vector<std::string>& modules);
/// An image from what Image::file and Image::description held. Throws std::runtime_error if it cannot be.
std::shared_ptr<const Image> load_image(const std::string& elf, const std::string& description);

/// As the process ends, when no device is at work any more: removes the images that the cache does not keep.
void remove_images();

std::string read_file(const std::string& path);

}  // namespace heddle::opencl
