// The lane table (program counter and depth of every lane) and the search for the path to run, shared by all warps.
//
// A write stores the two groups of lanes of a slot. A selection reads the word of one warp, forms the key of the path to
// run (the best of the running lanes, or that of one lane), the lanes that are on that path, and the best key among the
// other running lanes. A selection sees the write made in the same cycle and all before it.
// Latency: `early_*` (the key) 2 cycles after the request, `result_*` 3 cycles after it. One request per cycle.
// Invariant: a selection is requested for a warp with at least one running lane, and a lane that is asked for runs.
module path_unit
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       write_valid_i,
  input  warp_id_t   write_warp_i,
  input  lane_mask_t write_moved_i,
  input  path_key_t  write_moved_key_i,
  input  lane_mask_t write_rest_i,
  input  path_key_t  write_rest_key_i,

  input  logic       select_valid_i,
  input  warp_id_t   select_warp_i,
  input  lane_mask_t select_run_i,
  input  logic       select_by_lane_i,
  input  lane_id_t   select_lane_i,

  output logic       early_valid_o,
  output warp_id_t   early_warp_o,
  output path_key_t  early_key_o,

  output logic       result_valid_o,
  output warp_id_t   result_warp_o,
  output path_key_t  result_key_o,
  output lane_mask_t result_mask_o,
  output logic       result_several_o,
  output path_key_t  result_alternative_o
);

  localparam int unsigned KeyBits = $bits(path_key_t);

  // ---- cycle 0: write and read the table ----
  logic [Lanes-1:0]                write_enable;
  path_key_t [Lanes-1:0]           write_data, read_data;

  assign write_enable = write_valid_i ? (write_moved_i | write_rest_i) : '0;
  always_comb begin
    write_data = '0;
    if (write_valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) write_data[l] = write_moved_i[l] ? write_moved_key_i : write_rest_key_i;
    end
  end

  ram_1r1w #(
    .Depth     (Warps),
    .Width     (Lanes * KeyBits),
    .SliceWidth(KeyBits)
  ) u_table (
    .clk_i,
    .read_enable_i  (select_valid_i),
    .read_address_i (select_warp_i),
    .read_data_o    (read_data),
    .write_enable_i (write_enable),
    .write_address_i(write_warp_i),
    .write_data_i   (write_data)
  );

  // ---- cycle 1: the key ----
  logic                  valid_1_q, by_lane_1_q;
  warp_id_t              warp_1_q;
  lane_id_t              lane_1_q;
  lane_mask_t            run_1_q, moved_1_q, rest_1_q;
  path_key_t             moved_key_1_q, rest_key_1_q;
  path_key_t [Lanes-1:0] keys_1;
  path_key_t             best_1, key_1;
  logic                  any_1;

  always_comb begin
    keys_1 = read_data;
    if (valid_1_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (moved_1_q[l])     keys_1[l] = moved_key_1_q;
        else if (rest_1_q[l]) keys_1[l] = rest_key_1_q;
      end
    end
  end

  path_select u_best (
    .valid_i(valid_1_q ? run_1_q : '0),
    .key_i  (keys_1),
    .any_o  (any_1),
    .key_o  (best_1)
  );
  assign key_1 = by_lane_1_q ? keys_1[lane_1_q] : best_1;

  // ---- cycle 2: the lanes with that key ----
  logic                  valid_2_q;
  warp_id_t              warp_2_q;
  lane_mask_t            run_2_q, mask_2;
  path_key_t [Lanes-1:0] keys_2_q;
  path_key_t             key_2_q;

  always_comb begin
    mask_2 = '0;
    if (valid_2_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        mask_2[l] = run_2_q[l] && keys_2_q[l] == key_2_q;
        // Planted bug 1: the highest lane merges by program counter alone.
        if (PlantedBug == 1 && l == Lanes - 1) mask_2[l] = run_2_q[l] && keys_2_q[l].pc_inverted == key_2_q.pc_inverted;
      end
    end
  end

  // ---- cycle 3: the best of the others ----
  logic                  valid_3_q;
  warp_id_t              warp_3_q;
  lane_mask_t            mask_3_q, others_3_q;
  path_key_t [Lanes-1:0] keys_3_q;
  path_key_t             key_3_q;

  path_select u_alternative (
    .valid_i(valid_3_q ? others_3_q : '0),
    .key_i  (keys_3_q),
    .any_o  (result_several_o),
    .key_o  (result_alternative_o)
  );

  assign early_valid_o  = valid_2_q;
  assign early_warp_o   = warp_2_q;
  assign early_key_o    = key_2_q;
  assign result_valid_o = valid_3_q;
  assign result_warp_o  = warp_3_q;
  assign result_key_o   = key_3_q;
  assign result_mask_o  = mask_3_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_1_q <= 1'b0;
      valid_2_q <= 1'b0;
      valid_3_q <= 1'b0;
    end else begin
      valid_1_q <= select_valid_i;
      valid_2_q <= valid_1_q;
      valid_3_q <= valid_2_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (select_valid_i) begin
      warp_1_q      <= select_warp_i;
      run_1_q       <= select_run_i;
      by_lane_1_q   <= select_by_lane_i;
      lane_1_q      <= select_lane_i;
      moved_1_q     <= (write_valid_i && write_warp_i == select_warp_i) ? write_moved_i : '0;
      rest_1_q      <= (write_valid_i && write_warp_i == select_warp_i) ? write_rest_i : '0;
      moved_key_1_q <= write_moved_key_i;
      rest_key_1_q  <= write_rest_key_i;
    end
    if (valid_1_q) begin
      warp_2_q <= warp_1_q;
      run_2_q  <= run_1_q;
      keys_2_q <= keys_1;
      key_2_q  <= key_1;
    end
    if (valid_2_q) begin
      warp_3_q   <= warp_2_q;
      mask_3_q   <= mask_2;
      others_3_q <= run_2_q & ~mask_2;
      keys_3_q   <= keys_2_q;
      key_3_q    <= key_2_q;
    end
  end

`ifndef SYNTHESIS
  a_runs : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_1_q |-> any_1);
  a_lane_runs : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_1_q && by_lane_1_q |-> run_1_q[lane_1_q]);
  a_groups_disjoint : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                       write_valid_i |-> (write_moved_i & write_rest_i) == '0);
`else
  logic unused_any;
  assign unused_any = any_1;
`endif

endmodule
