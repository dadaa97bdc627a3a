// The golden model's public interface.
#pragma once

#include "heddle/model/decoded.h"
#include "heddle/model/device_memory.h"
#include "heddle/model/dispatch.h"
#include "heddle/model/machine.h"
#include "heddle/model/memory.h"
#include "heddle/model/path.h"
#include "heddle/model/reservations.h"
#include "heddle/model/step.h"
#include "heddle/model/types.h"
#include "heddle/model/warp.h"
#include "heddle/model/workgroup.h"
