#pragma once

#include <string>

namespace heddle::driver {

/// How many clients the test kills.
extern int kills;

/// Uses the daemon's device in every way until it is killed.
int run_client(const std::string& socket);

}  // namespace heddle::driver
