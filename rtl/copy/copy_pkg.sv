// Types of mbarriers and of what works on them (docs/copy.md).
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

endpackage
