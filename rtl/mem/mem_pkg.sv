// Types shared by the parts of the L2 cache.
package mem_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  localparam int unsigned Ports     = 2 * Cores + CopyEngine;  // 2 c: LSU of core c; 2 c + 1: its instruction fetch; the last: copy engine
  localparam int unsigned PortBits  = $clog2(Ports);
  localparam int unsigned LineWords = LineBytes / 4;
  localparam int unsigned WordBits  = $clog2(LineWords);
  localparam int unsigned Owners    = Cores * Warps;  // of reservations
  localparam int unsigned OwnerBits = (Owners > 1) ? $clog2(Owners) : 1;

  typedef logic [PortBits-1:0]   port_t;
  typedef logic [31:OffsetBits]  line_address_t;
  typedef logic [WordBits-1:0]   line_word_t;      // word within a line
  typedef logic [LineWords-1:0]  line_words_t;     // set of words of a line
  typedef logic [OwnerBits-1:0]  owner_t;

  // What must be remembered of a transaction besides address and data.
  typedef struct packed {
    port_t      port;
    lsu_id_t    id;
    mem_op_e    op;
    amo_op_e    amo;
    line_word_t word;      // AMO, LR, SC
    core_id_t   core;
    warp_id_t   warp;
    lane_id_t   lane;
    logic       reserve;
  } transaction_t;

  // A line that has come from AXI4.
  typedef struct packed {
    axi_id_t id;
    line_t   data;
    logic    error;     // SLVERR or DECERR
  } line_read_t;

  // A line on its way there.
  typedef struct packed {
    line_t        data;
    line_strobe_t strobe;
  } line_write_t;

  // ---- L2 cache: a line address is {tag, set, bank}, set and bank spread by what is above them -------------------------
  localparam int unsigned BankShift     = $clog2(L2Banks);
  localparam int unsigned BankBits      = (L2Banks > 1) ? BankShift : 1;
  localparam int unsigned L2Sets        = L2Bytes / (L2Banks * L2Ways * LineBytes);   // of a bank
  localparam int unsigned L2SetBits     = $clog2(L2Sets);
  localparam int unsigned L2WayBits     = (L2Ways > 1) ? $clog2(L2Ways) : 1;
  localparam int unsigned L2TagBits     = 32 - OffsetBits - BankShift - L2SetBits;
  localparam int unsigned L2MissBits    = $clog2(L2Misses);
  localparam int unsigned L2Pending     = 2 * L2Misses;                               // of a bank: requests that wait for a line
  localparam int unsigned L2PendingBits = $clog2(L2Pending);

  typedef logic [BankBits-1:0]      l2_bank_t;
  typedef logic [L2SetBits-1:0]     l2_set_t;
  typedef logic [L2WayBits-1:0]     l2_way_t;
  typedef logic [L2Ways-1:0]        l2_ways_t;        // set of ways
  typedef logic [L2TagBits-1:0]     l2_tag_t;
  typedef logic [L2MissBits-1:0]    l2_miss_t;        // names a fetch or a write-back of a bank
  typedef logic [L2Misses-1:0]      l2_misses_t;      // set of those
  typedef logic [L2PendingBits-1:0] l2_pending_t;

  function automatic l2_bank_t bank_of(line_address_t line);
    return (L2Banks > 1) ? line[OffsetBits +: BankBits] ^ bank_spread(line) : '0;
  endfunction

  function automatic l2_bank_t bank_spread(line_address_t line);
    return l2_bank_t'(address_spread(32'(line) >> BankShift, BankBits));
  endfunction

  function automatic l2_set_t set_of(line_address_t line);
    return line[OffsetBits+BankShift +: L2SetBits] ^ set_spread(tag_of(line));
  endfunction

  function automatic l2_set_t set_spread(l2_tag_t tag);
    return l2_set_t'(address_spread(32'(tag), L2SetBits));
  endfunction

  function automatic l2_tag_t tag_of(line_address_t line);
    return line[31 -: L2TagBits];
  endfunction

  // The line that bank, set and tag name.
  function automatic line_address_t line_in(l2_bank_t bank, l2_set_t set, l2_tag_t tag);
    line_address_t line;
    line = '0;
    line[31 -: L2TagBits]                     = tag;
    line[OffsetBits+BankShift +: L2SetBits]   = set ^ set_spread(tag);
    if (L2Banks > 1) line[OffsetBits +: BankBits] = bank ^ bank_spread(line);
    return line;
  endfunction

  // A request as it takes its place in the order.
  typedef struct packed {
    transaction_t  transaction;
    line_address_t line;
    l2_way_t       way;
    line_strobe_t  strobe;      // of a write or SC; else of the word
    logic [31:0]   order;       // for the monitors
    logic          failed;      // the line could not be fetched
    logic          sc_fails;
  } l2_place_t;

  // Answers of a bank that wait for their port.
  localparam int unsigned L2Answers   = 4;
  localparam int unsigned L2CountBits = $clog2(L2Answers + 1);
  typedef logic [L2CountBits-1:0] l2_count_t;

  typedef struct packed {
    port_t         port;
    mem_response_t response;
  } l2_answer_t;

  // What changes reservations, in one cycle of a bank: an LR that takes one, or a write.
  typedef struct packed {
    logic          lr;
    logic          write;
    owner_t        owner;   // of the LR
    lane_id_t      lane;
    line_word_t    word;    // of the LR
    line_address_t line;
    line_words_t   words;   // written
  } l2_event_t;

endpackage
