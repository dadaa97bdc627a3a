// Types shared by more than one folder of the RTL. Widths come from the generated heddle_config_pkg (one package
// per configuration), encodings from the generated heddle_isa_pkg. Only the types that cross a folder's boundary live here.
package heddle_pkg;

  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;

  // ---- widths -------------------------------------------------------------------------------------------------
  localparam int unsigned WarpBits     = (Warps > 1) ? $clog2(Warps) : 1;
  localparam int unsigned CoreBits     = (Cores > 1) ? $clog2(Cores) : 1;
  localparam int unsigned LaunchBits   = (Launches > 1) ? $clog2(Launches) : 1;
  localparam int unsigned LaneBits     = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam int unsigned LineBits     = LineBytes * 8;
  localparam int unsigned OffsetBits   = $clog2(LineBytes);            // byte within a line
  localparam int unsigned LsuIdBits    = $clog2(LsuRequests);
  localparam int unsigned Threads      = Warps * Lanes;                // of a core
  localparam int unsigned LocalIdBits  = $clog2(Threads + 1);
  localparam int unsigned ScratchBits  = $clog2(ScratchpadBytes);      // physical scratchpad byte address
  localparam int unsigned DepthBits    = 6;
  localparam int unsigned EngineOwnerBits = (Cores * Warps > 1) ? $clog2(Cores * Warps) : 1;   // workgroups in a cluster
  // Accumulators of the matrix engine: byte address over both buffers.
  localparam int unsigned BufferBytes  = (MatrixDim == 0) ? 4 : 4 * (4 * MatrixDim) * (4 * MatrixDim);
  localparam int unsigned AccumulatorBits = 1 + $clog2(BufferBytes);

  typedef logic [31:0]              word_t;
  typedef logic [WarpBits-1:0]      warp_id_t;
  typedef logic [CoreBits-1:0]      core_id_t;
  typedef logic [LaunchBits-1:0]    launch_id_t;
  typedef logic [LaneBits-1:0]      lane_id_t;
  typedef logic [Lanes-1:0]         lane_mask_t;
  typedef logic [Lanes-1:0][31:0]   lane_words_t;
  typedef logic [LineBits-1:0]      line_t;
  typedef logic [LineBytes-1:0]     line_strobe_t;
  typedef logic [LsuIdBits-1:0]     lsu_id_t;
  typedef logic [DepthBits-1:0]     depth_t;
  typedef logic [LocalIdBits-1:0]   local_id_t;
  // Architectural register: bit 5 is the file (0 integer, 1 floating point).
  typedef logic [5:0]               reg_id_t;

  // What a cache adds, bit by bit, to the `bits` of an address that choose a set or a bank, of the bits above: rows that lie a power of two
  // apart would meet in a few sets otherwise. Whoever knows the bits above takes it off again in the same way.
  function automatic logic [31:0] address_spread(logic [31:0] above, int unsigned bits);
    return (above ^ (above >> bits) ^ (above >> (2 * bits))) & ((32'd1 << bits) - 32'd1);
  endfunction

  // Names one issue slot of one warp for the verification monitors. Nothing in the design depends on it, so synthesis
  // removes it. `order` counts the slots of the warp since its dispatch, from 0.
  typedef struct packed {
    core_id_t    core;
    warp_id_t    warp;
    logic [31:0] order;
  } slot_tag_t;

  // ---- launch: held stable by the host port while a launch runs -------------------------------------------------
  typedef struct packed {
    logic  [31:0] base;
    logic  [31:0] last;   // inclusive
    logic         x;
    logic         w;
    logic         r;
  } region_t;

  typedef struct packed {
    word_t                  entry;
    word_t                  kernel;
    word_t                  args;
    word_t                  private_base;
    word_t                  private_size;
    word_t                  scratch_size;
    logic [1:0]             accumulators; // buffers per workgroup
    logic [2:0][31:0]       num_groups;   // [0] is x
    logic [2:0][31:0]       local_size;
    region_t [Regions-1:0]  regions;
  } launch_t;

  // ---- dispatcher -> core: one warp ------------------------------------------------------------------------------
  typedef struct packed {
    warp_id_t                         warp;          // slot it goes to; the dispatcher knows it to be free
    warp_id_t                         group_slot;    // names the workgroup within the core: the slot of its warp 0
    logic [WarpBits:0]                group_warps;   // warps of the workgroup
    warp_id_t                         warp_in_group;
    lane_mask_t                       mask;          // lanes that exist
    logic [2:0][31:0]                 group_id;
    logic [2:0][31:0]                 group_base;    // global id of the workgroup's first work-item: group_id * local_size
    logic [ScratchBits-1:0]           scratch_base;  // physical byte address of the workgroup's allocation
    local_id_t                        local_base;    // linear local id of lane 0
    logic                             first_buffer;  // of accumulators, of those that the workgroup has been given
    logic [Lanes-1:0][2:0][LocalIdBits-1:0] local_id; // per lane x y z
  } dispatch_t;

  // ---- core -> host port: issue slots that retired an instruction in a cycle, and their lanes -----------------------
  localparam int unsigned RetirePorts = IssuePorts + 2;
  typedef struct packed {
    logic [$clog2(RetirePorts + 1)-1:0]         slots;
    logic [$clog2(RetirePorts * Lanes + 1)-1:0] lanes;
  } retire_t;

  // ---- core -> host port: what the warp slots did in a cycle, as registers.yaml says (warp_cycles_*) ------------------
  typedef enum logic [3:0] {
    StallIssued, StallOperand, StallMemory, StallUnit, StallPort, StallControl, StallFetch, StallBarrier, StallDrain, StallIdle
  } stall_e;
  localparam int unsigned StallReasons = 10;
  typedef logic [StallReasons-1:0][WarpBits:0] stalls_t;   // warp slots by reason; the sum is Warps

  // ---- core -> dispatcher/host port: the first faulting lane of an instruction -----------------------------------
  typedef struct packed {
    word_t            cause;
    word_t            pc;
    word_t            value;
    word_t            detail;     // of an engine's fault
    logic [2:0][31:0] group_id;
    local_id_t        local_id;   // linear
    lane_id_t         lane;
    warp_id_t         warp;
  } fault_t;

  // ---- core -> LSU: one warp memory instruction, addresses already computed ---------------------------------------
  typedef enum logic [2:0] {LsuLoad, LsuStore, LsuAmo, LsuLr, LsuSc, LsuFence, LsuEngine} lsu_op_e;
  // LsuEngine: commands, and operations on mbarriers (as copy_pkg::barrier_op_e).
  typedef enum logic [2:0] {LaneInit, LaneArrive, LaneExpect, LaneCopy, LaneTest, LaneWait, LaneMatrix} lane_op_e;
  typedef enum logic [3:0] {AmoSwap, AmoAdd, AmoXor, AmoAnd, AmoOr, AmoMin, AmoMax, AmoMinu, AmoMaxu} amo_op_e;
  typedef enum logic [1:0] {SizeByte, SizeHalf, SizeWord} mem_size_e;

  typedef struct packed {
    slot_tag_t              tag;            // tag.warp is used by the design; the rest is for the monitors
    lsu_op_e                op;
    amo_op_e                amo;
    lane_op_e               engine;         // of LsuEngine
    mem_size_e              size;
    logic                   unsigned_load;
    reg_id_t                rd;             // destination of load, amo, lr, sc
    lane_mask_t             mask;
    lane_words_t            address;        // virtual: windows not yet resolved
    lane_words_t            data;           // store data / amo operand, in the low bits
    logic [ScratchBits-1:0] scratch_base;
    logic                   first_buffer;
    logic [31:2]            pc;             // for the report of a bus error
  } lsu_request_t;

  // LSU -> core, once per accepted request, in acceptance order, some cycles later: which lanes trap. Nothing of the request has
  // had an effect before. Lanes that do not trap go on; the core issues nothing more of that warp until it has this.
  typedef struct packed {
    slot_tag_t   tag;
    lane_mask_t  misaligned;    // causes 4 and 6
    lane_mask_t  access_fault;  // causes 5 and 7; disjoint from misaligned
  } lsu_check_t;

  // LSU -> core: values for a part of the lanes of one instruction; `last` with the final part.
  typedef struct packed {
    slot_tag_t   tag;
    reg_id_t     rd;
    lane_mask_t  mask;
    lane_words_t data;
    logic        last;
    logic        sc_failed;     // with last, of an SC: at least one lane failed
  } lsu_writeback_t;

  // ---- core (LSU or instruction cache) -> cluster memory ----------------------------------------------------------
  // MemTouch: the line is brought in, and that is all: it is not answered.
  typedef enum logic [2:0] {MemRead, MemWrite, MemAmo, MemLr, MemSc, MemTouch} mem_op_e;

  typedef struct packed {
    mem_op_e      op;
    amo_op_e      amo;
    logic [31:0]  address;      // read, write: of the line (low bits zero); AMO, LR, SC: of the word
    line_strobe_t strobe;       // bytes of the line: written (write, AMO, SC), or wanted (read, LR; a read with none: all)
    line_t        data;         // in line position
    lsu_id_t      id;           // comes back with the response
    slot_tag_t    tag;          // tag.core, tag.warp and lane name the reservation of LR and SC
    lane_id_t     lane;
    logic         reserve;      // LR: takes the warp's reservation (lowest lane of its instruction). SC: the warp's may be used
    logic         private_line; // through the private window: a lane alone uses these bytes
  } mem_request_t;

  // One response for every request but MemTouch, writes included, in any order between ids.
  typedef struct packed {
    lsu_id_t      id;
    line_t        data;         // read: the line; AMO, LR: the old word in line position; SC: 0/1 in line position
    logic         error;        // AXI SLVERR or DECERR
  } mem_response_t;

  // Second-level cache -> data cache of a core: lines that somebody changes in this cycle, one per bank at most. Always accepted. All
  // cores are told of an AMO and of an SC that succeeds, all but the writer's of a write.
  typedef struct packed {
    logic [L2Banks-1:0]                 valid;
    logic [L2Banks-1:0][31:OffsetBits]  line;
  } snoop_t;

  // ---- core (LSU) -> scratchpad -------------------------------------------------------------------------------------
  typedef struct packed {
    lsu_op_e                           op;        // not LsuFence
    amo_op_e                           amo;
    lane_mask_t                        mask;
    logic [Lanes-1:0][ScratchBits-1:0] address;   // physical byte address
    logic [Lanes-1:0][3:0]             strobe;    // store, amo, sc: bytes within the word
    lane_words_t                       data;      // store: in word position
    slot_tag_t                         tag;
    logic                              reserve;   // SC: the warp's reservation may be used
  } scratch_request_t;

  // One for every request, in request order per core.
  typedef struct packed {
    lane_mask_t  mask;            // that of the request
    lane_words_t data;            // whole words: load, LR, AMO: the old word; SC: 0 or 1
    slot_tag_t   tag;
  } scratch_response_t;

  // ---- core (LSU) -> engines, one lane at a time; answered once. Commands: when the engine has taken them ------------
  typedef struct packed {
    slot_tag_t              tag;
    lane_op_e               op;
    lane_id_t               lane;
    logic [ScratchBits-1:0] address;        // physical byte address of the mbarrier or descriptor
    word_t                  operand;
    logic [ScratchBits-1:0] scratch_base;
    logic                   first_buffer;
    logic [31:2]            pc;
  } lane_command_t;

  typedef struct packed {
    logic [2:0] error;    // copy_pkg::barrier_error_e
    logic       phase;    // before
    logic       over;     // test, wait
  } lane_answer_t;

  // ---- core (LSU) -> accumulators -------------------------------------------------------------------------------------
  typedef struct packed {
    logic                             write;
    lane_mask_t                       mask;
    logic [Lanes-1:0][AccumulatorBits-1:0] address;   // byte, of both buffers
    lane_words_t                      data;
    slot_tag_t                        tag;
  } window_request_t;

  // ---- engines -> core: a fault of a command of one of its warps --------------------------------------------------------
  typedef struct packed {
    word_t       cause;
    word_t       value;
    word_t       detail;
    logic [31:2] pc;
    warp_id_t    warp;
    lane_id_t    lane;
  } engine_fault_t;

  // ---- for the verification monitors: changes of memory in the order in which they take place -----------------------
  typedef struct packed {
    mem_request_t request;        // AMO: the operand in line position
    logic         engine;         // a write of the copy engine: request.tag.order is the number of the command
    word_t        old_word;       // AMO, LR: the word before
    logic         sc_success;
  } trace_memory_t;

  typedef struct packed {
    slot_tag_t                         tag;
    lsu_op_e                           op;
    amo_op_e                           amo;
    lane_mask_t                        mask;      // lanes performed in this step
    logic [Lanes-1:0][ScratchBits-1:0] address;
    logic [Lanes-1:0][3:0]             strobe;
    lane_words_t                       data;
    lane_words_t                       old;       // AMO, LR: the word before
    lane_mask_t                        sc_success;
  } trace_scratch_t;

  // ---- bus of the management core: accepted with valid and ready, answered once in a later cycle, in order per port ---
  typedef struct packed {
    word_t      address;
    logic       write;
    logic [3:0] strobe;   // bytes of the word that are wanted or written
    word_t      data;     // in byte position
  } mgmt_request_t;

  typedef struct packed {
    logic  valid;
    word_t data;
    logic  error;
  } mgmt_response_t;

  // ---- AXI4 and AXI4-Lite -------------------------------------------------------------------------------------------
  localparam int unsigned AxiIdBits = $clog2(MemoryRequests);
  localparam int unsigned AxiBytes  = LineBytes / MemoryBeats;
  typedef logic [AxiIdBits-1:0]  axi_id_t;
  typedef logic [8*AxiBytes-1:0] axi_data_t;
  typedef logic [AxiBytes-1:0]   axi_strobe_t;

  typedef struct packed {
    axi_id_t     id;
    logic [31:0] addr;
    logic [7:0]  len;
    logic [2:0]  size;
    logic [1:0]  burst;
  } axi_address_t;                                                     // AW and AR

  typedef struct packed {
    axi_data_t   data;
    axi_strobe_t strb;
    logic        last;
  } axi_write_t;                                                       // W

  typedef struct packed {
    axi_id_t    id;
    logic [1:0] resp;
  } axi_write_response_t;                                              // B

  typedef struct packed {
    axi_id_t    id;
    axi_data_t  data;
    logic [1:0] resp;
    logic       last;
  } axi_read_t;                                                        // R

  typedef struct packed {
    axi_address_t aw;
    logic         aw_valid;
    axi_write_t   w;
    logic         w_valid;
    logic         b_ready;
    axi_address_t ar;
    logic         ar_valid;
    logic         r_ready;
  } axi_request_t;

  typedef struct packed {
    logic                aw_ready;
    logic                w_ready;
    axi_write_response_t b;
    logic                b_valid;
    logic                ar_ready;
    axi_read_t           r;
    logic                r_valid;
  } axi_response_t;

  typedef struct packed {
    logic [31:0] aw_addr;
    logic        aw_valid;
    logic [31:0] w_data;
    logic [3:0]  w_strb;
    logic        w_valid;
    logic        b_ready;
    logic [31:0] ar_addr;
    logic        ar_valid;
    logic        r_ready;
  } axi_lite_request_t;

  typedef struct packed {
    logic        aw_ready;
    logic        w_ready;
    logic [1:0]  b_resp;
    logic        b_valid;
    logic        ar_ready;
    logic [31:0] r_data;
    logic [1:0]  r_resp;
    logic        r_valid;
  } axi_lite_response_t;

  // ---- host_dma: the registers behind the host port's, AXI4 to the host's memory, AXI4 of BAR2; all as wide as the memory port ----
  typedef struct packed {
    logic       valid;
    word_t      address;    // offset in the block
    word_t      data;
    logic [3:0] strobe;
    logic       hart;       // of the management core
  } block_write_t;

  typedef logic [1:0] host_id_t;
  typedef logic [7:0] aperture_id_t;

  typedef struct packed {
    host_id_t    id;
    logic [63:0] addr;
    logic [7:0]  len;
    logic [2:0]  size;
    logic [1:0]  burst;
  } host_axi_address_t;

  typedef struct packed {
    host_id_t   id;
    logic [1:0] resp;
  } host_axi_write_response_t;

  typedef struct packed {
    host_id_t   id;
    axi_data_t  data;
    logic [1:0] resp;
    logic       last;
  } host_axi_read_t;

  typedef struct packed {
    host_axi_address_t aw;
    logic              aw_valid;
    axi_write_t        w;
    logic              w_valid;
    logic              b_ready;
    host_axi_address_t ar;
    logic              ar_valid;
    logic              r_ready;
  } host_axi_request_t;

  typedef struct packed {
    logic                     aw_ready;
    logic                     w_ready;
    host_axi_write_response_t b;
    logic                     b_valid;
    logic                     ar_ready;
    host_axi_read_t           r;
    logic                     r_valid;
  } host_axi_response_t;

  typedef struct packed {
    aperture_id_t id;
    logic [31:0]  addr;
    logic [7:0]   len;
    logic [2:0]   size;
    logic [1:0]   burst;
  } aperture_address_t;

  typedef struct packed {
    aperture_id_t id;
    logic [1:0]   resp;
  } aperture_write_response_t;

  typedef struct packed {
    aperture_id_t id;
    axi_data_t    data;
    logic [1:0]   resp;
    logic         last;
  } aperture_read_t;

  typedef struct packed {
    aperture_address_t aw;
    logic              aw_valid;
    axi_write_t        w;
    logic              w_valid;
    logic              b_ready;
    aperture_address_t ar;
    logic              ar_valid;
    logic              r_ready;
  } aperture_request_t;

  typedef struct packed {
    logic                     aw_ready;
    logic                     w_ready;
    aperture_write_response_t b;
    logic                     b_valid;
    logic                     ar_ready;
    aperture_read_t           r;
    logic                     r_valid;
  } aperture_response_t;

endpackage
