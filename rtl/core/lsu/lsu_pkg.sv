// Types shared by the parts of the load/store unit.
package lsu_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  // Instructions with accesses outstanding. Each holds at least one line request or one scratchpad request.
  localparam int unsigned Slots        = (LsuRequests > 8) ? LsuRequests : 8;
  localparam int unsigned SlotBits     = $clog2(Slots);
  // Scratchpad requests sent and not yet written back: covers the scratchpad's latency at one request per cycle.
  localparam int unsigned ScratchDepth = 8;
  localparam int unsigned LineWords    = LineBytes / 4;
  localparam int unsigned WordBits     = $clog2(LineWords);

  typedef logic [SlotBits-1:0]             lsu_slot_t;
  typedef logic [31:OffsetBits]            line_address_t;
  typedef logic [Lanes-1:0][1:0]           lane_bytes_t;    // byte within the word, per lane
  typedef logic [Lanes-1:0][WordBits-1:0]  lane_line_words_t;  // word within the line, per lane
  typedef logic [Lanes-1:0][3:0]           lane_strobes_t;

  // ---- data cache: line `i` of the data RAM is way i % ways of set i / ways ----
  localparam int unsigned SnoopPorts   = L2Banks;
  localparam int unsigned CacheLines   = DcacheBytes / LineBytes;
  localparam int unsigned CacheSets    = CacheLines / DcacheWays;   // at least two
  localparam int unsigned CacheSetBits = $clog2(CacheSets);
  localparam int unsigned CacheTagBits = 32 - OffsetBits - CacheSetBits;
  localparam int unsigned CacheWayBits = (DcacheWays > 1) ? $clog2(DcacheWays) : 1;

  typedef logic [CacheSetBits-1:0]       cache_set_t;
  typedef logic [CacheTagBits-1:0]       cache_tag_t;
  typedef logic [CacheWayBits-1:0]       cache_way_t;
  typedef logic [$clog2(CacheLines)-1:0] cache_slot_t;

  function automatic cache_set_t cache_set(line_address_t line);
    return line[OffsetBits +: CacheSetBits] ^ cache_set_t'(address_spread(32'(cache_tag(line)), CacheSetBits));
  endfunction

  function automatic cache_tag_t cache_tag(line_address_t line);
    return line[31 -: CacheTagBits];
  endfunction

  function automatic cache_slot_t cache_slot(cache_set_t set, cache_way_t way);
    return cache_slot_t'(32'(set) * DcacheWays + 32'(way));
  endfunction

  // A checked instruction: addresses are physical and every lane in a mask may access its address.
  typedef struct packed {
    slot_tag_t   tag;
    lsu_op_e     op;
    amo_op_e     amo;
    mem_size_e   size;
    logic        unsigned_load;
    reg_id_t     rd;
    lane_mask_t  memory_mask;    // lanes that go to device memory (private window included)
    lane_mask_t  private_mask;   // of these, lanes that go through the private window
    lane_mask_t  scratch_mask;   // lanes that go to the scratchpad, of LsuEngine to the engines; disjoint from memory_mask
    lane_mask_t  window_mask;    // lanes that go to the accumulators; disjoint from both
    lane_op_e    engine;         // of LsuEngine
    logic [ScratchBits-1:0] scratch_base;
    logic        first_buffer;
    lane_words_t address;        // memory lanes: device address; others: byte of the scratchpad, of all accumulators
    lane_words_t data;
    logic [31:2] pc;
  } lsu_checked_t;

  // What a write-back needs to know of its instruction.
  typedef struct packed {
    lsu_op_e     op;
    mem_size_e   size;
    logic        unsigned_load;
    reg_id_t     rd;
    core_id_t    core;
    warp_id_t    warp;
    logic [31:2] pc;
  } lsu_slot_info_t;

  // Words for some lanes of an instruction, not yet cut to size.
  typedef struct packed {
    lsu_slot_t   slot;
    lane_mask_t  mask;
    lane_bytes_t bytes;
    lane_words_t words;
  } lsu_part_t;

endpackage
