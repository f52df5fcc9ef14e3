"""The tests of the terminal client."""
