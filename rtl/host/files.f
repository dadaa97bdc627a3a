rtl/host/launch_check.sv
rtl/host/host_port.sv
rtl/host/host_window.sv
