// Types shared by the parts of the memory hub.
package mem_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  localparam int unsigned Ports     = 2 * Cores;      // 2 c: LSU of core c; 2 c + 1: its instruction fetch
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

endpackage
