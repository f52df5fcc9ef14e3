"""The server's capabilities, one a file: they know rules, not wires or tables."""
