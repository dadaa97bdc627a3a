// Bench of launch_control with several launch slots: launches of one dimension, with the cores and the L2 cache left to C++. The entry of a launch
// is its name, which the cores see; what else there is in it, and in a fault, follows from the name or the cause, so that each word that comes
// out can be compared here. So can what a warp is told of its place in the grid.
module control_bench
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
(
  input  logic                          clk_i,
  input  logic                          rst_ni,
  // by launch slot
  input  logic [Launches-1:0][31:0]     name_i,
  input  logic [Launches-1:0][31:0]     groups_i,
  input  logic [Launches-1:0][31:0]     items_i,
  input  logic [Launches-1:0][31:0]     scratch_i,
  input  logic [Launches-1:0]           start_i,
  input  logic [Launches-1:0]           abort_i,
  output logic [Launches-1:0]           done_o,
  output logic [Launches-1:0]           aborted_o,
  output logic [Launches-1:0]           faulted_o,
  output logic [Launches-1:0][31:0]     fault_cause_o,
  output logic [Launches-1:0][31:0]     fault_value_o,
  output logic [Launches-1:0]           fault_whole_o,      // it is the one that a core has told, in all its fields
  output logic [Launches-1:0]           fault_refused_o,    // ... a refused write-back, but for the value
  output logic [Launches-1:0][7:0]      fault_core_o,
  // by core
  output logic [Cores-1:0][31:0]        core_name_o,
  output logic [Cores-1:0]              core_launch_whole_o,
  output logic [Cores-1:0]              dispatch_whole_o,
  output logic [Cores-1:0]              invalidate_fetch_o,
  output logic [Cores-1:0]              invalidate_data_o,
  output logic [Cores-1:0]              kill_o,
  output logic [Cores-1:0]              dispatch_valid_o,
  output logic [Cores-1:0][7:0]         warp_o,
  output logic [Cores-1:0][7:0]         warp_in_group_o,
  output logic [Cores-1:0][31:0]        group_o,
  output logic [Cores-1:0][31:0]        scratch_base_o,
  input  logic [Cores-1:0]              dispatch_ready_i,
  input  logic [Cores-1:0]              warp_done_valid_i,
  input  logic [Cores-1:0][7:0]         warp_done_i,
  input  logic [Cores-1:0]              fault_valid_i,
  input  logic [Cores-1:0][31:0]        fault_cause_i,
  input  logic [Cores-1:0]              stored_i,
  input  logic [Cores-1:0]              cache_idle_i,
  // L2 cache
  output logic                          pause_o,
  output logic                          flush_o,
  output logic                          invalidate_o,
  input  logic                          idle_i,
  input  logic                          flushed_i,
  input  logic                          error_i,
  input  logic [31:0]                   error_line_i
);

  launch_t   [Launches-1:0] launch;
  local_id_t [Launches-1:0] items;
  fault_t    [Launches-1:0] fault, refused;
  core_id_t  [Launches-1:0] fault_core;
  launch_t   [Cores-1:0]    core_launch;
  dispatch_t [Cores-1:0]    dispatch;
  warp_id_t  [Cores-1:0]    warp_done;
  fault_t    [Cores-1:0]    core_fault;

  // Numbers that follow from another one, as many bits as wanted.
  function automatic logic [2047:0] spread(word_t seed);
    word_t word;
    word = seed;
    for (int i = 0; i < 64; i++) begin
      word             = word * 32'd1664525 + 32'd1013904223;
      spread[32*i +: 32] = word ^ (word >> 15);
    end
  endfunction

  function automatic launch_t launch_of(word_t name, word_t groups, word_t local_items, word_t scratch);
    launch_of              = launch_t'(spread(name));
    launch_of.entry        = name;
    launch_of.num_groups   = {32'd1, 32'd1, groups};
    launch_of.local_size   = {32'd1, 32'd1, local_items};
    launch_of.scratch_size = scratch;
    launch_of.accumulators = '0;
  endfunction

  function automatic fault_t fault_of(word_t cause);
    fault_of       = fault_t'(spread(~cause));
    fault_of.cause = cause;
  endfunction

  function automatic logic whole(dispatch_t told, word_t local_items);
    word_t first;
    first = 32'(told.warp_in_group) * Lanes;
    whole = told.group_id[2:1] == '0 && told.group_base == {64'd0, told.group_id[0] * local_items} && 32'(told.local_base) == first &&
            32'(told.group_warps) == (local_items + Lanes - 1) / Lanes && !told.first_buffer;
    for (int l = 0; l < Lanes; l++) begin
      if (told.mask[l] != (first + 32'(l) < local_items)) whole = 1'b0;
      if (told.mask[l] && told.local_id[l] != {LocalIdBits'(0), LocalIdBits'(0), LocalIdBits'(first + 32'(l))}) whole = 1'b0;
    end
  endfunction

  always_comb begin
    for (int unsigned s = 0; s < Launches; s++) begin
      launch[s]              = launch_of(name_i[s], groups_i[s], items_i[s], scratch_i[s]);
      items[s]               = local_id_t'(items_i[s]);
      fault_cause_o[s]       = fault[s].cause;
      fault_core_o[s]        = 8'(fault_core[s]);
      fault_value_o[s]       = fault[s].value;
      fault_whole_o[s]       = fault[s] == fault_of(fault[s].cause);
      refused[s]             = '0;
      refused[s].cause       = CAUSE_WRITEBACK_REFUSED;
      refused[s].value       = fault[s].value;
      fault_refused_o[s]     = fault[s] == refused[s];
    end
    for (int unsigned c = 0; c < Cores; c++) begin
      core_name_o[c]      = core_launch[c].entry;
      core_launch_whole_o[c] = core_launch[c] == launch_of(core_launch[c].entry, core_launch[c].num_groups[0], core_launch[c].local_size[0],
                                                          core_launch[c].scratch_size);
      dispatch_whole_o[c] = whole(dispatch[c], core_launch[c].local_size[0]);
      warp_o[c]           = 8'(dispatch[c].warp);
      warp_in_group_o[c]  = 8'(dispatch[c].warp_in_group);
      group_o[c]          = dispatch[c].group_id[0];
      scratch_base_o[c]   = 32'(dispatch[c].scratch_base);
      warp_done[c]        = warp_id_t'(warp_done_i[c]);
      core_fault[c]       = fault_of(fault_cause_i[c]);
    end
  end

  localparam int unsigned RowShift = $clog2(4 * Lanes);
  logic                 uses, clean;
  logic [ScratchBits:0] reach;

  scrubber #(
    .Rows(ScratchpadBytes >> RowShift)
  ) u_scrubber (
    .clk_i,
    .rst_ni,
    .use_i  (uses),
    .used_i (reach[ScratchBits:RowShift]),
    .clean_o(clean),
    .clear_o(),
    .row_o  ()
  );

  launch_control u_control (
    .clk_i,
    .rst_ni,
    .launch_i          (launch),
    .local_items_i     (items),
    .start_i,
    .abort_i,
    .done_o,
    .aborted_o,
    .faulted_o,
    .fault_o           (fault),
    .fault_core_o      (fault_core),
    .owned_o           (),
    .core_launch_o     (core_launch),
    .invalidate_fetch_o,
    .invalidate_data_o,
    .kill_o,
    .dispatch_o        (dispatch),
    .dispatch_valid_o,
    .dispatch_ready_i,
    .warp_done_valid_i,
    .warp_done_i       (warp_done),
    .fault_valid_i,
    .fault_i           (core_fault),
    .stored_i,
    .cache_idle_i,
    .fetches_idle_i    (1'b1),
    .clean_i           (clean),
    .uses_o            (uses),
    .scratch_reach_o   (reach),
    .engines_launch_o  (),
    .engines_kill_o    (),
    .engines_dispatch_o(),
    .engines_taken_o   (),
    .engines_clear_o   (),
    .engines_release_o (),
    .engines_busy_i    ('0),
    .engines_fault_i   (1'b0),
    .pause_o,
    .flush_o,
    .invalidate_o,
    .idle_i,
    .flushed_i,
    .error_i,
    .error_line_i
  );

endmodule
