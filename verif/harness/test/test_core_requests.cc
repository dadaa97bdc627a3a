// Which request of the cores a report about a memory that does not answer names.
#include <gtest/gtest.h>

#include "core_requests.h"

namespace heddle::harness {
namespace {

CoreRequest request(uint64_t since, unsigned core, CorePort port, unsigned id) {
  CoreRequest made;
  made.since = since;
  made.core = core;
  made.port = port;
  made.id = id;
  return made;
}

TEST(CoreRequests, NamesTheOldest) {
  CoreRequests requests;
  EXPECT_FALSE(requests.oldest());
  requests.offered(request(10, 1, CorePort::kData, 3), true);
  requests.offered(request(11, 0, CorePort::kFetch, 3), true);
  requests.offered(request(12, 1, CorePort::kData, 4), true);
  EXPECT_EQ(requests.oldest()->since, 10U);
  requests.answered(1, CorePort::kData, 3);
  EXPECT_EQ(requests.oldest()->port, CorePort::kFetch);
  requests.answered(0, CorePort::kFetch, 3);
  EXPECT_EQ(requests.oldest()->id, 4U);
  requests.answered(1, CorePort::kData, 4);
  EXPECT_FALSE(requests.oldest());
}

TEST(CoreRequests, WaitsFromWhenItWasOffered) {
  CoreRequests requests;
  requests.offered(request(5, 0, CorePort::kData, 1), false);
  EXPECT_EQ(requests.oldest()->since, 5U);
  requests.offered(request(9, 0, CorePort::kData, 1), true);
  EXPECT_EQ(requests.oldest()->since, 5U);
  requests.offered(request(10, 0, CorePort::kData, 2), true);
  requests.answered(0, CorePort::kData, 1);
  EXPECT_EQ(requests.oldest()->since, 10U);
}

}  // namespace
}  // namespace heddle::harness
