// The executor with all its rules.
#pragma once

#include "executor.h"
#include "executor_alu.h"
#include "executor_collective.h"
#include "executor_control.h"
#include "executor_core.h"
#include "executor_csr.h"
#include "executor_engine.h"
#include "executor_float.h"
#include "executor_memory.h"
