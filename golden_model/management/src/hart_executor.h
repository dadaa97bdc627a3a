// One instruction of the hart. The rules are those of the lanes (operations.h): both have them from the RISC-V
// specification. Here is what a hart without lanes needs for them.
#pragma once

#include "heddle/generated/csrs.h"
#include "heddle/management/hart.h"
#include "heddle/model/decoded.h"
#include "heddle/model/types.h"
#include "kinds.h"
#include "operations.h"

namespace heddle::management {

using model::Cause;

class Hart::Executor {
 public:
  Executor(Hart& hart, const Inputs& inputs, Retirement& record) : hart_(hart), inputs_(inputs), record_(record) {}

  // False: a wfi that waits.
  bool run();

  // What operations.h asks for.
  const model::DecodedInstruction& instruction() const { return d_; }
  std::uint32_t pc() const { return hart_.pc_; }
  template <typename Rule>
  void binary(Rule&& rule) {
    write_rd(static_cast<std::uint32_t>(rule(rs1(), rs2())));
  }
  template <typename Rule>
  void immediate(Rule&& rule) {
    write_rd(static_cast<std::uint32_t>(rule(rs1(), immediate_value())));
  }
  template <typename Condition>
  void branch(Condition&& condition) {
    if (condition(rs1(), rs2())) next_pc_ = pc() + immediate_value();
  }
  void jal();
  void jalr();
  void mret();
  void load(unsigned size, model::Extension extension);
  void store(unsigned size);
  void csr(model::CsrUpdate update, bool immediate_form);
  void trap(Cause cause, std::uint32_t tval) {
    trapped_ = true;
    record_.cause = static_cast<std::uint32_t>(cause);
    record_.tval = tval;
  }
  void fence() {}
  void pause() {}
  void nothing() {}

  // Rules of extensions that this hart has not: decode() lets none of them through.
  template <typename... Rules>
  void unary(Rules&&...) {}
  template <fp::Format kFrom, fp::Format kTo, typename... Rules>
  void rounded(Rules&&...) {}
  template <fp::Format kFrom, fp::Format kTo, typename... Rules>
  void unrounded(Rules&&...) {}
  template <fp::Format kFormat, typename... Rules>
  void inject_sign(Rules&&...) {}
  template <typename... Rules>
  void shuffle(Rules&&...) {}
  template <typename... Rules>
  void vote(Rules&&...) {}
  template <typename... Rules>
  void amo(Rules&&...) {}
  void load_reserved() {}
  void store_conditional() {}
  void command(bool) {}
  void barrier_operation(model::BarrierOp) {}
  void barrier_wait() {}
  void exit_lanes() {}
  void barrier() {}

 private:
  std::uint32_t rs1() const { return hart_.x_[d_.rs1]; }
  std::uint32_t rs2() const { return hart_.x_[d_.rs2]; }
  std::uint32_t immediate_value() const { return static_cast<std::uint32_t>(d_.immediate); }
  bool fetch();
  void decode();
  void write_rd(std::uint32_t value);

  Hart& hart_;
  const Inputs& inputs_;
  Retirement& record_;
  model::DecodedInstruction d_;
  std::uint32_t length_ = 4;
  std::uint32_t next_pc_ = 0;
  bool trapped_ = false;
  bool counts_ = true;  // in minstret
};

}  // namespace heddle::management
