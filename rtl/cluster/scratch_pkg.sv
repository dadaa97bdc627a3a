// How the scratchpad's words lie in its banks.
package scratch_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  localparam int unsigned LaneShift = $clog2(Lanes);
  localparam int unsigned WordBits  = ScratchBits - 2;

  localparam int unsigned ScratchRows    = ScratchpadBytes / 4 / Lanes;  // a word of each bank
  localparam int unsigned ScratchRowBits = WordBits - LaneShift;

  // The bank of a word: bijective within a row. The hash is the product of the row's bits (folded, for rows that lie further apart) with an
  // upper and a lower triangular matrix over GF(2): of a stride of 2^k the low k bits of the hash then tell lanes apart that the word
  // index does not. Row and hash differ (for four lanes or more) by an invertible matrix, which does it for a stride of Lanes + 1.
  function automatic lane_id_t bank_of(logic [ScratchBits-1:0] address);
    logic [WordBits-1:0] word;
    lane_id_t            low;
    logic [7:0]          row, upper;   // wider than any lane_id_t
    word  = address[ScratchBits-1:2];
    low   = lane_id_t'(word >> LaneShift) ^ lane_id_t'(word >> (2 * LaneShift));
    row   = 8'(low);
    upper = row ^ (row >> 1);
    return (Lanes > 1) ? lane_id_t'(word) ^ lane_id_t'(upper ^ (upper << 1) ^ (upper << 3)) : '0;
  endfunction

endpackage
