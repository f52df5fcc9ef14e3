"""The desktop client's windows: they hold a ``Client`` of the core, show what it knows and ask it to act."""
