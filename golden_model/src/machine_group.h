// A workgroup that runs on a Machine.
#pragma once

#include <vector>

#include "heddle/model/machine.h"

namespace heddle::model {

struct Machine::Group {
  Workgroup workgroup;
  std::vector<unsigned> slots;  // indices of its warps in Machine::warps_
  unsigned scratch_slot = 0;
  unsigned first_buffer = 0;  // of accumulators
  bool ended = false;         // its warps; commands may be under way
};

}  // namespace heddle::model
