rtl/matrix/matrix_pkg.sv
rtl/matrix/dot_element.sv
rtl/matrix/dot_product.sv
rtl/matrix/dot_fp4.sv
rtl/matrix/dot_round.sv
rtl/matrix/dot_unit.sv
