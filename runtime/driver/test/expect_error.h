#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "heddle/driver/error.h"

namespace heddle::driver {

/// The DeviceError that `call` throws; fails the test and returns nothing if it throws none.
template <typename Call>
std::optional<DeviceError> error_of(const Call& call) {
  try {
    call();
  } catch (const DeviceError& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return std::nullopt;
}

/// Expects a DeviceError of `kind` whose text contains `part`.
template <typename Call>
void expect_error(ErrorKind kind, std::string_view part, const Call& call) {
  if (const auto error = error_of(call)) {
    EXPECT_EQ(to_string(error->kind()), to_string(kind)) << error->what();
    EXPECT_NE(std::string_view(error->what()).find(part), std::string_view::npos) << error->what();
  }
}

}  // namespace heddle::driver
