// Fetch and the instruction buffers of all warps: from redirects to the next decoded instruction of each warp.
// A redirect reaches fetch one cycle after it is given, and empties the warp's buffer then (`head_valid_o` is low already).
// Invariant: what a warp pops follows its redirects in program order along the predicted path.
module front_end
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  core_id_t              core_id_i,
  input  region_t [Regions-1:0] regions_i,
  input  logic                  invalidate_i,
  input  logic [Warps-1:0]      enable_i,          // warps that may fetch
  input  logic [2:0]            redirect_valid_i,  // of different warps
  input  redirect_t [2:0]       redirect_i,

  output logic [Warps-1:0]      head_valid_o,
  output decoded_t              head_o [Warps],
  input  logic     [Ports-1:0]  pop_i,             // of different warps
  input  warp_id_t [Ports-1:0]  pop_warp_i,

  output mem_request_t          request_o,
  output logic                  request_valid_o,
  input  logic                  request_ready_i,
  input  mem_response_t         response_i,
  input  logic                  response_valid_i
);

  logic [2:0]       redirect_valid_q;
  redirect_t [2:0]  redirect_q;
  logic [Warps-1:0] flush, room, buffer_valid;
  logic     [FetchWords-1:0] deliver_valid;
  decoded_t [FetchWords-1:0] deliver;
  warp_id_t         deliver_warp;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) redirect_valid_q <= '0;
    else         redirect_valid_q <= redirect_valid_i;
  end
  always_ff @(posedge clk_i) begin
    for (int unsigned r = 0; r < 3; r++) begin
      if (redirect_valid_i[r]) redirect_q[r] <= redirect_i[r];
    end
  end

  fetch u_fetch (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .regions_i,
    .invalidate_i,
    .enable_i,
    .room_i          (room),
    .redirect_valid_i(redirect_valid_q),
    .redirect_i      (redirect_q),
    .flush_o         (flush),
    .deliver_warp_o  (deliver_warp),
    .deliver_valid_o (deliver_valid),
    .deliver_o       (deliver),
    .request_o,
    .request_valid_o,
    .request_ready_i,
    .response_i,
    .response_valid_i
  );

  for (genvar w = 0; w < Warps; w++) begin : gen_buffer
    logic pop;
    always_comb begin
      pop = 1'b0;
      for (int unsigned p = 0; p < Ports; p++) pop = pop | (pop_i[p] && pop_warp_i[p] == warp_id_t'(w));
    end
    instruction_buffer u_buffer (
      .clk_i,
      .rst_ni,
      .flush_i     (flush[w]),
      .push_valid_i((deliver_warp == warp_id_t'(w)) ? deliver_valid : '0),
      .push_i      (deliver),
      .room_o      (room[w]),
      .valid_o     (buffer_valid[w]),
      .head_o      (head_o[w]),
      .pop_i       (pop)
    );
  end

  assign head_valid_o = buffer_valid & ~flush;

endmodule
