// The register file: what an instruction reads, and when, as register_file.sv promises and docs/architecture.md,
// section 1, says of the start.
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "Vpipeline_bench.h"
#include "pipeline_fixture.h"

namespace heddle::core_test {
namespace {

struct Reader {
  unsigned warp = 0, unit = 0, bits = 0;
  uint32_t order = 0, instr = 0;
  std::array<uint32_t, 4> whole{};  // the slot as the bench has it
  bool resolve = false, killed = false;
  std::array<bool, 3> reads{};
  std::array<unsigned, 3> number{};
  std::array<std::optional<uint64_t>, 3> read{};  // the cycle in which each is read
  uint64_t last = 0;                              // of these, or that after it is taken
  std::array<std::vector<uint32_t>, 3> value;
  bool writes() const { return (bits >> 3 & 1) != 0; }
  unsigned rd() const { return (instr >> 7 & 31) + (bits >> 4 & 8 ? 32 : 0); }
};

class Registers : public Pipeline<Vpipeline_bench> {
 protected:
  Reader make() {
    Reader reader;
    reader.warp = below(warps);
    reader.unit = below(kUnits);
    reader.bits = below(256);
    reader.order = random();
    reader.instr = random();
    reader.resolve = chance(50);
    if (chance(40)) reader.instr = (reader.instr & ~(31U << 20)) | (reader.instr >> 15 & 31) << 20;  // rs1 twice
    const unsigned at[] = {15, 20, 27};
    for (unsigned s = 0; s < 3; ++s) {
      reader.number[s] = (reader.instr >> at[s] & 31) + (reader.bits >> (4 + s) & 1) * 32;
      reader.reads[s] = (reader.bits >> s & 1) != 0 && reader.number[s] != 0;
      if (!reader.reads[s]) reader.bits &= ~(1U << s);
    }
    return reader;
  }

  // Each bank reads one register a cycle, for all who want it, from the cycle after the instruction is taken on.
  void plan(Reader& reader) const {
    reader.last = cycle + 1;
    for (uint64_t now = cycle + 1;; ++now) {
      std::map<unsigned, unsigned> busy;
      bool left = false;
      for (unsigned s = 0; s < 3; ++s) {
        if (!reader.reads[s] || reader.read[s]) continue;
        const auto [place, free] = busy.emplace(bank_of(reader.warp, reader.number[s]), reader.number[s]);
        if (free || place->second == reader.number[s]) {
          reader.read[s] = now;
          reader.last = now;
        } else {
          left = true;
        }
      }
      if (!left) return;
    }
  }

  std::vector<uint32_t> held(unsigned warp, unsigned number) const {
    const auto found = written.find(warp * 64 + number);
    if (found != written.end()) return found->second;
    return std::vector<uint32_t>(lanes, number == 2 ? dut.stack_i : number == 10 ? dut.args_i : 0);
  }

  // A register may be written until the cycle after it is read, and again when the instruction has its operands.
  bool may_write(unsigned warp, unsigned number) const {
    for (const auto* reader : {&reading, &operand}) {
      if (!*reader || (*reader)->warp != warp) continue;
      for (unsigned s = 0; s < 3; ++s) {
        if ((*reader)->reads[s] && (*reader)->number[s] == number && cycle > *(*reader)->read[s] + 1) return false;
      }
    }
    return true;
  }

  std::optional<Reader> reading, operand;
  std::map<unsigned, std::vector<uint32_t>> written;
};

TEST_F(Registers, Random) {
  uint64_t operands = 0, conflicts = 0, killed = 0, forwarded = 0;
  for (unsigned i = 0; i < 60'000; ++i) {
    if (i % 5000 == 0) {
      dut.stack_i = random();
      dut.args_i = random();
      written.clear();
      for (unsigned w = 0; w < warps; ++w) {
        dut.slot_valid_i = dut.write_valid_i = dut.squash_valid_i = 0;
        dut.start_valid_i = 1;
        dut.start_warp_i = w;
        clock();
      }
      reading.reset();
      operand.reset();
      dut.start_valid_i = 0;
      for (int k = 0; k < 4; ++k) clock();
    }
    // A warp begins anew when nothing of it is here.
    const unsigned fresh = below(warps);
    dut.start_valid_i = chance(2) && !(reading && reading->warp == fresh) && !(operand && operand->warp == fresh);
    dut.start_warp_i = fresh;
    dut.squash_valid_i = 0;
    for (unsigned s = 0; s < 2; ++s) {
      if (chance(5)) dut.squash_valid_i |= 1U << s;
      dut.squash_warp_i[s] = below(warps);
    }
    Reader next = make();
    dut.slot_valid_i = chance(75) && !(dut.start_valid_i && next.warp == fresh);
    dut.slot_warp_i = next.warp;
    dut.slot_order_i = next.order;
    dut.slot_instr_i = next.instr;
    dut.slot_unit_i = next.unit;
    dut.slot_bits_i = next.bits;
    dut.slot_resolve_i = next.resolve;
    dut.slot_rest_i = uint64_t{random()} << 32 | random();
    // Writes: of anything, often of what is being read.
    dut.write_valid_i = 0;
    for (unsigned b = 0; b < banks; ++b) {
      unsigned warp = below(warps), number = 1 + below(63);
      if (reading && chance(60)) {
        warp = reading->warp;
        number = reading->number[below(3)];
      } else if (operand && chance(40)) {
        warp = operand->warp;
        number = operand->number[below(3)];
      } else if (chance(30)) {
        number = chance(50) ? 2 : 10;
      }
      dut.write_warp_i[b] = warp;
      dut.write_rd_i[b] = number;
      dut.write_mask_i[b] = random() & all_lanes;
      for (unsigned l = 0; l < lanes; ++l) dut.write_data_i[b][l] = random();
      if (number != 0 && bank_of(warp, number) == b && chance(60) && may_write(warp, number) &&
          !(dut.start_valid_i && warp == fresh))
        dut.write_valid_i |= 1U << b;
    }
    dut.eval();

    // The read stage.
    const bool done = !reading || reading->last == cycle;
    ASSERT_EQ(dut.slot_ready_o, done);
    ASSERT_EQ(dut.read_valid_o, reading.has_value());
    ASSERT_EQ(dut.collecting_o, !done);
    const auto squashed = [&](unsigned warp) {
      return ((dut.squash_valid_i & 1) != 0 && dut.squash_warp_i[0] == warp) ||
             ((dut.squash_valid_i & 2) != 0 && dut.squash_warp_i[1] == warp);
    };
    if (reading) {
      ASSERT_EQ(dut.read_warp_o, reading->warp);
      ASSERT_EQ(dut.read_resolve_o, reading->resolve);
    }
    const bool early = reading && done && reading->writes() && !is_long(reading->unit);
    ASSERT_EQ(dut.early_valid_o, early);
    if (early) {
      ASSERT_EQ(dut.early_warp_o, reading->warp);
      ASSERT_EQ(dut.early_number_o, reading->rd());
    }
    const unsigned live = (operand && !operand->killed ? 2 : 0) + (reading && !reading->killed ? 1 : 0);
    ASSERT_EQ(dut.stage_live_o, live);

    // Writes count for who reads in this cycle or has read in the one before.
    for (unsigned b = 0; b < banks; ++b) {
      if ((dut.write_valid_i >> b & 1) == 0) continue;
      auto value = held(dut.write_warp_i[b], dut.write_rd_i[b]);
      for (unsigned l = 0; l < lanes; ++l) {
        if ((dut.write_mask_i[b] >> l & 1) != 0) value[l] = dut.write_data_i[b][l];
      }
      written[dut.write_warp_i[b] * 64 + dut.write_rd_i[b]] = value;
    }
    for (auto* reader : {&reading, &operand}) {
      for (unsigned s = 0; *reader && s < 3; ++s) {
        if (!(*reader)->reads[s] || cycle < *(*reader)->read[s] || cycle > *(*reader)->read[s] + 1) continue;
        auto value = held((*reader)->warp, (*reader)->number[s]);
        if (!(*reader)->value[s].empty() && (*reader)->value[s] != value) ++forwarded;
        (*reader)->value[s] = value;
      }
    }
    // The operands.
    ASSERT_EQ(dut.operand_valid_o, operand.has_value());
    if (operand) {
      ++operands;
      killed += operand->killed;
      for (unsigned k = 0; k < operand->whole.size(); ++k) ASSERT_EQ(dut.operand_slot_o[k], operand->whole[k]);
      ASSERT_EQ(dut.operand_killed_o, operand->killed);
      for (unsigned l = 0; l < lanes; ++l) {
        const uint32_t got[] = {dut.operand_a_o[l], dut.operand_b_o[l], dut.operand_c_o[l]};
        for (unsigned s = 0; s < 3; ++s) {
          if (operand->reads[s]) {
            ASSERT_EQ(got[s], operand->value[s][l])
                << "source " << s << " lane " << l << " register " << operand->number[s];
          }
        }
      }
    }

    if (reading && squashed(reading->warp)) reading->killed = true;
    operand.reset();
    if (reading && done) {
      operand = reading;
      reading.reset();
    }
    if (dut.slot_valid_i && done) {
      next.killed = squashed(next.warp);
      for (unsigned k = 0; k < next.whole.size(); ++k) next.whole[k] = dut.slot_o[k];
      plan(next);
      conflicts += next.last > cycle + 1;
      reading = next;
    }
    if (dut.start_valid_i) {
      for (unsigned number = 0; number < 64; ++number) written.erase(fresh * 64 + number);
    }
    clock();
  }
  EXPECT_GT(operands, 20'000U);
  EXPECT_GT(conflicts, 2'000U);
  EXPECT_GT(killed, 500U);
  EXPECT_GT(forwarded, 500U);
}

}  // namespace
}  // namespace heddle::core_test
