#include "compiler.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "digest.h"
#include "process.h"

namespace heddle::opencl {
namespace {

namespace fs = std::filesystem;

/// Part of the digest: raise it when what images hold changes otherwise than by the compiler.
constexpr int kCacheVersion = 1;

const char* const kSource = "program.cl";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

/// Where images of this process are that the cache does not keep. Never destroyed: the device threads may outlive
/// static objects.
struct ProcessFolder {
  std::mutex mutex;
  std::optional<TemporaryFolder> folder;
};
ProcessFolder& process_folder() {
  static ProcessFolder& the = *new ProcessFolder;
  return the;
}

/// Where images are kept; empty for nowhere.
fs::path cache_folder() {
  const std::string asked = environment("HEDDLE_CL_CACHE");
  if (asked == "off") return {};
  fs::path folder = asked;
  if (asked.empty()) {
    const std::string base = environment("XDG_CACHE_HOME"), home = environment("HOME");
    if (base.empty() && home.empty()) return {};
    folder = (base.empty() ? fs::path(home) / ".cache" : fs::path(base)) / "heddle" / "opencl";
  }
  std::error_code problem;
  fs::create_directories(folder, problem);
  return problem || access(folder.c_str(), W_OK) != 0 ? fs::path() : folder;
}

/// Changes whenever the compiler does: size and time of what it consists of.
std::string compiler_identity() {
  static const std::string identity = [] {
    std::ostringstream text;
    text << kCacheVersion;
    for (const char* file : {HEDDLE_CL_CLANG, HEDDLE_CL_LIBRARY "/builtins.bc", HEDDLE_CL_LIBRARY "/printf.o",
                             HEDDLE_CL_RUNTIME "/libheddle.a", HEDDLE_CL_RUNTIME "/heddle.ld"}) {
      std::error_code problem;
      text << ' ' << fs::file_size(file, problem) << ' '
           << fs::last_write_time(file, problem).time_since_epoch().count();
    }
    for (const auto& entry : fs::directory_iterator(fs::path(HEDDLE_CL_DRIVER).parent_path())) {
      if (entry.path().extension() == ".py") text << ' ' << entry.last_write_time().time_since_epoch().count();
    }
    return text.str();
  }();
  return identity;
}

/// Runs the compiler driver in `folder`.
ProcessResult run_driver(const std::vector<std::string>& arguments, const std::string& folder) {
  std::vector<std::string> command = {
      "/usr/bin/python3", "-S", "-E", "-X", "pycache_prefix=" HEDDLE_CL_LIBRARY "/pycache", HEDDLE_CL_DRIVER};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ProcessResult result = run_process(command, folder);
  if (result.status > 1)
    result.output += "\nheddle opencl: the compiler failed (status " + std::to_string(result.status) + ")\n";
  return result;
}

const std::vector<std::string> kLinkOptions = {"--runtime-dir", HEDDLE_CL_RUNTIME, "--library", HEDDLE_CL_LIBRARY};

std::shared_ptr<const Image> image_in(const fs::path& elf, const std::string& description) {
  static std::atomic<uint64_t> next_id{1};
  auto image = std::make_shared<Image>();
  image->id = next_id++;
  image->file = elf.string();
  image->description = description;
  image->kernels = parse_kernels(description);
  return image;
}

/// Moves what the compiler wrote to where it stays. The ELF file goes last: where it is, everything is.
std::shared_ptr<const Image> keep(const std::string& folder, const fs::path& place, const std::string& log) {
  const std::string description = read_file(folder + "/program.elf.kernels");
  const std::string suffix = "." + std::to_string(getpid());
  const auto put = [&](const char* extension, const std::string& text) {
    const fs::path staged = place.string() + extension + suffix;
    write_file(staged, text);
    fs::rename(staged, place.string() + extension);
  };
  put(".kernels", description);
  put(".log", log);
  put(".elf", read_file(folder + "/program.elf"));
  return image_in(place.string() + ".elf", description);
}

fs::path new_place() {
  static std::atomic<unsigned> count{0};
  ProcessFolder& process = process_folder();
  const std::lock_guard lock(process.mutex);
  if (!process.folder) process.folder.emplace();
  return fs::path(process.folder->path()) / std::to_string(count++);
}

bool has_include(const std::string& source) { return source.find("include") != std::string::npos; }

/// What the compiler said, and the module that it left in `folder` as program.ll.
CompileResult module_of(const ProcessResult& process, const std::string& folder) {
  CompileResult result;
  result.log = process.output;
  result.good = process.status == 0;
  if (result.good) result.module = read_file(folder + "/program.ll");
  return result;
}

}  // namespace

void remove_images() {
  const std::lock_guard lock(process_folder().mutex);
  process_folder().folder.reset();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

const KernelInfo* Image::kernel(const std::string& name) const {
  for (const KernelInfo& kernel : kernels) {
    if (kernel.name == name) return &kernel;
  }
  return nullptr;
}

CompileResult build_program(const std::string& source, const std::vector<std::string>& options) {
  CompileResult result;
  fs::path place;
  if (!has_include(source)) {
    if (const fs::path cache = cache_folder(); !cache.empty()) {
      Digest digest;
      digest.add(compiler_identity());
      for (const std::string& option : options) digest.add(option);
      digest.add(source);
      place = cache / digest.text();
    }
  }
  if (!place.empty() && fs::exists(place.string() + ".elf")) {
    result.log = read_file(place.string() + ".log");
    result.image = image_in(place.string() + ".elf", read_file(place.string() + ".kernels"));
    result.good = true;
    return result;
  }
  const TemporaryFolder folder;
  write_file(folder.path() + "/" + kSource, source);
  std::vector<std::string> arguments = {"build"};
  arguments.insert(arguments.end(), kLinkOptions.begin(), kLinkOptions.end());
  arguments.insert(arguments.end(), {"program.elf", kSource, "--", "-I" + fs::current_path().string()});
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProcessResult process = run_driver(arguments, folder.path());
  result.log = process.output;
  result.good = process.status == 0;
  if (result.good) result.image = keep(folder.path(), place.empty() ? new_place() : place, result.log);
  return result;
}

CompileResult compile_program(const std::string& source, const std::vector<std::string>& options,
                              const std::vector<Header>& headers) {
  const TemporaryFolder folder;
  write_file(folder.path() + "/" + kSource, source);
  for (const auto& [name, text] : headers) {
    const fs::path path = fs::path(folder.path()) / "headers" / fs::path(name).relative_path();
    fs::create_directories(path.parent_path());
    write_file(path, text);
  }
  std::vector<std::string> arguments = {
      "compile", "program.ll", kSource, "--", "-I" + folder.path() + "/headers", "-I" + fs::current_path().string()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return module_of(run_driver(arguments, folder.path()), folder.path());
}

namespace {

/// Adds the modules, as files in `folder`, to the arguments.
void add_modules(const std::vector<std::string>& modules, const std::string& folder,
                 std::vector<std::string>& arguments) {
  for (size_t i = 0; i < modules.size(); ++i) {
    arguments.push_back("module" + std::to_string(i) + ".ll");
    write_file(folder + "/" + arguments.back(), modules[i]);
  }
}

}  // namespace

CompileResult join_modules(const std::vector<std::string>& modules) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {"join", "program.ll"};
  add_modules(modules, folder.path(), arguments);
  return module_of(run_driver(arguments, folder.path()), folder.path());
}

CompileResult link_program(const std::vector<std::string>& modules) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {"link"};
  arguments.insert(arguments.end(), kLinkOptions.begin(), kLinkOptions.end());
  arguments.emplace_back("program.elf");
  add_modules(modules, folder.path(), arguments);
  const ProcessResult process = run_driver(arguments, folder.path());
  CompileResult result;
  result.log = process.output;
  result.good = process.status == 0;
  if (result.good) result.image = keep(folder.path(), new_place(), result.log);
  return result;
}

std::shared_ptr<const Image> load_image(const std::string& elf, const std::string& description) {
  const fs::path place = new_place().string() + ".elf";
  write_file(place, elf);
  return image_in(place, description);
}

}  // namespace heddle::opencl
