// Sorts the lanes of one memory instruction by address window and checks what needs no region table.
// Combinational. Semantics: docs/architecture.md, section 5 (misalignment comes before access faults).
// Invariant: misaligned, fault, scratch, private, device and accumulator are disjoint and together are the request's mask.
module lsu_windows
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
(
  input  lsu_op_e     op_i,
  input  lane_op_e    engine_i,         // of LsuEngine
  input  mem_size_e   size_i,
  input  lane_mask_t  mask_i,
  input  lane_words_t address_i,
  input  word_t       scratch_size_i,   // bytes of the workgroup's allocation that may be used
  input  word_t       private_size_i,   // bytes per lane
  input  logic [1:0]  accumulators_i,   // buffers that a workgroup has
  output lane_mask_t  misaligned_o,
  output lane_mask_t  fault_o,          // outside every window, or past the end of one
  output lane_mask_t  scratch_o,
  output lane_mask_t  private_o,
  output lane_mask_t  device_o,         // still to be compared with the region table
  output lane_mask_t  accumulator_o
);

  if ((SCRATCHPAD_BASE & (SCRATCHPAD_SIZE - 1)) != 0 || (PRIVATE_BASE & (PRIVATE_SIZE - 1)) != 0 ||
      (DEVICE_BASE & (DEVICE_SIZE - 1)) != 0 || (ACCUMULATOR_BASE & (ACCUMULATOR_SIZE - 1)) != 0) begin : gen_bad_map
    $error("address windows must be aligned to their power-of-two size");
  end

  localparam logic [31:0] ScratchOffset = SCRATCHPAD_SIZE - 1;
  localparam logic [31:0] PrivateOffset = PRIVATE_SIZE - 1;
  localparam logic [31:0] DeviceOffset  = DEVICE_SIZE - 1;
  localparam logic [31:0] AccumulatorOffset = ACCUMULATOR_SIZE - 1;

  word_t      bytes, scratch_limit, private_limit;
  logic       scratch_any, private_any, atomic;
  logic [3:0] align;
  logic       engine, accumulators_any;
  word_t      accumulators_limit;

  always_comb begin
    unique case (size_i)
      SizeByte: begin align = 4'b0000; bytes = 32'd1; end
      SizeHalf: begin align = 4'b0001; bytes = 32'd2; end
      default:  begin align = 4'b0011; bytes = 32'd4; end
    endcase
    // An mbarrier, a descriptor.
    if (engine) begin
      unique case (engine_i)
        LaneCopy:   begin align = 4'b1111; bytes = 32'd128; end
        LaneMatrix: begin align = 4'b1111; bytes = 32'd64; end
        default:    begin align = 4'b0111; bytes = 32'd8; end
      endcase
    end
  end

  // The last offset at which an access may start, if there is one.
  assign scratch_any   = scratch_size_i >= bytes;
  assign scratch_limit = scratch_size_i - bytes;
  assign private_any   = private_size_i >= bytes;
  assign private_limit = private_size_i - bytes;
  assign engine        = CopyEngine != 0 && op_i == LsuEngine;
  // Words alone.
  assign accumulators_any   = MatrixDim != 0 && op_i inside {LsuLoad, LsuStore} && size_i == SizeWord && accumulators_i != '0;
  assign accumulators_limit = 32'(accumulators_i) * BufferBytes - 32'd4;
  assign atomic        = (op_i == LsuAmo) || (op_i == LsuLr) || (op_i == LsuSc);

  always_comb begin
    misaligned_o = '0;
    fault_o      = '0;
    scratch_o    = '0;
    private_o    = '0;
    device_o     = '0;
    accumulator_o = '0;
    if (op_i != LsuFence) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (mask_i[l]) begin
          if ((address_i[l][3:0] & align) != 4'b0000) begin
            misaligned_o[l] = 1'b1;
          end else if ((address_i[l] & ~DeviceOffset) == DEVICE_BASE && !engine) begin
            device_o[l] = 1'b1;
          end else if ((address_i[l] & ~ScratchOffset) == SCRATCHPAD_BASE && scratch_any &&
                       (address_i[l] & ScratchOffset) <= scratch_limit) begin
            scratch_o[l] = 1'b1;
          end else if ((address_i[l] & ~PrivateOffset) == PRIVATE_BASE && private_any && !atomic && !engine &&
                       (address_i[l] & PrivateOffset) <= private_limit) begin
            private_o[l] = 1'b1;
          end else if ((address_i[l] & ~AccumulatorOffset) == ACCUMULATOR_BASE && accumulators_any &&
                       (address_i[l] & AccumulatorOffset) <= accumulators_limit) begin
            accumulator_o[l] = 1'b1;
          end else begin
            fault_o[l] = 1'b1;
          end
        end
      end
    end
  end

endmodule
