// What the cores and the engines of a cluster pass to each other.
package engine_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  localparam int unsigned Waiters    = Cores * Warps;
  localparam int unsigned WaiterBits = (Waiters > 1) ? $clog2(Waiters) : 1;

  // Who gave a command. It goes through the engines with it.
  typedef struct packed {
    logic [31:2]            pc;
    core_id_t               core;
    warp_id_t               warp;
    lane_id_t               lane;
    logic                   first_buffer;  // of accumulators
    logic [ScratchBits-1:0] scratch_base;  // of the allocation
    logic [31:0]            number;        // for the monitors: commands of an engine since the launch began
  } origin_t;

  // A command of a lane.
  typedef struct packed {
    logic                   matrix;        // else copy
    logic [ScratchBits-1:0] address;       // of its descriptor, from the start of the scratchpad
    copy_pkg::owner_t       owner;         // workgroup
    logic [ScratchBits-1:0] scratch_base;  // of its allocation
    logic [ScratchBits:0]   scratch_size;
    logic [1:0]             buffers;       // of accumulators that it may use, counted from the first it has been given
    slot_tag_t              tag;
    lane_id_t               lane;
    logic                   first_buffer;
    logic [31:2]            pc;
  } command_t;

  // An operation of a lane on an mbarrier.
  typedef struct packed {
    copy_pkg::barrier_op_e      op;
    copy_pkg::scratch_address_t address;   // from the start of the scratchpad
    logic [18:0]                limit;
    logic [31:0]                operand;
    logic [WaiterBits-1:0]      waiter;
    slot_tag_t                  tag;       // for the monitors
    lane_id_t                   lane;
  } barrier_request_t;

  typedef struct packed {
    copy_pkg::barrier_error_e error;
    logic                     phase;       // before
    logic                     over;
  } barrier_answer_t;

  typedef enum logic [1:0] {
    EngineCopy,
    EngineMatrix,
    EngineBarrier   // of a command that completes
  } engine_e;

  typedef struct packed {
    copy_pkg::owner_t owner;
    engine_e          engine;
    logic [15:0]      id;       // of the command
    logic [2:0]       cause;    // of that engine
    logic [2:0]       operand;  // matrix; mbarrier: the operation
    logic [31:0]      value;
    origin_t          origin;
  } fault_t;

endpackage
