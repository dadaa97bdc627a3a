// Which bytes of one memory line may start an access of the given size with the given rights.
// Combinational: every region of the launch's table contributes the part of it that lies in the line. An access must lie
// wholly in one region, so regions that abut do not add up. Only starts that are aligned to the size are meaningful.
module region_check
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  region_t [Regions-1:0]  regions_i,
  input  logic [31:OffsetBits]   line_i,
  input  mem_size_e              size_i,
  input  logic                   need_r_i,
  input  logic                   need_w_i,
  input  logic                   need_x_i,
  output line_strobe_t           allow_o
);

  localparam line_strobe_t          All  = '1;
  localparam logic [OffsetBits-1:0] Last = '1;

  logic [1:0]   tail;    // bytes of the access after its first
  line_strobe_t first;   // bytes of the line at or after the region's first one
  line_strobe_t final_;  // bytes of the line at or before the region's last one

  // planted bug 16: only the first byte of an access has to be in a region
  assign tail = (size_i == SizeByte || PlantedBug == 16) ? 2'd0 : (size_i == SizeHalf) ? 2'd1 : 2'd3;

  always_comb begin
    allow_o = '0;
    first   = '0;
    final_  = '0;
    for (int unsigned r = 0; r < Regions; r++) begin
      if ((regions_i[r].r || !need_r_i) && (regions_i[r].w || !need_w_i) && (regions_i[r].x || !need_x_i) &&
          regions_i[r].base[31:OffsetBits] <= line_i && regions_i[r].last[31:OffsetBits] >= line_i) begin
        first   = (regions_i[r].base[31:OffsetBits] == line_i) ? All << regions_i[r].base[OffsetBits-1:0] : All;
        final_  = (regions_i[r].last[31:OffsetBits] == line_i) ? All >> (Last - regions_i[r].last[OffsetBits-1:0]) : All;
        allow_o = allow_o | (first & (final_ >> tail));
      end
    end
  end

endmodule
