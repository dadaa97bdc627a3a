// Types of the matrix engine: elements, scales, formats and commands of docs/matrix.md, and what its modules pass to each other.
package matrix_pkg;

  localparam int unsigned GroupBytes = 32;  // of K, per row and per column
  localparam int unsigned GroupBits  = GroupBytes * 8;
  localparam int unsigned Scales     = 4;   // of a group, per row and per column, at most
  localparam int unsigned ByteLanes  = GroupBytes;      // elements of a group at most, but for those of 4 bits
  localparam int unsigned Lanes16    = GroupBytes / 2;

  typedef enum logic [2:0] {
    ElementInt8,
    ElementTf32,
    ElementFp16,
    ElementBf16,
    ElementE5m2,
    ElementE4m3,
    ElementE2m1
  } element_e;

  typedef enum logic [1:0] {
    ScaleNone,
    ScaleE8m0,  // one per 32 elements
    ScaleE4m3   // one per 16 elements
  } scale_e;

  typedef struct packed {
    element_e a;
    element_e b;
    scale_e   scale;
  } format_t;

  typedef logic [GroupBits-1:0]   group_t;
  typedef logic [Scales-1:0][7:0] scales_t;

  // A group of E2M1, taken apart by weight: a bit of each of its elements, in their order.
  typedef logic [GroupBits/4-1:0] plane_t;

  typedef struct packed {
    plane_t sign;
    plane_t exponent_high;
    plane_t exponent_low;
    plane_t fraction;
  } planes_t;

  // ---- commands --------------------------------------------------------------------------------------------------
  localparam int unsigned OwnerBits     = heddle_pkg::EngineOwnerBits;
  localparam int unsigned OriginBits    = 96;  // who gave a command: comes back with it, and means nothing here
  localparam int unsigned DimensionBits = 16;  // of fields for rows and columns

  typedef logic [17:0]              scratch_address_t;  // byte; the largest scratchpad
  typedef logic [OwnerBits-1:0]     owner_t;
  typedef logic [OriginBits-1:0]    origin_t;
  typedef logic [DimensionBits-1:0] dimension_t;

  // Where an operand lies, as a descriptor has it.
  typedef struct packed {
    logic [31:0] scale_stride;
    logic [31:0] scale_address;
    logic [31:0] stride;
    logic [31:0] address;
  } place_t;

  // The descriptor of a command: 16 words, the last one first.
  typedef struct packed {
    logic [95:0]  zero_high;
    logic [31:0]  barrier;
    place_t       b;
    place_t       a;
    dimension_t   column;      // of the tile in its buffer
    dimension_t   row;
    logic [15:0]  zero_groups;
    logic [15:0]  groups;
    dimension_t   columns;     // N
    dimension_t   rows;        // M
    logic [15:0]  id;
    logic [2:0]   zero_flags;
    logic         arrive;
    logic         accumulate;
    logic         buffer;
    logic         transpose_b;
    logic         transpose_a;
    scale_e       scale;
    element_e     element_b;
    element_e     element_a;
  } descriptor_t;

  // What the core knows of the one who issues a command.
  typedef struct packed {
    owner_t           owner;         // workgroup
    scratch_address_t scratch_base;  // its allocation: a multiple of 32
    logic [18:0]      scratch_size;
    logic [1:0]       buffers;       // that it may use
    origin_t          origin;
  } context_t;

  // Names a command; where its completion arrives.
  typedef struct packed {
    owner_t           owner;
    logic [15:0]      id;
    logic             buffer;
    logic             arrive;
    scratch_address_t barrier;
    origin_t          origin;
  } tag_t;

  typedef enum logic [2:0] {
    FaultNone,
    FaultAfter,
    FaultFormat,
    FaultTile,
    FaultAccumulators,
    FaultAlignment,
    FaultRange
  } fault_e;

  typedef struct packed {
    owner_t      owner;
    logic [15:0] id;
    logic        buffer;
    fault_e      cause;
    logic [2:0]  operand;  // 0 A, 1 B, 2 scales of A, 3 scales of B, 4 mbarrier
    logic [31:0] value;
    origin_t     origin;
  } fault_t;

  // The rows of A or the columns of B, checked: physical addresses. Element k of row r lies in the group k / (elements of a group), whose 32 bytes
  // begin at address + r * stride + 32 * group; transposed at address + k * stride + r * size. Scales of a group at
  // scale_address + group * scale_stride, rows next to each other.
  typedef struct packed {
    scratch_address_t address;
    scratch_address_t stride;
    scratch_address_t scale_address;
    scratch_address_t scale_stride;
    logic             transposed;
    logic [1:0]       size;    // 2^n bytes per element, where transposed
    logic             scaled;
    logic [1:0]       scales;  // 2^n bytes per row
    logic [2:0]       blocks;  // rows or columns, in sizes of the array
    logic [15:0]      groups;  // of K
  } operand_t;

  // What the array does with the panels.
  typedef struct packed {
    format_t     format;
    logic [1:0]  scales;
    logic [1:0]  row;            // first block of the tile in the buffer
    logic [1:0]  column;
    logic [2:0]  row_blocks;
    logic [2:0]  column_blocks;
    logic [15:0] groups;
    logic        buffer;         // of the accumulators
    logic        accumulate;     // otherwise C is +0 before the first group
  } tile_t;

  typedef struct packed {
    operand_t a;
    operand_t b;
    tile_t    tile;
    tag_t     tag;
  } command_t;

  // Groups of K of an operand that are in its panel or on their way there: a power of two.
  localparam int unsigned Slots    = 4;
  localparam int unsigned SlotBits = $clog2(Slots);

  typedef logic [SlotBits-1:0] panel_slot_t;
  typedef logic [SlotBits:0]   panel_number_t;  // of a group, modulo twice the slots: so it says which of two operands is ahead

  // A buffer has Blocks x Blocks blocks of the size of the array.
  localparam int unsigned Blocks = 4;

  // Bits of an address in a buffer's memory: a word for each of the 8 steps of a block (matrix_array).
  localparam int unsigned BufferWordBits = $clog2(8 * Blocks * Blocks);

  // The rows of the table of formats.
  function automatic logic known_format(format_t format);
    /* verilator no_inline_task */  // so that the code of one unit serves them all
    logic fp8;
    fp8 = format.a inside {ElementE5m2, ElementE4m3} && format.b inside {ElementE5m2, ElementE4m3};
    unique case (format.scale)
      ScaleNone: return fp8 || (format.a == format.b && format.a inside {ElementInt8, ElementTf32, ElementFp16, ElementBf16});
      ScaleE8m0: return fp8 || (format.a == ElementE2m1 && format.b == ElementE2m1);
      ScaleE4m3: return format.a == ElementE2m1 && format.b == ElementE2m1;
      default:   return 1'b0;
    endcase
  endfunction

  // 2^n bytes per element; of E2M1 none.
  function automatic logic [1:0] element_size(element_e element);
    unique case (element)
      ElementTf32:              return 2'd2;
      ElementFp16, ElementBf16: return 2'd1;
      default:                  return 2'd0;
    endcase
  endfunction

  // 2^n bytes of scales per row and group, where there are any.
  function automatic logic [1:0] scale_size(format_t format);
    if (format.scale == ScaleE4m3) return 2'd2;
    return (format.a == ElementE2m1) ? 2'd1 : 2'd0;
  endfunction

  // ---- numbers inside a dot product ------------------------------------------------------------------------------
  // Exponents of terms are kept plus ExponentOffset, which makes all of them positive: 0 stands for "no term".
  localparam int unsigned ExponentOffset = 512;
  // A term's magnitude is a multiple of 2^(exponent - TermFraction) and less than 2^(exponent + 2) before it is cut; so are all
  // terms afterwards, with the largest exponent of the group.
  localparam int unsigned TermFraction = 36;
  localparam int unsigned TermBits     = TermFraction + 2;
  localparam int unsigned SumBits      = 45;  // two's complement
  localparam int unsigned ProductBits  = 22;

  typedef logic [9:0]                  exponent_t;
  typedef logic signed [SumBits-1:0]   sum_t;
  typedef logic [SumBits-2:0]          magnitude_t;

  // An element taken apart. The significand is left-aligned: 1.m in front. For INT8 it is the magnitude, right-aligned.
  typedef struct packed {
    logic        present;  // the lane has an element in this format
    logic        sign;
    logic        zero;
    logic        infinity;
    logic        nan;
    logic [7:0]  field;    // exponent field, 1 for subnormal elements
    logic [10:0] significand;
  } element_t;

  // A group taken apart: of each lane what element_t says, with the significand where a multiplier takes it: that of a lane which has elements of 8 bits
  // alone is right-aligned. (A lane's fields are bytes and halves, so that simulation need not shift; the bits in front of a significand are zero.)
  typedef struct packed {
    logic                       nan;  // of any lane
    logic [ByteLanes-1:0]       present;
    logic [ByteLanes-1:0]       sign;
    logic [ByteLanes-1:0]       zero;
    logic [ByteLanes-1:0]       infinity;
    logic [ByteLanes-1:0][7:0]  field;
    logic [ByteLanes-1:0][15:0] significand;
  } elements_t;

  // A product: significand * 2^(exponent - 20), exponent without the biases of the elements and without scales; 0 where the product is zero.
  typedef struct packed {
    logic                   sign;
    logic [8:0]             exponent;
    logic [ProductBits-1:0] significand;
  } product_t;

  // What is special about some terms, ORed over them; `plus` says that one of them has a positive sign.
  typedef struct packed {
    logic nan;
    logic plus_infinity;
    logic minus_infinity;
    logic plus;
  } special_t;

  function automatic logic [7:0] bias(element_e element);
    /* verilator no_inline_task */
    unique case (element)
      ElementFp16, ElementE5m2: return 8'd15;
      ElementE4m3:              return 8'd7;
      ElementE2m1:              return 8'd1;
      default:                  return 8'd127;
    endcase
  endfunction

  localparam logic [31:0] CanonicalNan = 32'h7FC0_0000;

endpackage
