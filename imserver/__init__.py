"""The server: a log on disk, and sessions that are told what of it is theirs."""
