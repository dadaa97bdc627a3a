#include "replay_file.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "heddle/disassembler/disassemble.h"
#include "heddle/disassembler/encode.h"
#include "heddle/generated/configuration.h"

namespace heddle::fuzz {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "heddle fuzz replay 1";

std::string hex(uint32_t value) { return fmt::format("{:#010x}", value); }

uint32_t number(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<uint64_t>();
    if (value <= UINT32_MAX) return static_cast<uint32_t>(value);
  } else if (json.is_string()) {
    const auto text = json.get<std::string>();
    char* end = nullptr;
    errno = 0;
    const unsigned long value = std::strtoul(text.c_str(), &end, 16);
    if (!text.empty() && end != text.c_str() && (*end == '\0' || *end == ' ') && value <= UINT32_MAX && errno == 0 &&
        text[0] != '-') {
      return static_cast<uint32_t>(value);
    }
  }
  throw ReplayError(fmt::format("'{}' is not a number of 32 bits", json.dump()));
}

// Words that lie in device memory.
void check_place(const char* what, uint32_t address, size_t words) {
  if (address % 4 != 0 || address < 0x8000'0000 || uint64_t{address} + 4 * words > uint64_t{1} << 32) {
    throw ReplayError(fmt::format("{} {}: not a multiple of 4, or not all of it in device memory", what, hex(address)));
  }
}

Json launch_to_json(const LaunchPlan& launch) {
  Json json;
  json["code_base"] = hex(launch.code_base);
  json["groups"] = launch.groups;
  json["local"] = launch.local;
  json["scratch_size"] = launch.scratch_size;
  if (launch.accumulators != 0) json["accumulators"] = launch.accumulators;
  json["private_size"] = launch.private_size;
  json["private_base"] = hex(launch.private_base);
  json["kernel"] = hex(launch.kernel);
  json["arguments"] = hex(launch.arguments);
  json["abort_after"] = launch.abort_after;
  json["reset_after"] = launch.reset_after;
  json["poll"] = launch.poll;
  json["code"] = Json::array();
  json["addresses"] = Json::array();
  const std::vector<uint32_t> words = assemble(launch);
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t pc = launch.code_base + 4 * static_cast<uint32_t>(i);
    json["code"].push_back(fmt::format("{:08x}  {}", words[i], isa::disassemble(words[i], pc)));
    const Item& item = launch.items[i];
    // Targets of branches and jal are in the word.
    if (item.reference == Item::Reference::kHigh || item.reference == Item::Reference::kLow) {
      json["addresses"].push_back({i, item.reference == Item::Reference::kHigh ? "high" : "low", item.target});
    }
  }
  json["regions"] = Json::array();
  for (const Region& region : launch.regions) {
    json["regions"].push_back({hex(region.base), hex(region.last), region.rights});
  }
  json["data"] = Json::array();
  for (const DataBlock& block : launch.data) {
    Json words_json = Json::array();
    for (const uint32_t word : block.words) words_json.push_back(fmt::format("{:08x}", word));
    json["data"].push_back({{"address", hex(block.address)}, {"words", words_json}});
  }
  json["checks"] = Json::array();
  for (const Check& check : launch.checks) {
    json["checks"].push_back({hex(check.address), hex(check.expected), check.items.begin, check.items.end});
  }
  return json;
}

Item item_from_word(uint32_t word, uint32_t index, uint32_t count) {
  Item item{.word = word};
  const isa::Op op = isa::decode(word);
  const isa::InstructionInfo& info = isa::info(op);
  if (info.klass != isa::Class::Branch && op != isa::Op::Jal) return item;
  const int64_t target = int64_t{index} + isa::immediate(info.format, word) / 4;
  if (isa::immediate(info.format, word) % 4 != 0 || target < 0 || target > count) return item;
  item.reference = op == isa::Op::Jal ? Item::Reference::kJump : Item::Reference::kBranch;
  item.target = static_cast<uint32_t>(target);
  return item;
}

Vector3 vector3(const Json& json) {
  if (!json.is_array() || json.size() != 3) throw ReplayError("three numbers are expected");
  return {number(json[0]), number(json[1]), number(json[2])};
}

LaunchPlan launch_from_json(const Json& json) {
  LaunchPlan launch;
  launch.code_base = number(json.at("code_base"));
  launch.groups = vector3(json.at("groups"));
  launch.local = vector3(json.at("local"));
  launch.scratch_size = number(json.at("scratch_size"));
  launch.accumulators = number(json.value("accumulators", Json(0U)));
  launch.private_size = number(json.at("private_size"));
  launch.private_base = number(json.at("private_base"));
  launch.kernel = number(json.at("kernel"));
  launch.arguments = number(json.at("arguments"));
  launch.abort_after = number(json.at("abort_after"));
  launch.reset_after = number(json.value("reset_after", Json(0U)));  // older files have none
  launch.poll = number(json.at("poll"));
  if (launch.poll == 0) throw ReplayError("poll is 0");
  const Json& code = json.at("code");
  const auto count = static_cast<uint32_t>(code.size());
  check_place("code_base", launch.code_base, count);
  for (uint32_t i = 0; i < count; ++i) launch.items.push_back(item_from_word(number(code[i]), i, count));
  for (const Json& address : json.at("addresses")) {
    Item& item = launch.items.at(number(address.at(0)));
    item.reference = address.at(1) == "high" ? Item::Reference::kHigh : Item::Reference::kLow;
    item.target = number(address.at(2));
    if (item.target > count) throw ReplayError("an address refers to an instruction that is not there");
  }
  for (const Json& region : json.at("regions")) {
    launch.regions.push_back({number(region.at(0)), number(region.at(1)), number(region.at(2)) & 7});
  }
  for (const Json& block : json.at("data")) {
    DataBlock& data = launch.data.emplace_back();
    data.address = number(block.at("address"));
    for (const Json& word : block.at("words")) data.words.push_back(number(word));
    check_place("data at", data.address, data.words.size());
  }
  for (const Json& check : json.at("checks")) {
    launch.checks.push_back({.address = number(check.at(0)),
                             .expected = number(check.at(1)),
                             .items = {number(check.at(2)), number(check.at(3))}});
  }
  return launch;
}

Replay from_json(const Json& json) {
  if (!json.is_object() || json.value("format", "") != kFormat) {
    throw ReplayError(fmt::format("is no replay file: \"format\" is not \"{}\"", kFormat));
  }
  Replay replay;
  replay.note = json.value("note", "");
  replay.failure = {.kind = json.at("failure").at("kind"), .detail = json.at("failure").at("detail"), .report = ""};
  Session& session = replay.session;
  const Configuration shape = Configuration::parse(json.at("configuration").get<std::string>());
  session.configuration = shape.canonical();
  session.seed = json.at("seed").get<uint64_t>();
  session.planted_bug = number(json.at("planted_bug"));
  const Json& memory = json.at("memory");
  session.memory = memory.at("kind");
  session.latency = number(memory.at("latency"));
  session.bandwidth_percent = number(memory.at("bandwidth_percent"));
  session.random_stalls = memory.at("random_stalls");
  if (session.memory != "fixed" && session.memory != "ddr4" && session.memory != "hbm") {
    throw ReplayError(fmt::format("memory kind '{}' is none of fixed, ddr4, hbm", session.memory));
  }
  if (session.latency == 0) throw ReplayError("latency is 0");
  if (session.bandwidth_percent == 0 || session.bandwidth_percent > 100) {
    throw ReplayError(fmt::format("bandwidth_percent {} is not 1 to 100", session.bandwidth_percent));
  }
  if (session.random_stalls && session.memory != "fixed") throw ReplayError("random_stalls go with kind 'fixed' only");
  session.bus_error_first = number(memory.at("bus_error").at(0));
  session.bus_error_last = number(memory.at("bus_error").at(1));
  for (const Json& launch : json.at("launches")) session.launches.push_back(launch_from_json(launch));
  if (session.launches.empty()) throw ReplayError("there is no launch");
  for (const LaunchPlan& launch : session.launches) {
    if (launch.regions.size() < shape.regions) continue;  // one is the code's
    throw ReplayError(fmt::format("{} regions, {} has room for {} besides the code's", launch.regions.size(),
                                  session.configuration, shape.regions - 1));
  }
  return replay;
}

}  // namespace

void write_replay(const std::filesystem::path& path, const Replay& replay) {
  const Session& session = replay.session;
  Json json;
  json["format"] = kFormat;
  if (!replay.note.empty()) json["note"] = replay.note;
  json["failure"] = {{"kind", replay.failure.kind}, {"detail", replay.failure.detail}};
  json["configuration"] = session.configuration;
  json["seed"] = session.seed;
  json["planted_bug"] = session.planted_bug;
  json["memory"] = {{"kind", session.memory},
                    {"latency", session.latency},
                    {"bandwidth_percent", session.bandwidth_percent},
                    {"random_stalls", session.random_stalls},
                    {"bus_error", {hex(session.bus_error_first), hex(session.bus_error_last)}}};
  json["launches"] = Json::array();
  for (const LaunchPlan& launch : session.launches) json["launches"].push_back(launch_to_json(launch));
  std::ofstream file(path);
  file << json.dump(1) << "\n";
  if (!file.flush()) throw ReplayError(fmt::format("cannot write {}", path.string()));
}

Replay read_replay(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw ReplayError(fmt::format("{}: cannot be read", path.string()));
  try {
    return from_json(Json::parse(file));
  } catch (const nlohmann::json::exception& error) {
    throw ReplayError(fmt::format("{}: {}", path.string(), error.what()));
  } catch (const std::runtime_error& error) {
    throw ReplayError(fmt::format("{}: {}", path.string(), error.what()));
  } catch (const std::out_of_range& error) {
    throw ReplayError(fmt::format("{}: an address refers to an instruction that is not there", path.string()));
  }
}

}  // namespace heddle::fuzz
