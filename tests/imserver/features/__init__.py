"""Each capability alone: commands in, replies and what is told out, and no socket."""
