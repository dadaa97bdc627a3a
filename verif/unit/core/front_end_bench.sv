// Bench top: fetch, instruction cache, decoders and buffers of all warps (front_end), with plain ports. What a warp is given is compared here with
// what a decoder makes of the word that the bench expects.
module front_end_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
#(
  localparam int unsigned Words = LineBytes / 4
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] shape_o [7],             // warps, ports, regions, bytes of a line, words of a fetch, places of a buffer, bytes of the cache

  input  logic [31:0] core_i,
  input  logic [31:0] base_i [Regions],
  input  logic [31:0] last_i [Regions],
  input  logic [2:0]  rights_i [Regions],      // x, w, r
  input  logic        invalidate_i,
  input  logic [31:0] enable_i,
  input  logic [2:0]  redirect_valid_i,
  input  logic [31:0] redirect_warp_i [3],
  input  logic [31:0] redirect_pc_i [3],       // address

  input  logic [31:0] expected_i [Warps],      // the word that comes next
  input  logic [31:0] fault_i,                 // or it cannot be fetched
  output logic [31:0] head_valid_o,
  output logic [31:0] same_o,
  input  logic [31:0] pop_i [Ports],
  input  logic [31:0] pop_warp_i [Ports],

  output logic        request_valid_o,
  output logic [31:0] request_address_o,
  output logic [31:0] request_id_o,
  output logic [31:0] request_warp_o,
  output logic        request_plain_o,         // a read of a whole line for this core
  input  logic        request_ready_i,
  input  logic        response_valid_i,
  input  logic [31:0] response_id_i,
  input  logic        response_error_i,
  input  logic [31:0] response_data_i [Words]
);

  assign shape_o = '{Warps, Ports, Regions, LineBytes, FetchWords, BufferDepth, IcacheBytes};

  region_t [Regions-1:0] regions;
  redirect_t [2:0]       redirect;
  logic [Warps-1:0]      head_valid, same;
  decoded_t              head [Warps];
  logic     [Ports-1:0]  pop;
  warp_id_t [Ports-1:0]  pop_warp;
  mem_request_t          request;
  mem_response_t         response;

  always_comb begin
    for (int r = 0; r < Regions; r++) begin
      regions[r] = '{base: base_i[r], last: last_i[r], x: rights_i[r][2], w: rights_i[r][1], r: rights_i[r][0]};
    end
    for (int r = 0; r < 3; r++) redirect[r] = '{warp: warp_id_t'(redirect_warp_i[r]), pc: redirect_pc_i[r][31:2]};
    for (int p = 0; p < Ports; p++) begin
      pop[p]      = pop_i[p][0];
      pop_warp[p] = warp_id_t'(pop_warp_i[p]);
    end
    response = '{id: mem_id_t'(response_id_i), data: '0, error: response_error_i};
    for (int w = 0; w < Words; w++) response.data[32*w +: 32] = response_data_i[w];
  end

  front_end u_front_end (
    .clk_i,
    .rst_ni,
    .core_id_i       (core_id_t'(core_i)),
    .regions_i       (regions),
    .invalidate_i,
    .enable_i        (enable_i[Warps-1:0]),
    .redirect_valid_i,
    .redirect_i      (redirect),
    .head_valid_o    (head_valid),
    .head_o          (head),
    .pop_i           (pop),
    .pop_warp_i      (pop_warp),
    .request_o       (request),
    .request_valid_o,
    .request_ready_i,
    .response_i      (response),
    .response_valid_i
  );

  for (genvar w = 0; w < Warps; w++) begin : gen_warp
    decoded_t expected;
    decoder u_expected (
      .valid_i      (1'b1),
      .instr_i      (expected_i[w]),
      .fetch_fault_i(fault_i[w]),
      .decoded_o    (expected)
    );
    assign same[w] = head[w] == expected;
  end

  assign head_valid_o      = 32'(head_valid);
  assign same_o            = 32'(same);
  assign request_address_o = request.address;
  assign request_id_o      = 32'(request.id);
  assign request_warp_o    = 32'(request.tag.warp);
  assign request_plain_o   = request.op == MemRead && request.strobe == '0 && request.tag.core == core_id_t'(core_i) && !request.private_line;

  // What exceeds the shape, and what a read does not use.
  logic unused;
  assign unused = ^{core_i, enable_i, fault_i, response_id_i, request};
  for (genvar r = 0; r < 3; r++) begin : gen_unused
    logic unused_redirect;
    assign unused_redirect = ^{redirect_warp_i[r], redirect_pc_i[r][1:0]};
  end
  for (genvar p = 0; p < Ports; p++) begin : gen_unused_pop
    logic unused_pop;
    assign unused_pop = ^{pop_i[p], pop_warp_i[p]};
  end

endmodule
