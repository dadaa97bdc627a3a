// Bound to core_owners: reports which launch slot gets which core.
module owner_monitor
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Cores-1:0] given,
  input launch_id_t       next
);

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int unsigned c = 0; c < Cores; c++) begin
        if (given[c]) heddle_monitor_owner(c, 32'(next));
      end
    end
  end

endmodule
