#include <fmt/format.h>

#include <functional>
#include <optional>

#include "bad_elf.h"
#include "faults_args.h"
#include "runner.h"

namespace ex = heddle::examples;
namespace hd = heddle::driver;

namespace {

/// What is expected of a report about a lane.
struct Expected {
  std::string kernel;
  std::string cause;                // part of cause_text
  std::optional<uint32_t> address;  // exactly
  bool exact_line = true;           // the kernel notes the line on which it goes wrong
  std::string symbol{};             // function; empty: the kernel
  hd::ErrorKind kind = hd::ErrorKind::kFault;
};

class Walk {
 public:
  explicit Walk(ex::Run& run) : run_(run), group_size_(run.workgroup(32)) {
    args_.group = 1;
    args_.local = group_size_ - 1;
    args_.words = kGroups * group_size_;
    args_.data = device().allocate(args_.words * 4, "data");
    // One allocation for both: with the program, the data and the arguments that is four regions, which every device
    // has.
    args_.flag = device().upload(std::vector<uint32_t>{0, 0}, "flag and line");
    args_.line = args_.flag + 4;
  }

  const faults_args& args() const { return args_; }
  hd::Device& device() { return run_.device(); }

  /// A kernel that goes wrong, and every field of the report about it.
  void faulty(const Expected& expected, hd::LaunchOptions options = {}) {
    rejected(expected.kernel, expected.kind, expected.cause,
             [&] { run_.launch(expected.kernel, {kGroups, 1, 1}, {group_size_, 1, 1}, args_, options); });
    if (!last_) return;
    run_.check(last_->fault().has_value(), expected.kernel + ": the error has a fault report");
    if (last_->fault()) check_report(expected, *last_->fault());
  }

  /// Something that the driver has to refuse with an error of `kind` whose text has `part`; then a healthy kernel.
  void rejected(const std::string& name, hd::ErrorKind kind, const std::string& part,
                const std::function<void()>& attempt) {
    last_.reset();
    bool ok = false;
    try {
      attempt();
    } catch (const hd::DeviceError& error) {
      if (error.kind() == hd::ErrorKind::kLockstepMismatch || error.kind() == hd::ErrorKind::kDeviceLost) throw;
      last_ = error;
      ok = error.kind() == kind && std::string_view(error.what()).find(part) != std::string_view::npos;
    }
    fmt::print("  {:20} {:4} {}\n", name, ok ? "ok" : "BAD", last_ ? last_->what() : "no error");
    run_.check(ok, fmt::format("{}: a {} error that says '{}'", name, hd::to_string(kind), part));
    healthy(name);
  }

  uint32_t group_size() const { return group_size_; }

 private:
  static constexpr uint32_t kGroups = 4;

  void check_report(const Expected& expected, const hd::FaultReport& fault) {
    const auto check = [&](bool ok, const std::string& what) { run_.check(ok, expected.kernel + ": " + what); };
    const unsigned lanes = device().shape().lanes;
    const bool timeout = expected.kind == hd::ErrorKind::kTimeout;
    const std::string symbol = expected.symbol.empty() ? expected.kernel : expected.symbol;
    check(fault.cause_text.find(expected.cause) != std::string::npos || timeout, "cause, got " + fault.cause_text);
    if (!timeout) {
      check(!expected.address || fault.address == expected.address,
            fmt::format("address, got {:#x}", fault.address.value_or(0)));
      check(fault.group == hd::Size3{args_.group, 0, 0}, "workgroup");
      if (expected.kernel != "stuck_collective") {
        check(fault.local_linear == args_.local && fault.local == hd::Size3{args_.local, 0, 0}, "work-item");
        check(fault.lane == args_.local % lanes, "lane");
      }
    }
    if (expected.kernel == "wild_jump") return check(fault.pc == args_.data, "pc");
    check(fault.symbol == symbol, "function, got " + fault.symbol);
    check(fault.file.ends_with("faults.c"), "source file, got " + fault.file);
    const uint32_t line = line_;
    check(fault.line != 0 && (!expected.exact_line || fault.line == line),
          fmt::format("source line, got {}, expected {}", fault.line, line));
  }

  /// The device runs the next kernel correctly. Also reads the noted line before it is gone.
  void healthy(const std::string& after) {
    line_ = device().read<uint32_t>(args_.line, 1)[0];
    device().write(args_.line, std::vector<uint32_t>{0});
    device().write(args_.data, std::vector<uint32_t>(args_.words));
    device().write(args_.flag, std::vector<uint32_t>{0});
    run_.launch("healthy", {kGroups, 1, 1}, {group_size_, 1, 1}, args_);
    std::vector<uint32_t> expected(args_.words);
    for (uint32_t i = 0; i < args_.words; ++i) expected[i] = 3 * i + 1;
    run_.check_equal(device().read<uint32_t>(args_.data, args_.words), expected, "a healthy kernel after " + after);
  }

  ex::Run& run_;
  uint32_t group_size_;
  faults_args args_{};
  std::optional<hd::DeviceError> last_;
  uint32_t line_ = 0;
};

void kernels(Walk& walk) {
  const faults_args& args = walk.args();
  const uint32_t code = walk.device().program().symbol("harmless").value_or(0);
  walk.faulty({"illegal_instruction", "illegal instruction", std::nullopt});
  walk.faulty({"misaligned_load", "misaligned load", args.data + 2});
  walk.faulty({"misaligned_store", "misaligned store", args.data + 1});
  walk.faulty({"read_outside", "load from an address outside every allocation", args.data + 4 * args.words});
  walk.faulty({"write_outside", "store to an address outside every allocation", args.data - 4});
  walk.faulty({"null_pointer", "store to an address outside every allocation", 4});
  walk.faulty({"write_code", "store to read-only memory", code == 0 ? std::nullopt : std::optional(code)});
  walk.faulty({"wild_jump", "jump to an address that holds no code", args.data});
  walk.faulty({"scratchpad_overrun", "outside the workgroup's scratchpad", 0x10000000 + 4 * (16 + args.words)});
  walk.faulty({"breakpoint", "ebreak", std::nullopt});
  walk.faulty({"stack_overflow", "stack overflow", std::nullopt, false, "recurse"});
  if (walk.group_size() > 1 && walk.device().shape().lanes > 1) {
    walk.faulty({"stuck_collective", "collective that can never complete", std::nullopt, false});
  }
  const hd::LaunchOptions short_time{.timeout = 40'000};
  walk.faulty({"endless_loop", "still running after", std::nullopt, false, "", hd::ErrorKind::kTimeout}, short_time);
  walk.faulty({"stuck_barrier", "still running after", std::nullopt, false, "", hd::ErrorKind::kTimeout}, short_time);
}

void launches(Walk& walk, ex::Run& run) {
  const auto shape = walk.device().shape();
  const hd::Size3 one{1, 1, 1};
  using enum hd::ErrorKind;
  walk.rejected("workgroup too large", kInvalidArgument,
                fmt::format("a core of this device has {} lanes", shape.threads()),
                [&] { run.launch("healthy", one, {shape.threads() + 1, 1, 1}, walk.args()); });
  walk.rejected("scratchpad too large", kInvalidArgument, fmt::format("the device has {}", shape.scratchpad_bytes),
                [&] { run.launch("healthy", one, one, walk.args(), {.extra_scratch_bytes = shape.scratchpad_bytes}); });
  walk.rejected("empty grid", kInvalidArgument, "is empty",
                [&] { run.launch("healthy", {1, 0, 1}, one, walk.args()); });
  walk.rejected("unknown kernel", kInvalidArgument, "no kernel 'helthy'",
                [&] { run.launch("helthy", one, one, walk.args()); });
  walk.rejected("too much memory", kOutOfMemory, "out of device memory",
                [&] { walk.device().allocate(uint64_t{1} << 40); });
}

void programs(Walk& walk) {
  const faults::BadElves files(walk.device().program().file());
  const auto load = [&](const char* name, const std::string& part, const std::filesystem::path& file) {
    walk.rejected(name, hd::ErrorKind::kBadElf, part, [&] { walk.device().load(file); });
  };
  load("no such file", "cannot be opened", files.missing());
  load("not an ELF file", "not an ELF file", files.text());
  load("x86-64 program", "not a RISC-V program", files.foreign());
  load("RV64 program", "a 64-bit (RV64) program", files.rv64());
  load("object file", "not an executable", files.object());
  load("program too large", "does not fit", files.too_large());
  load("file cut short", "cut short", files.cut());
}

}  // namespace

int main(int argc, char** argv) {
  return ex::run_example(
      argc, argv,
      {"faults",
       "Does everything wrong that a kernel or its host can, checks each error, and that the device lives on."},
      [](CLI::App&) {},
      [](ex::Run& run) {
        Walk walk(run);
        kernels(walk);
        launches(walk, run);
        programs(walk);
      });
}
