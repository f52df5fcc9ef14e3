"""The tests of the client core."""
