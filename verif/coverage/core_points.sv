// Bound to simt_core in builds for coverage: the functional points of docs/spec/testplan.yaml. Purely an observer.
// A point is a property that has been seen to hold in some cycle; its label is its name in the plan.
module core_points
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    kill_i,
  input logic                    fault_valid_o,
  input logic                    fence_i,
  input logic                    starved,
  input logic                    event_valid,
  input logic                    event_waits,
  input event_t                  event_now,
  input logic [Warps-1:0]        active,
  input logic [Warps-1:0]        hazard,
  input logic [Warps-1:0]        hazard_memory,
  input logic [Warps-1:0]        blocked_memory,
  input squash_t [Squashes-1:0]  squash,
  input logic  [Ports-1:0]       issue_valid,
  input slot_t [Ports-1:0]       issue_slot,
  input logic  [Ports-1:0]       execute_valid,
  input slot_t [Ports-1:0]       execute_slot
);

  localparam int unsigned Units = 32'(UnitSpecial) + 1;

  logic [Units-1:0] issued, executed, part, alone, killed;

  always_comb begin
    issued   = '0;
    executed = '0;
    part     = '0;
    alone    = '0;
    killed   = '0;
    for (int unsigned p = 0; p < Ports; p++) begin
      for (int unsigned u = 0; u < Units; u++) begin
        if (issue_valid[p] && 32'(issue_slot[p].decoded.unit) == u) begin
          issued[u] = 1'b1;
          part[u]   = part[u] | (issue_slot[p].mask != '1);
          alone[u]  = alone[u] | $onehot(issue_slot[p].mask);
        end
        if (execute_valid[p] && 32'(execute_slot[p].decoded.unit) == u) begin
          executed[u] = 1'b1;
          killed[u]   = killed[u] | execute_slot[p].killed;
        end
      end
    end
  end

  // Crosses of what issues with divergence, hazards and stalls of other warps in the same cycle.
  for (genvar u = 0; u < Units; u++) begin : gen_unit
    issue            : cover property (@(posedge clk_i) rst_ni && issued[u]);
    issue_diverged   : cover property (@(posedge clk_i) rst_ni && part[u]);
    issue_one_lane   : cover property (@(posedge clk_i) rst_ni && alone[u]);
    issue_hazard     : cover property (@(posedge clk_i) rst_ni && issued[u] && hazard != '0);
    issue_memory_hazard : cover property (@(posedge clk_i) rst_ni && issued[u] && hazard_memory != '0);
    issue_memory_full   : cover property (@(posedge clk_i) rst_ni && issued[u] && blocked_memory != '0);
    issue_diverged_hazard : cover property (@(posedge clk_i) rst_ni && part[u] && hazard != '0);
    execute_squash   : cover property (@(posedge clk_i) rst_ni && executed[u] && (squash[0].valid || squash[1].valid));
  end

  logic event_seen, splits;
  assign event_seen = rst_ni && event_valid && !event_waits;
  assign splits     = event_now.path.moved != '0 && event_now.path.moved != event_now.path.path;

  squash_memory        : cover property (@(posedge clk_i) rst_ni && squash[0].valid);
  squash_branch        : cover property (@(posedge clk_i) rst_ni && squash[1].valid);
  squash_both          : cover property (@(posedge clk_i) rst_ni && squash[0].valid && squash[1].valid);
  event_split          : cover property (@(posedge clk_i) event_seen && splits && !event_now.path.trap);
  event_mispredicted   : cover property (@(posedge clk_i) event_seen && event_now.path.predicted && event_now.path.moved == event_now.path.path
                                         && event_now.path.predicted_pc != event_now.path.target);
  event_trap_all       : cover property (@(posedge clk_i) event_seen && event_now.path.trap && !splits);
  event_trap_some      : cover property (@(posedge clk_i) event_seen && event_now.path.trap && splits);
  event_exit_all       : cover property (@(posedge clk_i) event_seen && event_now.path.leave == LaneExits && event_now.path.path == '1);
  event_exit_some      : cover property (@(posedge clk_i) event_seen && event_now.path.leave == LaneExits && event_now.path.path != '1);
  event_barrier        : cover property (@(posedge clk_i) event_seen && event_now.path.leave == LaneToBarrier);
  event_barrier_some   : cover property (@(posedge clk_i) event_seen && event_now.path.leave == LaneToBarrier && event_now.path.path != '1);
  event_sync_waits     : cover property (@(posedge clk_i) event_seen && event_now.path.leave == LaneToSync);
  event_yield          : cover property (@(posedge clk_i) event_seen && event_now.path.yield);
  event_sc_failed      : cover property (@(posedge clk_i) event_seen && event_now.path.store_conditional && event_now.path.yield);
  event_sc_done        : cover property (@(posedge clk_i) event_seen && event_now.path.store_conditional && !event_now.path.yield);
  event_load_reserved  : cover property (@(posedge clk_i) event_seen && event_now.path.load_reserved);
  event_csr_write      : cover property (@(posedge clk_i) event_seen && event_now.csr_write);
  event_fence_i        : cover property (@(posedge clk_i) rst_ni && fence_i);
  event_has_to_wait    : cover property (@(posedge clk_i) rst_ni && event_valid && event_waits);
  results_starved      : cover property (@(posedge clk_i) rst_ni && starved);
  fault_reported       : cover property (@(posedge clk_i) rst_ni && fault_valid_o);
  kill_while_running   : cover property (@(posedge clk_i) rst_ni && kill_i && active != '0);
  kill_in_execute      : cover property (@(posedge clk_i) rst_ni && kill_i && executed != '0);
  killed_in_execute    : cover property (@(posedge clk_i) rst_ni && killed != '0);
  all_warps_active     : cover property (@(posedge clk_i) rst_ni && active == '1);

endmodule

bind simt_core core_points u_core_points (.*);
