// The host's end of the AXI4-Lite port: transactions complete, within the rules.
#include <gtest/gtest.h>

#include "axi_lite_checker.h"
#include "host_master.h"

namespace heddle::harness {
namespace {

// A register slave that answers after a while.
class Slave {
 public:
  explicit Slave(unsigned delay) : delay_(delay) {}
  HostResponse answer(const HostRequest& request) {
    HostResponse response;
    response.aw_ready = request.aw_valid && request.w_valid && !answering_;
    response.w_ready = response.aw_ready;
    response.ar_ready = request.ar_valid && !answering_;
    response.b_valid = answering_ && write_ && wait_ == 0;
    response.b_resp = 2;
    response.r_valid = answering_ && !write_ && wait_ == 0;
    response.r_data = 0x1234;
    if (wait_ > 0) --wait_;
    if ((response.b_valid && request.b_ready) || (response.r_valid && request.r_ready)) answering_ = false;
    if (response.aw_ready || response.ar_ready) {
      answering_ = true;
      write_ = response.aw_ready;
      wait_ = delay_;
    }
    return response;
  }

 private:
  unsigned delay_;
  bool answering_ = false;
  bool write_ = false;
  unsigned wait_ = 0;
};

void run(HostMaster& master, Slave& slave) {
  AxiLiteChecker checker;
  checker.observe({}, {});
  HostRequest request = master.clock({});
  for (int i = 0; i < 200 && master.busy(); ++i) {
    const HostResponse response = slave.answer(request);
    checker.observe(request, response);
    request = master.clock(response);
  }
  ASSERT_FALSE(master.busy());
}

TEST(HostMaster, Transacts) {
  for (const bool random : {false, true}) {
    for (unsigned delay = 0; delay < 4; ++delay) {
      HostMaster master(random, 7);
      Slave slave(delay);
      master.start_read(0x10);
      run(master, slave);
      EXPECT_TRUE(master.okay());
      EXPECT_EQ(master.data(), 0x1234U);
      master.start_write(0x10, 5);
      run(master, slave);
      EXPECT_FALSE(master.okay());  // SLVERR
    }
  }
}

}  // namespace
}  // namespace heddle::harness
