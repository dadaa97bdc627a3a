#pragma once

#include <filesystem>

namespace faults {

/// Files in a temporary folder that a device must not accept, made from a good kernel program; removed at the end.
class BadElves {
 public:
  explicit BadElves(const std::filesystem::path& good);
  ~BadElves();
  BadElves(const BadElves&) = delete;
  BadElves& operator=(const BadElves&) = delete;

  std::filesystem::path missing() const { return folder_ / "missing.elf"; }
  std::filesystem::path text() const { return folder_ / "text.elf"; }
  std::filesystem::path foreign() const;  ///< This very program, built for the host.
  std::filesystem::path rv64() const { return folder_ / "rv64.elf"; }
  std::filesystem::path object() const { return folder_ / "object.elf"; }
  std::filesystem::path too_large() const { return folder_ / "too_large.elf"; }
  std::filesystem::path cut() const { return folder_ / "cut.elf"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace faults
