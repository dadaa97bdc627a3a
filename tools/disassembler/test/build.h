#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace heddle::isa::test {

// A folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heddle-dis-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // Writes a file and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

  // Runs clang-19 in the folder with these arguments; throws where it fails.
  void clang(const std::string& arguments) const {
    const std::string command = "cd " + path_.string() + " && clang-19 " + arguments;
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }

 private:
  std::filesystem::path path_;
};

// Arguments of clang-19 for the base instruction set.
inline constexpr const char* kTarget =
    "--target=riscv32 -march=rv32imaf_zicsr_zifencei_zfh_zba_zbb_zicond_zihintpause -mabi=ilp32f -mno-relax ";

}  // namespace heddle::isa::test
