// Types shared by the parts of the DMA engine.
package dma_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import host_dma_regs_pkg::*;

  localparam int unsigned ByteBits    = $clog2(AxiBytes);             // byte within a beat
  localparam int unsigned BurstBeats  = 16;                           // the longest burst
  localparam int unsigned BurstBits   = $clog2(BurstBeats + 1);
  localparam int unsigned PageBeats   = 4096 / AxiBytes;
  localparam int unsigned BufferBits  = $clog2(DmaBeats + 8);         // beats in the buffer and behind it
  localparam int unsigned DmaFirstId  = MemoryRequests - 2 * Management - 3;  // on the memory port: data, descriptors, aperture

  typedef logic [ByteBits-1:0]   byte_t;
  typedef logic [BurstBits-1:0]  burst_t;
  typedef logic [BufferBits-1:0] buffer_t;
  typedef logic [32-ByteBits:0]  beats_t;   // of a descriptor
  typedef logic [51:0]           page_t;    // of host memory

  typedef struct packed {
    page_t first;
    page_t last;    // inclusive
    logic  w;
    logic  r;
  } pin_t;

  // A descriptor that has been read. With a cause it cannot be carried out, and nothing else of it counts.
  typedef struct packed {
    cause_e      cause;
    logic        to_host;
    logic        fence;
    logic        notify;
    logic [63:0] host;
    word_t       device;
    word_t       bytes;
  } descriptor_t;

  // What the writing side has to do for a descriptor.
  typedef struct packed {
    cause_e      cause;
    logic        to_host;
    logic        notify;
    logic [63:0] address;
    word_t       bytes;
  } work_t;

  // How the beats of a descriptor's source become those of its destination.
  typedef struct packed {
    beats_t beats;    // of the source
    byte_t  rotate;   // bytes go up by so many places
    logic   prime;    // the first beat alone fills none of the destination's
    logic   flush;    // one of the destination's is filled when all of the source are there
  } align_t;

  // Beats that `bytes` bytes from place `first` of a beat on take.
  function automatic beats_t beats_of(byte_t first, word_t bytes);
    return beats_t'((33'(first) + 33'(bytes) + 33'(AxiBytes - 1)) >> ByteBits);
  endfunction

  // The next burst: as long as there is something left, and the page, and BurstBeats.
  function automatic burst_t burst_of(logic [11:ByteBits] page_beat, beats_t left);
    logic [12-ByteBits:0] room;
    burst_t               result;
    room   = (13 - ByteBits)'(PageBeats) - (13 - ByteBits)'(page_beat);
    result = burst_t'(BurstBeats);
    if (32'(room) < BurstBeats)                     result = burst_t'(room);
    if (left < beats_t'(result))                    result = burst_t'(left);
    return result;
  endfunction

endpackage
