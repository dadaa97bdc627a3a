// Accesses: shared and racing, own, scratchpad, private; atomics; wild ones; code that a program writes.
#include <optional>

#include "generator.h"
#include "values.h"

namespace heddle::fuzz {

using isa::Op;

unsigned Generator::access_size(Op op) {
  switch (op) {
    case Op::Lb:
    case Op::Lbu:
    case Op::Sb: return 1;
    case Op::Lh:
    case Op::Lhu:
    case Op::Sh:
    case Op::Flh:
    case Op::Fsh: return 2;
    default: return 4;
  }
}

// Small areas, so that lanes, warps and cores meet; seldom misaligned.
Generator::Place Generator::address(unsigned size, bool atomic) {
  Place place{.base = random_.pick({uint32_t{reg::kAddress}, uint32_t{reg::kAddress}, uint32_t{reg::kTemporary},
                                    uint32_t{reg::kHandler}})};
  uint32_t area = reg::kShared;
  switch (random_.weighted({5, 5, 4, atomic ? 0U : 3U})) {
    case 0: break;
    case 1: area = reg::kOwn; break;
    case 2: area = reg::kScratch; break;
    case 3: area = reg::kPrivate; break;
  }
  if (area == reg::kScratch && plan_.scratch_size < 256 && !may_trap()) area = reg::kOwn;
  if (random_.percent(15)) {  // the same for all lanes
    place.base = area;
    place.offset = static_cast<int32_t>(random_.below(64) * 4);
    if (size < 4) place.offset += static_cast<int32_t>(random_.below(4 / size) * size);
    if (atomic && place.offset != 0) {
      writer_.add_immediate(reg::kAddress, area, place.offset);
      place = {.base = reg::kAddress, .offset = 0};
    }
    return place;
  }
  int32_t mask = random_.pick({12, 28, 60, 124, 252});
  const bool misaligned = size > 1 && may_trap() && random_.percent(4);
  if (size < 4 || misaligned) mask |= misaligned ? 3 : static_cast<int32_t>(4 - size);
  writer_.put(Op::Andi,
              {.rd = place.base, .rs1 = random_.percent(40) ? uint32_t{reg::kHart} : source(), .immediate = mask});
  if (area == reg::kShared && far_shift_ != 0 && !misaligned && random_.percent(60)) {
    writer_.put(Op::Slli, {.rd = place.base, .rs1 = place.base, .immediate = static_cast<int32_t>(far_shift_)});
  }
  if (random_.percent(20)) {
    static constexpr std::array<Op, 3> kShiftedAdds{Op::Sh1add, Op::Sh2add, Op::Sh2add};
    // Of own memory only the lane's part.
    if (area == reg::kShared) {
      writer_.put(random_.pick(kShiftedAdds), {.rd = place.base, .rs1 = place.base, .rs2 = area});
      return place;
    }
  }
  writer_.put(Op::Add, {.rd = place.base, .rs1 = place.base, .rs2 = area});
  if (!atomic && area == reg::kShared && random_.percent(30)) {
    place.offset = static_cast<int32_t>(random_.below(128) * 4);
  }
  return place;
}

void Generator::load(Op op) {
  const isa::InstructionInfo& info = isa::info(op);
  for (unsigned i = random_.percent(20) ? random_.between(2, 5) : 1; i != 0; --i) {
    const Writer::Node node(writer_);
    const Place place = address(access_size(op), false);
    writer_.put(op, {.rd = info.rd_float ? floating() : target(), .rs1 = place.base, .immediate = place.offset});
  }
}

void Generator::store(Op op) {
  const isa::InstructionInfo& info = isa::info(op);
  for (unsigned i = random_.percent(20) ? random_.between(2, 5) : 1; i != 0; --i) {
    const Writer::Node node(writer_);
    const Place place = address(access_size(op), false);
    writer_.put(op, {.rs1 = place.base, .rs2 = info.rs2_float ? floating() : source(), .immediate = place.offset});
    if (random_.percent(25)) {  // and back, perhaps in another width
      const Op back = random_.pick({Op::Lw, Op::Lw, Op::Lb, Op::Lbu, Op::Lhu, Op::Lh});
      const int32_t offset = access_size(back) > access_size(op) ? 0 : place.offset;
      if (access_size(back) <= access_size(op)) {
        writer_.put(back, {.rd = value(), .rs1 = place.base, .immediate = offset});
      }
    }
  }
}

void Generator::atomic(Op op) {
  const Place place = address(4, true);
  writer_.put(op, {.rd = target(), .rs1 = place.base, .rs2 = source(), .ordering = random_.below(4)});
}

// Load-reserved and store-conditional, with things in between that may break or move the reservation; perhaps one more
// store-conditional to where the reservation was, which has to fail. One to the other memory changes nothing.
void Generator::conditional_store() {
  std::optional<Place> elsewhere;
  if (random_.percent(20)) elsewhere = address(4, true);
  const Place place = address(4, true);
  if (elsewhere && elsewhere->base == place.base) elsewhere.reset();
  const bool reserved = random_.percent(85);
  if (reserved) writer_.put(Op::LrW, {.rd = value(), .rs1 = place.base, .ordering = random_.below(4)});
  if (random_.percent(25)) writer_.put(Op::Sw, {.rs1 = place.base, .rs2 = source()});
  if (random_.percent(15)) writer_.put(Op::Lw, {.rd = value(), .rs1 = place.base});
  if (elsewhere) writer_.put(Op::ScW, {.rd = target(), .rs1 = elsewhere->base, .rs2 = source()});
  const int32_t moved = random_.percent(20) ? random_.pick({4, -4, 8}) : 0;
  if (moved != 0) writer_.add_immediate(place.base, place.base, moved);
  if (random_.percent(20)) plain(Op::Add);
  const auto store = [&] {
    writer_.put(Op::ScW, {.rd = target(), .rs1 = place.base, .rs2 = source(), .ordering = random_.below(4)});
  };
  if (!reserved || random_.percent(90)) store();
  if (random_.percent(30)) {
    if (moved != 0) writer_.add_immediate(place.base, place.base, -moved);
    store();
  }
}

void Generator::wild_access() {
  if (!may_trap()) {
    load(Op::Lw);
    return;
  }
  if (random_.percent(60)) {
    edge_access();
    return;
  }
  const uint32_t base = random_.percent(50) ? uint32_t{reg::kZero} : value();
  switch (random_.weighted({4, 3, 1, 1, 1})) {
    case 0: {
      const Op op = random_.pick({Op::Lw, Op::Lb, Op::Lhu, Op::Flw});
      writer_.put(op, {.rd = value(), .rs1 = base});
      break;
    }
    case 1: {
      const Op op = random_.pick({Op::Sw, Op::Sb, Op::Sh});
      writer_.put(op, {.rs1 = reg::kZero, .rs2 = source()});
      break;
    }
    case 2: writer_.put(Op::AmoaddW, {.rd = value(), .rs1 = base, .rs2 = reg::kZero}); break;
    case 3: writer_.put(Op::LrW, {.rd = value(), .rs1 = random_.percent(50) ? uint32_t{reg::kPrivate} : base}); break;
    case 4: writer_.put(Op::ScW, {.rd = value(), .rs1 = reg::kPrivate, .rs2 = source()}); break;
  }
}

// Just inside of a window or a region, just outside, or over its end.
void Generator::edge_access() {
  const uint32_t edge =
      random_.pick({kScratchWindow + plan_.scratch_size, kScratchWindow + plan_.scratch_size, uint32_t{kScratchWindow},
                    kPrivateWindow + plan_.private_size, kPrivateWindow + plan_.private_size, uint32_t{kPrivateWindow},
                    places_.shared, places_.shared + kSharedBytes, places_.own, places_.check() + kCheckBytes});
  const Op op = random_.pick({Op::Lw, Op::Lw, Op::Lh, Op::Lhu, Op::Lb, Op::Flw, Op::Flh, Op::Sw, Op::Sw, Op::Sh, Op::Sb,
                              Op::Fsw, Op::Fsh, Op::AmoaddW, Op::LrW});
  const uint32_t size = access_size(op);
  uint32_t address = edge + random_.below(12) - 8;
  if (random_.percent(80)) address &= ~(size - 1);
  writer_.load_constant(reg::kAddress, address);
  if (random_.percent(50)) {  // and not the same for all lanes
    writer_.put(Op::Andi, {.rd = reg::kTemporary, .rs1 = reg::kHart, .immediate = 4});
    writer_.put(Op::Add, {.rd = reg::kAddress, .rs1 = reg::kAddress, .rs2 = reg::kTemporary});
  }
  const isa::InstructionInfo& info = isa::info(op);
  writer_.put(op, {.rd = info.rd_float ? floating() : target(),
                   .rs1 = reg::kAddress,
                   .rs2 = info.rs2_float ? floating() : source()});
}

// Each lane writes an instruction into its own memory and calls it.
void Generator::self_modifying() {
  const Op op = random_.pick({Op::Add, Op::Xor, Op::Mul, Op::Sub, Op::Sltu});
  const auto place = static_cast<int32_t>(192 + 8 * random_.below(8));
  writer_.load_constant(reg::kTemporary, encode(op, operands(isa::info(op))));
  writer_.put(Op::Sw, {.rs1 = reg::kOwn, .rs2 = reg::kTemporary, .immediate = place});
  writer_.load_constant(reg::kTemporary, encode(Op::Jalr, {.rd = reg::kZero, .rs1 = reg::kAddress}));
  writer_.put(Op::Sw, {.rs1 = reg::kOwn, .rs2 = reg::kTemporary, .immediate = place + 4});
  const unsigned after = writer_.label();
  writer_.load_address(reg::kResume, after);
  writer_.put(Op::FenceI, {});
  writer_.put(Op::Jalr, {.rd = reg::kAddress, .rs1 = reg::kOwn, .immediate = place});
  writer_.bind(after);
}

}  // namespace heddle::fuzz
