// The combinational parts of the load/store unit side by side, with plain ports.
module lsu_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  output logic [31:0]              lanes_o,
  output logic [31:0]              line_bytes_o,
  output logic [31:0]              regions_o,

  // region check
  input  logic [Regions-1:0][31:0] base_i,
  input  logic [Regions-1:0][31:0] last_i,
  input  logic [Regions-1:0][2:0]  rights_i,      // x, w, r
  input  logic [31:0]              line_i,        // address of its first byte
  input  logic [1:0]               size_i,
  input  logic [2:0]               need_i,        // x, w, r
  output logic [63:0]              allow_o,

  // lanes
  input  logic [31:0]              mask_i,
  input  logic [Lanes-1:0][31:0]   address_i,
  input  logic [Lanes-1:0][31:0]   word_i,

  // windows
  input  logic [2:0]               op_i,
  input  logic [31:0]              scratch_size_i,
  input  logic [31:0]              private_size_i,
  output logic [31:0]              misaligned_o,
  output logic [31:0]              fault_o,
  output logic [31:0]              scratch_o,
  output logic [31:0]              private_o,
  output logic [31:0]              device_o,

  // coalescer
  input  logic                     single_i,
  input  logic [Lanes-1:0][3:0]    strobe_i,
  output logic [31:0]              hits_o,
  output logic [31:0]              lane_o,
  output logic [31:0]              lane_address_o,
  output logic [63:0]              line_strobe_o,
  output line_t                    line_data_o,

  // load format
  input  logic                     unsigned_i,
  input  logic                     boxed_i,
  output logic [Lanes-1:0][31:0]   loaded_o
);

  assign lanes_o      = 32'(Lanes);
  assign line_bytes_o = 32'(LineBytes);
  assign regions_o    = 32'(Regions);

  region_t [Regions-1:0] regions;
  line_strobe_t          allow, line_strobe;
  lane_mask_t            misaligned, fault, scratch, in_private, device, hits;
  lane_id_t              lane;
  lane_bytes_t           bytes;

  for (genvar r = 0; r < Regions; r++) begin : gen_region
    assign regions[r] = '{base: base_i[r], last: last_i[r], x: rights_i[r][2], w: rights_i[r][1], r: rights_i[r][0]};
  end
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign bytes[l] = address_i[l][1:0];
  end

  region_check u_region_check (
    .regions_i(regions),
    .line_i   (line_i[31:OffsetBits]),
    .size_i   (mem_size_e'(size_i)),
    .need_r_i (need_i[0]),
    .need_w_i (need_i[1]),
    .need_x_i (need_i[2]),
    .allow_o  (allow)
  );

  lsu_windows u_windows (
    .op_i          (lsu_op_e'(op_i)),
    .engine_i      (LaneInit),
    .size_i        (mem_size_e'(size_i)),
    .mask_i        (lane_mask_t'(mask_i)),
    .address_i,
    .scratch_size_i,
    .private_size_i,
    .accumulators_i('0),
    .misaligned_o  (misaligned),
    .fault_o       (fault),
    .scratch_o     (scratch),
    .private_o     (in_private),
    .device_o      (device),
    .accumulator_o ()
  );

  coalescer u_coalescer (
    .valid_i  (1'b1),
    .lanes_i  (lane_mask_t'(mask_i)),
    .single_i,
    .address_i,
    .word_i,
    .strobe_i,
    .hits_o   (hits),
    .lane_o   (lane),
    .address_o(lane_address_o),
    .strobe_o (line_strobe),
    .data_o   (line_data_o)
  );

  load_format u_format (
    .valid_i   (1'b1),
    .mask_i    (lane_mask_t'(mask_i)),
    .words_i   (word_i),
    .bytes_i   (bytes),
    .size_i    (mem_size_e'(size_i)),
    .unsigned_i,
    .boxed_i,
    .data_o    (loaded_o)
  );

  assign allow_o       = 64'(allow);
  assign line_strobe_o = 64'(line_strobe);
  assign misaligned_o  = 32'(misaligned);
  assign fault_o       = 32'(fault);
  assign scratch_o     = 32'(scratch);
  assign private_o     = 32'(in_private);
  assign device_o      = 32'(device);
  assign hits_o        = 32'(hits);
  assign lane_o        = 32'(lane);

  // What exceeds the shape.
  logic unused;
  assign unused = ^{mask_i, line_i[OffsetBits-1:0]};

endmodule
