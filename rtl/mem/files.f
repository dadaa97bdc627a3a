rtl/mem/mem_pkg.sv
rtl/mem/axi_master.sv
rtl/mem/hub_reservations.sv
rtl/mem/hub_table.sv
rtl/mem/memory_hub.sv
