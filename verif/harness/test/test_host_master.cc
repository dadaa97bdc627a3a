// The host's end of the AXI4-Lite port: transactions complete, and a device that breaks the rules is caught.
#include <gtest/gtest.h>

#include "heddle/harness/rtl_device.h"
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
  HostRequest request = master.clock({});
  for (int i = 0; i < 200 && master.busy(); ++i) request = master.clock(slave.answer(request));
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

TEST(HostMaster, CatchesUnaskedAnswers) {
  HostMaster master(false, 1);
  EXPECT_THROW(master.clock({.b_valid = true}), ProtocolError);
  HostMaster other(false, 1);
  EXPECT_THROW(other.clock({.r_valid = true}), ProtocolError);
  HostMaster third(false, 1);
  third.start_read(0);
  third.clock({});
  EXPECT_THROW(third.clock({.ar_ready = true, .r_valid = true}), ProtocolError);  // with the request, not after it
}

TEST(HostMaster, CatchesAnswersThatChange) {
  HostMaster master(true, 1);
  master.start_read(0);
  HostRequest request;
  do {
    request = master.clock({});
  } while (!request.ar_valid);
  request = master.clock({.ar_ready = true});
  while (request.r_ready) request = master.clock({});  // wait for a cycle in which the host is not ready
  request = master.clock({.r_valid = true, .r_data = 1});
  EXPECT_THROW(
      {
        for (uint32_t i = 2; i < 50; ++i) request = master.clock({.r_valid = true, .r_data = i});
      },
      ProtocolError);
}

}  // namespace
}  // namespace heddle::harness
