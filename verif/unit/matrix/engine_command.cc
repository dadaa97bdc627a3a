#include "engine_command.h"

#include <algorithm>

namespace heddle::matrix_test {

using matrix::Element;
using matrix::Format;
using matrix::Scale;

Descriptor encode(const Command& command) {
  Descriptor words{};
  const auto bit = [](bool set, unsigned at) { return static_cast<std::uint32_t>(set) << at; };
  words[0] = static_cast<std::uint32_t>(command.format.a) | static_cast<std::uint32_t>(command.format.b) << 3 |
             static_cast<std::uint32_t>(command.format.scale) << 6 | bit(command.a.transposed, 8) |
             bit(command.b.transposed, 9) | bit(command.buffer, 10) | bit(command.accumulate, 11) |
             bit(command.arrive, 12) | static_cast<std::uint32_t>(command.id) << 16;
  words[1] = command.rows | command.columns << 16;
  words[2] = command.groups;
  words[3] = command.row | command.column << 16;
  unsigned at = 4;
  for (const Place* place : {&command.a, &command.b}) {
    for (const std::uint32_t word : {place->address, place->stride, place->scale_address, place->scale_stride}) {
      words[at++] = word;
    }
  }
  words[12] = command.barrier;
  return words;
}

unsigned element_bytes(Element element) { return element == Element::kE2m1 ? 0 : 32 / matrix::group_elements(element); }

namespace {

Command decode(const Descriptor& words) {
  Command command;
  command.format = {static_cast<Element>(words[0] & 7), static_cast<Element>(words[0] >> 3 & 7),
                    static_cast<Scale>(words[0] >> 6 & 3)};
  command.a = {words[4], words[5], words[6], words[7], (words[0] >> 8 & 1) != 0};
  command.b = {words[8], words[9], words[10], words[11], (words[0] >> 9 & 1) != 0};
  command.buffer = (words[0] >> 10 & 1) != 0;
  command.accumulate = (words[0] >> 11 & 1) != 0;
  command.arrive = (words[0] >> 12 & 1) != 0;
  command.id = static_cast<std::uint16_t>(words[0] >> 16);
  command.rows = words[1] & 0xFFFF;
  command.columns = words[1] >> 16;
  command.groups = words[2] & 0xFFFF;
  command.row = words[3] & 0xFFFF;
  command.column = words[3] >> 16;
  command.barrier = words[12];
  return command;
}

bool good_format(const Descriptor& words, const Command& command) {
  const unsigned scale = words[0] >> 6 & 3;
  if ((words[0] & 7) == 7 || (words[0] >> 3 & 7) == 7 || scale == 3 || !matrix::valid(command.format)) return false;
  if (command.format.a == Element::kE2m1 && (command.a.transposed || command.b.transposed)) return false;
  return (words[0] >> 13 & 7) == 0 && words[2] >> 16 == 0 && words[13] == 0 && words[14] == 0 && words[15] == 0;
}

// Whole lines.
std::uint64_t lines(std::uint64_t bytes) { return (bytes + 31) / 32 * 32; }

}  // namespace

std::optional<std::uint64_t> end_of(const Command& command, unsigned operand) {
  const unsigned scales = matrix::group_scales(command.format);
  const Place& place = operand % 2 == 0 ? command.a : command.b;
  const std::uint64_t rows = operand % 2 == 0 ? command.rows : command.columns;
  if (operand == 4) return command.arrive ? std::optional(std::uint64_t{command.barrier} + 8) : std::nullopt;
  if (operand >= 2) {
    if (scales == 0) return std::nullopt;
    return place.scale_address + std::uint64_t{command.groups - 1} * place.scale_stride + lines(rows * scales);
  }
  const Element element = operand == 0 ? command.format.a : command.format.b;
  if (!place.transposed) return place.address + (rows - 1) * place.stride + std::uint64_t{command.groups} * 32;
  const std::uint64_t elements = std::uint64_t{command.groups} * matrix::group_elements(element);
  return place.address + (elements - 1) * place.stride + lines(rows * element_bytes(element));
}

std::optional<Fault> check(const Descriptor& words, const Context& context, unsigned dim, std::set<unsigned>& faulted) {
  const Command command = decode(words);
  Fault fault{context.owner, command.id};
  const auto failed = [&](unsigned cause, unsigned operand, std::uint64_t value) {
    fault.cause = cause;
    fault.operand = operand;
    fault.value = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xFFFF'FFFF));
    faulted.insert(context.owner);
    return fault;
  };
  const unsigned most = 4 * dim;
  const auto whole = [&](std::uint32_t number) { return number % dim == 0 && number <= most; };
  if (faulted.contains(context.owner)) return failed(1, 0, 0);
  if (!good_format(words, command)) return failed(2, 0, words[0]);
  if (!whole(command.rows) || !whole(command.columns) || command.rows == 0 || command.columns == 0 ||
      command.groups == 0) {
    return failed(3, 0, words[1]);
  }
  if (!whole(command.row) || !whole(command.column) || command.row + command.rows > most ||
      command.column + command.columns > most || (context.buffers >> command.buffer & 1) == 0) {
    return failed(4, 0, words[3]);
  }
  for (unsigned operand = 0; operand < 5; ++operand) {
    if (!end_of(command, operand)) continue;
    const Place& place = operand % 2 == 0 ? command.a : command.b;
    const std::uint32_t address = operand == 4 ? command.barrier : operand >= 2 ? place.scale_address : place.address;
    const std::uint32_t stride = operand == 4 ? 0 : operand >= 2 ? place.scale_stride : place.stride;
    if (address % (operand == 4 ? 8 : 32) != 0 || address >= 0x4'0000) return failed(5, operand, address);
    if (stride % 32 != 0 || stride >= 0x4'0000) return failed(5, operand, stride);
  }
  for (unsigned operand = 0; operand < 5; ++operand) {
    const auto end = end_of(command, operand);
    if (end && *end > context.size) return failed(6, operand, *end);
  }
  return std::nullopt;
}

}  // namespace heddle::matrix_test
