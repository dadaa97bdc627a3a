// Copy engines of four shapes, of which `select_i` names one; the others have no clock: lines of 64 bytes and a scratchpad port of 32; 16 and 16 with few commands
// and slots; 128 and 64; 64 and 64.
module copy_bench
  import copy_pkg::*;
#(
  localparam int unsigned Engines = 4,
  localparam int unsigned Regions = 4
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic [1:0]               select_i,
  input  logic [Regions-1:0][31:0] region_base_i,
  input  logic [Regions-1:0][31:0] region_last_i,
  input  logic [Regions-1:0]       region_r_i,
  input  logic [Regions-1:0]       region_w_i,

  input  logic [1023:0]            command_i,
  input  logic [4:0]               owner_i,
  input  logic [17:0]              scratch_base_i,
  input  logic [18:0]              scratch_size_i,
  input  logic [95:0]              origin_i,
  input  logic                     command_valid_i,
  output logic                     command_ready_o,
  input  logic [31:0]              forget_i,
  input  logic [31:0]              cancel_i,
  output logic [31:0]              busy_o,

  output logic                     done_valid_o,
  input  logic                     done_ready_i,
  output logic [4:0]               done_owner_o,
  output logic [15:0]              done_id_o,
  output logic                     done_complete_o,
  output logic [17:0]              done_barrier_o,
  output logic [18:0]              done_bytes_o,
  output logic [95:0]              done_origin_o,
  output logic                     fault_valid_o,
  input  logic                     fault_ready_i,
  output logic [4:0]               fault_owner_o,
  output logic [15:0]              fault_id_o,
  output logic [2:0]               fault_cause_o,
  output logic [31:0]              fault_value_o,
  output logic [95:0]              fault_origin_o,

  output logic                     memory_write_o,
  output logic [31:0]              memory_address_o,
  output logic [127:0]             memory_strobe_o,
  output logic [1023:0]            memory_data_o,
  output logic [7:0]               memory_id_o,
  output logic [95:0]              memory_origin_o,
  output logic                     memory_valid_o,
  input  logic                     memory_ready_i,
  input  logic [7:0]               memory_response_id_i,
  input  logic [1023:0]            memory_response_data_i,
  input  logic                     memory_response_error_i,
  input  logic                     memory_response_valid_i,

  output logic                     scratch_write_o,
  output logic [17:0]              scratch_address_o,
  output logic [63:0]              scratch_strobe_o,
  output logic [511:0]             scratch_data_o,
  output logic [95:0]              scratch_origin_o,
  output logic                     scratch_valid_o,
  input  logic                     scratch_ready_i,
  input  logic [511:0]             scratch_response_data_i,
  input  logic                     scratch_response_valid_i
);

  localparam int unsigned Lines    [Engines] = '{64, 16, 128, 64};
  localparam int unsigned Ports    [Engines] = '{32, 16, 64, 64};
  localparam int unsigned Commands [Engines] = '{8, 3, 3, 8};
  localparam int unsigned Slots    [Engines] = '{16, 4, 8, 32};

  heddle_pkg::region_t [Regions-1:0]  regions;
  context_t                           who;
  tag_t             [Engines-1:0]         done;
  fault_t           [Engines-1:0]         fault;
  origin_t          [Engines-1:0]         memory_origin, scratch_origin;
  logic             [Engines-1:0]         selected, command_ready, done_valid, fault_valid, memory_write, memory_valid, scratch_write, scratch_valid;
  logic             [Engines-1:0][31:0]   busy;
  logic             [Engines-1:0][31:0]   memory_address;
  logic             [Engines-1:0][127:0]  memory_strobe;
  logic             [Engines-1:0][1023:0] memory_data;
  logic             [Engines-1:0][7:0]    memory_id;
  scratch_address_t [Engines-1:0]         scratch_address;
  logic             [Engines-1:0][63:0]   scratch_strobe;
  logic             [Engines-1:0][511:0]  scratch_data;

  always_comb begin
    for (int unsigned r = 0; r < Regions; r++) begin
      regions[r] = '{base: region_base_i[r], last: region_last_i[r], x: 1'b0, w: region_w_i[r], r: region_r_i[r]};
    end
  end

  assign who = '{owner: owner_i, scratch_base: scratch_base_i, scratch_size: scratch_size_i, origin: origin_i};

  for (genvar e = 0; e < Engines; e++) begin : gen_engine
    localparam int unsigned SlotBits = $clog2(Slots[e]);

    logic clk;

    assign selected[e] = 32'(select_i) == e;
    assign clk         = clk_i && selected[e];

    copy_engine #(
      .LineBytes   (Lines[e]),
      .ScratchBytes(Ports[e]),
      .Regions     (Regions),
      .Commands    (Commands[e]),
      .Slots       (Slots[e])
    ) u_engine (
      .clk_i                   (clk),
      .rst_ni,
      .regions_i               (regions),
      .command_i               (descriptor_t'(command_i)),
      .context_i               (who),
      .command_valid_i         (command_valid_i && selected[e]),
      .command_ready_o         (command_ready[e]),
      .forget_i                (forget_i),
      .cancel_i                (cancel_i),
      .busy_o                  (busy[e]),
      .done_o                  (done[e]),
      .done_valid_o            (done_valid[e]),
      .done_ready_i,
      .fault_o                 (fault[e]),
      .fault_valid_o           (fault_valid[e]),
      .fault_ready_i,
      .memory_write_o          (memory_write[e]),
      .memory_address_o        (memory_address[e]),
      .memory_strobe_o         (memory_strobe[e][Lines[e]-1:0]),
      .memory_data_o           (memory_data[e][8*Lines[e]-1:0]),
      .memory_id_o             (memory_id[e][SlotBits-1:0]),
      .memory_origin_o         (memory_origin[e]),
      .memory_valid_o          (memory_valid[e]),
      .memory_ready_i,
      .memory_response_id_i    (memory_response_id_i[SlotBits-1:0]),
      .memory_response_data_i  (memory_response_data_i[8*Lines[e]-1:0]),
      .memory_response_error_i,
      .memory_response_valid_i (memory_response_valid_i && selected[e]),
      .scratch_write_o         (scratch_write[e]),
      .scratch_address_o       (scratch_address[e]),
      .scratch_strobe_o        (scratch_strobe[e][Ports[e]-1:0]),
      .scratch_data_o          (scratch_data[e][8*Ports[e]-1:0]),
      .scratch_origin_o        (scratch_origin[e]),
      .scratch_valid_o         (scratch_valid[e]),
      .scratch_ready_i,
      .scratch_response_data_i (scratch_response_data_i[8*Ports[e]-1:0]),
      .scratch_response_valid_i(scratch_response_valid_i && selected[e])
    );

    assign memory_id[e][7:SlotBits] = '0;
    if (Lines[e] < 128) begin : gen_line
      assign memory_strobe[e][127:Lines[e]]   = '0;
      assign memory_data[e][1023:8*Lines[e]]  = '0;
    end
    if (Ports[e] < 64) begin : gen_port
      assign scratch_strobe[e][63:Ports[e]]   = '0;
      assign scratch_data[e][511:8*Ports[e]]  = '0;
    end
  end

  assign command_ready_o   = command_ready[select_i];
  assign busy_o            = busy[select_i];
  assign done_valid_o      = done_valid[select_i];
  assign done_owner_o      = done[select_i].owner;
  assign done_id_o         = done[select_i].id;
  assign done_complete_o   = done[select_i].complete;
  assign done_barrier_o    = done[select_i].barrier;
  assign done_bytes_o      = done[select_i].bytes;
  assign done_origin_o     = done[select_i].origin;
  assign fault_valid_o     = fault_valid[select_i];
  assign fault_owner_o     = fault[select_i].owner;
  assign fault_id_o        = fault[select_i].id;
  assign fault_cause_o     = fault[select_i].cause;
  assign fault_value_o     = fault[select_i].value;
  assign fault_origin_o    = fault[select_i].origin;
  assign memory_write_o    = memory_write[select_i];
  assign memory_address_o  = memory_address[select_i];
  assign memory_strobe_o   = memory_strobe[select_i];
  assign memory_data_o     = memory_data[select_i];
  assign memory_id_o       = memory_id[select_i];
  assign memory_origin_o   = memory_origin[select_i];
  assign memory_valid_o    = memory_valid[select_i];
  assign scratch_write_o   = scratch_write[select_i];
  assign scratch_address_o = scratch_address[select_i];
  assign scratch_strobe_o  = scratch_strobe[select_i];
  assign scratch_data_o    = scratch_data[select_i];
  assign scratch_origin_o  = scratch_origin[select_i];
  assign scratch_valid_o   = scratch_valid[select_i];

endmodule
