"""The same client in a terminal, and in scripts."""
