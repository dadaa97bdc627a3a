// A step of the dispatcher, from any state: the workgroup that is offered stays, or is the next of the grid with the global id of its first
// work-item, or the first; a launch that ends well has come to the last one; the first fault is kept.
module dispatcher_steps
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic              clk_i,
  input logic              rst_ni,
  input logic [2:0][31:0]  num_groups_i,
  input local_id_t [2:0]   local_size_i,
  input logic              busy_o,
  input logic              done_o,
  input logic              aborted_o,
  input logic              faulted_o,
  input fault_t            fault_o,
  input core_id_t          fault_core_o,
  input logic              clear_o,
  input logic              kill_o,
  input dispatch_t         dispatch_o,
  input logic [Cores-1:0]  fault_valid_i,
  input fault_t [Cores-1:0] fault_i
);

  // What was a cycle before, if there was one.
  logic             started_q = 1'b0;
  logic [2:0][31:0] group_q, base_q, next_group_d, next_group_q, next_base_d, next_base_q;
  logic             done_q, last_d, last_q;
  fault_t           fault_d, fault_q;
  core_id_t         core_d, core_q;

  always_comb begin
    logic carry;
    carry        = 1'b1;
    last_d       = 1'b1;
    next_group_d = dispatch_o.group_id;
    next_base_d  = dispatch_o.group_base;
    for (int unsigned i = 0; i < 3; i++) begin
      logic end_of_row;
      end_of_row = dispatch_o.group_id[i] == num_groups_i[i] - 32'd1;
      if (carry) begin
        next_group_d[i] = (end_of_row && i != 2) ? 32'd0 : dispatch_o.group_id[i] + 32'd1;
        next_base_d[i]  = (end_of_row && i != 2) ? 32'd0 : dispatch_o.group_base[i] + 32'(local_size_i[i]);
      end
      carry  = carry && end_of_row;
      last_d = last_d && end_of_row;
    end
  end

  // The lowest core with a fault, while the launch runs and has not been stopped.
  always_comb begin
    fault_d = fault_o;
    core_d  = fault_core_o;
    if (busy_o && !clear_o && !kill_o) begin
      for (int unsigned c = Cores; c > 0; c--) begin
        if (fault_valid_i[c-1]) begin
          fault_d = fault_i[c-1];
          core_d  = core_id_t'(c - 1);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    started_q    <= 1'b1;
    group_q      <= dispatch_o.group_id;
    base_q       <= dispatch_o.group_base;
    next_group_q <= next_group_d;
    next_base_q  <= next_base_d;
    done_q       <= done_o;
    last_q       <= last_d;
    fault_q      <= fault_d;
    core_q       <= core_d;
  end

  always_comb begin
    if (rst_ni && started_q) begin
      a_walk : assert ((dispatch_o.group_id == group_q && dispatch_o.group_base == base_q) ||
                       (dispatch_o.group_id == next_group_q && dispatch_o.group_base == next_base_q) ||
                       (dispatch_o.group_id == '0 && dispatch_o.group_base == '0));
      if (done_q && !aborted_o && !faulted_o) a_whole_grid : assert (last_q);
      a_first_fault : assert (fault_o == fault_q && fault_core_o == core_q);
      c_next : cover (dispatch_o.group_id != group_q && dispatch_o.group_id != '0 && dispatch_o.group_id[0] == '0);
    end
  end

endmodule
bind dispatcher dispatcher_steps u_check (.*);
