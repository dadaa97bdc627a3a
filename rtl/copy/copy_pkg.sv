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
  localparam int unsigned Rank      = 5;  // at most
  localparam int unsigned OwnerBits  = heddle_pkg::EngineOwnerBits;
  localparam int unsigned OriginBits = 96;  // who gave a command: comes back with it, and means nothing here
  localparam int unsigned WordBytes = 64; // of the widest scratchpad port

  typedef logic [OwnerBits-1:0] owner_t;
  typedef logic [OriginBits-1:0] origin_t;

  typedef enum logic [1:0] {
    DirectionLoad,   // device memory to scratchpad
    DirectionStore,
    DirectionFill
  } direction_e;

  // The descriptor of a command: 32 words, the last one first.
  typedef struct packed {
    logic [31:0]           fill;
    logic [7:0][31:0]      zero_words;
    logic [31:0]           barrier;
    logic [31:0]           scratch;
    logic [Rank-1:0][31:0] first;
    logic [Rank-1:0][31:0] box;
    logic [Rank-1:1][31:0] stride;
    logic [Rank-1:0][31:0] size;
    logic [31:0]           base;
    logic [15:0]           id;
    logic [2:0]            zero_high;
    logic                  complete;
    logic [1:0]            zero_low;
    logic [1:0]            swizzle;
    logic [1:0]            direction;
    logic [2:0]            element;
    logic [2:0]            rank;
  } descriptor_t;

  // What the core knows of the one who issues a command.
  typedef struct packed {
    owner_t           owner;         // workgroup
    scratch_address_t scratch_base;  // its allocation: a multiple of 256
    logic [18:0]      scratch_size;
    origin_t          origin;
  } context_t;

  // Names a command; what it completes.
  typedef struct packed {
    owner_t           owner;
    logic [15:0]      id;
    logic             complete;
    scratch_address_t barrier;       // from the start of the scratchpad
    logic [18:0]      bytes;         // of the box
    origin_t          origin;
  } tag_t;

  typedef enum logic [2:0] {
    FaultNone,
    FaultAfter,
    FaultFormat,
    FaultSize,
    FaultAlignment,
    FaultRange,
    FaultAccess,
    FaultMemory
  } fault_e;

  typedef struct packed {
    owner_t      owner;
    logic [15:0] id;
    fault_e      cause;
    logic [31:0] value;
    origin_t     origin;
  } fault_t;

  // A box of a tensor, checked. Dimensions beyond the rank have a size of 1, a box of 1 and begin at 0.
  typedef struct packed {
    logic [2:0]                   element;  // 2^n bytes
    logic [31:0]                  base;     // of element (0, ..., 0)
    logic [Rank-1:0][31:0]        size;     // of the tensor
    logic [Rank-1:1][31:0]        stride;   // bytes
    logic [Rank-1:0][8:0]         box;
    logic [Rank-1:0][31:0]        first;    // two's complement
    scratch_address_t             scratch;  // from the start of the allocation
  } box_t;

  // What the parts of a box have in common.
  typedef struct packed {
    direction_e       direction;
    logic [2:0]       element;
    logic [1:0]       swizzle;
    logic [31:0]      fill;
    scratch_address_t scratch_base;
  } manner_t;

  typedef struct packed {
    box_t    box;
    manner_t manner;
    tag_t    tag;
  } command_t;

  // Part of a row of the box that is inside the tensor or outside of it as a whole.
  typedef struct packed {
    logic             in_bounds;
    logic [31:0]      address;  // of its first byte, where it is in bounds
    scratch_address_t scratch;
    logic [12:0]      bytes;    // at least 1; 0 where the rest of the box is left out
    logic             last;     // of the box
  } run_t;

  typedef enum logic [2:0] {
    PieceNothing,
    PieceLoad,
    PieceStore,
    PieceFill,
    PieceFault   // may not be accessed
  } piece_e;

  // Part of a run that lies in one line of memory and one word of the scratchpad's port, or that and the next one (copy_split).
  typedef struct packed {
    piece_e           kind;
    logic [31:0]      address;   // of its first byte in memory
    scratch_address_t word;      // of the word in scratchpad, from the start of the scratchpad
    logic [5:0]       offset;    // of its first byte in the word, before chunks of the word are exchanged
    logic [1:0]       exchange;  // chunk c of the word lies at c XOR this
    logic [6:0]       bytes;
    logic [31:0]      fill;
    logic             last;      // of the box
  } piece_t;

endpackage
