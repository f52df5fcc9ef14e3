"""The server's window: what an administrator sees and does, over the same protocol as everybody."""
