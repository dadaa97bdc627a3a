// The greatest key among the valid lanes, as a balanced tree. Combinational; `key_o` is meaningless when no lane is valid.
module path_select
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  lane_mask_t            valid_i,
  input  path_key_t [Lanes-1:0] key_i,
  output logic                  any_o,
  output path_key_t             key_o
);

  // Node n has the children 2n and 2n+1; the lanes are the nodes Lanes .. 2 Lanes - 1, the root is node 1.
  logic      [2*Lanes-1:0] node_valid;
  path_key_t               node_key [2*Lanes];

  always_comb begin
    node_valid = '0;
    for (int unsigned n = 0; n < 2 * Lanes; n++) node_key[n] = '0;
    if (valid_i != '0) begin  // simulation skips the tree when it is idle
      for (int unsigned l = 0; l < Lanes; l++) begin
        node_valid[Lanes+l] = valid_i[l];
        node_key[Lanes+l]   = key_i[l];
      end
      for (int unsigned n = Lanes - 1; n > 0; n--) begin
        node_valid[n] = node_valid[2*n] | node_valid[2*n+1];
        node_key[n]   = (node_valid[2*n+1] && (!node_valid[2*n] || node_key[2*n+1] > node_key[2*n])) ?
                        node_key[2*n+1] : node_key[2*n];
      end
    end
    any_o = node_valid[1];
    key_o = node_key[1];
  end

endmodule
