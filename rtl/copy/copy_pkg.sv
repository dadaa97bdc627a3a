// Types of mbarriers and of copy commands (docs/copy.md).
package copy_pkg;

  typedef logic [17:0] scratch_address_t;  // byte; the largest scratchpad

  typedef enum logic [2:0] {
    BarrierInit,      // operand: arrivals of a phase
    BarrierArrive,    // operand: bytes to expect besides
    BarrierExpect,    // operand: bytes
    BarrierComplete,  // operand: bytes that have come
    BarrierTest,      // operand bit 0: a phase
    BarrierWait       // the same; answers when that phase is over
  } barrier_op_e;

  typedef enum logic [2:0] {
    BarrierFine,
    BarrierBadAddress,   // no multiple of 8, or outside the limit
    BarrierBadCount,     // init with 0 arrivals or more than 32767
    BarrierNotValid,     // what lies there is no mbarrier: no arrivals in a phase, or more missing than there are
    BarrierTooMany,      // an arrival more than the phase has
    BarrierBytes         // bytes leave -2^30 to 2^30 - 1
  } barrier_error_e;

  // An mbarrier: two words in scratchpad.
  typedef struct packed {
    logic signed [31:0] bytes;    // expected and not yet come; second word
    logic               phase;
    logic [14:0]        missing;  // arrivals of this phase
    logic               zero;
    logic [14:0]        count;    // arrivals of each phase
  } barrier_t;

  // ---- copy commands -------------------------------------------------------------------------------------------------
  localparam int unsigned Rank = 5;  // at most

  // A box of a tensor, checked. Dimensions beyond the rank have a size of 1, a box of 1 and begin at 0.
  typedef struct packed {
    logic [2:0]                   element;  // 2^n bytes
    logic [31:0]                  base;     // of element (0, ..., 0)
    logic [Rank-1:0][31:0]        size;     // of the tensor
    logic [Rank-1:1][31:0]        stride;   // bytes
    logic [Rank-1:0][8:0]         box;
    logic [Rank-1:0][31:0]        first;    // two's complement
    scratch_address_t             scratch;
  } box_t;

  // Part of a row of the box that is inside the tensor or outside of it as a whole.
  typedef struct packed {
    logic             in_bounds;
    logic [31:0]      address;  // of its first byte, where it is in bounds
    scratch_address_t scratch;
    logic [12:0]      bytes;    // at least 1
    logic             last;     // of the box
  } run_t;

endpackage
