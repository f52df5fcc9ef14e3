"""Real processes: the server under twistd, lines typed at nc, windows on a screen; a minute at most."""
