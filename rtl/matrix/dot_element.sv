// Takes one element of 8, 16 or (TF32) 19 significant bits apart. 4-bit elements have a path of their own (dot_fp4).
// Combinational. Without `Wide` only elements of 8 bits are present.
module dot_element
  import matrix_pkg::*;
#(
  parameter bit Wide = 1'b1,  // 16-bit elements
  parameter bit Tf32 = 1'b1,  // needs Wide
  parameter bit Fp8  = 1'b1
) (
  input  element_e    element_i,
  input  logic [7:0]  byte_i,
  input  logic [15:0] half_i,
  input  logic [18:0] tf32_i,
  output element_t    element_o
);

  always_comb begin
    logic [7:0] exponent;
    logic       fraction, top, ieee;  // fraction: not zero; top: the exponent field is all ones

    element_o = '0;
    exponent  = '0;
    fraction  = 1'b0;
    top       = 1'b0;
    ieee      = 1'b1;
    unique case (element_i)
      ElementInt8: begin
        element_o.present          = 1'b1;
        element_o.sign             = byte_i[7];
        element_o.significand[7:0] = byte_i[7] ? -byte_i : byte_i;
      end
      ElementTf32: if (Tf32) begin
        element_o.present          = 1'b1;
        element_o.sign             = tf32_i[18];
        exponent                   = tf32_i[17:10];
        top                        = tf32_i[17:10] == '1;
        element_o.significand[9:0] = tf32_i[9:0];
      end
      ElementFp16: if (Wide) begin
        element_o.present          = 1'b1;
        element_o.sign             = half_i[15];
        exponent                   = {3'b000, half_i[14:10]};
        top                        = half_i[14:10] == '1;
        element_o.significand[9:0] = half_i[9:0];
      end
      ElementBf16: if (Wide) begin
        element_o.present          = 1'b1;
        element_o.sign             = half_i[15];
        exponent                   = half_i[14:7];
        top                        = half_i[14:7] == '1;
        element_o.significand[9:3] = half_i[6:0];
      end
      ElementE5m2: if (Fp8) begin
        element_o.present          = 1'b1;
        element_o.sign             = byte_i[7];
        exponent                   = {3'b000, byte_i[6:2]};
        top                        = byte_i[6:2] == '1;
        element_o.significand[9:8] = byte_i[1:0];
      end
      ElementE4m3: if (Fp8) begin
        element_o.present          = 1'b1;
        element_o.sign             = byte_i[7];
        exponent                   = {4'b0000, byte_i[6:3]};
        top                        = byte_i[6:0] == '1;
        ieee                       = 1'b0;
        element_o.significand[9:7] = byte_i[2:0];
      end
      default: ;
    endcase
    if (element_i != ElementInt8) begin
      fraction                  = element_o.significand[9:0] != '0;
      element_o.significand[10] = exponent != '0;
      element_o.field           = (exponent == '0) ? 8'd1 : exponent;
      element_o.zero            = exponent == '0 && !fraction;
      element_o.infinity        = element_o.present && ieee && top && !fraction;
      element_o.nan             = element_o.present && top && (fraction || !ieee);
    end
  end

endmodule
