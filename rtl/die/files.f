rtl/die/heddle_die.sv
