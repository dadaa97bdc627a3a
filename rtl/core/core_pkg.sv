// Types shared by the modules of the SIMT core, and the records that the verification monitors read.
package core_pkg;

  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;

  // ---- shape ----------------------------------------------------------------------------------------------------
  localparam int unsigned RegisterFiles  = 2;                          // integer, floating point
  localparam int unsigned Registers      = 32 * RegisterFiles;         // per warp
  localparam int unsigned RegisterBits   = $clog2(Registers);
  localparam int unsigned BankBits       = $clog2(RegisterBanks);
  localparam int unsigned MemoryQueue    = 6;                          // memory instructions between issue and the LSU
  localparam int unsigned SpecialQueue   = 4;                          // special functions between issue and their unit
  localparam int unsigned SpecialFlight  = 12;                         // ... in the unit
  // Port 0 issues what goes to the multipliers, the divider and the floating-point units; the last one memory, control, CSR and
  // warp-collective instructions; every one integer operations.
  localparam int unsigned Ports          = IssuePorts;
  localparam int unsigned ControlPort    = Ports - 1;
  // Results that are written a known number of cycles after issue: nothing can make them wait, so they need no queue.
  localparam int unsigned AluWrite       = 4;
  localparam int unsigned MultiplyWrite  = 6;
  localparam int unsigned FloatWrite     = 7;                          // the floating-point pipe
  localparam int unsigned LastWrite      = FloatWrite + 2;             // with the most extra cycles for operands
  localparam int unsigned FetchWords     = 2 * Ports;                  // instructions fetched at once
  localparam int unsigned BufferDepth    = 2 * FetchWords;             // instructions buffered per warp

  // Instructions are word aligned: the low two bits of a program counter are always zero and not kept.
  typedef logic [31:2]              pc_t;
  typedef logic [BankBits-1:0]      bank_t;
  typedef logic [RegisterBits-1:0]  register_t;                        // number, above it the file
  typedef logic [Lanes-1:0][2:0]    lane_rounding_t;
  typedef logic [Lanes-1:0][4:0]    lane_flags_t;                      // NV DZ OF UF NX

  function automatic word_t pc_word(pc_t pc);
    return {pc, 2'b00};
  endfunction

  // Neighbouring registers, and equal registers of neighbouring warps, lie in different banks.
  function automatic bank_t bank_of(warp_id_t warp, register_t number);
    return bank_t'(32'(number) + 32'(warp));
  endfunction

  // ---- decoded instruction ----------------------------------------------------------------------------------------
  typedef enum logic [3:0] {
    UnitAlu, UnitMul, UnitDiv, UnitBranch, UnitJal, UnitJalr, UnitCsr, UnitMemory, UnitSystem, UnitVote, UnitShuffle,
    UnitFloat, UnitFloatDivide, UnitSpecial
  } unit_e;

  typedef enum logic [5:0] {
    AluAdd, AluSub, AluSll, AluSlt, AluSltu, AluXor, AluSrl, AluSra, AluOr, AluAnd, AluCopyB,
    AluSh1add, AluSh2add, AluSh3add,
    AluAndn, AluOrn, AluXnor, AluMin, AluMinu, AluMax, AluMaxu, AluRol, AluRor,
    AluClz, AluCtz, AluCpop, AluSextB, AluSextH, AluZextH, AluOrcB, AluRev8,
    AluCzeroEqz, AluCzeroNez
  } alu_op_e;

  typedef enum logic [5:0] {
    SystemIllegal, SystemFetchFault, SystemEcall, SystemEbreak, SystemMret, SystemPause, SystemExit, SystemBarrier,
    SystemNop
  } system_op_e;

  typedef enum logic [5:0] {
    CollectiveAll, CollectiveAny, CollectiveBallot, CollectiveIdx, CollectiveUp, CollectiveDown, CollectiveXor
  } collective_op_e;

  // Memory operations: lsu_op_e in the low three bits, this bit for FENCE.I (an LsuFence to the LSU).
  localparam int unsigned FenceIBit = 3;

  // LsuEngine: which operation.
  function automatic lane_op_e lane_operation(word_t instr);
    if (!instr[12]) return instr[25] ? LaneMatrix : LaneCopy;
    return lane_op_e'(instr[27:25]);
  endfunction

  // Floating point: fpu_op_e (UnitFloatDivide: square root; UnitSpecial: special_e), and in this bit the format.
  localparam int unsigned FormatBit = 5;

  typedef enum logic [2:0] {ImmI, ImmS, ImmB, ImmU, ImmJ, ImmZ, ImmNone} imm_e;

  typedef struct packed {
    word_t      instr;
    unit_e      unit;
    logic [5:0] operation;      // alu_op_e, system_op_e, collective_op_e; memory: see FenceIBit; mul, div: funct3
    imm_e       imm;
    logic       a_pc;           // operand a is the pc instead of rs1
    logic       b_imm;          // operand b is the immediate instead of rs2
    logic       reads_a;        // registers other than x0
    logic       reads_b;
    logic       reads_c;
    logic       writes;         // rd other than x0
    logic       a_float;        // rs1, rs2, rs3, rd are of the floating-point file
    logic       b_float;
    logic       c_float;
    logic       d_float;
    logic       dynamic_mode;   // rounds as frm says
    logic       waits_float;    // only after the warp's earlier floating-point instructions are complete
    logic [1:0] extra;          // cycles that collecting the operands takes beyond the first
    logic       sync;
    logic       control;        // the warp issues nothing more until this is resolved
    logic       speculative;    // the warp goes on as fetch did, and is set back if that turns out wrong
    logic       predict_taken;  // fetch went on at pc + immediate
    logic       predict_stop;   // fetch stopped: whatever follows is a redirect
  } decoded_t;

  function automatic register_t rs1_of(decoded_t decoded);
    return {decoded.a_float, decoded.instr[19:15]};
  endfunction
  function automatic register_t rs2_of(decoded_t decoded);
    return {decoded.b_float, decoded.instr[24:20]};
  endfunction
  function automatic register_t rs3_of(decoded_t decoded);
    return {decoded.c_float, decoded.instr[31:27]};
  endfunction
  function automatic register_t rd_of(decoded_t decoded);
    return {decoded.d_float, decoded.instr[11:7]};
  endfunction
  // Distance of the target of a jal or a branch.
  function automatic pc_t jump_offset(word_t instr);
    return instr[3] ? {{12{instr[31]}}, instr[19:12], instr[20], instr[30:22]}              // jal
                    : {{20{instr[31]}}, instr[7], instr[30:25], instr[11:9]};               // branch
  endfunction
  // Units with a way of their own to write-back.
  function automatic logic is_long(unit_e unit);
    return unit inside {UnitMul, UnitDiv, UnitMemory, UnitFloat, UnitFloatDivide, UnitSpecial};
  endfunction
  // Units that only port 0 has, and only the last one.
  function automatic logic for_first_port(unit_e unit);
    return unit inside {UnitMul, UnitDiv, UnitFloat, UnitFloatDivide, UnitSpecial};
  endfunction
  function automatic logic for_last_port(unit_e unit);
    return unit != UnitAlu && !for_first_port(unit);
  endfunction
  function automatic logic is_float(unit_e unit);
    return unit inside {UnitFloat, UnitFloatDivide, UnitSpecial};
  endfunction

  // ---- an issued instruction on its way down the pipe ---------------------------------------------------------------
  typedef struct packed {
    warp_id_t    warp;
    logic [31:0] order;         // for the monitors
    pc_t         pc;
    depth_t      depth;
    lane_mask_t  mask;          // of the path
    logic        resolve;       // a path event follows (control, or the path may have to change after it)
    logic        speculative;   // one follows if the warp does not go on as predicted
    logic        killed;        // squashed: goes down the pipe without any effect, so that what it has reserved becomes free
    decoded_t    decoded;
  } slot_t;

  // A speculative slot of the warp did not go on as predicted: everything that the warp has issued after it is void. Squashes of
  // one cycle are of different warps: [0] a memory instruction, in the cycle after execute; [1] a branch or jump, in execute.
  localparam int unsigned Squashes = 2;
  typedef struct packed {
    logic     valid;
    warp_id_t warp;
  } squash_t;

  function automatic logic is_squashed(squash_t [Squashes-1:0] squash, warp_id_t warp);
    is_squashed = 1'b0;
    for (int unsigned s = 0; s < Squashes; s++) is_squashed = is_squashed | (squash[s].valid && squash[s].warp == warp);
  endfunction

  // ---- what a slot does to the paths of its warp ----------------------------------------------------------------------
  // The lanes of the path fall into two groups: `moved` go to `target` (or to the trap vector when they trap, or leave),
  // the others go on at `rest` with the depth unchanged.
  typedef enum logic [2:0] {LaneStaysRun, LaneExits, LaneToBarrier, LaneToSync, LaneToWait} leave_e;

  typedef struct packed {
    warp_id_t   warp;
    pc_t        pc;
    depth_t     depth;
    lane_mask_t path;
    lane_mask_t executed;       // subset of the path: the lanes that issued, P of the selection rule
    lane_mask_t moved;
    leave_e     leave;          // what the moved lanes become
    logic       trap;           // the moved lanes trap
    pc_t        target;
    depth_t     target_depth;
    pc_t        rest;
    lane_mask_t trapping;       // `moved` if trap
    logic       retired;        // at least one lane completed without a trap
    logic       ordering;       // AMO, LR, SC or FENCE
    logic       load_reserved;
    logic       store_conditional;
    logic       yield;          // PAUSE, or SC with a failed lane
    word_t      sync_operand;   // mask operand of a .sync that waits; address of an mbarrier that lanes wait for
    logic       predicted;      // fetch went on ...
    pc_t        predicted_pc;   // ... there
  } path_event_t;

  // The event with what else the slot changes.
  typedef struct packed {
    path_event_t path;
    logic        csr_write;
    logic [4:0]  cause;           // of the trapping lanes ...
    lane_mask_t  cause_plus_one;  // ... of these lanes one more
    word_t       value;           // mtval
    logic        value_per_lane;  // mtval is in lane_data instead
    lane_words_t lane_data;       // CSR: new values; memory: addresses
    logic [11:0] csr;
    logic        fence_i;
  } event_t;

  // ---- register write, one instruction or a part of it -----------------------------------------------------------------
  typedef struct packed {
    warp_id_t    warp;
    logic [31:0] order;           // for the monitors
    register_t   rd;
    lane_mask_t  mask;
    lane_words_t data;
  } register_write_t;

  // Sort key of a path: the greater is the better one.
  typedef struct packed {
    depth_t depth;
    pc_t    pc_inverted;
  } path_key_t;

  function automatic path_key_t path_key(pc_t pc, depth_t depth);
    return '{depth: depth, pc_inverted: ~pc};
  endfunction

  typedef struct packed {
    pc_t        pc;
    depth_t     depth;
    lane_mask_t mask;
  } path_t;

  typedef struct packed {
    warp_id_t warp;
    pc_t      pc;
  } redirect_t;

  // ---- state of the selection rule (docs/architecture.md, section 2), per warp -----------------------------------------
  localparam int unsigned CountBits    = 17;
  localparam logic [CountBits-1:0] LongLimit = CountBits'(65536);
  localparam logic [CountBits-1:0] ShortLimit = CountBits'(512);
  localparam logic [CountBits-1:0] Quantum    = CountBits'(64);
  localparam logic [4:0]           HoldSlots  = 5'd16;

  typedef struct packed {
    logic                 serve;        // mode
    logic [CountBits-1:0] count;        // saturates above every limit
    lane_mask_t           served;
    logic                 short_limit;
    logic [4:0]           hold;
    lane_id_t             hold_lane;
    lane_id_t             quantum_lane;
  } rule_state_t;

  function automatic lane_id_t lowest_lane(lane_mask_t mask);
    lowest_lane = '0;
    for (int unsigned l = Lanes; l > 0; l--) begin
      if (mask[l-1]) lowest_lane = lane_id_t'(l - 1);
    end
  endfunction

  // Step 7 of the rule: the next lane to serve among those that run, or back to greedy selection.
  function automatic rule_state_t rule_next_lane(rule_state_t state, lane_mask_t run);
    rule_next_lane       = state;
    rule_next_lane.count = '0;
    rule_next_lane.serve = (run & ~state.served) != '0;
    if (rule_next_lane.serve) rule_next_lane.quantum_lane = lowest_lane(run & ~state.served);
    else                      rule_next_lane.served       = '0;
  endfunction

  // Which units can take one more instruction. (Those that are not here always can.)
  typedef struct packed {
    logic memory;
    logic divide;
    logic fpu_divide;
    logic special;
  } unit_space_t;

  // Registers that the scoreboard sets free: by the execute stage, the results in the order of the write-back ports, and
  // memory instructions of which all lanes trap, those that are squashed, and loads that are about to be written.
  localparam int unsigned Clears = Ports + 8;
  typedef struct packed {
    logic      valid;
    warp_id_t  warp;
    register_t number;
  } clear_t;

  // ---- records for the verification monitors ----------------------------------------------------------------------------
  // One per slot, in slot order per warp, which within one cycle is the order of the ports: 0 memory instructions that cannot
  // trap, in the cycle after execute, 1 other memory instructions at the LSU's check, 2 and up the execute stages.
  localparam int unsigned TraceCommits = Ports + 2;
  localparam int unsigned TracePorts   = Ports + 5;

  typedef struct packed {
    slot_tag_t             tag;
    word_t                 pc;
    word_t                 instr;
    lane_mask_t            mask;      // lanes that execute
    logic                  retire;    // 0: a .sync that goes to wait
    lane_mask_t            taken;     // lanes that transfer control to `target`
    word_t                 target;
    lane_mask_t            trap;
    logic [Lanes-1:0][4:0] cause;
    lane_words_t           address;   // memory instructions
    lane_words_t           data;
  } trace_commit_t;

  // A floating-point instruction has one also when its result goes to x0, if it can raise flags.
  typedef struct packed {
    slot_tag_t   tag;
    reg_id_t     rd;
    lane_mask_t  mask;
    lane_words_t data;
    lane_flags_t flags;             // raised; zero for everything but floating-point operations
  } trace_writeback_t;

endpackage
