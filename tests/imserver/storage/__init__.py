"""Tests of what the server remembers: one contract, run on each database."""
