// Types of the management core (docs/management.md).
package mgmt_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;

  // ---- interrupt lines of the hart --------------------------------------------------------------------------------------
  typedef struct packed {
    logic external;
    logic timer;
    logic software;
  } mgmt_lines_t;

  localparam int unsigned SoftwareBit = 3;
  localparam int unsigned TimerBit    = 7;
  localparam int unsigned ExternalBit = 11;

  localparam word_t CauseFetchFault       = 32'd1;
  localparam word_t CauseIllegal          = 32'd2;
  localparam word_t CauseBreakpoint       = 32'd3;
  localparam word_t CauseLoadMisaligned   = 32'd4;
  localparam word_t CauseLoadFault        = 32'd5;
  localparam word_t CauseStoreMisaligned  = 32'd6;
  localparam word_t CauseStoreFault       = 32'd7;
  localparam word_t CauseEcall            = 32'd11;

  // ---- fetch -> execute -------------------------------------------------------------------------------------------------
  typedef struct packed {
    word_t       pc;
    word_t       instr;       // of 32 bits: a compressed one is expanded
    logic [15:0] half;        // a compressed one as fetched
    logic        compressed;
    logic        fault;       // it could not be fetched
    logic        fault_late;  // ... because of its second word
  } mgmt_fetched_t;

  // ---- decoder ----------------------------------------------------------------------------------------------------------
  typedef enum logic [3:0] {
    MgmtAdd, MgmtSub, MgmtSll, MgmtSlt, MgmtSltu, MgmtXor, MgmtSrl, MgmtSra, MgmtOr, MgmtAnd, MgmtCopyB
  } mgmt_alu_e;

  typedef enum logic [3:0] {
    KindAlu, KindLong, KindLoad, KindStore, KindBranch, KindJump, KindCsr, KindMret, KindWfi, KindFence, KindFenceI, KindEcall,
    KindEbreak, KindIllegal
  } mgmt_kind_e;

  typedef struct packed {
    mgmt_kind_e  kind;
    mgmt_alu_e   alu;
    logic        a_pc;        // first operand of the ALU: pc
    logic        b_imm;       // second operand: the immediate
    logic        reads_a;     // rs1, and it is not x0
    logic        reads_b;
    logic        writes;      // rd, and it is not x0
    logic [4:0]  rs1;
    logic [4:0]  rs2;
    logic [4:0]  rd;
    logic [2:0]  funct3;
    word_t       imm;
    logic        csr_write;
  } mgmt_decoded_t;

  // ---- execute -> write-back --------------------------------------------------------------------------------------------
  typedef struct packed {
    logic        load;        // the result comes with the response
    logic        store;
    logic        writes;
    logic        counted;     // in minstret
    logic [4:0]  rd;
    logic [2:0]  funct3;      // size and sign of a load
    word_t       result;      // address of a load or store
    word_t       pc;
  } mgmt_writeback_t;

  // ---- block buffers ----------------------------------------------------------------------------------------------------
  localparam int unsigned Blocks     = 2;
  localparam int unsigned BlockWords = 16;
  localparam int unsigned BlockBits  = 6;   // of a byte's place in its block

  typedef enum logic [1:0] {BlockAddress, BlockCommand, BlockStatus, BlockData} mgmt_block_e;

  // To memory: a read of a line, or a write of some of its bytes.
  typedef struct packed {
    logic                 write;
    logic [31:OffsetBits] line;
    line_strobe_t         strobe;
    line_t                data;
  } mgmt_line_t;

  // ---- for checkers: docs/management.md, section 9 ----------------------------------------------------------------------
  /* verilator lint_off SYMRSVDWORD */  // fields are named as in the page, whatever the name means in C++
  typedef struct packed {
    logic [31:0] order;
    logic        interrupt;
    logic        trap;
    word_t       pc;
    word_t       next_pc;
    word_t       instr;
    logic [4:0]  rd;
    word_t       value;
    logic        memory_write;
    logic [3:0]  memory_strobe;
    word_t       memory_address;
    word_t       memory_data;
    word_t       cause;
    word_t       tval;
    word_t       mip;
  } mgmt_trace_t;
  /* verilator lint_on SYMRSVDWORD */

endpackage
