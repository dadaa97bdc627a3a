// Bound to data_cache in builds for coverage: the ways of an access through the L1, and the rules of docs/memory_model.md (R4 to R7) at
// work. Purely an observer.
module data_cache_points
  import heddle_pkg::*;
(
  input logic         clk_i,
  input logic         rst_ni,
  input mem_request_t request_i,
  input logic         request_valid_i,
  input logic         look_valid_i,
  input logic         look_hit_o,
  input logic         look_take_i,
  input logic         reads,
  input logic         present,
  input logic         hit,
  input logic         snooped,
  input logic         load_in_flight,
  input logic         write_in_flight,
  input logic         id_free,
  input logic         port_ready,
  input logic         go_merge,
  input logic         go_hit,
  input logic         go_send,
  input logic         go_update,
  input logic         go_kill,
  input logic         fill,
  input logic         evict,
  input logic         error_store
);

  l1_hit             : cover property (@(posedge clk_i) rst_ni && go_hit);
  l1_hit_at_commit   : cover property (@(posedge clk_i) rst_ni && look_valid_i && look_hit_o && look_take_i);
  l1_miss            : cover property (@(posedge clk_i) rst_ni && go_send && reads && !present);
  l1_joins           : cover property (@(posedge clk_i) rst_ni && go_merge);
  l1_pending         : cover property (@(posedge clk_i) rst_ni && request_valid_i && reads && present && write_in_flight && !request_i.private_line);
  l1_pending_private : cover property (@(posedge clk_i) rst_ni && go_hit && write_in_flight && request_i.private_line);
  l1_load_in_flight  : cover property (@(posedge clk_i) rst_ni && go_send && reads && load_in_flight);
  l1_update          : cover property (@(posedge clk_i) rst_ni && go_update);
  l1_drop            : cover property (@(posedge clk_i) rst_ni && go_kill);
  l1_snooped         : cover property (@(posedge clk_i) rst_ni && request_valid_i && hit && snooped);
  l1_fill            : cover property (@(posedge clk_i) rst_ni && fill);
  l1_evict           : cover property (@(posedge clk_i) rst_ni && fill && evict);
  l1_no_id           : cover property (@(posedge clk_i) rst_ni && request_valid_i && !id_free);
  l1_port_busy       : cover property (@(posedge clk_i) rst_ni && request_valid_i && !port_ready);
  l1_store_refused   : cover property (@(posedge clk_i) rst_ni && error_store);

endmodule

bind data_cache data_cache_points u_points (.*);
