// Second stage of a special function: range reduction. Gives the row of the table, the position in the row, and how the result
// comes from the polynomial there. docs/architecture.md, section 9 has the definitions; names are from there.
// Combinational; all outputs are zero without `enable_i`.
module special_reduce
  import fpu_pkg::*;
  import heddle_special_pkg::*;
(
  input  logic           enable_i,
  input  special_e       function_i,
  input  logic           sign_i,
  input  exponent_t      exponent_i,
  input  logic [23:0]    significand_i,
  output logic [9:0]     row_o,
  output logic [20:0]    position_o,
  output special_scale_t scale_o,
  output special_fixed_t fixed_o      // zeros and ones of sin and cos
);

  localparam exponent_t OneExponent = -10'sd30;  // P counts 2^-30

  exponent_t   e;
  logic [23:0] m;

  // exp2: t = n * 2^28 + f
  logic [35:0] magnitude;
  exponent_t   down;
  logic        lost;
  logic [37:0] t;

  // log2
  logic        upper;
  logic [23:0] h;

  // sin, cos
  logic [54:0] turns;
  logic [31:0] q;
  logic [30:0] p;
  logic        tiny;

  always_comb begin
    e          = exponent_i;
    m          = significand_i;
    magnitude  = '0;
    down       = '0;
    lost       = 1'b0;
    t          = '0;
    upper      = 1'b0;
    h          = '0;
    turns      = '0;
    q          = '0;
    p          = '0;
    tiny       = 1'b0;
    row_o      = '0;
    position_o = '0;
    scale_o    = '0;
    fixed_o    = '0;
    if (enable_i) begin
      scale_o.factor = 30'd1;
      unique case (function_i)
        SpecialRcp: begin
          row_o            = SPECIAL_BASE_RCP + {3'b000, m[22:16]};
          position_o       = {m[15:0], 5'b0};
          scale_o.sign     = sign_i;
          scale_o.exponent = OneExponent - e;
        end
        SpecialRsqrt: begin
          row_o            = SPECIAL_BASE_RSQRT + {2'b00, e[0], m[22:16]};
          position_o       = {m[15:0], 5'b0};
          scale_o.exponent = OneExponent - (e >>> 1);
        end
        SpecialExp2: begin
          // From 2^8 up, the result is infinity or zero, as it is for the largest t that fits.
          down      = (e > 10'sd7) ? 10'sd0 : 10'sd7 - e;
          magnitude = {m, 12'h000} >> down;
          lost      = ({m, 12'h000} & ~(36'hf_ffff_ffff << down)) != '0;
          if (e > 10'sd7) magnitude = '1;
          t                = sign_i ? -{2'b00, magnitude} - 38'(lost) : {2'b00, magnitude};
          row_o            = SPECIAL_BASE_EXP2 + {3'b000, t[27:21]};
          position_o       = t[20:0];
          scale_o.exponent = OneExponent + exponent_t'(t[37:28]);
        end
        SpecialLog2: begin
          upper            = m[22];
          h                = upper ? m + 24'h40_0000 : {m[22:0], 1'b0} + 24'h40_0000;
          row_o            = SPECIAL_BASE_LOG2 + {2'b00, h[23:16]};
          position_o       = {h[15:0], 5'b0};
          scale_o.offset   = 9'(e) + {8'b0, upper};
          scale_o.negative = upper;
          scale_o.factor   = upper ? {6'b0, -m} : {6'b0, m[22:0], 1'b0};
          scale_o.exponent = -10'sd54;
        end
        default: begin
          turns = {m, 31'h0} >> ((e > 10'sd22) ? 10'sd0 : 10'sd22 - e);
          if (e <= 10'sd22) q = turns[31:0];
          // The descending quadrants: odd ones of sin, even ones of cos.
          p                = (q[30] != (function_i == SpecialCos)) ? 31'h4000_0000 - {1'b0, q[29:0]} : {1'b0, q[29:0]};
          row_o            = SPECIAL_BASE_SIN + {3'b000, p[29:23]};
          position_o       = p[22:2];
          tiny             = function_i == SpecialSin && e < -10'sd7;
          scale_o.sign     = (function_i == SpecialSin) ? q[31] ^ sign_i : q[31] ^ q[30];
          scale_o.factor   = tiny ? {6'b0, m} : p[29:0];
          scale_o.exponent = tiny ? e - 10'sd51 : -10'sd60;
          if (!tiny && p[29:0] == '0) begin
            fixed_o.known  = 1'b1;
            fixed_o.result = p[30] ? {scale_o.sign, 31'h3f80_0000} : {function_i == SpecialSin && sign_i, 31'h0};
          end
        end
      endcase
    end
  end

endmodule
