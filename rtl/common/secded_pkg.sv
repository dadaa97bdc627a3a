// A code that corrects one wrong bit of a byte and its check bits, and finds two (SECDED, odd-weight columns): check bit k is the
// parity of the data bits whose column has bit k. A wrong data bit shows as its column, a wrong check bit as a single one, two
// wrong bits as a pattern of even weight.
package secded_pkg;

  localparam int unsigned CheckBits = 5;

  typedef logic [CheckBits-1:0] check_t;

  // Of data bits 7 to 0: different, of weight three.
  localparam check_t [7:0] Columns = {5'b11001, 5'b10110, 5'b10101, 5'b10011, 5'b01110, 5'b01101, 5'b01011, 5'b00111};

  typedef struct packed {
    logic       error;   // more is wrong than can be corrected
    logic [7:0] data;    // corrected
  } decoded_t;

  function automatic check_t encode(logic [7:0] data);
    check_t check;
    check = '0;
    for (int unsigned i = 0; i < 8; i++) begin
      if (data[i]) check = check ^ Columns[i];
    end
    return check;
  endfunction

  function automatic decoded_t decode(logic [7:0] data, check_t check);
    check_t   syndrome;
    decoded_t result;
    syndrome     = check ^ encode(data);
    result.data  = data;
    result.error = (syndrome & (syndrome - check_t'(1))) != '0;  // not one check bit alone
    for (int unsigned i = 0; i < 8; i++) begin
      if (syndrome == Columns[i]) begin
        result.data[i] = ~data[i];
        result.error   = 1'b0;
      end
    end
    return result;
  endfunction

endpackage
