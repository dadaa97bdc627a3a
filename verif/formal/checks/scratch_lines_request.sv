// A request of scratch_lines, in any state: its lines are those that it will take the answer for, whole, each in its lanes, and the scratchpad has them at once: each
// word lies in a bank of its own.
module scratch_lines_request
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import scratch_pkg::*;
(
  input logic [1:0][1:0][ScratchBits-1:0] address_i,
  input scratch_request_t                 request_o,
  input logic                             request_valid_o,
  input logic [1:0][3:0]                  part   // of its two places: whether there is a line; its reader; second; last
);

  localparam int unsigned Words = 8;

  logic [Lanes-1:0] hit, right, mask;

  always_comb begin
    hit   = '0;
    right = '1;
    mask  = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (request_o.mask[l]) hit[bank_of(request_o.address[l])] = 1'b1;
    end
    for (int unsigned p = 0; p < 2; p++) begin
      for (int unsigned w = 0; w < Words; w++) begin
        if (part[p][3]) begin
          mask[p*(Lanes-Words)+w]  = 1'b1;
          right[p*(Lanes-Words)+w] = request_o.address[p*(Lanes-Words)+w] == address_i[part[p][2]][part[p][1]] + ScratchBits'(4 * w);
        end
      end
    end
    m_aligned : assume ((address_i[0][0] | address_i[0][1] | address_i[1][0] | address_i[1][1]) % 32 == '0);
    if (request_valid_o) begin
      a_loads : assert (request_o.op == LsuLoad && part[0][3]);
      a_mask : assert (request_o.mask == mask);
      a_address : assert (right == '1);
      a_own_bank : assert ($countones(hit) == $countones(mask));
      c_all_banks : cover (hit == '1);
    end
  end

endmodule
bind scratch_lines scratch_lines_request u_request (.*);
