#include "handler.h"

#include <gtest/gtest.h>

#include "heddle/generated/management.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;

constexpr uint32_t kHandler = mgmt::kSramBase + 0x400;

}  // namespace

void start_with_handler(Bench& bench, const Program& program) {
  Program handler(kHandler);
  handler.li(kPointer, mailbox::kMessage);
  uint32_t offset = 13 * 4;
  for (const uint32_t number : {mgmt::csr::kMtval, mgmt::csr::kMepc, mgmt::csr::kMcause}) {
    handler.word(code::csrrs(kA, number, 0));
    handler.word(code::sw(kA, kPointer, static_cast<int32_t>(offset)));
    offset += 4;
  }
  handler.word(code::jal(0, 0));
  bench.load(kHandler, handler.bytes());
  bench.load(program.base(), program.bytes());
  bench.start(program.base());
}

void set_handler(Program& program) {
  program.li(kPointer, kHandler);
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kPointer));
}

Trap wait_for_trap(Bench& bench) {
  bench.host_write(mailbox::kMessage + 15 * 4, ~0u);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage + 15 * 4) != ~0u; }, 5000));
  EXPECT_EQ(bench.problem(), "");
  return {bench.host_read(mailbox::kMessage + 13 * 4), bench.host_read(mailbox::kMessage + 14 * 4),
          bench.host_read(mailbox::kMessage + 15 * 4)};
}

}  // namespace heddle::mgmtbench
