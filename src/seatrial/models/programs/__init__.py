"""Programs that policies write into their sandbox: nothing here runs on the host."""
