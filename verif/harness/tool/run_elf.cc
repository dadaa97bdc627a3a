// heddle-rtl-run: loads an ELF into a verilated device and launches it once; for bring-up and for tests of the harness.
// Kernels with arguments are the driver's business (runtime/driver).
#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include "aperture_copy.h"
#include "dma_copy.h"
#include "heddle/generated/registers.h"
#include "heddle/harness/rtl_device.h"
#include "register_walk.h"

namespace {

using heddle::harness::RtlDevice;
namespace regs = heddle::regs;

struct Arguments {
  std::string library;
  std::string elf;
  std::vector<uint32_t> groups{1, 1, 1};
  std::vector<uint32_t> local{1, 1, 1};
  uint32_t scratch = 0;
  uint32_t accumulators = 0;
  uint32_t private_size = 1024;
  uint32_t kernel = 0;
  // Of these each launch takes the next one.
  std::vector<uint32_t> arguments{0};
  std::vector<uint32_t> at{0x8000'0000};  // where the program is loaded
  std::vector<uint32_t> private_base{0xA000'0000};
  std::vector<uint32_t> region{0x8000'0000, 0x9FFF'FFFF};  // first, last address
  unsigned launches = 1;
  uint64_t max_cycles = 10'000'000;
  std::string expect_field;     // the divergence that has to be found
  uint32_t expect_cause = ~0U;  // the fault that has to end the launch
  uint32_t expect_reject = 0;   // the reason for which the launch has to be rejected
  bool expect_abort = false;    // the launch has to be aborted
  std::optional<uint64_t> abort_after;
  bool walk_registers = false;
  std::string expect_error;         // what an exception of the device has to say
  std::vector<uint32_t> bus_error;  // first, last address
  std::string bus_error_code = "slverr";
  std::string fault;              // KIND,NUMBER,BIT,SIGNAL
  std::vector<uint32_t> silence;  // first, last address
  std::vector<uint32_t> dump;     // address, words
  std::vector<uint32_t> turns;    // address of the host's words, address of the device's, words
  bool by_dma = false;            // what the host reads and writes goes through the DMA engine
  bool by_aperture = false;       // ... through BAR2
  heddle::harness::RtlOptions options;
};

// How the host reads and writes device memory: the harness's way, by DMA, or through BAR2.
struct HostWay {
  RtlDevice& device;
  std::optional<heddle::harness::DmaCopy> dma;
  std::optional<heddle::harness::ApertureCopy> aperture;

  void write(uint32_t address, std::span<const std::byte> bytes) {
    if (dma) {
      dma->to_device(address, bytes);
    } else if (aperture) {
      aperture->to_device(address, bytes);
    } else {
      device.write_memory(address, bytes);
    }
  }
  void read(uint32_t address, std::span<std::byte> bytes) {
    if (dma) {
      dma->from_device(address, bytes);
    } else if (aperture) {
      aperture->from_device(address, bytes);
    } else {
      device.read_memory(address, bytes);
    }
  }
};

// Loads the segments of a program that is linked to the beginning of device memory, but runs anywhere, to `base`;
// returns the entry.
uint32_t load_elf(HostWay& way, const std::string& path, uint32_t base) {
  const uint32_t distance = base - 0x8000'0000;
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> image{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Elf32_Ehdr header;
  if (image.size() < sizeof header || std::memcmp(image.data(), ELFMAG, SELFMAG) != 0) {
    throw std::runtime_error(path + " is not an ELF file");
  }
  std::memcpy(&header, image.data(), sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_RISCV) {
    throw std::runtime_error(path + " is not RV32");
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf32_Phdr segment;
    std::memcpy(&segment, image.data() + header.e_phoff + i * header.e_phentsize, sizeof segment);
    if (segment.p_type != PT_LOAD || segment.p_filesz == 0) continue;
    way.write(segment.p_vaddr + distance,
              {reinterpret_cast<const std::byte*>(image.data()) + segment.p_offset, segment.p_filesz});
  }
  return header.e_entry + distance;
}

void write_launch(RtlDevice& device, const Arguments& arguments, uint32_t entry, unsigned number) {
  const auto next = [number](const std::vector<uint32_t>& values) { return values[number % values.size()]; };
  device.write_register(regs::kEntry, entry);
  device.write_register(regs::kKernel, arguments.kernel);
  device.write_register(regs::kArgs, next(arguments.arguments));
  device.write_register(regs::kPrivateBase, next(arguments.private_base));
  device.write_register(regs::kPrivateSize, arguments.private_size);
  device.write_register(regs::kScratchSize, arguments.scratch);
  // (The register is zero after reset, and in most devices it can be nothing else.)
  if (arguments.accumulators != 0) device.write_register(regs::kAccumulators, arguments.accumulators);
  for (unsigned axis = 0; axis < 3; ++axis) {
    device.write_register(regs::kNumGroups + axis * regs::kNumGroupsStride, arguments.groups[axis]);
    device.write_register(regs::kLocalSize + axis * regs::kLocalSizeStride, arguments.local[axis]);
  }
  // Code and data in one region: this tool knows nothing of sections.
  device.write_register(regs::kRegionBase, arguments.region[0]);
  device.write_register(regs::kRegionLast, arguments.region[1]);
  device.write_register(regs::kRegionAttr,
                        regs::region_attr::kR.set(1) | regs::region_attr::kW.set(1) | regs::region_attr::kX.set(1));
}

// Runs one launch; returns the status register, or nothing on a divergence.
std::optional<uint32_t> launch(RtlDevice& device, const Arguments& arguments, uint32_t entry, unsigned number) {
  write_launch(device, arguments, entry, number);
  device.write_register(regs::kControl, regs::control::kStart.set(1));
  uint64_t used = 0;
  if (arguments.abort_after) {
    if (*arguments.abort_after != 0) used += device.advance(*arguments.abort_after);
    device.write_register(regs::kControl, regs::control::kAbort.set(1));
  }
  while (!device.mismatch()) {
    const uint32_t status = device.read_register(regs::kStatus);
    if (device.mismatch()) break;
    if (regs::status::kDone.get(status) != 0) return status;
    if (used >= arguments.max_cycles) {
      fmt::print("not done after {} cycles: aborting\n", used);
      device.write_register(regs::kControl, regs::control::kAbort.set(1));
    }
    if (used >= 2 * arguments.max_cycles) throw std::runtime_error("the abort did not end the launch");
    used += device.advance(std::min<uint64_t>(100'000, arguments.max_cycles));
  }
  return std::nullopt;
}

// How the last launch ended.
struct Ending {
  std::optional<uint32_t> cause;
  uint32_t rejected = 0;  // reason
  bool aborted = false;
};

int finish(const Arguments& arguments, const std::optional<std::string>& mismatch, const Ending& ending) {
  if (mismatch) fmt::print("{}", *mismatch);
  if (ending.rejected != 0) fmt::print("rejected, reason {}\n", ending.rejected);
  if (ending.aborted) fmt::print("aborted\n");
  if (!arguments.expect_field.empty()) {
    const bool found = mismatch && mismatch->find("field: " + arguments.expect_field) != std::string::npos;
    fmt::print("expected a divergence in {}: {}\n", arguments.expect_field, found ? "found" : "NOT FOUND");
    return found ? 0 : 1;
  }
  if (mismatch) return 3;
  if (arguments.expect_cause != ~0U) return ending.cause == arguments.expect_cause ? 0 : 1;
  if (arguments.expect_reject != 0) return ending.rejected == arguments.expect_reject ? 0 : 1;
  if (arguments.expect_abort) return ending.aborted ? 0 : 1;
  return ending.cause || ending.rejected != 0 || ending.aborted ? 2 : 0;
}

// Before a launch the host writes its number into all of its words; after it the device has copied it into its own.
void begin_turn(HostWay& way, const std::vector<uint32_t>& turns, uint32_t number) {
  const std::vector<uint32_t> words(turns[2], number);
  way.write(turns[0], std::as_bytes(std::span(words)));
}
void end_turn(HostWay& way, const std::vector<uint32_t>& turns, uint32_t number) {
  std::vector<uint32_t> words(turns[2]);
  way.read(turns[1], std::as_writable_bytes(std::span(words)));
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == number) continue;
    throw std::runtime_error(fmt::format("turn {}: the device answers {} in word {}", number, words[i], i));
  }
}

void print_fault(RtlDevice& device, uint32_t cause) {
  const auto read = [&](uint32_t offset) { return device.read_register(offset); };
  const uint32_t place = read(regs::kFaultPlace);
  fmt::print("fault: cause {} pc {:#010x} value {:#010x} group {} {} {} local {} lane {} warp {} core {}\n", cause,
             read(regs::kFaultPc), read(regs::kFaultValue), read(regs::kFaultGroup),
             read(regs::kFaultGroup + regs::kFaultGroupStride), read(regs::kFaultGroup + 2 * regs::kFaultGroupStride),
             read(regs::kFaultLocal), regs::fault_place::kLane.get(place), regs::fault_place::kWarp.get(place),
             regs::fault_place::kCore.get(place));
}

// read-KIND or write-KIND or state, number, bit, signal.
heddle::harness::InjectedFault parse_fault(const std::string& text) {
  using Kind = heddle::harness::InjectedFault::Kind;
  static const std::map<std::string, Kind> kKinds{{"data", Kind::kData}, {"response", Kind::kResponse},
                                                  {"id", Kind::kId},     {"last", Kind::kLast},
                                                  {"lost", Kind::kLost}, {"twice", Kind::kTwice}};
  const size_t comma = text.find(',');
  std::string name = text.substr(0, comma);
  heddle::harness::InjectedFault fault;
  fault.write = name.starts_with("write-");
  if (name != "state") {
    const auto kind = kKinds.find(name.substr(name.find('-') + 1));
    const bool known = fault.write || name.starts_with("read-");
    if (!known || kind == kKinds.end() ||
        (fault.write && (kind->second == Kind::kData || kind->second == Kind::kLast))) {
      throw std::runtime_error(fmt::format("--fault: there is no kind '{}'", name));
    }
    fault.kind = kind->second;
  }
  unsigned long long number = 0;
  unsigned long signal = 0;
  const std::string rest = comma == std::string::npos ? "" : text.substr(comma + 1);
  const int got = std::sscanf(rest.c_str(), "%llu,%u,%lu", &number, &fault.bit, &signal);
  if (got < 2 || (name == "state" && got < 3)) {
    throw std::runtime_error("--fault: KIND,NUMBER,BIT, and for state the number of the signal");
  }
  const unsigned bits = fault.kind == Kind::kData ? 1024 : fault.kind == Kind::kResponse ? 2 : 8;
  if (fault.kind != Kind::kState && fault.bit >= bits) {
    throw std::runtime_error(fmt::format("--fault: {} has no bit {}", name, fault.bit));
  }
  fault.number = number;
  fault.signal = signal;
  return fault;
}

int run(const Arguments& arguments) {
  void* handle = dlopen(arguments.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  auto* open = reinterpret_cast<heddle::harness::RtlOpenFunction*>(dlsym(handle, heddle::harness::kRtlOpenSymbol));
  if (open == nullptr) throw std::runtime_error(dlerror());
  const std::unique_ptr<RtlDevice> device(open(arguments.options));
  if (arguments.walk_registers) heddle::harness::walk_registers(*device);

  HostWay way{*device, std::nullopt, std::nullopt};
  if (arguments.by_dma) way.dma.emplace(*device);
  if (arguments.by_aperture) way.aperture.emplace(*device);

  const auto begin = std::chrono::steady_clock::now();
  Ending ending;
  if (arguments.bus_error.size() == 2) {
    device->inject_bus_error(
        arguments.bus_error[0], arguments.bus_error[1],
        arguments.bus_error_code == "slverr" ? heddle::harness::BusError::kSlverr : heddle::harness::BusError::kDecerr);
  }
  if (!arguments.fault.empty()) device->inject_fault(parse_fault(arguments.fault));
  if (arguments.silence.size() == 2) device->inject_silence(arguments.silence[0], arguments.silence[1]);
  for (unsigned i = 0; i < arguments.launches && !device->mismatch(); ++i) {
    ending = Ending{};
    if (!arguments.turns.empty()) begin_turn(way, arguments.turns, i + 1);
    const uint32_t entry = load_elf(way, arguments.elf, arguments.at[i % arguments.at.size()]);
    const std::optional<uint32_t> status = launch(*device, arguments, entry, i);
    if (!status) break;
    if (regs::status::kRejected.get(*status) != 0) ending.rejected = regs::status::kReason.get(*status);
    ending.aborted = regs::status::kAborted.get(*status) != 0;
    if (regs::status::kFault.get(*status) != 0) {
      ending.cause = device->read_register(regs::kFaultCause);
      print_fault(*device, *ending.cause);
    } else if (!arguments.turns.empty()) {
      end_turn(way, arguments.turns, i + 1);
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!device->mismatch()) {
    fmt::print("launch: {} cycles, {} warp instructions, {} lane instructions\n",
               device->read_register(regs::kCyclesLo), device->read_register(regs::kWarpInstrsLo),
               device->read_register(regs::kLaneInstrsLo));
  }
  const heddle::harness::RtlStatistics statistics = device->statistics();
  fmt::print("{}: {} cycles in {:.2f} s: {:.1f} kHz; lock-step compared {} slots, {} accesses", device->configuration(),
             statistics.cycles, seconds, static_cast<double>(statistics.cycles) / seconds / 1000,
             statistics.lockstep_compared, statistics.lockstep_accesses);
  for (const auto& copied : statistics.copied) fmt::print(", copied {} {}", copied.count, copied.kind);
  fmt::print("; lines read {} written {}\n", statistics.memory_reads, statistics.memory_writes);
  if (arguments.dump.size() == 2) {
    std::vector<uint32_t> words(arguments.dump[1]);
    device->read_memory(arguments.dump[0], std::as_writable_bytes(std::span(words)));
    for (size_t i = 0; i < words.size(); ++i) fmt::print("{:08x}{}", words[i], i % 8 == 7 ? '\n' : ' ');
    fmt::print("\n");
  }
  return finish(arguments, device->mismatch(), ending);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Loads an ELF into a verilated device and launches it");
  app.add_option("library", arguments.library, "libheddle_rtl.so")->required();
  app.add_option("elf", arguments.elf, "program, linked into device memory")->required();
  app.add_option("--groups", arguments.groups, "workgroups x,y,z")->delimiter(',')->expected(3);
  app.add_option("--local", arguments.local, "workgroup size x,y,z")->delimiter(',')->expected(3);
  app.add_option("--scratch", arguments.scratch, "scratchpad bytes per workgroup");
  app.add_option("--accumulators", arguments.accumulators, "buffers of accumulators per workgroup");
  app.add_option("--private", arguments.private_size, "private bytes per lane");
  app.add_option("--args", arguments.arguments, "hd_args; of several each launch takes the next")->delimiter(',');
  app.add_option("--at", arguments.at, "address to which the program is loaded; of several each launch takes the next")
      ->delimiter(',');
  app.add_option("--private-base", arguments.private_base, "of private memory; of several each launch takes the next")
      ->delimiter(',');
  app.add_option("--region", arguments.region, "first,last address that programs may use")->delimiter(',')->expected(2);
  app.add_option("--kernel", arguments.kernel, "hd_entry");
  app.add_option("--launches", arguments.launches, "times to launch");
  app.add_option("--max-cycles", arguments.max_cycles, "then abort");
  app.add_option("--abort-after", arguments.abort_after, "abort each launch after so many cycles, 0: at once");
  app.add_flag("--walk-registers", arguments.walk_registers, "first write and read back every register");
  app.add_option("--expect-divergence", arguments.expect_field, "succeed if the checker names this field");
  app.add_option("--expect-cause", arguments.expect_cause, "succeed if the launch ends in this fault");
  app.add_option("--expect-reject", arguments.expect_reject, "succeed if the launch is rejected for this reason");
  app.add_flag("--expect-abort", arguments.expect_abort, "succeed if the launch had to be aborted");
  app.add_option("--expect-error", arguments.expect_error, "succeed if the device throws an error with this text");
  app.add_option("--bus-error", arguments.bus_error, "first,last address that answers an error")
      ->delimiter(',')
      ->expected(2);
  app.add_option("--bus-error-code", arguments.bus_error_code, "which error: slverr or decerr")
      ->check(CLI::IsMember({"slverr", "decerr"}));
  app.add_option("--bus-silence", arguments.silence, "first,last address that never answers")
      ->delimiter(',')
      ->expected(2);
  app.add_option("--max-idle", arguments.options.max_idle_cycles, "cycles without progress that are a hang");
  app.add_option("--dump", arguments.dump, "address,words to print at the end")->delimiter(',')->expected(2);
  app.add_option("--host-turns", arguments.turns,
                 "addresses of words that the host writes and the device answers, count")
      ->delimiter(',')
      ->expected(3);
  app.add_option(
      "--fault", arguments.fault,
      "KIND,NUMBER,BIT[,SIGNAL] goes wrong once: read-data, read-response, read-id, read-last, read-lost, read-twice, "
      "write-response, write-id, write-lost, write-twice, state");
  app.add_flag("--by-dma", arguments.by_dma,
               "load the program, and write and read the host's words, by the DMA engine (host_dma)");
  app.add_flag("--by-aperture", arguments.by_aperture, "the same through BAR2 (host_dma)")->excludes("--by-dma");
  app.add_flag("!--no-checks", arguments.options.checks, "do not check assertions and rules of the buses");
  app.add_flag("!--no-lockstep", arguments.options.lockstep, "do not check");
  app.add_option("--seed", arguments.options.seed, "");
  app.add_option("--latency", arguments.options.memory_latency, "memory latency in cycles");
  app.add_option("--bandwidth", arguments.options.memory_bandwidth, "lines per cycle");
  app.add_option("--memory", arguments.options.memory_kind, "fixed, ddr4 or hbm");
  app.add_flag("--random-stalls", arguments.options.random_stalls, "random memory");
  app.add_option("--trace", arguments.options.trace_path, "waveform file");
  CLI11_PARSE(app, argc, argv);
  for (int i = 0; i < argc; ++i) arguments.options.replay += fmt::format("{}{}", i == 0 ? "" : " ", argv[i]);
  try {
    const int status = run(arguments);
    return arguments.expect_error.empty() ? status : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heddle-rtl-run: {}\n", error.what());
    const std::string text = error.what();
    return !arguments.expect_error.empty() && text.find(arguments.expect_error) != std::string::npos ? 0 : 4;
  }
}
