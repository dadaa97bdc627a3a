bind fifo queue_checker #(.Width(Width), .Depth(Depth)) u_check (.*);
