// path_unit against a table of its own: the mask is all running lanes with the selected key (non-empty, no lane lost), the key is the
// best or the asked lane's, the alternative is the best of the others.
module path_unit_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input logic       write_valid_i,
  input warp_id_t   write_warp_i,
  input lane_mask_t write_moved_i,
  input path_key_t  write_moved_key_i,
  input lane_mask_t write_rest_i,
  input path_key_t  write_rest_key_i,
  input logic       select_valid_i,
  input warp_id_t   select_warp_i,
  input lane_mask_t select_run_i,
  input logic       select_by_lane_i,
  input lane_id_t   select_lane_i,
  input logic       early_valid_o,
  input warp_id_t   early_warp_o,
  input path_key_t  early_key_o,
  input logic       result_valid_o,
  input warp_id_t   result_warp_o,
  input path_key_t  result_key_o,
  input lane_mask_t result_mask_o,
  input logic       result_several_o,
  input path_key_t  result_alternative_o
);

  // The lanes' keys as a selection in this cycle must see them, and whether they were ever written.
  path_key_t [Warps-1:0][Lanes-1:0] keys_d, keys_q;
  logic      [Warps-1:0][Lanes-1:0] known_d, known_q;

  // Selections on their way.
  logic      [2:0]                valid_q;
  warp_id_t  [2:0]                warp_q;
  lane_mask_t [2:0]               run_q;
  logic      [2:0]                by_lane_q;
  lane_id_t  [2:0]                lane_q;
  path_key_t [2:0][Lanes-1:0]     seen_q;

  for (genvar w = 0; w < Warps; w++) begin : gen_warp
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      always_comb begin
        keys_d[w][l]  = keys_q[w][l];
        known_d[w][l] = known_q[w][l];
        if (write_valid_i && write_warp_i == warp_id_t'(w) && (write_moved_i[l] || write_rest_i[l])) begin
          keys_d[w][l]  = write_moved_i[l] ? write_moved_key_i : write_rest_key_i;
          known_d[w][l] = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      known_q <= '0;
      valid_q <= '0;
    end else begin
      known_q <= known_d;
      valid_q <= {valid_q[1:0], select_valid_i};
    end
  end
  always_ff @(posedge clk_i) begin
    keys_q    <= keys_d;
    warp_q    <= {warp_q[1:0], select_warp_i};
    run_q     <= {run_q[1:0], select_run_i};
    by_lane_q <= {by_lane_q[1:0], select_by_lane_i};
    lane_q    <= {lane_q[1:0], select_lane_i};
    seen_q[0] <= keys_d[select_warp_i];
    seen_q[1] <= seen_q[0];
    seen_q[2] <= seen_q[1];
  end

  // Only lanes that were written run: warps start with an event that writes all of them. Warp_paths guarantees the rest.
  always_comb begin
    if (rst_ni) begin
      m_written : assume (!select_valid_i || (select_run_i & ~known_d[select_warp_i]) == '0);
      m_runs : assume (!select_valid_i || select_run_i != '0);
      m_lane_runs : assume (!(select_valid_i && select_by_lane_i) || select_run_i[select_lane_i]);
      m_disjoint : assume (!write_valid_i || (write_moved_i & write_rest_i) == '0);
      m_warps : assume (32'(select_warp_i) < Warps && 32'(write_warp_i) < Warps);
    end
  end

  logic [Lanes-1:0] same, others;
  for (genvar l = 0; l < Lanes; l++) begin : gen_result
    assign same[l]   = run_q[2][l] && seen_q[2][l] == result_key_o;
    assign others[l] = run_q[2][l] && !result_mask_o[l] && seen_q[2][l] == result_alternative_o;
    always_comb begin
      if (rst_ni && result_valid_o && run_q[2][l] && !by_lane_q[2]) a_best : assert (result_key_o >= seen_q[2][l]);
      if (rst_ni && result_valid_o && run_q[2][l] && !result_mask_o[l]) a_best_other : assert (result_alternative_o >= seen_q[2][l]);
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_latency : assert (result_valid_o == valid_q[2] && early_valid_o == valid_q[1]);
      if (result_valid_o) begin
        a_warp : assert (result_warp_o == warp_q[2]);
        a_not_empty : assert (result_mask_o != '0);
        a_no_lane_lost : assert (result_mask_o == same);
        a_several : assert (result_several_o == ((run_q[2] & ~result_mask_o) != '0));
      end
      if (result_valid_o && by_lane_q[2]) a_lane : assert (result_mask_o[lane_q[2]]);
      if (result_valid_o && result_several_o) a_other : assert (others != '0);
      if (early_valid_o) a_early_warp : assert (early_warp_o == warp_q[1]);
    end
  end

endmodule
bind path_unit path_unit_checker u_check (.*);
